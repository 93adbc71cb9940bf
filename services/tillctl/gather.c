/* gather: see gather.h. The topics first, since what the shop said is what the plan is
 * made for; then RMS, in a transaction that is rolled back. */
#include "gather.h"

#include "batch.h"
#include "kafka.h"

#include <stdlib.h>
#include <time.h>

enum {
    TRIES = 3, /* at a deadlock or a lock that staff hold */
};

/* ---- topics ---- */

typedef void take_fn(struct facts *facts, const struct facts_message *message);

struct visit {
    struct facts *facts;
    take_fn *take;
};

static bool see(void *ctx, const struct bus_message *message)
{
    struct visit *visit = ctx;
    const struct facts_message given = {
        .place = {.partition = message->partition,
                  .offset = message->offset,
                  .timestamp_ms = message->timestamp_ms},
        .value = message->value,
        .len = message->value_len,
        .dry_run = bus_header(message, HEADER_DRY_RUN),
        .reason = bus_header(message, HEADER_DLQ_REASON),
        .detail = bus_header(message, HEADER_DLQ_DETAIL),
        .failed_at = bus_header(message, HEADER_DLQ_FAILED_AT),
        .redrives = bus_header(message, HEADER_DLQ_REDRIVES),
    };
    visit->take(visit->facts, &given);
    return true;
}

static enum rc read_topic(const struct bus_conf *conf, struct facts *facts,
                          enum facts_part part, take_fn *take)
{
    struct err e = {0};
    struct visit visit = {facts, take};
    const char *key = snapshot_key(facts->shop, facts->id, facts->arena);
    enum rc rc = bus_read_key(conf, facts_part_name(part), key, see, &visit, &e);
    if (rc)
        facts->unreached[part] = arena_strdup(facts->arena, e.text);
    return rc;
}

static void read_topics(const struct cfg *cfg, struct facts *facts)
{
    static const struct {
        enum facts_part part;
        take_fn *take;
    } topics[] = {{FACTS_ORDERS, facts_take_order},
                  {FACTS_RESULTS, facts_take_result},
                  {FACTS_LETTERS, facts_take_letter}};
    const struct bus_conf conf = kafka_conf(cfg);
    const char *away = NULL; /* Kafka is: it is not waited for again and again */
    for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++) {
        enum facts_part part = topics[i].part;
        facts->unreached[part] = away;
        if (!away && read_topic(&conf, facts, part, topics[i].take) == RC_RETRY)
            away = facts->unreached[part];
    }
}

/* ---- RMS ---- */

/* What the worker would decide on the newest version, as if a person sent it again: a
 * refusal is then told in full. */
static enum rc plan(struct rms *rms, struct facts *facts, const struct rms_state *state,
                    struct err *e)
{
    struct plan made;
    struct work work = {.readable = true,
                        .snapshot = facts->said.snapshot,
                        .source = SOURCE_REPLAY,
                        .dry_run = true};
    work.message.topic = TOPIC_ORDERS;
    work.message.partition = facts->said.newest.partition;
    work.message.offset = facts->said.newest.offset;
    work.message.timestamp_ms = facts->said.newest.timestamp_ms;
    const struct plan_input in =
        batch_plan_input(rms, &work, state, facts->now_ms, facts->arena);
    enum rc rc = plan_build(&in, facts->arena, &made, e);
    if (rc)
        return rc;
    work_result_of_plan(&work, &made, facts->arena);
    facts->rms.now = work.result;
    facts->rms.now.decided_ms = facts->now_ms;
    facts->rms.planned = true;
    return RC_OK;
}

static enum rc look(struct rms *rms, struct facts *facts, struct err *e)
{
    struct rms_state state = {0};
    struct snapshot bare = {.shop = facts->shop, .id = facts->id, .name = ""};
    const struct snapshot *order = facts->said.readable ? &facts->said.snapshot : &bare;
    enum rc rc = rms_load(rms, &order, 1, facts->arena, &state, e);
    if (rc)
        return rc;
    facts_take_rms(facts, &state);
    return facts->said.readable ? plan(rms, facts, &state, e) : RC_OK;
}

static enum rc try_rms(struct rms *rms, struct facts *facts, struct err *e)
{
    enum rc rc = rms_begin(rms, e);
    if (rc)
        return rc;
    rc = look(rms, facts, e);
    rms_rollback(rms);
    return rc;
}

static enum rc ask_rms(struct rms *rms, struct facts *facts, struct err *e)
{
    enum rc rc = rms_connect(rms, e);
    if (rc)
        return rc;
    for (int i = 0; i < TRIES; i++) {
        rc = try_rms(rms, facts, e);
        if (rc != RC_RETRY)
            break;
    }
    return rc;
}

static void read_rms(const struct cfg *cfg, struct facts *facts)
{
    struct err e = {0};
    struct rms *rms = rms_new(cfg);
    setenv("TZ", cfg->rms_timezone, 1); /* RMS holds local times */
    tzset();
    if (ask_rms(rms, facts, &e))
        facts->unreached[FACTS_RMS] = arena_strdup(facts->arena, e.text);
    rms_free(rms);
}

void gather(const struct cfg *cfg, struct facts *facts)
{
    read_topics(cfg, facts);
    read_rms(cfg, facts);
}

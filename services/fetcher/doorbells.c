/* doorbells: see doorbells.h. */
#include "doorbells.h"

#include "io/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    GROUP_MAX = 300,
    PARTITIONS_MAX = 256,
};

struct doorbells {
    struct bus_conf bus;
    const char *shop;
    char group[GROUP_MAX];
    struct bus_consumer *consumer;
    struct gone hand[DOORBELLS_HAND];
    size_t count;
    int64_t next[PARTITIONS_MAX]; /* everything before it is in hand; 0 = nothing is */
    bool busy;                    /* somebody works on the hand */
    bool paused;
};

/* What is in hand comes again, to whoever holds the partitions then. */
static void drop(struct doorbells *doorbells)
{
    doorbells->count = 0;
    memset(doorbells->next, 0, sizeof(doorbells->next));
}

static void on_assigned(void *ctx, struct bus_partition *partitions, size_t count)
{
    (void)partitions;
    drop(ctx);
    log_info("doorbells.assigned", KV("partitions", count));
}

static void on_revoked(void *ctx, const struct bus_partition *partitions, size_t count,
                       bool lost)
{
    (void)partitions;
    (void)count;
    (void)lost;
    drop(ctx);
}

enum rc doorbells_open(const struct bus_conf *bus, const char *shop,
                       struct doorbells **out, struct err *e)
{
    static const char *const topics[] = {TOPIC_WEBHOOKS, NULL};
    struct doorbells *doorbells = calloc(1, sizeof(*doorbells));
    if (!doorbells)
        abort(); /* out of memory: as in arena.h */
    *doorbells = (struct doorbells){.bus = *bus, .shop = shop};
    /* A static member would keep the partitions after it has become a standby. */
    doorbells->bus.group_instance_id = "";
    snprintf(doorbells->group, sizeof(doorbells->group), "tillbridge-doorbells-%s", shop);
    const struct bus_group group = {.group = doorbells->group,
                                    .topics = topics,
                                    .assigned = on_assigned,
                                    .revoked = on_revoked,
                                    .ctx = doorbells};
    enum rc rc = bus_consumer_open(&doorbells->bus, &group, &doorbells->consumer, e);
    if (rc)
        doorbells_close(doorbells);
    else
        *out = doorbells;
    return rc;
}

void doorbells_close(struct doorbells *doorbells)
{
    if (!doorbells)
        return;
    bus_consumer_close(doorbells->consumer);
    free(doorbells);
}

/* ---- taking in ---- */

static struct gone *in_hand(struct doorbells *doorbells, int64_t order)
{
    for (size_t i = 0; i < doorbells->count; i++)
        if (doorbells->hand[i].order == order)
            return &doorbells->hand[i];
    return NULL;
}

static void ring(struct doorbells *doorbells, const struct bus_message *message,
                 int64_t order)
{
    struct gone *slot = in_hand(doorbells, order);
    if (!slot)
        slot = &doorbells->hand[doorbells->count++];
    *slot = (struct gone){.order = order,
                          .partition = message->partition,
                          .offset = message->offset,
                          .published_ms = message->timestamp_ms};
}

static void take_in(struct doorbells *doorbells, const struct bus_message *message)
{
    struct err e = {0};
    struct arena arena;
    struct doorbell doorbell = {0};
    arena_init(&arena);
    if (doorbell_decode(message->value ? message->value : "", message->value_len, &arena,
                        &doorbell, &e))
        log_warn("doorbell.unreadable", KV("partition", (int)message->partition),
                 KV("offset", message->offset), KV("text", (const char *)e.text));
    else if (strcmp(doorbell.shop, doorbells->shop) == 0)
        ring(doorbells, message, doorbell.order);
    arena_done(&arena);
    if (message->partition < PARTITIONS_MAX)
        doorbells->next[message->partition] = message->offset + 1;
}

/* Paused the consumer still has to be polled, or the group takes it for dead. */
static void set_pause(struct doorbells *doorbells)
{
    bool wanted = doorbells->busy || doorbells->count == DOORBELLS_HAND;
    if (wanted == doorbells->paused)
        return;
    if (wanted)
        bus_pause(doorbells->consumer);
    else
        bus_resume(doorbells->consumer);
    doorbells->paused = wanted;
}

enum rc doorbells_turn(struct doorbells *doorbells, struct err *e)
{
    bool got = doorbells != NULL;
    while (got) {
        struct bus_message message;
        set_pause(doorbells);
        enum rc rc = bus_poll(doorbells->consumer, 0, &message, &got, e);
        if (rc)
            return rc;
        if (!got)
            break;
        take_in(doorbells, &message);
        bus_message_free(&message);
    }
    return RC_OK;
}

/* ---- the hand ---- */

size_t doorbells_waiting(const struct doorbells *doorbells)
{
    return doorbells ? doorbells->count : 0;
}

static int by_place(const void *a, const void *b)
{
    const struct gone *x = a;
    const struct gone *y = b;
    if (x->partition != y->partition)
        return x->partition < y->partition ? -1 : 1;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

size_t doorbells_take(struct doorbells *doorbells, struct gone out[DOORBELLS_HAND])
{
    doorbells->busy = true;
    set_pause(doorbells);
    memcpy(out, doorbells->hand, doorbells->count * sizeof(*out));
    qsort(out, doorbells->count, sizeof(*out), by_place);
    return doorbells->count;
}

void doorbells_keep(struct doorbells *doorbells)
{
    doorbells->busy = false;
}

enum rc doorbells_done(struct doorbells *doorbells, struct err *e)
{
    struct bus_partition done[PARTITIONS_MAX];
    size_t count = 0;
    for (int32_t i = 0; i < PARTITIONS_MAX; i++)
        if (doorbells->next[i])
            done[count++] = (struct bus_partition){
                .topic = TOPIC_WEBHOOKS, .partition = i, .offset = doorbells->next[i]};
    drop(doorbells);
    doorbells->busy = false;
    enum rc rc = bus_store(doorbells->consumer, done, count, e);
    return rc ? rc : bus_commit(doorbells->consumer, e);
}

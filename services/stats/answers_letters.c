/* answers_letters: the paths of dead letters; see answers_internal.h. */
#include "answers_internal.h"

#include "core/out.h"
#include "reading_letters.h"

#include <string.h>

enum {
    LIST_LIMIT = 100, /* unless it is given */
    ACT_LIMIT = 100,
};

/* The four parameters that choose letters are called the same on both paths. */
#define FILTER(call, route)                                    \
    (struct letter_filter)                                     \
    {                                                          \
        .reason = (call)->params[API_##route##_reason].text,   \
        .order = (call)->params[API_##route##_order].text,     \
        .since_ms = (call)->params[API_##route##_since].value, \
        .until_ms = (call)->params[API_##route##_until].value  \
    }

void answers_list_letters(struct answers *answers, const struct api_call *call,
                          struct http_response *response)
{
    struct err e;
    struct reading_letters page;
    int64_t totals[LETTER_STATE_COUNT] = {0};
    struct store *store = answers->reading.store;
    const struct reading_letters_of of = {
        .state = (enum letter_state)call->params[API_LETTERS_state].value,
        .filter = FILTER(call, LETTERS),
        .after = call->params[API_LETTERS_after].text,
        .limit = call->params[API_LETTERS_limit].given
                     ? (size_t)call->params[API_LETTERS_limit].value
                     : LIST_LIMIT};
    enum rc rc = reading_letters(store, &of, &answers->arena, &page, &e);
    if (rc == RC_OK)
        rc = reading_letters_count(store, &answers->arena, totals, &e);
    if (rc)
        answers_redis_away(&e, response);
    else if (page.lost)
        answers_refuse(400, "after: this letter is not in the list any more; begin again",
                       response);
    else
        letter_list(page.at, page.count, totals, page.next, &response->body);
}

void answers_show_letter(struct answers *answers, const struct api_call *call,
                         const struct http_request *request,
                         struct http_response *response)
{
    struct err e;
    struct reading_letters found;
    if (letters_busy(answers->letters)) {
        answers_refuse(429, "other dead letters are being worked on", response);
        return;
    }
    if (reading_letters_by_id(answers->reading.store, &call->arg, 1, &answers->arena,
                              &found, &e))
        answers_redis_away(&e, response);
    else if (found.count)
        letters_show(answers->letters, found.at, request);
    else
        answers_refuse(404, "no dead letter has this id; GET /api/v1/dlq lists them",
                       response);
}

/* ---- acting ---- */

struct choice {
    struct letter *chosen;
    size_t count;
    struct letter_refused *refused;
    size_t refused_count;
};

static void sort_out(const struct reading_letters *found,
                     const struct letter_rules *rules, struct arena *arena,
                     struct choice *out)
{
    for (size_t i = 0; i < found->count; i++) {
        const char *why = letter_refusal(&found->at[i], rules, arena);
        if (why)
            out->refused[out->refused_count++] =
                (struct letter_refused){found->at[i].id, why};
        else
            out->chosen[out->count++] = found->at[i];
    }
}

/* Ids that nobody knows are refused, too. */
static void add_unknown(const struct api_call *call, const struct reading_letters *found,
                        struct choice *out)
{
    for (int64_t i = 0; i < call->params[API_LETTERS_DO_ids].value; i++) {
        const char *id = call->params[API_LETTERS_DO_ids].list[i];
        bool known = false;
        for (size_t j = 0; j < found->count; j++)
            known |= strcmp(found->at[j].id, id) == 0;
        if (!known)
            out->refused[out->refused_count++] =
                (struct letter_refused){id, "no dead letter has this id"};
    }
}

/* All: of the open ones, or of the parked ones when they are taken back. */
static enum rc find(struct answers *answers, const struct api_call *call,
                    enum letter_action action, struct reading_letters *found,
                    struct err *e)
{
    struct store *store = answers->reading.store;
    if (call->params[API_LETTERS_DO_ids].given)
        return reading_letters_by_id(store, call->params[API_LETTERS_DO_ids].list,
                                     (size_t)call->params[API_LETTERS_DO_ids].value,
                                     &answers->arena, found, e);
    const struct reading_letters_of of = {
        .state = action == LETTER_DO_UNPARK ? LETTER_PARKED : LETTER_OPEN,
        .filter = FILTER(call, LETTERS_DO),
        .limit = ACT_LIMIT};
    return reading_letters(store, &of, &answers->arena, found, e);
}

static void finish(struct answers *answers, const struct choice *choice,
                   struct letter_outcome *outcome, const struct http_request *request,
                   struct http_response *response)
{
    const char **ids = arena_array(&answers->arena, choice->count, sizeof(*ids));
    for (size_t i = 0; i < choice->count; i++)
        ids[i] = choice->chosen[i].id;
    if (!outcome->dry_run && choice->count) {
        const struct letters_task task = {
            .outcome = *outcome, .letters = choice->chosen, .count = choice->count};
        letters_act(answers->letters, &task, request);
        return;
    }
    outcome->done = ids;
    outcome->done_count = choice->count;
    letter_outcome_write(outcome, &response->body);
}

void answers_do_letters(struct answers *answers, const struct api_call *call,
                        const struct http_request *request,
                        struct http_response *response)
{
    struct err e;
    struct reading_letters found;
    const struct letter_rules rules = {
        .action = (enum letter_action)call->params[API_LETTERS_DO_action].value,
        .force = call->params[API_LETTERS_DO_force].value,
        .redrives_max = answers->redrives_max};
    if (letters_busy(answers->letters)) {
        answers_refuse(429, "other dead letters are being worked on", response);
        return;
    }
    if (find(answers, call, rules.action, &found, &e)) {
        answers_redis_away(&e, response);
        return;
    }
    size_t most = found.count + (size_t)call->params[API_LETTERS_DO_ids].value;
    struct choice choice = {
        .chosen = arena_array(&answers->arena, most, sizeof(struct letter)),
        .refused = arena_array(&answers->arena, most, sizeof(struct letter_refused))};
    sort_out(&found, &rules, &answers->arena, &choice);
    add_unknown(call, &found, &choice);
    struct letter_outcome outcome = {.action = rules.action,
                                     .dry_run =
                                         call->params[API_LETTERS_DO_dry_run].value,
                                     .refused = choice.refused,
                                     .refused_count = choice.refused_count,
                                     .more = found.next != NULL};
    finish(answers, &choice, &outcome, request, response);
}

/* answers_conflicts: what a person has seen to leaves the list; see answers_internal.h.
 */
#include "answers_internal.h"

#include "core/dismissed.h"
#include "core/fold_control.h"
#include "core/keys.h"
#include "io/clock.h"
#include "io/log.h"
#include "reading_conflicts.h"

#include <string.h>

static void refuse(struct dismissed *dismissed, const char *order, const char *why)
{
    dismissed->refused[dismissed->refused_count++] =
        (struct dismissed_refused){.order = order, .why = why};
}

/* One that was named twice is done once. */
static void take(struct dismissed *dismissed, const struct dismissed_item *item)
{
    for (size_t i = 0; i < dismissed->done_count; i++)
        if (strcmp(dismissed->done[i].member, item->member) == 0)
            return;
    dismissed->done[dismissed->done_count++] = *item;
}

static enum rc sort_out(struct answers *answers, const struct board *board,
                        const struct api_call *call, struct dismissed *dismissed,
                        struct err *e)
{
    const char *const *orders = call->params[API_CONFLICTS_DO_orders].list;
    for (int64_t i = 0; i < call->params[API_CONFLICTS_DO_orders].value; i++) {
        struct reading_conflict found;
        enum rc rc = reading_conflict(answers->reading.store, board, orders[i],
                                      &answers->arena, &found, e);
        if (rc)
            return rc;
        if (found.several)
            refuse(dismissed, orders[i],
                   "several are open by this name: say which, as shop/id");
        else if (found.item.member)
            take(dismissed, &found.item);
        else
            refuse(dismissed, orders[i],
                   "it is not among what needs a person; by its name it is found for 30 "
                   "days, later by shop/id");
    }
    return RC_OK;
}

/* What was decided is named by its own time: the clocks of two machines are not compared,
 * and what is decided meanwhile still needs a person. */
static enum rc publish(struct answers *answers, const struct dismissed *dismissed,
                       struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < dismissed->done_count && rc == RC_OK; i++) {
        const struct dismissal message = {.version = MESSAGE_VERSION,
                                          .decided_ms = dismissed->done[i].decided_ms,
                                          .at_ms = clock_now_ms()};
        const char *key = arena_printf(&answers->arena, "%s%s", CONTROL_KEY_DISMISSAL,
                                       dismissed->done[i].member);
        rc = answers_produce(answers, key, &dismissal_codec, &message, e);
    }
    return rc ? rc : answers_flush(answers, e);
}

/* At once what the fold will do when the control topic comes round: nothing is moved. */
static void show(struct answers *answers, const struct dismissed *dismissed)
{
    struct ops ops;
    struct err e;
    struct store_applied applied = {0};
    ops_init(&ops, &answers->arena);
    for (size_t i = 0; i < dismissed->done_count; i++)
        fold_control_dismiss(dismissed->done[i].member, dismissed->done[i].decided_ms,
                             &ops);
    if (store_apply(answers->reading.store, "", 0, &ops, &applied, &e))
        log_err(LOG_WARN, "conflicts.dismissed_later", &e, LOG_FIELDS());
}

void answers_do_conflicts(struct answers *answers, const struct api_call *call,
                          struct http_response *response)
{
    struct view view;
    struct err e;
    size_t most = (size_t)call->params[API_CONFLICTS_DO_orders].value;
    struct dismissed dismissed = {
        .dry_run = call->params[API_CONFLICTS_DO_dry_run].value,
        .done = arena_array(&answers->arena, most, sizeof(*dismissed.done)),
        .refused = arena_array(&answers->arena, most, sizeof(*dismissed.refused))};
    if (!answers_view_of(answers, &view, response))
        return;
    if (sort_out(answers, view.board, call, &dismissed, &e)) {
        answers_redis_away(&e, response);
        return;
    }
    if (!dismissed.dry_run && dismissed.done_count) {
        if (publish(answers, &dismissed, &e)) {
            answers_refuse_unavailable("Kafka did not take the dismissal in time; it may "
                                       "still come into force, ask again",
                                       &e, response);
            return;
        }
        log_info("conflicts.dismissed", KV("orders", dismissed.done_count),
                 KV("refused", dismissed.refused_count));
        show(answers, &dismissed);
    }
    dismissed_write(&dismissed, &response->body);
}

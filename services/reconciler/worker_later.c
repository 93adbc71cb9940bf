/* worker_later: messages of the retry topic that are not due yet. They wait here, their
 * partitions held, while the worker goes on with the others. */
#include "io/clock.h"
#include "worker_internal.h"

#include <stdlib.h>
#include <string.h>

struct worker_held {
    struct worker_held *next; /* in the order they came */
    struct bus_message message;
    int64_t due_ms; /* monotonic */
};

static struct bus_partition partition_of(const struct bus_message *message)
{
    return (struct bus_partition){.topic = message->topic,
                                  .partition = message->partition};
}

static bool same_partition(const struct bus_message *a, const struct bus_message *b)
{
    return a->partition == b->partition && strcmp(a->topic, b->topic) == 0;
}

/* One before it in [from, end) is of its partition. */
static bool is_behind(const struct worker_held *from, const struct worker_held *end,
                      const struct bus_message *message)
{
    for (; from != end; from = from->next)
        if (same_partition(&from->message, message))
            return true;
    return false;
}

/* A clock that was set back, or a header made by hand, holds nothing for longer than the
 * longest wait that we write. */
static int64_t wait_of(const struct worker *worker, const struct bus_message *message)
{
    int64_t wait_ms = work_not_before_ms(message) - clock_now_ms();
    int64_t max_ms = worker->cfg->retry_max_s * 1000;
    return wait_ms < max_ms ? wait_ms : max_ms;
}

bool worker_later(struct worker *worker, const struct bus_message *message)
{
    const struct bus_partition partition = partition_of(message);
    int64_t wait_ms = wait_of(worker, message);
    if (wait_ms <= 0 && !is_behind(worker->later, NULL, message))
        return false;
    struct worker_held *held = calloc(1, sizeof(*held));
    if (!held)
        abort(); /* out of memory: as in arena.h */
    held->message = *message;
    held->due_ms = clock_monotonic_ms() + wait_ms;
    struct worker_held **end = &worker->later;
    while (*end)
        end = &(*end)->next;
    *end = held;
    bus_hold(worker->consumer, &partition, true);
    return true;
}

bool worker_due(struct worker *worker, struct bus_message *message)
{
    for (struct worker_held **at = &worker->later; *at; at = &(*at)->next) {
        struct worker_held *held = *at;
        if (held->due_ms > clock_monotonic_ms() ||
            is_behind(worker->later, held, &held->message))
            continue;
        const struct bus_partition partition = partition_of(&held->message);
        *message = held->message;
        *at = held->next;
        free(held);
        if (!is_behind(worker->later, NULL, message))
            bus_hold(worker->consumer, &partition, false);
        return true;
    }
    return false;
}

void worker_later_drop(struct worker *worker)
{
    while (worker->later) {
        struct worker_held *held = worker->later;
        worker->later = held->next;
        bus_message_free(&held->message);
        free(held);
    }
}

/* gone: see gone.h. */
#include "core/gone.h"

#include <inttypes.h>

struct result gone_result(const struct gone *gone, const char *shop, int64_t now_ms,
                          struct arena *arena)
{
    return (struct result){
        .version = MESSAGE_VERSION,
        .shop = shop,
        .order = gone->order,
        .action = action_word(ACTION_CONFLICT),
        .reason = reason_word(REASON_DELETED_IN_SHOP),
        .detail = arena_printf(arena,
                               "%s has no order %" PRId64 " any more; in RMS its "
                               "ReferenceNumber is SHOPIFY-%" PRId64,
                               shop, gone->order, gone->order),
        .source = "webhook",
        .src_topic = TOPIC_WEBHOOKS,
        .src_partition = gone->partition,
        .src_offset = gone->offset,
        .published_ms = gone->published_ms,
        .decided_ms = now_ms,
        .worker = "fetcher",
    };
}

bool gone_known(const struct gone_memory *memory, int64_t order)
{
    for (size_t i = 0; i < GONE_MEMORY; i++)
        if (memory->orders[i] == order)
            return true;
    return false;
}

void gone_remember(struct gone_memory *memory, int64_t order)
{
    memory->orders[memory->next++ % GONE_MEMORY] = order;
}

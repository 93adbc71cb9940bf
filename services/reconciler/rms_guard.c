/* rms_guard: the columns of our guard's table and the values of a row, in the order of
 * guard.def; for the writers that make their texts from it. */
#include "rms_write.h"

static const char *const names[] = {
#define GUARD(name, type) #name,
#include "guard.def"
#undef GUARD
};

const char *rms_guard_column(enum rms_guard_column column)
{
    return names[column];
}

void rms_guard_insert_text(struct buf *buf)
{
    buf_text(buf, "INSERT INTO tillbridge_guard (");
    for (enum rms_guard_column c = 0; c < RMS_GUARD_COLUMNS; c++)
        buf_printf(buf, "%s%s", c ? ", " : "", rms_guard_column(c));
    buf_text(buf, ")");
}

void rms_guard_replace_text(struct buf *buf)
{
    buf_text(buf, " ON CONFLICT (order_id, shop) DO UPDATE SET ");
    for (enum rms_guard_column c = GUARD_rms_order; c < RMS_GUARD_COLUMNS; c++)
        buf_printf(buf, "%s%s = excluded.%s", c > GUARD_rms_order ? ", " : "",
                   rms_guard_column(c), rms_guard_column(c));
}

static struct rms_value number(int64_t value)
{
    return (struct rms_value){.number = value};
}

static struct rms_value text(const char *value)
{
    return (struct rms_value){.is_text = true, .text = value};
}

void rms_guard_values(const struct snapshot *order, const struct guard *g,
                      const char *map, struct rms_value *out)
{
    out[GUARD_order_id] = number(order->id);
    out[GUARD_shop] = text(order->shop);
    out[GUARD_rms_order] = number(g->rms_order);
    out[GUARD_updated_at] = number(g->updated_ms);
    out[GUARD_fetched_at] = number(g->fetched_ms);
    out[GUARD_applied] = text(g->applied);
    out[GUARD_seen] = text(g->seen);
    out[GUARD_action] = text(action_word(g->action));
    out[GUARD_reason] = text(reason_word(g->reason));
    out[GUARD_held_for] = text(g->held ? reason_word(g->held_for) : "");
    out[GUARD_closed_by_us] = number(g->closed_by_us);
    out[GUARD_notes] = text(g->notes);
    out[GUARD_src_topic] = text(g->src_topic);
    out[GUARD_src_partition] = number(g->src_partition);
    out[GUARD_src_offset] = number(g->src_offset);
    out[GUARD_outcome] = text(g->outcome ? g->outcome : "");
    out[GUARD_line_map] = text(map);
}

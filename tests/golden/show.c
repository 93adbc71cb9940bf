/* show: see show.h. */
#include "show.h"

#include "base/instant.h"
#include "base/money.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void show_text(const char *text, struct buf *out)
{
    buf_text(out, "\"");
    for (const char *p = text ? text : "(null)"; *p; p++) {
        if (*p == '\n')
            buf_text(out, "\\n");
        else
            buf_add(out, p, 1);
    }
    buf_text(out, "\"");
}

static void show_value(enum column column, int64_t number, const char *text,
                       struct buf *out)
{
    char money[MONEY_TEXT_MAX];
    switch (column_kind(column)) {
    case COLUMN_INT:
        buf_printf(out, "%" PRId64, number);
        break;
    case COLUMN_MONEY:
    case COLUMN_QUANTITY:
        buf_text(out, money_format(number, money));
        break;
    case COLUMN_TEXT:
    case COLUMN_LONGTEXT:
        show_text(text, out);
        break;
    case COLUMN_TIME:
        buf_text(out, text ? text : "(null)");
        break;
    }
}

static void show_column(const struct row_op *op, const struct column_value *value,
                        struct buf *out)
{
    buf_printf(out, " %s=", column_name(value->column));
    bool is_time = column_kind(value->column) == COLUMN_TIME;
    if (op->kind == OP_UPDATE && !is_time) {
        show_value(value->column, value->number_before, value->text_before, out);
        buf_text(out, "->");
    }
    if (op->kind == OP_ADD && !is_time)
        buf_text(out, value->number < 0 ? "" : "+");
    show_value(value->column, value->number, value->text, out);
}

static void show_op(const struct row_op *op, struct buf *out)
{
    static const char *const words[] = {[OP_INSERT] = "insert",
                                        [OP_UPDATE] = "update",
                                        [OP_DELETE] = "delete",
                                        [OP_ADD] = "add to"};
    buf_printf(out, "%s %s", words[op->kind], table_name(op->table));
    if (op->id)
        buf_printf(out, " %" PRId64, op->id);
    if (op->table == TABLE_ENTRY && op->line == LINE_KEPT)
        buf_text(out, " (kept)");
    else if (op->table == TABLE_ENTRY && op->line)
        buf_printf(out, " (line %" PRId64 ")", op->line);
    else if (op->table == TABLE_ENTRY)
        buf_text(out, " (shipping)");
    buf_text(out, op->count ? ":" : "");
    for (size_t i = 0; i < op->count; i++)
        show_column(op, &op->values[i], out);
    buf_text(out, "\n");
}

/* A digest by what it is of; its hex digits would say nothing. */
static void show_digest(const char *name, const char *digest, const char *before,
                        const char *of_order, struct buf *out)
{
    const char *word = "new";
    if (!digest[0])
        word = "none";
    else if (strcmp(digest, of_order) == 0)
        word = "this";
    else if (strcmp(digest, before) == 0)
        word = "as before";
    buf_printf(out, "  %s: %s\n", name, word);
}

static void show_map(const struct guard *guard, struct buf *out)
{
    char money[MONEY_TEXT_MAX];
    for (size_t i = 0; i < guard->line_count; i++) {
        const struct line_map *line = &guard->lines[i];
        if (line->line == LINE_OWED || line->line == LINE_DUE) {
            buf_printf(out, "  item %" PRId64 ", still to %s %s\n", line->item,
                       line->line == LINE_DUE ? "commit" : "release",
                       money_format(line->committed_e4, money));
            continue;
        }
        if (line->line == LINE_KEPT)
            buf_text(out, "  kept");
        else if (line->line)
            buf_printf(out, "  line %" PRId64, line->line);
        else
            buf_text(out, "  shipping");
        if (line->entry)
            buf_printf(out, ": entry %" PRId64, line->entry);
        else
            buf_text(out, ": new entry");
        buf_printf(out, ", item %" PRId64 ", committed %s\n", line->item,
                   money_format(line->committed_e4, money));
    }
}

static void show_guard(const struct guard *guard, const struct guard *before,
                       const struct snapshot *order, struct buf *out)
{
    char updated[INSTANT_TEXT_MAX];
    char fetched[INSTANT_TEXT_MAX];
    char digest[DIGEST_TEXT_MAX];
    snapshot_digest(order, digest);
    buf_printf(out, "guard\n  last decision: %s%s%s\n", action_word(guard->action),
               guard->reason == REASON_NONE ? "" : ", ", reason_word(guard->reason));
    buf_printf(out, "  rms order: %" PRId64 "%s\n", guard->rms_order,
               guard->closed_by_us ? ", closed by us" : "");
    buf_printf(out, "  fence: %s, fetched %s\n",
               instant_format(guard->updated_ms, updated),
               instant_format(guard->fetched_ms, fetched));
    char applied[DIGEST_TEXT_MAX]; /* of the content; that of the goods goes with it */
    snprintf(applied, sizeof(applied), "%.32s", guard->applied);
    char was_applied[DIGEST_TEXT_MAX];
    snprintf(was_applied, sizeof(was_applied), "%.32s", before->applied);
    show_digest("applied", applied, was_applied, digest, out);
    show_digest("seen", guard->seen, before->seen, digest, out);
    show_digest("notes", guard->notes, before->notes, digest, out);
    if (guard->held)
        buf_printf(out, "  held for: %s\n", reason_word(guard->held_for));
    show_map(guard, out);
}

void show_plan(const struct plan *plan, const struct guard *before,
               const struct snapshot *order, struct buf *out)
{
    buf_printf(out, "%s%s%s%s\n", action_word(plan->action),
               plan->reason == REASON_NONE ? "" : ", ", reason_word(plan->reason),
               plan->reported ? ", dead letter" : "");
    if (plan->detail)
        buf_printf(out, "detail: %s\n", plan->detail);
    buf_printf(out,
               "entries: %" PRId64 " added, %" PRId64 " changed, %" PRId64 " deleted\n\n",
               plan->added, plan->changed, plan->deleted);
    for (size_t i = 0; i < plan->count; i++)
        show_op(&plan->ops[i], out);
    buf_text(out, plan->link_customer ? "the order's customer into our map\n" : "");
    buf_text(out, plan->count ? "\n" : "");
    show_guard(&plan->next, before, order, out);
}

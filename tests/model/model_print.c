/* model_print: the model's rows as text, to compare and to show. */
#include "base/money.h"
#include "model.h"

#include <inttypes.h>

static const char *money(int64_t amount_e4, char out[MONEY_TEXT_MAX])
{
    return money_format(amount_e4, out);
}

static void print_entry(const struct rms_entry *entry, struct buf *out)
{
    char t[5][MONEY_TEXT_MAX];
    buf_printf(out, "  entry %" PRId64 " item %" PRId64 ": %s x %s (full %s, cost %s)%s",
               entry->id, entry->item_id, money(entry->quantity_e4, t[0]),
               money(entry->price_e4, t[1]), money(entry->full_price_e4, t[2]),
               money(entry->cost_e4, t[3]), entry->taxable ? " taxable" : "");
    if (entry->rtd_e4)
        buf_printf(out, " rtd %s", money(entry->rtd_e4, t[4]));
    buf_printf(out, " \"%s\" \"%s\"\n", entry->description, entry->comment);
}

/* Notes have line ends: shown as in JSON. */
static void print_text(const char *name, const char *text, struct buf *out)
{
    buf_printf(out, "  %s \"", name);
    for (const char *p = text; *p; p++) {
        if (*p == '\n')
            buf_text(out, "\\n");
        else
            buf_add(out, p, 1);
    }
    buf_text(out, "\"\n");
}

void model_print_order(const struct rms_order *order, struct buf *out)
{
    char t[4][MONEY_TEXT_MAX];
    buf_printf(out,
               "order %" PRId64 " \"%s\": %s%stotal %s tax %s shipping charge %s deposit "
               "%s customer %" PRId64 " service %" PRId64 "%s\n",
               order->id, order->reference, order->closed ? "closed " : "open ",
               order->tendered ? "tendered " : "", money(order->total_e4, t[0]),
               money(order->tax_e4, t[1]), money(order->shipping_charge_e4, t[2]),
               money(order->deposit_e4, t[3]), order->customer_id,
               order->shipping_service_id, order->taxable ? " taxable" : "");
    print_text("comment", order->comment, out);
    print_text("notes", order->notes, out);
    for (size_t i = 0; i < order->entry_count; i++)
        print_entry(&order->entries[i], out);
}

void model_print(const struct model *model, struct buf *out)
{
    char t[MONEY_TEXT_MAX];
    for (size_t i = 0; i < model->order_count; i++)
        model_print_order(&model->orders[i], out);
    for (size_t i = 0; i < model->item_count; i++)
        if (model->items[i].committed_e4)
            buf_printf(out, "item %" PRId64 " committed %s\n", model->items[i].row.id,
                       money(model->items[i].committed_e4, t));
}

/* As RMS adds up: each line rounded by itself. Quantities may be fractions (scales). */
int64_t model_sum(const struct rms_order *order, int64_t unit_e4)
{
    int64_t sum_e4 = 0;
    for (size_t i = 0; i < order->entry_count; i++) {
        const struct rms_entry *entry = &order->entries[i];
        __int128 line_e8 = (__int128)entry->price_e4 * entry->quantity_e4;
        sum_e4 += money_round((int64_t)(line_e8 / QUANTITY_SCALE), unit_e4);
    }
    return sum_e4;
}

int64_t model_open_quantity(const struct model *model, int64_t item_id)
{
    int64_t sum_e4 = 0;
    for (size_t i = 0; i < model->order_count; i++) {
        const struct rms_order *order = &model->orders[i];
        for (size_t k = 0; k < order->entry_count && !order->closed; k++)
            if (order->entries[k].item_id == item_id)
                sum_e4 += order->entries[k].quantity_e4;
    }
    return sum_e4;
}

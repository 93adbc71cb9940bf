/* goods: see goods.h. */
#include "core/goods.h"

static void add_taxes(const struct codec_list *taxes, struct digest *digest)
{
    const struct snapshot_tax *tax = taxes->at;
    digest_add_int(digest, (int64_t)taxes->count);
    for (size_t i = 0; i < taxes->count; i++)
        digest_add_int(digest, tax[i].price_e4);
}

static void add_text(const char *text, struct digest *digest)
{
    digest_add_text(digest, text ? text : "");
}

static void add_line(const struct snapshot_line *line, struct digest *digest)
{
    const int64_t numbers[] = {
        line->id,       line->quantity,   line->current_quantity, line->unit_price_e4,
        line->total_e4, line->discount_e4};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        digest_add_int(digest, numbers[i]);
    add_text(line->sku, digest);
    add_taxes(&line->taxes, digest);
}

static void add_order(const struct snapshot *o, struct digest *digest)
{
    const int64_t numbers[] = {o->taxes_included, o->total_e4,  o->tax_e4,
                               o->shipping_e4,    o->duties_e4, o->fees_e4};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        digest_add_int(digest, numbers[i]);
    add_text(o->currency, digest);
    for (size_t i = 0; i < o->shipping.count; i++) {
        digest_add_int(digest, snapshot_shippings(o)[i].price_e4);
        digest_add_int(digest, snapshot_shippings(o)[i].charged_e4);
        add_taxes(&snapshot_shippings(o)[i].taxes, digest);
    }
}

static void add_settings(const struct plan_input *in, struct digest *digest)
{
    const struct rms_item *shipping = in->rms->shipping_item;
    const struct rms_item *misc = in->rms->misc_item;
    digest_add_int(digest, in->settings->inclusive);
    digest_add_int(digest, in->settings->commit_stock);
    digest_add_int(digest, in->settings->barcode_fallback);
    digest_add_int(digest, shipping ? shipping->id : 0);
    digest_add_int(digest, misc ? misc->id : 0);
}

const char *goods_digest(const struct plan_input *in, char out[DIGEST_TEXT_MAX])
{
    struct digest digest;
    digest_init(&digest);
    add_settings(in, &digest);
    add_order(in->order, &digest);
    for (size_t i = 0; i < in->order->lines.count; i++) {
        const struct snapshot_line *line = &snapshot_lines(in->order)[i];
        add_line(line, &digest);
        if (in->settings->barcode_fallback)
            add_text(line->barcode, &digest);
    }
    return digest_end(&digest, out);
}

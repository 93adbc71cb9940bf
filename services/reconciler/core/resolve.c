/* resolve: lookups by SKU and barcode, and refusals in words; see resolve.h. */
#include "core/resolve.h"

#include "base/str.h"
#include "core/ops.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int by_sku(const void *sku, const void *hit)
{
    return str_compare_sku(sku, ((const struct sku_hit *)hit)->sku);
}

static const struct sku_hit *find_sku(const struct rms_state *rms, const char *sku)
{
    return bsearch(sku, rms->skus, rms->sku_count, sizeof(*rms->skus), by_sku);
}

static bool blank(const char *sku)
{
    return !sku || sku[strspn(sku, " ")] == '\0';
}

/* What RMS has for the line: by its SKU, else by its barcode where the setting says so.
 * NULL: neither is there. */
static const struct sku_hit *hit_of(const struct plan_input *in,
                                    const struct snapshot_line *line)
{
    const struct sku_hit *hit = blank(line->sku) ? NULL : find_sku(in->rms, line->sku);
    if ((!hit || hit->hits == 0) && in->settings->barcode_fallback &&
        !blank(line->barcode))
        hit = find_sku(in->rms, line->barcode);
    return hit && hit->hits ? hit : NULL;
}

enum reason resolve_one(const struct plan_input *in, const struct snapshot_line *line,
                        const struct rms_item **item)
{
    const struct sku_hit *hit = hit_of(in, line);
    if (!hit && blank(line->sku)) {
        *item = in->rms->misc_item;
        return *item ? REASON_NONE : REASON_MISSING_SKU;
    }
    if (!hit)
        return REASON_UNKNOWN_SKU;
    if (hit->hits > 1)
        return REASON_AMBIGUOUS_SKU;
    if (hit->item->inactive && !in->settings->allow_inactive)
        return REASON_UNKNOWN_SKU;
    *item = hit->item;
    return REASON_NONE;
}

enum {
    SHOWN_UNITS = 80, /* of a title or SKU in a detail: who made it can make it endless */
};

/* The sentence behind "line 5 (Blue mug): ". */
static const char *refusal_words(enum reason reason, bool inactive)
{
    if (inactive)
        return "is an inactive item in RMS: activate it";
    if (reason == REASON_MISSING_SKU)
        return "is empty and RMS_MISC_ITEM is not set: set it, or give the product a SKU";
    if (reason == REASON_AMBIGUOUS_SKU)
        return "belongs to several items in RMS: leave it on one only";
    return "is in RMS neither as item lookup code nor as alias: add the item or an alias";
}

static const char *refusal(const struct plan_input *in, const struct snapshot_line *line,
                           enum reason reason, struct arena *arena)
{
    const struct sku_hit *hit = hit_of(in, line);
    bool by_sku = !hit || find_sku(in->rms, line->sku ? line->sku : "") == hit;
    bool inactive = reason == REASON_UNKNOWN_SKU && hit;
    return arena_printf(
        arena, "line %" PRId64 " (%s): %s \"%s\" %s, then redrive the order", line->id,
        ops_fit(arena, line->title, SHOWN_UNITS), by_sku ? "SKU" : "barcode",
        ops_fit(arena, by_sku ? line->sku : line->barcode, SHOWN_UNITS),
        refusal_words(reason, inactive));
}

enum reason resolve_all(const struct plan_input *in, const struct amounts *amounts,
                        struct arena *arena, const struct rms_item ***items,
                        const char **detail)
{
    *items = arena_array(arena, amounts->count, sizeof(struct rms_item *));
    for (size_t i = 0; i < amounts->count; i++) {
        const struct snapshot_line *line = amounts->lines[i].line;
        enum reason reason = resolve_one(in, line, &(*items)[i]);
        if (reason != REASON_NONE) {
            *detail = refusal(in, line, reason, arena);
            return reason;
        }
    }
    return REASON_NONE;
}

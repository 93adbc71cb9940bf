/* fuzz_snapshot: bytes as a message of shopify.orders. What is taken must be written and
 * read again as the same order; what is not taken must say why. */
#include "fuzz.h"

#include "base/buf.h"
#include "base/str.h"
#include "wire/snapshot.h"

#include <string.h>

static void check_taken(const struct snapshot *order, struct arena *arena)
{
    char before[DIGEST_TEXT_MAX];
    char after[DIGEST_TEXT_MAX];
    struct snapshot again;
    struct buf text;
    struct err e = {0};
    for (size_t i = 0; i < order->lines.count; i++) {
        const struct snapshot_line *line = &snapshot_lines(order)[i];
        if (line->current_quantity < 0 || line->current_quantity > line->quantity)
            fuzz_fail("a quantity that was to be refused");
    }
    buf_init(&text, 2 * (size_t)SNAPSHOT_MAX_BYTES);
    snapshot_encode(order, &text);
    if (text.full || !str_utf8_valid(buf_str(&text), text.len))
        fuzz_fail("written in a way that nobody can read");
    if (text.len <= SNAPSHOT_MAX_BYTES &&
        snapshot_decode(buf_str(&text), text.len, arena, &again, &e))
        fuzz_fail("not read again: %s", e.text);
    if (text.len <= SNAPSHOT_MAX_BYTES &&
        strcmp(snapshot_digest(order, before), snapshot_digest(&again, after)) != 0)
        fuzz_fail("read again as another order");
    buf_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct snapshot order;
    struct err e = {0};
    arena_init(&arena);
    enum rc rc = snapshot_decode((const char *)data, size, &arena, &order, &e);
    if (rc == RC_OK)
        check_taken(&order, &arena);
    else if (rc != RC_REJECT || !e.text[0])
        fuzz_fail("refused as %s: \"%s\"", err_rc_name(rc), e.text);
    arena_done(&arena);
    return 0;
}

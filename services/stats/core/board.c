/* board: see board.h. */
#include "core/board.h"

#include "base/str.h"
#include "core/keys.h"

#include <string.h>

enum {
    NAME_PARTS = 5, /* class, source, action, reason, shop */
};

static const char *behind(const char *text, const char *prefix)
{
    size_t len = strlen(prefix);
    return strncmp(text, prefix, len) == 0 ? text + len : NULL;
}

static int64_t number(const char *text)
{
    int64_t value = 0;
    return str_int64(text, INT64_MIN, INT64_MAX, &value) ? value : 0;
}

static struct board_shop *shop_of(struct board *board, const char *shop)
{
    for (size_t i = 0; i < board->shop_count; i++)
        if (strcmp(board->shops[i].shop, shop) == 0)
            return &board->shops[i];
    if (board->shop_count == BOARD_SHOPS)
        return NULL;
    board->shops[board->shop_count] = (struct board_shop){.shop = shop};
    return &board->shops[board->shop_count++];
}

/* Until balance(), board->shown and board->counters hold the base of the last reset. */
struct cell {
    enum tally_class class;
    enum tally_source source;
    enum action action;
    enum reason reason;
    const char *shop;
};

/* "live|poll|created||shop" */
static bool parse_cell(const char *name, struct arena *arena, struct cell *out)
{
    char *parts[NAME_PARTS];
    char *rest = arena_strdup(arena, name);
    for (size_t i = 0; i < NAME_PARTS; i++) {
        parts[i] = rest;
        char *bar = i + 1 < NAME_PARTS ? strchr(rest, '|') : NULL;
        if (i + 1 < NAME_PARTS && !bar)
            return false;
        if (bar) {
            *bar = '\0';
            rest = bar + 1;
        }
    }
    out->shop = parts[4];
    return tally_class_parse(parts[0], &out->class) &&
           tally_source_parse(parts[1], &out->source) &&
           action_parse(parts[2], &out->action) && reason_parse(parts[3], &out->reason);
}

static void add_cell(struct board *board, const struct cell *cell, bool is_base,
                     int64_t value)
{
    struct tally *tally = is_base ? &board->shown : &board->all;
    tally->cells[cell->class][cell->action][cell->reason] += value;
    struct board_shop *shop = *cell->shop ? shop_of(board, cell->shop) : NULL;
    /* No poll publishes anything for a deleted order. */
    if (!is_base && cell->class != CLASS_DRY_RUN &&
        cell->reason != REASON_DELETED_IN_SHOP)
        board->accounted_by[cell->source] += value;
    if (cell->class != CLASS_LIVE || !shop)
        return;
    if (is_base)
        shop->base += value;
    else
        shop->accounted += value;
}

/* name: a counter's field behind c| or b|. */
static void read_counter(struct board *board, const char *name, bool is_base,
                         int64_t value, struct arena *arena)
{
    static const struct {
        const char *prefix;
        enum tally_counter counter;
    } plain[] = {{FIELD_MALFORMED, COUNTER_MALFORMED},
                 {FIELD_DUPLICATE, COUNTER_DUPLICATES},
                 {FIELD_GAP, COUNTER_GAPS}};
    struct cell cell = {0};
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        if (!behind(name, plain[i].prefix + strlen(FIELD_COUNT)))
            continue;
        int64_t *counters = is_base ? board->counters : board->counters_all;
        counters[plain[i].counter] += value;
        return;
    }
    if (parse_cell(name, arena, &cell))
        add_cell(board, &cell, is_base, value);
}

static void read_published(struct board *board, const char *field, int64_t value)
{
    static const struct {
        const char *prefix;
        size_t offset;
    } members[] = {{FIELD_PUBLISHED, offsetof(struct board_shop, published)},
                   {FIELD_DRY, offsetof(struct board_shop, dry_published)},
                   {FIELD_LOST, offsetof(struct board_shop, lost)},
                   {FIELD_UNRECORDED, offsetof(struct board_shop, unrecorded)}};
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        const char *name = behind(field, members[i].prefix);
        struct board_shop *shop = name ? shop_of(board, name) : NULL;
        if (shop)
            *(int64_t *)(void *)((char *)shop + members[i].offset) = value;
    }
}

/* name: "<source>|<shop>". */
static void read_published_by(struct board *board, const char *name, int64_t value,
                              struct arena *arena)
{
    enum tally_source source = TALLY_SOURCE_POLL;
    if (tally_source_parse(arena_strndup(arena, name, strcspn(name, "|")), &source))
        board->published_by[source] += value;
}

static void read_field(struct board *board, const char *field, const char *value,
                       struct arena *arena)
{
    const char *name = behind(field, FIELD_COUNT);
    if (name)
        read_counter(board, name, false, number(value), arena);
    else if ((name = behind(field, FIELD_BASE)))
        read_counter(board, name, true, number(value), arena);
    else if ((name = behind(field, FIELD_LATENCY)))
        latency_read(&board->latency, name, number(value));
    else if ((name = behind(field, FIELD_PUBLISHED_BY)))
        read_published_by(board, name, number(value), arena);
    else if (strcmp(field, FIELD_CUT) == 0)
        board->cut = true;
    else if (strcmp(field, FIELD_RESET_AT) == 0)
        board->reset_ms = number(value);
    else if (strcmp(field, FIELD_CONFIG) == 0)
        board->config = *value ? value : NULL;
    else
        read_published(board, field, number(value));
}

/* Results may overtake the poll record that announces their orders: then what was
 * accounted for is what was polled. */
static void balance_shop(struct board *board, const struct board_shop *shop)
{
    int64_t published = shop->published - shop->lost + shop->unrecorded;
    int64_t in_flight = published - shop->accounted;
    board->unrecorded += shop->unrecorded;
    if (in_flight > 0)
        board->counters_all[COUNTER_IN_FLIGHT] += in_flight;
    else
        board->surplus -= in_flight;
}

static void balance(struct board *board)
{
    int64_t *all = board->counters_all;
    struct tally base = board->shown;
    for (size_t i = 0; i < board->shop_count; i++)
        balance_shop(board, &board->shops[i]);
    all[COUNTER_TOTAL_POLLED] =
        tally_total(&board->all, CLASS_LIVE) + all[COUNTER_IN_FLIGHT];
    board->counters[COUNTER_TOTAL_POLLED] = tally_total(&base, CLASS_LIVE);
    board->shown = board->all;
    tally_subtract(&board->shown, &base);
    for (size_t i = 0; i < COUNTER_COUNT; i++)
        board->counters[i] = all[i] - board->counters[i];
}

void board_read(const char *const *fields, size_t count, struct arena *arena,
                struct board *out)
{
    *out = (struct board){0};
    out->shops = arena_array(arena, BOARD_SHOPS, sizeof(*out->shops));
    for (size_t i = 0; i + 1 < count; i += 2)
        read_field(out, fields[i], fields[i + 1], arena);
    balance(out);
}

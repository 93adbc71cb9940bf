/* rules: what becomes of lines, money and text, a case a line: cases/lines.tsv and
 * cases/money.tsv hold orders, cases/text.tsv texts. The files say how to write a case.
 *
 *   rules PLAN-CASES FILE.tsv... */
#include "case.h"

#include "base/instant.h"
#include "base/money.h"
#include "base/str.h"
#include "rms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    FIELDS = 6,
    LINES_ROOM = 1200,
    SHOWN_MAX = 12, /* of more entries the count and the sum are shown */
    FILE_ROOM = 1024 * 1024,
};

static const char *plan_cases;

struct rule {
    struct golden_case c;
    struct snapshot_line *lines;
    struct snapshot_shipping shipping;
    char *fields[FIELDS];
    bool bad; /* a word that no rule knows */
};

static int64_t e4(struct rule *rule, const char *text)
{
    int64_t amount_e4 = 0;
    rule->bad |= !text || !money_parse(text, &amount_e4);
    return amount_e4;
}

/* ---- an order of words ---- */

static bool set_sum(struct rule *rule, const char *word, const char *value)
{
    struct snapshot *o = &rule->c.order;
    const struct {
        const char *word;
        int64_t *sum;
    } sums[] = {{"total", &o->total_e4},
                {"tax", &o->tax_e4},
                {"ship", &rule->shipping.price_e4},
                {"charged", &rule->shipping.charged_e4},
                {"duties", &o->duties_e4},
                {"fees", &o->fees_e4},
                {"tip", &o->tip_e4},
                {"rounding", &o->rounding_e4},
                {"refunded", &o->refunded_e4}};
    for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++)
        if (strcmp(word, sums[i].word) == 0) {
            *sums[i].sum = e4(rule, value);
            return true;
        }
    return false;
}

static struct codec_list add_tax(struct rule *rule, struct codec_list taxes,
                                 const char *value)
{
    struct snapshot_tax *more =
        arena_array(&rule->c.arena, taxes.count + 1, sizeof(*more));
    if (taxes.count)
        memcpy(more, taxes.at, taxes.count * sizeof(*more));
    more[taxes.count] = (struct snapshot_tax){.title = "T", .price_e4 = e4(rule, value)};
    return (struct codec_list){.at = more, .count = taxes.count + 1};
}

static void set_word(struct rule *rule, const char *word, const char *value)
{
    struct golden_case *c = &rule->c;
    if (value && set_sum(rule, word, value))
        return;
    if (strcmp(word, "shiptax") == 0)
        rule->shipping.taxes = add_tax(rule, rule->shipping.taxes, value);
    else if (strcmp(word, "currency") == 0)
        c->order.currency = value;
    else if (strcmp(word, "presentment") == 0)
        c->order.presentment_currency = value;
    else if (strcmp(word, "added") == 0) /* taxes are added to the shop's prices */
        c->order.taxes_included = false;
    else if (strcmp(word, "exclusive") == 0) /* RMS_PRICES */
        c->settings.inclusive = false;
    else if (strcmp(word, "misc") == 0)
        c->model.misc_code = "WEB-MISC";
    else if (strcmp(word, "shipitem") == 0)
        c->model.shipping_code = "SHIPPING";
    else if (strcmp(word, "barcodes") == 0)
        c->settings.barcode_fallback = true;
    else if (strcmp(word, "inactive") == 0)
        c->settings.allow_inactive = true;
    else
        rule->bad = true;
}

static void set_line_word(struct rule *rule, struct snapshot_line *line, const char *word,
                          const char *value, int64_t *times)
{
    if (strcmp(word, "left") == 0)
        line->current_quantity = e4(rule, value) / QUANTITY_SCALE;
    else if (strcmp(word, "discount") == 0)
        line->discount_e4 = e4(rule, value);
    else if (strcmp(word, "tax") == 0)
        line->taxes = add_tax(rule, line->taxes, value);
    else if (strcmp(word, "barcode") == 0)
        line->barcode = value;
    else if (strcmp(word, "gift") == 0)
        line->gift_card = true;
    else if (strcmp(word, "times") == 0)
        *times = e4(rule, value) / QUANTITY_SCALE;
    else
        rule->bad = true;
}

/* "SKU quantity unit [word=value...]"; a SKU of - is none, an underline is a blank. */
static void add_line(struct rule *rule, char *text)
{
    struct snapshot_line line = {.title = "Title", .taxable = true};
    int64_t times = 1;
    char *save = NULL;
    int at = 0;
    for (char *word = strtok_r(text, " ", &save); word;
         word = strtok_r(NULL, " ", &save)) {
        char *equals = strchr(word, '=');
        if (at == 0)
            line.sku = strcmp(word, "-") == 0 ? NULL : word;
        else if (at == 1)
            line.quantity = line.current_quantity = e4(rule, word) / QUANTITY_SCALE;
        else if (at == 2)
            line.unit_price_e4 = e4(rule, word);
        else {
            if (equals)
                *equals = '\0';
            set_line_word(rule, &line, word, equals ? equals + 1 : NULL, &times);
        }
        at++;
    }
    for (char *p = (char *)line.sku; p && (p = strchr(p, '_'));)
        *p++ = ' ';
    line.total_e4 = line.unit_price_e4 * line.quantity;
    for (int64_t i = 0; i < times && rule->c.order.lines.count < LINES_ROOM; i++) {
        line.id = 11 + (int64_t)rule->c.order.lines.count;
        rule->lines[rule->c.order.lines.count++] = line;
    }
}

static void read_order(struct rule *rule, char *words, char *lines)
{
    char *save = NULL;
    struct snapshot *o = &rule->c.order;
    rule->lines = arena_array(&rule->c.arena, LINES_ROOM, sizeof(*rule->lines));
    rule->shipping.title = "Standard";
    o->lines = (struct codec_list){.at = rule->lines};
    o->taxes_included = true;
    for (char *word = strtok_r(words, " ", &save); word;
         word = strtok_r(NULL, " ", &save)) {
        char *equals = strchr(word, '=');
        if (equals)
            *equals = '\0';
        set_word(rule, word, equals ? equals + 1 : NULL);
    }
    for (char *line = strtok_r(lines, ";", &save); line;
         line = strtok_r(NULL, ";", &save))
        add_line(rule, line);
    if (rule->shipping.price_e4 || rule->shipping.charged_e4)
        o->shipping = (struct codec_list){.at = &rule->shipping, .count = 1};
    o->shipping_e4 = rule->shipping.price_e4;
}

/* ---- what became of it ---- */

static void show_entry(const struct model *model, const struct rms_entry *entry,
                       struct buf *out)
{
    char text[2][MONEY_TEXT_MAX];
    const struct model_item *item = model_item((struct model *)model, entry->item_id);
    money_format(entry->price_e4, text[0]);
    buf_printf(out, " | %s %lld x %s", item->row.code,
               (long long)(entry->quantity_e4 / QUANTITY_SCALE), text[0]);
    if (entry->full_price_e4 != entry->price_e4)
        buf_printf(out, " (%s)", money_format(entry->full_price_e4, text[1]));
}

static void show_order(struct rule *rule, struct buf *out)
{
    char text[MONEY_TEXT_MAX];
    const struct rms_order *row = &rule->c.model.orders[0];
    if (rule->c.model.order_count == 0)
        return;
    if (row->entry_count > SHOWN_MAX)
        buf_printf(out, " | %zu entries", row->entry_count);
    for (size_t i = 0; i < row->entry_count && row->entry_count <= SHOWN_MAX; i++)
        show_entry(&rule->c.model, &row->entries[i], out);
    if (row->shipping_charge_e4)
        buf_printf(out, " | charge %s", money_format(row->shipping_charge_e4, text));
    int64_t sum_e4 = model_sum(row, money_unit(rule->c.order.currency));
    buf_printf(out, " = %s", money_format(sum_e4 + row->shipping_charge_e4, text));
}

static bool plan_order(struct rule *rule, struct plan *plan, struct err *e)
{
    struct rms_state *state = arena_alloc(&rule->c.arena, sizeof(*state));
    model_load(&rule->c.model, &rule->c.order, &rule->c.arena, state);
    rule->c.input.rms = state;
    if (plan_build(&rule->c.input, &rule->c.arena, plan, e))
        return false;
    model_apply(&rule->c.model, &rule->c.order, plan);
    return !rule->c.model.fault;
}

/* Fields: what, words, lines, expected, what the detail says. */
static void run_order(struct rule *rule, struct buf *out)
{
    struct plan plan;
    struct err e = {0};
    const char *says = rule->fields[4] ? rule->fields[4] : "";
    read_order(rule, rule->fields[1], rule->fields[2]);
    if (rule->bad || !plan_order(rule, &plan, &e)) {
        buf_printf(out, "no case: %s",
                   rule->c.model.fault ? rule->c.model.fault : e.text);
        return;
    }
    buf_printf(out, "%s%s%s", action_word(plan.action),
               plan.reason == REASON_NONE ? "" : " ", reason_word(plan.reason));
    show_order(rule, out);
    if (!strstr(plan.detail ? plan.detail : "", says) || (plan.detail && !says[0]))
        buf_printf(out, ", and says: %s", plan.detail ? plan.detail : "nothing");
}

/* ---- text ---- */

/* "\xNN" is the byte, so that a file of text holds bytes that are none. */
static void raw_bytes(const char *text, struct buf *out)
{
    for (const char *p = text; *p; p++) {
        char byte = *p;
        if (p[0] == '\\' && p[1] == 'x' && p[2] && p[3]) {
            byte = (char)strtol((const char[]){p[2], p[3], '\0'}, NULL, 16);
            p += 3;
        }
        buf_add(out, &byte, 1);
    }
}

/* The message as bytes, so that the decoder has its say. */
static void message_of(const char *field, const char *input, struct buf *out)
{
    bool is_title = strcmp(field, "title") == 0;
    buf_printf(out,
               "{\"v\":1,\"shop\":\"demo.myshopify.com\",\"id\":\"7001\",\"updatedAt\":"
               "\"2026-03-02T11:00:00Z\",\"fetchedAt\":\"2026-03-02T11:05:00Z\","
               "\"createdAt\":\"2026-03-02T10:00:00Z\",\"financialStatus\":\"PAID\","
               "\"taxesIncluded\":true,\"currency\":\"USD\",\"total\":\"1\",\"subtotal\":"
               "\"1\",\"tax\":\"0\",\"itemQuantity\":1,");
    if (is_title)
        buf_text(out, "\"name\":\"#1\",\"note\":\"\",");
    else
        buf_printf(out, "%s\"%s\":\"", strcmp(field, "name") ? "\"name\":\"#1\"," : "",
                   field);
    if (!is_title) {
        raw_bytes(input, out);
        buf_text(out, "\",");
    }
    buf_text(out, "\"lines\":[{\"id\":\"11\",\"quantity\":1,\"currentQuantity\":1,"
                  "\"unitPrice\":\"1\",\"total\":\"1\",\"title\":\"");
    if (is_title)
        raw_bytes(input, out);
    buf_printf(out, "%s\"}]}", is_title ? "" : "Title");
}

static const char *written(const struct plan *plan, enum column column)
{
    for (size_t i = 0; i < plan->count; i++)
        for (size_t k = 0; k < plan->ops[i].count; k++)
            if (plan->ops[i].values[k].column == column)
                return plan->ops[i].values[k].text;
    return "(not written)";
}

static enum column column_of(const char *field)
{
    if (strcmp(field, "name") == 0)
        return COL_ORDER_COMMENT;
    return strcmp(field, "title") == 0 ? COL_ENTRY_DESCRIPTION : COL_ORDER_NOTES;
}

static void show_text(const char *text, struct buf *out)
{
    for (const char *p = text; *p; p++) {
        if (*p == '\n')
            buf_text(out, "\\n");
        else
            buf_add(out, p, 1);
    }
}

static void run_message(struct rule *rule, struct buf *out)
{
    struct buf bytes;
    struct plan plan;
    struct err e = {0};
    enum column column = column_of(rule->fields[1]);
    buf_init(&bytes, FILE_ROOM);
    message_of(rule->fields[1], rule->fields[3], &bytes);
    rule->c.model.misc_code = "WEB-MISC";
    rule->c.settings.width[column] = strtoul(rule->fields[2], NULL, 10);
    if (snapshot_decode(buf_str(&bytes), bytes.len, &rule->c.arena, &rule->c.order, &e))
        buf_text(out, "malformed");
    else if (plan_order(rule, &plan, &e))
        show_text(written(&plan, column), out);
    else
        buf_text(out, e.text);
    buf_done(&bytes);
}

/* Fields: what, field or time zone, width, input, expected. */
static void run_text(struct rule *rule, struct buf *out)
{
    int64_t ms = 0;
    if (strcmp(rule->fields[2], "time") != 0) {
        run_message(rule, out);
        return;
    }
    setenv("TZ", rule->fields[1], 1);
    tzset();
    if (!instant_parse(rule->fields[3], &ms))
        buf_text(out, "no instant");
    else
        buf_text(out, rms_local_time(ms, &rule->c.arena));
}

/* ---- files ---- */

static bool check(char *row, const char *file, bool is_text)
{
    struct rule rule = {0};
    struct buf got;
    struct err e = {0};
    size_t n = 0;
    for (char *field; n < FIELDS && (field = strsep(&row, "\t"));)
        rule.fields[n++] = field;
    if (n < 4 || case_load(plan_cases, "create_one_line", &rule.c, &e)) {
        printf("%s: \"%s\" is no case %s\n", file, rule.fields[0], e.text);
        return false;
    }
    const char *want = rule.fields[is_text ? 4 : 3];
    buf_init(&got, FILE_ROOM);
    if (is_text)
        run_text(&rule, &got);
    else
        run_order(&rule, &got);
    bool good = strcmp(buf_str(&got), want ? want : "") == 0;
    if (!good)
        printf("%s: %s\n  expected: %s\n  became:   %s\n", file, rule.fields[0], want,
               buf_str(&got));
    buf_done(&got);
    case_done(&rule.c);
    return good;
}

static int check_file(const char *path, int *failed)
{
    struct arena arena;
    int count = 0;
    arena_init(&arena);
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    char *text = case_read_file(".", path, &arena);
    for (char *row; text && (row = strsep(&text, "\n"));) {
        if (!row[0] || row[0] == '#')
            continue;
        count++;
        *failed += !check(row, name, strcmp(name, "text.tsv") == 0);
    }
    arena_done(&arena);
    return count;
}

int main(int argc, char **argv)
{
    int failed = 0;
    int count = 0;
    if (argc < 3) {
        fprintf(stderr, "usage: rules PLAN-CASES FILE.tsv...\n");
        return 2;
    }
    plan_cases = argv[1];
    for (int i = 2; i < argc; i++)
        count += check_file(argv[i], &failed);
    printf("%d of %d rules as expected\n", count - failed, count);
    return failed || count == 0;
}

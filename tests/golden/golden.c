/* golden: every folder of cases is an order and what RMS holds, with the plan expected in
 * plan.txt. Compares the plan made, applies it to the rows, shows them, and plans again:
 * after a plan was applied there is nothing left to do.
 *
 *   golden CASES [NAME...]       all cases, or those named
 *   GOLDEN_UPDATE=1 golden ...   rewrites plan.txt; the review is the diff
 */
#include "case.h"
#include "show.h"

#include "base/money.h"
#include "core/goods.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Lines and shipping against what is to be booked, for every order that has entries. */
static void show_sums(struct golden_case *c, int64_t order_id, struct buf *out)
{
    const struct rms_order *order = model_order(&c->model, order_id);
    char t[4][MONEY_TEXT_MAX];
    if (!order)
        return;
    int64_t lines_e4 = model_sum(order, money_unit(c->order.currency));
    int64_t booked_e4 = order->total_e4 - (c->settings.inclusive ? 0 : order->tax_e4);
    int64_t off_e4 = booked_e4 - lines_e4 - order->shipping_charge_e4;
    buf_printf(out, "sums: entries %s + shipping charge %s against %s%s%s\n",
               money_format(lines_e4, t[0]),
               money_format(order->shipping_charge_e4, t[1]),
               money_format(booked_e4, t[2]), off_e4 ? ", off by " : "",
               off_e4 ? money_format(off_e4, t[3]) : "");
}

/* What RMS's own audit asks: committed is what open work orders hold. */
static void show_stock(struct golden_case *c, struct buf *out)
{
    char t[2][MONEY_TEXT_MAX];
    for (size_t i = 0; i < c->model.item_count; i++) {
        const struct model_item *item = &c->model.items[i];
        int64_t open_e4 = model_open_quantity(&c->model, item->row.id);
        if (item->row.type == ITEM_TYPE_NON_INVENTORY)
            open_e4 = 0;
        if (open_e4 != item->committed_e4)
            buf_printf(out, "stock: item %lld committed %s, open orders hold %s\n",
                       (long long)item->row.id, money_format(item->committed_e4, t[0]),
                       money_format(open_e4, t[1]));
    }
}

static enum rc plan_case(struct golden_case *c, struct plan *plan, struct guard *before,
                         struct err *e)
{
    struct rms_state *state = arena_alloc(&c->arena, sizeof(*state));
    model_load(&c->model, &c->order, &c->arena, state);
    *before = state->guard;
    c->input.rms = state;
    if (c->same_goods) {
        char goods[DIGEST_TEXT_MAX];
        snprintf(state->guard.applied, sizeof(state->guard.applied), "%032d%s", 0,
                 goods_digest(&c->input, goods));
        c->same_goods = false; /* only before the first plan */
    }
    return plan_build(&c->input, &c->arena, plan, e);
}

static enum rc run_case(struct golden_case *c, struct buf *out, struct err *e)
{
    struct plan plan;
    struct plan again;
    struct guard before;
    enum rc rc = plan_case(c, &plan, &before, e);
    if (rc)
        return rc;
    show_plan(&plan, &before, &c->order, out);
    model_apply(&c->model, &c->order, &plan);
    if (c->model.fault)
        return err_set(e, RC_REJECT, "golden", "%s", c->model.fault);
    buf_text(out, "\nRMS after it\n");
    model_print(&c->model, out);
    show_sums(c, model_guard(&c->model, &c->order)->rms_order, out);
    show_stock(c, out);
    rc = plan_case(c, &again, &before, e);
    if (rc)
        return rc;
    buf_printf(out, "again: %s %s\n", action_word(again.action),
               reason_word(again.reason));
    return again.count ? err_set(e, RC_REJECT, "golden", "the plan made again has rows")
                       : RC_OK;
}

/* The first line that differs, both ways. */
static void print_difference(const char *want, const char *got)
{
    while (*want && *got) {
        size_t w = strcspn(want, "\n");
        size_t g = strcspn(got, "\n");
        if (w != g || strncmp(want, got, w) != 0)
            break;
        want += w + (want[w] == '\n');
        got += g + (got[g] == '\n');
    }
    printf("  expected: %.*s\n  planned:  %.*s\n", (int)strcspn(want, "\n"), want,
           (int)strcspn(got, "\n"), got);
}

static bool rewrite(const char *folder, const struct buf *text)
{
    char path[1024];
    snprintf(path, sizeof(path), "%s/plan.txt", folder);
    FILE *file = fopen(path, "we");
    if (!file)
        return false;
    bool whole = fwrite(text->data, 1, text->len, file) == text->len;
    return fclose(file) == 0 && whole;
}

static bool compare(const char *cases, const char *name, const struct buf *got,
                    struct arena *arena)
{
    const char *folder = arena_printf(arena, "%s/%s", cases, name);
    const char *want = case_read_file(folder, "plan.txt", arena);
    if (want && strcmp(want, buf_str(got)) == 0)
        return true;
    if (getenv("GOLDEN_UPDATE"))
        return rewrite(folder, got);
    printf("%s: the plan is not the one in plan.txt\n", name);
    print_difference(want ? want : "", buf_str(got));
    printf("  Remedy: mend the plan, or rewrite with GOLDEN_UPDATE=1 and review\n");
    return false;
}

static bool check(const char *cases, const char *name)
{
    struct golden_case c;
    struct buf text;
    struct err e = {0};
    buf_init(&text, MODEL_TEXT_MAX);
    bool good = false;
    if (case_load(cases, name, &c, &e) || run_case(&c, &text, &e))
        printf("%s: %s\n", name, e.text);
    else
        good = compare(cases, name, &text, &c.arena);
    buf_done(&text);
    case_done(&c);
    return good;
}

static int is_case(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && entry->d_type == DT_DIR;
}

static int check_all(const char *cases, int *failed)
{
    struct dirent **entries = NULL;
    int count = scandir(cases, &entries, is_case, alphasort);
    for (int i = 0; i < count; i++) {
        *failed += !check(cases, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return count;
}

int main(int argc, char **argv)
{
    int failed = 0;
    int count = argc - 2;
    if (argc < 2) {
        fprintf(stderr, "usage: golden CASES [NAME...]\n");
        return 2;
    }
    for (int i = 2; i < argc; i++)
        failed += !check(argv[1], argv[i]);
    if (argc == 2)
        count = check_all(argv[1], &failed);
    if (count <= 0)
        printf("%s holds no case\n", argv[1]);
    printf("%d of %d cases as expected\n", count - failed, count);
    return failed || count <= 0;
}

/* test_reconciler_batch_texts: the texts for SQL Server, run by a stand-in on SQLite,
 * write the very rows that SQLite's own statements write; where they are cut, and what
 * they do when a row is gone. */
#include "reconciler/rig.h"

#include "reconciler/stand_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct rig rig;

static const char *const usual[] = {"RMS_SHIPPING_ITEM=SHIPPING",
                                    "RMS_CREATE_CUSTOMERS=true", NULL};

/* What the texts were, in the present run. */
static struct {
    size_t texts, params_most, orders_most;
    const char *spoil; /* run before a text */
} seen;

static size_t guards_in(const char *text)
{
    size_t n = 0;
    for (; (text = strstr(text, "tillbridge_guard ")); text++)
        n++;
    return n;
}

static enum rc watched_run(struct rms_batch *batch, const struct rms_ms_text *text,
                           const char **ids, struct err *e)
{
    size_t orders = guards_in(buf_str(&text->text));
    seen.texts++;
    if (text->param_count > seen.params_most)
        seen.params_most = text->param_count;
    if (orders > seen.orders_most)
        seen.orders_most = orders;
    enum rc rc = seen.spoil ? sql_run(batch->rms->sql, seen.spoil, e) : RC_OK;
    return rc ? rc : stand_in_run(batch, text, ids, e);
}

/* ---- a group, planned as always and written by either way ---- */

struct group {
    const struct snapshot *orders[RIG_WORKS_MAX];
    struct rms_state states[RIG_WORKS_MAX];
    struct plan plans[RIG_WORKS_MAX];
};

static enum rc plan_group(struct group *g, struct err *e)
{
    for (size_t i = 0; i < rig.count; i++)
        g->orders[i] = &rig.works[i].snapshot;
    enum rc rc = rms_begin(rig.rms, e);
    if (rc == RC_OK)
        rc = rms_load(rig.rms, g->orders, rig.count, &rig.arena, g->states, e);
    for (size_t i = 0; i < rig.count && rc == RC_OK; i++) {
        struct plan_input in = batch_plan_input(rig.rms, &rig.works[i], &g->states[i],
                                                rig.now_ms, &rig.arena);
        rc = plan_build(&in, &rig.arena, &g->plans[i], e);
        if (rc == RC_OK)
            work_stamp(&rig.works[i], &g->states[i].guard, &g->plans[i], rig.now_ms,
                       &rig.arena);
    }
    return rc;
}

static enum rc try_group(bool by_texts, struct err *e)
{
    struct group *g = arena_alloc(&rig.arena, sizeof(*g));
    enum rc rc = plan_group(g, e);
    struct rms_batch batch = {.rms = rig.rms,
                              .orders = g->orders,
                              .states = g->states,
                              .plans = g->plans,
                              .count = rig.count,
                              .arena = &rig.arena};
    if (rc == RC_OK)
        rc =
            by_texts ? rms_ms_write_by(&batch, watched_run, e) : rms_set_write(&batch, e);
    if (rc == RC_OK)
        rc = rms_commit(rig.rms, e);
    if (rc)
        rms_rollback(rig.rms);
    return rc;
}

static void write_group(bool by_texts)
{
    struct err e = {0};
    assert_ok(try_group(by_texts, &e), &e);
    rig.count = 0;
}

/* ---- a history of orders of many shapes ---- */

enum {
    ORDERS = 45,
    LONG_ORDER = 8, /* of more lines than one text takes */
    LONG_LINES = 300,
};

static struct snapshot *orders[ORDERS];

static struct snapshot *new_order(int64_t id)
{
    struct snapshot *order = rig_order(&rig, id);
    struct snapshot_customer *customer = arena_alloc(&rig.arena, sizeof(*customer));
    size_t lines = id == LONG_ORDER ? LONG_LINES : (size_t)(id % 5);
    for (size_t i = 0; i < lines; i++)
        rig_add_line(&rig, order, i % 2 ? "WHISK-STEEL" : "MUG-STONE-350", 1);
    order->shipping_e4 = id % 3 ? 0 : 50000;
    rig_total(order);
    *customer = (struct snapshot_customer){.id = 700 + id / 2, .last_name = "O'Hara; x"};
    customer->email = arena_printf(&rig.arena, "a%lld@example.com", (long long)(id / 2));
    if (id % 2 == 0)
        order->customer = customer;
    return order;
}

static void change(struct snapshot *order, int64_t id)
{
    rig_later(order);
    order->note = id % 4 ? "what's new? [-1] :-1: ; done" : NULL;
    if (id % 5 == 1)
        order->cancelled_ms = order->updated_ms;
    if (id % 5 == 2)
        rig_line(order, 0)->current_quantity = rig_line(order, 0)->quantity = 0;
    if (id % 5 == 3)
        rig_add_line(&rig, order, "PLATE-DIN-27", 4);
    if (id == LONG_ORDER)
        for (size_t i = 0; i < order->lines.count; i++)
            rig_line(order, i)->unit_price_e4 += 10000;
    rig_total(order);
}

static char *tell_history(void **state, bool by_texts)
{
    rig_open(&rig, state, usual);
    for (int64_t i = 0; i < ORDERS; i++) {
        orders[i] = new_order(i + 1);
        if (i % 3)
            rig_send(&rig, orders[i]);
    }
    write_group(by_texts);
    for (int64_t i = 0; i < ORDERS; i++) { /* every third is made only now */
        if (i % 3)
            change(orders[i], i + 1);
        rig_send(&rig, orders[i]);
    }
    write_group(by_texts);
    /* The table's own default is the present. */
    rig_must(&rig, "UPDATE \"Customer\" SET \"LastVisit\" = \"AccountOpened\"");
    char *dump = strdup(rig_dump(&rig));
    assert_true(rig_number(&rig, "SELECT count(*) FROM tillbridge_customer") > 10);
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM tillbridge_guard"), ORDERS);
    rig_close(&rig);
    return dump;
}

/* Line by line: a dump is long. */
static void assert_same_lines(char *a, char *b)
{
    char *rest_a = NULL;
    char *rest_b = NULL;
    char *line_a = strtok_r(a, "\n", &rest_a);
    char *line_b = strtok_r(b, "\n", &rest_b);
    while (line_a && line_b) {
        assert_string_equal(line_a, line_b);
        line_a = strtok_r(NULL, "\n", &rest_a);
        line_b = strtok_r(NULL, "\n", &rest_b);
    }
    assert_true(!line_a && !line_b);
}

static void texts_write_what_statements_write(void **state)
{
    memset(&seen, 0, sizeof(seen));
    char *rows = tell_history(state, false);
    assert_int_equal(seen.texts, 0);
    char *texts = tell_history(state, true);
    assert_same_lines(rows, texts);
    free(rows);
    free(texts);
    /* 30 and 45 orders, one of them of four texts */
    assert_in_range(seen.texts, 9, 20);
    assert_in_range(seen.params_most, 1900, RMS_MS_PARAMS_MAX);
}

static void twenty_orders_make_a_text(void **state)
{
    memset(&seen, 0, sizeof(seen));
    rig_open(&rig, state, NULL);
    for (int64_t id = 1; id <= 45; id++) {
        struct snapshot *order = rig_order(&rig, id);
        order->lines.count = 1;
        rig_total(order);
        rig_send(&rig, order);
    }
    write_group(true);
    assert_int_equal(seen.texts, 3);
    assert_int_equal(seen.orders_most, RMS_MS_ORDERS_MAX);
    rig_close(&rig);
}

static void a_row_that_is_gone_ends_the_text(void **state)
{
    struct err e = {0};
    memset(&seen, 0, sizeof(seen));
    rig_open(&rig, state, NULL);
    struct snapshot *order = rig_order(&rig, 1);
    rig_send(&rig, order);
    write_group(true);
    rig_line(order, 0)->quantity = rig_line(order, 0)->current_quantity = 5;
    rig_total(order);
    rig_later(order);
    rig_send(&rig, order);
    seen.spoil = "DELETE FROM \"OrderEntry\"";
    assert_int_equal(try_group(true, &e), RC_RETRY);
    assert_string_equal(e.text, "tillbridge: a row of OrderEntry is gone");
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM \"OrderEntry\""), 2);
    seen.spoil = "DELETE FROM tillbridge_guard";
    assert_int_equal(try_group(true, &e), RC_RETRY);
    assert_string_equal(e.text, "tillbridge: a row of tillbridge_guard is gone");
    seen.spoil = "DELETE FROM \"Item\""; /* no stock to move, now or later */
    assert_ok(try_group(true, &e), &e);
    rig_close(&rig);
}

/* ---- ids ---- */

static enum rc no_ids(struct rms_batch *batch, const struct rms_ms_text *text,
                      const char **ids, struct err *e)
{
    enum rc rc = stand_in_run(batch, text, ids, e);
    if (rc == RC_OK)
        *ids = seen.spoil;
    return rc;
}

static void other_ids_than_rows_are_refused(void **state)
{
    static const char *const wrong[] = {NULL,       "",       ",1",   ",1,2",
                                        ",1,2,3,4", ",1,2,x", "1,2,3"};
    struct err e = {0};
    rig_open(&rig, state, NULL);
    rig_send(&rig, rig_order(&rig, 1));
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct group *g = arena_alloc(&rig.arena, sizeof(*g));
        assert_ok(plan_group(g, &e), &e);
        struct rms_batch batch = {rig.rms, g->orders, g->states, g->plans, 1, &rig.arena};
        seen.spoil = wrong[i];
        assert_int_equal(rms_ms_write_by(&batch, no_ids, &e), RC_FATAL);
        assert_contains(e.text, "as ids of 3 new rows");
        rms_rollback(rig.rms);
    }
    rig_close(&rig);
}

static void a_duplicate_of_ours_is_looked_at_again(void **state)
{
    static const struct {
        enum rc rc;
        long native;
        const char *text;
        enum rc wanted;
    } cases[] = {
        {RC_REJECT, 2627, "Cannot insert duplicate key in object 'dbo.tillbridge_guard'.",
         RC_RETRY},
        {RC_REJECT, 2601, "duplicate key row in object 'dbo.tillbridge_customer'",
         RC_RETRY},
        {RC_REJECT, 2627, "Cannot insert duplicate key in object 'dbo.Order'.",
         RC_REJECT},
        {RC_REJECT, 547, "constraint in table \"tillbridge_guard\"", RC_REJECT},
        {RC_OK, 2627, "tillbridge_guard", RC_OK},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct err e = {.native = cases[i].native};
        snprintf(e.text, sizeof(e.text), "%s", cases[i].text);
        assert_int_equal(rms_ms_again(cases[i].rc, &e), cases[i].wanted);
    }
}

int main(int argc, char **argv)
{
    static const struct db_case cases[] = {
        DB_SQLITE(texts_write_what_statements_write),
        DB_SQLITE(twenty_orders_make_a_text),
        DB_SQLITE(a_row_that_is_gone_ends_the_text),
        DB_SQLITE(other_ids_than_rows_are_refused),
        DB_SQLITE(a_duplicate_of_ours_is_looked_at_again),
    };
    return db_run(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}

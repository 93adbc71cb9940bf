/* cmd_stock: where committed stock and open work orders differ. */
#include "base/money.h"
#include "commands.h"
#include "database.h"
#include "out.h"
#include "stock.h"

#include <inttypes.h>

enum { WAIT, JSON };
static const struct cli_option options[] = {
    [WAIT] = CLI_OPTION_WAIT,
    [JSON] = CLI_OPTION_JSON,
};

enum {
    SHOWN_MAX = 200, /* rows for people */
};

/* ---- for programs ---- */

static void add_quantity(cJSON *object, const char *name, int64_t quantity_e4)
{
    char text[MONEY_TEXT_MAX];
    cJSON_AddStringToObject(object, name, money_format(quantity_e4, text));
}

static bool show_json(const struct stock_report *report)
{
    cJSON *root = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(root, "differences");
    cJSON_AddNumberToObject(root, "items", (double)report->items);
    for (size_t i = 0; i < report->count; i++) {
        const struct stock_row *row = &report->rows[i];
        cJSON *each = cJSON_CreateObject();
        cJSON_AddNumberToObject(each, "item", (double)row->item);
        cJSON_AddStringToObject(each, "code", row->code ? row->code : "");
        cJSON_AddStringToObject(each, "description",
                                row->description ? row->description : "");
        add_quantity(each, "committed", row->committed_e4);
        add_quantity(each, "ordered", row->ordered_e4);
        add_quantity(each, "difference", row->committed_e4 - row->ordered_e4);
        cJSON_AddNumberToObject(each, "orders", (double)row->orders);
        cJSON_AddItemToArray(list, each);
    }
    bool is_written = out_json(root);
    cJSON_Delete(root);
    return is_written;
}

/* ---- for people ---- */

/* "3", "-0.5": units, with a plus sign where a difference is meant. */
static const char *units(struct arena *arena, int64_t quantity_e4, const char *plus)
{
    char text[MONEY_TEXT_MAX];
    if (quantity_e4 % MONEY_SCALE == 0)
        return arena_printf(arena, "%s%" PRId64, quantity_e4 > 0 ? plus : "",
                            quantity_e4 / MONEY_SCALE);
    return arena_printf(arena, "%s%s", quantity_e4 > 0 ? plus : "",
                        money_format(quantity_e4, text));
}

static bool show_rows(const struct stock_report *report, struct arena *arena)
{
    struct table table;
    table_init(&table, arena, 7);
    table_head(&table, TABLE_CELLS("ITEM", "CODE", "DESCRIPTION", "COMMITTED", "ON ORDER",
                                   "ORDERS", "DIFFERENCE"));
    for (size_t i = 0; i < report->count && i < SHOWN_MAX; i++) {
        const struct stock_row *row = &report->rows[i];
        table_add(&table, TABLE_WARN,
                  TABLE_CELLS(arena_printf(arena, "%" PRId64, row->item), row->code,
                              row->description, units(arena, row->committed_e4, ""),
                              units(arena, row->ordered_e4, ""),
                              arena_printf(arena, "%" PRId64, row->orders),
                              units(arena, row->committed_e4 - row->ordered_e4, "+")));
    }
    return out_table(&table);
}

static bool show(const struct stock_report *report, struct arena *arena)
{
    if (!report->count)
        return out_text(arena_printf(arena,
                                     "%" PRId64 " items, each committed as the open "
                                     "work orders say\n",
                                     report->items));
    const char *rest = "";
    if (report->count > SHOWN_MAX)
        rest = arena_printf(arena, "%zu more are left out; --json has them all\n",
                            report->count - SHOWN_MAX);
    return show_rows(report, arena) &&
           out_text(arena_printf(arena, "%s%zu of %" PRId64 " items differ\n", rest,
                                 report->count, report->items));
}

/* ---- the command ---- */

static enum cli_exit report(const struct cli_call *call, struct sql *sql)
{
    struct err e = {0};
    struct arena arena;
    struct stock_report found = {0};
    arena_init(&arena);
    enum rc rc = stock_read(sql, &arena, &found, &e);
    enum cli_exit code = cli_exit_of(rc);
    if (rc)
        out_error("%s", e.text);
    else if (!(call->given[JSON] ? show_json(&found) : show(&found, &arena)) ||
             found.count)
        code = CLI_FAILED;
    arena_done(&arena);
    return code;
}

static enum cli_exit run(const struct cli_call *call)
{
    struct sql *sql = NULL;
    enum cli_exit code = database_open(call->cfg, call->value[WAIT], &sql);
    if (code == CLI_DONE)
        code = report(call, sql);
    sql_close(sql);
    return code;
}

static const struct cli_example examples[] = {
    {"stock", "which items are committed more or less than is on order"},
    {"stock --json", "for a monitor: it exits with 1 when any item differs"},
};

const struct cli_command command_stock = {
    .name = "stock",
    .summary = "compare committed stock with the open work orders",
    .about =
        "For every item but non-inventory ones, Item.QuantityCommitted should be the sum "
        "of QuantityOnOrder over the open work orders (Type 2, Closed 0). It lists those "
        "where it is not, with the difference, and changes nothing; it exits with 1 when "
        "there are any.\nTaken while staff work, a difference may be a change that is "
        "under way: look again before it is corrected.",
    .options = options,
    .option_count = CLI_COUNT(options),
    .examples = examples,
    .example_count = CLI_COUNT(examples),
    .settings = DATABASE_SETTINGS,
    .run = run,
};

/* rig: see rig.h. */
#include "rig.h"

#include "schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const setting_names[] = {
    "RMS_SHIPPING_ITEM",    "RMS_MISC_ITEM",         "RMS_TIMEZONE",     "RMS_PRICES",
    "RMS_COMMIT_STOCK",     "RMS_LEGACY_COMMITTED",  "RMS_TIMEOUT_S",    "RMS_STORE_ID",
    "RMS_DUE_DAYS",         "RMS_GUEST_CUSTOMER_ID", "RMS_SALES_REP_ID", "RMS_ODBC",
    "RMS_PRICES",           "RMS_SHIPPING_SERVICES", "SKU_FALLBACK",     "RMS_SHOPS",
    "RMS_CREATE_CUSTOMERS", "RMS_UPDATE_CUSTOMERS"};

/* The value of a key of an ODBC connection string; braces taken off. */
static void odbc_value(const char *connection, const char *key, char *out, size_t room)
{
    const char *at = strcasestr(connection, key);
    out[0] = '\0';
    if (!at)
        return;
    at += strlen(key);
    bool braced = *at == '{';
    at += braced;
    snprintf(out, room, "%.*s", (int)strcspn(at, braced ? "}" : ";"), at);
}

static void run(const char *command)
{
    if (system(command) != 0) // NOLINT(cert-env33-c): the test's own command
        fail_msg("%s failed", command);
}

/* The seeded file is made once; each test gets a copy. */
static void make_sqlite(struct rig *rig)
{
    char command[1500];
    const char *seeded = unit_path("seeded.db");
    const char *file = unit_path("orders.db");
    if (access(seeded, R_OK) != 0) {
        snprintf(command, sizeof(command), "%s sqlite '%s'", TB_MAKE_DB, seeded);
        run(command);
    }
    snprintf(command, sizeof(command), "rm -f '%s'*; cp '%s' '%s'", file, seeded, file);
    run(command);
    snprintf(rig->connection, sizeof(rig->connection),
             "Driver=SQLite3;Database=%s;FKSupport=1;Timeout=300", file);
}

/* In the schema of the test, emptied. */
static void make_postgres(struct rig *rig)
{
    static const char *const names[][2] = {{"Server=", "PGHOST"},
                                           {"Port=", "PGPORT"},
                                           {"Database=", "PGDATABASE"},
                                           {"UID=", "PGUSER"},
                                           {"PWD=", "PGPASSWORD"}};
    char value[300];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        odbc_value(rig->db->connection, names[i][0], value, sizeof(value));
        setenv(names[i][1], value, 1);
    }
    int pid = (int)getpid();
    snprintf(value, sizeof(value),
             "DROP SCHEMA IF EXISTS tillbridge_unit_%d CASCADE; "
             "CREATE SCHEMA tillbridge_unit_%d",
             pid, pid);
    db_must(rig->db->sql, value);
    snprintf(value, sizeof(value), "-c search_path=tillbridge_unit_%d", pid);
    setenv("PGOPTIONS", value, 1);
    run(TB_MAKE_DB " postgres dbname=$PGDATABASE");
    snprintf(rig->connection, sizeof(rig->connection),
             "%s;ConnSettings={SET search_path = tillbridge_unit_%d}",
             rig->db->connection, (int)getpid());
}

static void load_settings(struct rig *rig, const char *const *settings)
{
    struct buf faults;
    for (size_t i = 0; i < sizeof(setting_names) / sizeof(setting_names[0]); i++)
        unsetenv(setting_names[i]);
    for (; settings && *settings; settings++) {
        char pair[300];
        snprintf(pair, sizeof(pair), "%s", *settings);
        char *equals = strchr(pair, '=');
        *equals = '\0';
        setenv(pair, equals + 1, 1);
    }
    setenv("RMS_ODBC", rig->connection, 1);
    buf_init(&faults, 10000);
    if (cfg_load(CFG_RECONCILER, &rig->cfg, &faults) != RC_OK)
        fail_msg("%s", buf_str(&faults));
    buf_done(&faults);
    setenv("TZ", rig->cfg.rms_timezone, 1); /* as main does */
    tzset();
}

void rig_open(struct rig *rig, void **state, const char *const *settings)
{
    struct err e = {0};
    bool changed = false;
    *rig = (struct rig){.db = *state, .now_ms = INT64_C(1772535600000)};
    arena_init(&rig->arena);
    if (rig->db->dialect == SQL_SQLITE)
        make_sqlite(rig);
    else
        make_postgres(rig);
    load_settings(rig, settings);
    assert_ok(sql_open(rig->connection, 10, &rig->look, &e), &e);
    assert_ok(schema_install(rig->look, &changed, &e), &e);
    rig->rms = rms_new(&rig->cfg);
}

void rig_restart(struct rig *rig)
{
    rms_free(rig->rms);
    rig->rms = rms_new(&rig->cfg);
}

void rig_close(struct rig *rig)
{
    rms_free(rig->rms);
    sql_close(rig->look);
    arena_done(&rig->arena);
}

/* ---- orders ---- */

enum {
    LINES_ROOM = 1200,
};

struct snapshot_line *rig_line(struct snapshot *order, size_t at)
{
    return &((struct snapshot_line *)order->lines.at)[at];
}

struct snapshot_line *rig_add_line(struct rig *rig, struct snapshot *order,
                                   const char *sku, int64_t quantity)
{
    assert_true(order->lines.count < LINES_ROOM);
    struct snapshot_line *line = rig_line(order, order->lines.count++);
    *line = (struct snapshot_line){.id = 10 + (int64_t)order->lines.count,
                                   .sku = sku,
                                   .quantity = quantity,
                                   .current_quantity = quantity,
                                   .unit_price_e4 = 180000,
                                   .taxable = true};
    line->title = arena_printf(&rig->arena, "Title of %s", sku ? sku : "nothing");
    return line;
}

void rig_total(struct snapshot *order)
{
    order->subtotal_e4 = order->item_quantity = 0;
    for (size_t i = 0; i < order->lines.count; i++) {
        struct snapshot_line *line = rig_line(order, i);
        line->total_e4 = line->unit_price_e4 * line->quantity;
        order->item_quantity += line->current_quantity;
        order->subtotal_e4 += line->unit_price_e4 * line->current_quantity;
    }
    order->total_e4 = order->subtotal_e4 + order->shipping_e4;
    order->tax_e4 = order->total_e4 / 1130000 * 130000;
}

struct snapshot *rig_order(struct rig *rig, int64_t id)
{
    struct snapshot *order = arena_alloc(&rig->arena, sizeof(*order));
    *order = (struct snapshot){.version = SNAPSHOT_VERSION,
                               .shop = "demo.myshopify.com",
                               .id = id,
                               .name = arena_printf(&rig->arena, "#%lld", (long long)id),
                               .updated_ms = INT64_C(1772449200000),
                               .fetched_ms = INT64_C(1772449260000),
                               .created_ms = INT64_C(1772449200000),
                               .financial_status = "PAID",
                               .taxes_included = true,
                               .currency = "USD"};
    order->lines.at = arena_array(&rig->arena, LINES_ROOM, sizeof(struct snapshot_line));
    rig_add_line(rig, order, "MUG-STONE-350", 2);
    rig_add_line(rig, order, "PLATE-DIN-27", 1);
    rig_total(order);
    return order;
}

void rig_later(struct snapshot *order)
{
    order->updated_ms += 60000;
    order->fetched_ms += 60000;
}

/* ---- messages ---- */

static struct work *add_message(struct rig *rig, struct bus_message *message)
{
    assert_true(rig->count < RIG_WORKS_MAX);
    struct work *work = &rig->works[rig->count++];
    message->topic = TOPIC_ORDERS;
    work_read(work, message, &rig->arena);
    return work;
}

struct work *rig_send_bytes(struct rig *rig, const char *key, const char *value)
{
    struct bus_message message = {.partition = 3,
                                  .offset = rig->next_offset++,
                                  .key = key,
                                  .key_len = key ? strlen(key) : 0,
                                  .value = value,
                                  .value_len = value ? strlen(value) : 0};
    return add_message(rig, &message);
}

struct work *rig_send_with(struct rig *rig, const struct snapshot *order,
                           const char *header, const char *value)
{
    struct buf text;
    buf_init(&text, SNAPSHOT_MAX_BYTES);
    snapshot_encode(order, &text);
    const char *key = snapshot_key(order->shop, order->id, &rig->arena);
    struct bus_message message = {.partition = 3,
                                  .offset = rig->next_offset++,
                                  .timestamp_ms = order->fetched_ms,
                                  .key = key,
                                  .key_len = strlen(key),
                                  .value = arena_strdup(&rig->arena, buf_str(&text)),
                                  .value_len = text.len,
                                  .headers = {{HEADER_SOURCE, "poll"}, {header, value}},
                                  .header_count = header ? 2 : 1};
    buf_done(&text);
    return add_message(rig, &message);
}

struct work *rig_send(struct rig *rig, const struct snapshot *order)
{
    return rig_send_with(rig, order, NULL, NULL);
}

struct work *rig_send_again(struct rig *rig, size_t at)
{
    struct bus_message message = rig->works[at].message;
    return add_message(rig, &message);
}

enum rc rig_try(struct rig *rig, struct err *e)
{
    for (size_t done = 0; done < rig->count;) {
        size_t n = batch_cut(rig->works + done, rig->count - done,
                             rig->cfg.rms_create_customers);
        enum rc rc =
            batch_commit(rig->rms, rig->works + done, n, rig->now_ms, &rig->arena, e);
        if (rc)
            return rc;
        done += n;
    }
    return RC_OK;
}

void rig_commit(struct rig *rig)
{
    struct err e = {0};
    assert_ok(rig_try(rig, &e), &e);
}

struct work *rig_do(struct rig *rig, const struct snapshot *order)
{
    rig->count = 0;
    rig_send(rig, order);
    rig_commit(rig);
    return &rig->works[0];
}

void rig_expect(const struct work *work, const char *action, const char *reason)
{
    if (strcmp(action_word(work->action), action) != 0 ||
        strcmp(reason_word(work->reason), reason) != 0)
        fail_msg("%s %s, expected %s %s: %s", action_word(work->action),
                 reason_word(work->reason), action, reason,
                 work->detail ? work->detail : "");
}

/* rms_preflight: what must be there before the first order is written; see
 * rms_preflight.h. The parts are in rms_preflight_*.c. */
#include "rms_internal.h"
#include "rms_preflight_internal.h"
#include "schema.h"

#include "io/log.h"

#include <inttypes.h>

enum {
    LINE_MAX_BYTES = 16 * 1024,
};

/* ---- the server ---- */

struct server {
    int64_t level;
    const char *encoding;
    struct arena *arena;
};

static enum rc server_row(void *ctx, struct sql_stmt *stmt, struct err *e)
{
    struct server *server = ctx;
    enum rc rc = sql_int(stmt, 0, &server->level, e);
    return rc ? rc : sql_text(stmt, 1, server->arena, &server->encoding, e);
}

static enum rc look_at_server(struct preflight *look, struct err *e)
{
    struct server server = {.encoding = "", .arena = &look->out->arena};
    enum sql_dialect dialect = sql_dialect(look->sql);
    if (!preflight_text(dialect, PREFLIGHT_SERVER))
        return RC_OK;
    enum rc rc = preflight_query(look, PREFLIGHT_SERVER, NULL, server_row, &server, e);
    if (rc)
        return rc;
    if (dialect == SQL_SQLSERVER)
        preflight_judge_level(server.level, look->out);
    else
        preflight_judge_encoding(server.encoding, look->out);
    return RC_OK;
}

/* ---- our own tables ---- */

static void judge_version(struct preflight *look, int64_t version)
{
    struct arena *arena = &look->out->arena;
    if (version == 0)
        preflight_add(
            look, FINDING_MISSING, "schema", "tillbridge_meta",
            "tillbridge's tables are not in this database",
            "run \"tillctl schema install\" with a login that may create tables");
    else if (version < SCHEMA_VERSION)
        preflight_add(
            look, FINDING_MISSING, "schema", "tillbridge_meta",
            arena_printf(arena,
                         "tillbridge's tables are of version %" PRId64
                         ", this program needs %d",
                         version, SCHEMA_VERSION),
            "run \"tillctl schema install\" with a login that may change tables");
    else if (version > SCHEMA_VERSION)
        preflight_add(look, FINDING_MISSING, "schema", "tillbridge_meta",
                      arena_printf(arena,
                                   "tillbridge's tables are of version %" PRId64
                                   ", this program knows %d",
                                   version, SCHEMA_VERSION),
                      "run the newer release");
}

/* Why the version can't be read is often said with the tables already: no right to. */
static enum rc look_at_ours(struct preflight *look, struct err *e)
{
    int64_t version = 0;
    struct err cause = {0};
    size_t before = findings_missing(look->out);
    enum rc can_read = schema_version(look->sql, &version, &cause);
    if (can_read == RC_RETRY) {
        if (e)
            *e = cause;
        return RC_RETRY;
    }
    if (can_read == RC_OK)
        judge_version(look, version);
    enum rc rc =
        can_read == RC_OK && version == 0 ? RC_OK : preflight_tables(look, true, e);
    if (rc == RC_OK && can_read != RC_OK && findings_missing(look->out) == before)
        preflight_add(look, FINDING_MISSING, "schema", "tillbridge_meta", cause.text, "");
    return rc;
}

/* ---- the very statements ---- */

static enum rc no_row(void *ctx, struct sql_stmt *stmt, struct err *e)
{
    (void)ctx;
    (void)stmt;
    (void)e;
    return RC_OK;
}

/* The queries of rms_load with no keys: what they name beyond our lists is found so. */
static enum rc run_queries(struct preflight *look, struct err *e)
{
    struct rms rms = {.cfg = look->cfg, .sql = look->sql};
    enum sql_dialect dialect = sql_dialect(look->sql);
    const struct rms_texts *t = rms_texts(dialect);
    const char *const texts[] = {t->guards,         t->orders_by_id, t->orders_by_ref,
                                 t->entries,        t->tendered,     t->items_by_code,
                                 t->items_by_alias, t->customer_map, t->customers,
                                 t->accounts,       t->customer_rows};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct rms_keys keys;
        struct err cause = {0};
        rms_keys_init(&keys, dialect);
        enum rc rc = rms_query(&rms, texts[i], &keys, no_row, NULL, &cause);
        rms_keys_done(&keys);
        if (rc == RC_RETRY && e)
            *e = cause;
        if (rc == RC_RETRY)
            return rc;
        if (rc)
            preflight_add(look, FINDING_MISSING, "query", "database", cause.text, "");
    }
    return RC_OK;
}

enum rc rms_preflight_look(struct sql *sql, const struct cfg *cfg, size_t *width,
                           struct findings *out, struct err *e)
{
    struct preflight look = {.sql = sql, .cfg = cfg, .width = width, .out = out};
    for (enum column c = 0; c < COL_COUNT; c++)
        width[c] = column_width(c);
    enum rc rc = look_at_server(&look, e);
    if (rc == RC_OK)
        rc = preflight_writable(&look, e);
    if (rc == RC_OK)
        rc = look_at_ours(&look, e);
    if (rc == RC_OK)
        rc = preflight_tables(&look, false, e);
    if (rc == RC_OK)
        rc = preflight_settings(&look, e);
    if (rc == RC_OK && findings_missing(out) == 0)
        rc = run_queries(&look, e);
    return rc;
}

/* ---- at the start of the reconciler ---- */

static void log_all(const struct findings *found)
{
    for (size_t i = 0; i < found->count; i++) {
        const struct finding *f = &found->at[i];
        bool is_missing = f->level == FINDING_MISSING;
        log_write(is_missing ? LOG_ERROR : LOG_WARN,
                  is_missing ? "rms.missing" : "rms.differs",
                  LOG_FIELDS(KV("kind", f->kind), KV("where", f->where),
                             KV("what", f->what), KV("remedy", f->remedy)));
    }
}

static enum rc refuse(const struct findings *found, struct err *e)
{
    struct buf line;
    size_t count = findings_missing(found);
    buf_init(&line, LINE_MAX_BYTES);
    finding_line(findings_first_missing(found), &line);
    enum rc rc = count == 1 ? err_set(e, RC_FATAL, "rms.preflight", "%s", buf_str(&line))
                            : err_set(e, RC_FATAL, "rms.preflight",
                                      "%zu things stand in the way, each said above; the "
                                      "first: %s",
                                      count, buf_str(&line));
    buf_done(&line);
    return rc;
}

enum rc rms_preflight(struct rms *rms, struct err *e)
{
    struct findings found;
    findings_init(&found);
    enum rc rc = rms_preflight_look(rms->sql, rms->cfg, rms->settings.width, &found, e);
    if (rc == RC_OK)
        log_all(&found);
    if (rc == RC_OK && findings_missing(&found))
        rc = refuse(&found, e);
    findings_done(&found);
    if (rc == RC_OK)
        log_info("rms.ready", KV("dialect", sql_dialect_name(sql_dialect(rms->sql))),
                 KV("comment_width", rms->settings.width[COL_ORDER_COMMENT]),
                 KV("description_width", rms->settings.width[COL_ENTRY_DESCRIPTION]));
    return rc;
}

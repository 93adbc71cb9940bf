/* database: see database.h. */
#include "database.h"

#include "io/cfg.h"
#include "out.h"
#include "patience.h"

struct link {
    const char *connection;
    int64_t timeout_s;
    struct sql *sql;
};

static enum rc open_link(void *ctx, struct err *e)
{
    struct link *link = ctx;
    return sql_open(link->connection, link->timeout_s, &link->sql, e);
}

enum cli_exit database_open(const struct cfg *cfg, int64_t wait_s, struct sql **out)
{
    struct err e = {0};
    struct buf connection;
    enum cli_exit code = CLI_USAGE;
    buf_init(&connection, OUT_MAX_BYTES);
    if (cfg_rms_odbc(cfg, &connection, &e) == RC_OK) {
        struct link link = {.connection = buf_str(&connection),
                            .timeout_s = cfg->rms_timeout_s};
        code = cli_exit_of(patience_try(wait_s, "RMS", open_link, &link, &e));
        *out = link.sql;
    }
    if (code != CLI_DONE)
        out_error("%s", e.text);
    buf_done(&connection);
    return code;
}

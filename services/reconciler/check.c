/* check: see check.h. */
#include "check.h"

#include "core/services.h"
#include "core/shops.h"
#include "rms_preflight.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    TEXT_MAX_BYTES = 1024 * 1024,
};

bool check_lists(const struct cfg *cfg)
{
    struct arena arena;
    struct shops shops;
    struct err bad_shops = {0};
    struct err bad_services = {0};
    arena_init(&arena);
    if (shops_parse(cfg->rms_shops, &arena, &shops, &bad_shops))
        fprintf(stderr, "%s\n", bad_shops.text);
    if (services_check(cfg->rms_shipping_services, &bad_services))
        fprintf(stderr, "%s\n", bad_services.text);
    arena_done(&arena);
    return bad_shops.rc == RC_OK && bad_services.rc == RC_OK;
}

static enum rc look(const struct cfg *cfg, struct findings *found, struct err *e)
{
    struct buf connection;
    struct sql *sql = NULL;
    size_t width[COL_COUNT];
    buf_init(&connection, TEXT_MAX_BYTES);
    enum rc rc = cfg_rms_odbc(cfg, &connection, e);
    if (rc == RC_OK)
        rc = sql_open(buf_str(&connection), cfg->rms_timeout_s, &sql, e);
    if (rc == RC_OK)
        rc = rms_preflight_look(sql, cfg, width, found, e);
    sql_close(sql);
    buf_done(&connection);
    return rc;
}

static void print(const struct findings *found)
{
    struct buf lines;
    buf_init(&lines, TEXT_MAX_BYTES);
    for (size_t i = 0; i < found->count; i++) {
        finding_line(&found->at[i], &lines);
        buf_text(&lines, "\n");
    }
    fputs(buf_str(&lines), stderr);
    buf_done(&lines);
}

int check_config(const struct cfg *cfg)
{
    struct findings found;
    struct err e = {0};
    findings_init(&found);
    bool is_good = look(cfg, &found, &e) == RC_OK;
    print(&found);
    if (!is_good)
        fprintf(stderr, "RMS: %s\n", e.text);
    is_good = is_good && findings_missing(&found) == 0;
    findings_done(&found);
    if (is_good)
        puts("settings and database are in order");
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}

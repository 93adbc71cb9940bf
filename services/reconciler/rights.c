/* rights: see rights.h. */
#include "rights.h"

#include <string.h>

#define S RIGHT_SELECT
#define I RIGHT_INSERT
#define U RIGHT_UPDATE
#define D RIGHT_DELETE

const struct right rights_all[] = {
#define RIGHT(table, rights, when, why) {table, rights, RIGHT_##when, why},
#include "rights.def"
#undef RIGHT
    {0},
};

#undef S
#undef I
#undef U
#undef D

bool right_applies(const struct right *right, const struct cfg *cfg)
{
    switch (right->when) {
    case RIGHT_ALWAYS:
    case RIGHT_OPTIONAL:
        return true;
    case RIGHT_COMMIT_STOCK:
        return cfg->rms_commit_stock;
    case RIGHT_CREATE_CUSTOMERS:
        return cfg->rms_create_customers;
    case RIGHT_UPDATE_CUSTOMERS:
        return strcmp(cfg->rms_update_customers, "none") != 0;
    case RIGHT_SALES_REP:
        return cfg->rms_sales_rep_id != 0 || strstr(cfg->rms_shops, "rep:");
    }
    return true;
}

bool right_is_optional(const struct right *right)
{
    return right->when == RIGHT_OPTIONAL || right->when == RIGHT_SALES_REP;
}

bool right_is_ours(const char *table)
{
    return strncmp(table, "tillbridge_", strlen("tillbridge_")) == 0;
}

const char *right_word(unsigned right)
{
    static const char *const words[RIGHT_COUNT] = {"SELECT", "INSERT", "UPDATE",
                                                   "DELETE"};
    for (unsigned i = 0; i < RIGHT_COUNT; i++)
        if (right == 1U << i)
            return words[i];
    return "";
}

void rights_words(unsigned rights, struct buf *out)
{
    const char *between = "";
    for (unsigned i = 0; i < RIGHT_COUNT; i++) {
        if (!(rights & 1U << i))
            continue;
        buf_printf(out, "%s%s", between, right_word(1U << i));
        between = ", ";
    }
}

void rights_name(enum sql_dialect dialect, const char *name, struct buf *out)
{
    bool brackets = dialect == SQL_SQLSERVER;
    char close = brackets ? ']' : '"';
    buf_text(out, brackets ? "[" : "\"");
    for (; *name; name++) {
        buf_add(out, name, 1);
        if (*name == close)
            buf_add(out, &close, 1);
    }
    buf_add(out, &close, 1);
}

void rights_grant(enum sql_dialect dialect, const char *table, unsigned rights,
                  const char *login, struct buf *out)
{
    buf_text(out, "GRANT ");
    rights_words(rights, out);
    buf_text(out, " ON ");
    rights_name(dialect, table, out);
    buf_printf(out, " TO %s;", login);
}

/* A row of PostgreSQL gets its number from the table's sequence. */
static void grant_sequence(const char *table, const char *login, struct buf *out)
{
    buf_printf(out, "GRANT USAGE ON SEQUENCE \"%s_ID_seq\" TO %s;\n", table, login);
}

void rights_grant_all(enum sql_dialect dialect, const struct cfg *cfg, const char *login,
                      struct buf *out)
{
    for (const struct right *r = rights_all; r->table; r++) {
        if (!right_applies(r, cfg))
            continue;
        rights_grant(dialect, r->table, r->rights, login, out);
        buf_text(out, "\n");
        if (dialect == SQL_POSTGRES && r->rights & RIGHT_INSERT &&
            !right_is_ours(r->table))
            grant_sequence(r->table, login, out);
    }
}

/* sql_row: the current row. Every column is read as text, whole, the moment the row is
 * fetched: drivers differ in the types they report and in whether a column may be read
 * twice or out of order; text they all give exactly. */
#include "io/sql_internal.h"

#include "base/money.h"
#include "base/str.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static void reserve_cells(struct sql_stmt *stmt)
{
    if (stmt->cell_cap >= stmt->columns)
        return;
    struct sql_cell *cells =
        realloc(stmt->cells, (size_t)stmt->columns * sizeof(*stmt->cells));
    if (!cells)
        abort(); /* out of memory: as in arena.h */
    stmt->cells = cells;
    stmt->cell_cap = stmt->columns;
}

static const char *column_name(const struct sql_stmt *stmt, int column, char out[128])
{
    SQLSMALLINT len = 0;
    SQLSMALLINT type = 0;
    SQLULEN size = 0;
    SQLSMALLINT decimals = 0;
    SQLSMALLINT nullable = 0;
    out[0] = '\0';
    SQLDescribeCol(stmt->handle, (SQLUSMALLINT)(column + 1), (SQLCHAR *)out, 128, &len,
                   &type, &size, &decimals, &nullable);
    return out;
}

/* One piece of a column. False: that was the last. */
static bool add_piece(struct sql_stmt *stmt, SQLUSMALLINT number, SQLRETURN *result,
                      struct sql_cell *cell)
{
    char piece[1024];
    const size_t room = sizeof(piece) - 1; /* the driver ends each piece with a NUL */
    SQLLEN left = 0;
    *result =
        SQLGetData(stmt->handle, number, SQL_C_CHAR, piece, (SQLLEN)sizeof(piece), &left);
    if (!SQL_SUCCEEDED(*result))
        return false;
    if (left == SQL_NULL_DATA) {
        cell->is_null = true;
        return false;
    }
    bool more = left == SQL_NO_TOTAL || (size_t)left > room;
    /* A cut piece may end before a character that did not fit. */
    buf_add(&stmt->row, piece, more ? strnlen(piece, room) : (size_t)left);
    return more;
}

static enum rc load_cell(struct sql_stmt *stmt, int column, struct err *e)
{
    struct sql_cell *cell = &stmt->cells[column];
    SQLRETURN result = SQL_SUCCESS;
    *cell = (struct sql_cell){.start = stmt->row.len};
    while (add_piece(stmt, (SQLUSMALLINT)(column + 1), &result, cell))
        continue;
    if (!sql_worked(result))
        return sql_diag_fail(stmt->sql, SQL_HANDLE_STMT, stmt->handle, stmt->text, e);
    cell->len = stmt->row.len - cell->start;
    buf_add(&stmt->row, "", 1);
    return RC_OK;
}

enum rc sql_row_load(struct sql_stmt *stmt, struct err *e)
{
    buf_clear(&stmt->row);
    reserve_cells(stmt);
    for (int column = 0; column < stmt->columns; column++) {
        enum rc rc = load_cell(stmt, column, e);
        if (rc)
            return rc;
    }
    if (stmt->row.full)
        return err_set(e, RC_REJECT, "sql.next", "a row of over %d bytes [%.80s]",
                       SQL_ROW_MAX, stmt->text);
    return RC_OK;
}

bool sql_is_null(const struct sql_stmt *stmt, int column)
{
    return !stmt->has_row || column < 0 || column >= stmt->columns ||
           stmt->cells[column].is_null;
}

/* NULL, with *rc RC_OK, for SQL NULL. */
static const char *cell_text(struct sql_stmt *stmt, int column, enum rc *rc,
                             struct err *e)
{
    *rc = RC_OK;
    if (!stmt->has_row || column < 0 || column >= stmt->columns) {
        *rc = err_set(e, RC_FATAL, "sql.read", "no row, or no column %d [%.80s]", column,
                      stmt->text);
        return NULL;
    }
    const struct sql_cell *cell = &stmt->cells[column];
    return cell->is_null ? NULL : stmt->row.data + cell->start;
}

static enum rc refuse(const struct sql_stmt *stmt, int column, const char *expected,
                      const char *found, struct err *e)
{
    char name[128];
    char shown[41];
    size_t len = 0;
    for (; found[len] && len < sizeof(shown) - 1; len++)
        shown[len] = isprint((unsigned char)found[len]) ? found[len] : '?';
    shown[len] = '\0';
    return err_set(e, RC_REJECT, "sql.read",
                   "column %s: expected %s, found \"%s\" [%.80s]",
                   column_name(stmt, column, name), expected, shown, stmt->text);
}

enum rc sql_text(struct sql_stmt *stmt, int column, struct arena *arena, const char **out,
                 struct err *e)
{
    enum rc rc = RC_OK;
    const char *text = cell_text(stmt, column, &rc, e);
    if (rc)
        return rc;
    if (text && !str_utf8_valid(text, stmt->cells[column].len))
        return refuse(stmt, column, "UTF-8 text without NUL", text, e);
    *out = text ? arena_strndup(arena, text, stmt->cells[column].len) : NULL;
    return RC_OK;
}

/* Cuts ".0", ".000": a float column that holds a whole number. */
static void cut_zero_fraction(char *number)
{
    char *point = strchr(number, '.');
    if (point && point[1] && strspn(point + 1, "0") == strlen(point + 1))
        *point = '\0';
}

enum rc sql_int(struct sql_stmt *stmt, int column, int64_t *out, struct err *e)
{
    enum rc rc = RC_OK;
    char number[64] = "";
    const char *text = cell_text(stmt, column, &rc, e);
    if (rc)
        return rc;
    if (!text) {
        *out = 0;
        return RC_OK;
    }
    size_t len = stmt->cells[column].len;
    if (len < sizeof(number))
        memcpy(number, text, len);
    cut_zero_fraction(number);
    if (!str_int64(number, INT64_MIN, INT64_MAX, out))
        return refuse(stmt, column, "a whole number", text, e);
    return RC_OK;
}

/* ".5" and "-.5" as "0.5" and "-0.5", "12." as "12". */
static void normalise(const char *text, size_t len, char out[64])
{
    bool negative = *text == '-';
    size_t at = 0;
    if (len > 60)
        return; /* stays "": refused */
    if (negative)
        out[at++] = '-';
    if (text[negative] == '.')
        out[at++] = '0';
    memcpy(out + at, text + negative, len - negative);
    at += len - negative;
    if (at > 1 && out[at - 1] == '.')
        at--;
    out[at] = '\0';
}

enum rc sql_money(struct sql_stmt *stmt, int column, int64_t *out_e4, struct err *e)
{
    enum rc rc = RC_OK;
    char number[64] = "";
    const char *text = cell_text(stmt, column, &rc, e);
    if (rc)
        return rc;
    if (!text) {
        *out_e4 = 0;
        return RC_OK;
    }
    normalise(text, stmt->cells[column].len, number);
    if (!money_parse(number, out_e4))
        return refuse(stmt, column, "an amount with at most four decimals", text, e);
    return RC_OK;
}

/* rights: what the services' login may do in the database, as data (rights.def). */
#ifndef TB_RIGHTS_H
#define TB_RIGHTS_H

#include "base/buf.h"
#include "io/cfg.h"
#include "io/sql.h"

enum {
    RIGHT_SELECT = 1,
    RIGHT_INSERT = 2,
    RIGHT_UPDATE = 4,
    RIGHT_DELETE = 8,
    RIGHT_COUNT = 4,
};

enum right_when {
    RIGHT_ALWAYS,
    RIGHT_COMMIT_STOCK,
    RIGHT_CREATE_CUSTOMERS,
    RIGHT_UPDATE_CUSTOMERS,
    RIGHT_SALES_REP,
    RIGHT_OPTIONAL,
};

struct right {
    const char *table;
    unsigned rights; /* of RIGHT_... */
    enum right_when when;
    const char *why;
};

/* All rows, those of one table together; ended by a NULL table. */
extern const struct right rights_all[];

/* Whether these settings ask for it. */
bool right_applies(const struct right *right, const struct cfg *cfg);
/* Without it the services work, but something can't be compared. */
bool right_is_optional(const struct right *right);
bool right_is_ours(const char *table); /* a table of tillbridge's own */

const char *right_word(unsigned right);              /* one of them: "SELECT" */
void rights_words(unsigned rights, struct buf *out); /* "SELECT, INSERT" */
/* A name quoted as the dialect does: [Order], "Order". */
void rights_name(enum sql_dialect dialect, const char *name, struct buf *out);
/* "GRANT SELECT ON [Order] TO login;"; login as it is to be written. */
void rights_grant(enum sql_dialect dialect, const char *table, unsigned rights,
                  const char *login, struct buf *out);
/* All that the settings ask for, a statement a line. PostgreSQL: the sequences, too, by
 * the names that they have unless somebody chose others. */
void rights_grant_all(enum sql_dialect dialect, const struct cfg *cfg, const char *login,
                      struct buf *out);

#endif

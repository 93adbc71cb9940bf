/* database: the connection to RMS of commands that look at it themselves. */
#ifndef TB_DATABASE_H
#define TB_DATABASE_H

#include "core/cli.h"
#include "io/sql.h"

/* Connects, trying again for wait_s seconds while the database is away. CLI_DONE: *out is
 * the caller's, to be closed by sql_close. Otherwise the fault was said. */
enum cli_exit database_open(const struct cfg *cfg, int64_t wait_s, struct sql **out);

#define DATABASE_SETTINGS                                                         \
    "RMS_ODBC, or RMS_DB_DRIVER RMS_DB_HOST RMS_DB_PORT RMS_DB_NAME RMS_DB_USER " \
    "RMS_DB_PASSWORD; RMS_TIMEOUT_S"

#endif

/* schema_options: options that the schema commands share. */
#ifndef TB_SCHEMA_OPTIONS_H
#define TB_SCHEMA_OPTIONS_H

#include "core/cli.h"
#include "io/sql.h"

#define SCHEMA_DIALECTS "sqlite|postgres|sqlserver"
#define SCHEMA_OPTION_PRINT                                                       \
    {                                                                             \
        .name = "--print", .value = SCHEMA_DIALECTS, .kind = CLI_CHOICE,          \
        .help = "print the SQL for that kind of database and change nothing: to " \
                "read it, or to run it with another login"                        \
    }

/* What the word of --print stands for. */
static inline enum sql_dialect schema_dialect(int64_t index)
{
    static const enum sql_dialect dialects[] = {SQL_SQLITE, SQL_POSTGRES, SQL_SQLSERVER};
    return dialects[index];
}

#endif

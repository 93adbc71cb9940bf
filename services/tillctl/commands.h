/* commands: the tables of all commands, made from commands.def. */
#ifndef TB_COMMANDS_H
#define TB_COMMANDS_H

#include "core/cli.h"

#define COMMAND(name) extern const struct cli_command command_##name;
#include "commands.def"
#undef COMMAND

/* All of them, NULL-terminated. */
extern const struct cli_command *const commands_all[];

#endif

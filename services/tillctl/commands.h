/* commands: the tables of all commands; see commands.def. */
#ifndef TB_COMMANDS_H
#define TB_COMMANDS_H

#include "cli.h"

#define COMMAND(name) extern const struct cli_command command_##name;
#include "commands.def"
#undef COMMAND

#endif

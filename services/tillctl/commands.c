/* commands: every command of tillctl, in the order in which --help shows them. */
#include "commands.h"

#include <stddef.h>

const struct cli_command *const commands_all[] = {
#define COMMAND(name) &command_##name,
#include "commands.def"
#undef COMMAND
    NULL,
};

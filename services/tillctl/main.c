/* tillctl: what a person asks of tillbridge, or tells it. */
#include "base/str.h"
#include "commands.h"
#include "io/cfg.h"
#include "io/log.h"
#include "out.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* One fault a line, each said as an error. */
static enum cli_exit say_faults(const struct buf *faults)
{
    for (const char *p = buf_str(faults); *p;) {
        int len = (int)strcspn(p, "\n");
        out_error("%.*s", len, p);
        p += len + (p[len] == '\n');
    }
    return CLI_USAGE;
}

static enum cli_exit run(struct cli_call *call)
{
    struct cfg cfg;
    struct buf faults;
    buf_init(&faults, OUT_MAX_BYTES);
    enum cli_exit code = CLI_USAGE;
    if (cfg_load(CFG_TILLCTL, &cfg, &faults)) {
        code = say_faults(&faults);
    } else {
        /* The libraries' own words only when they are asked for: errors are said anyway.
         */
        log_open("tillctl", str_empty(getenv("LOG_LEVEL")) ? "error" : cfg.log_level,
                 str_empty(getenv("LOG_FORMAT")) ? "text" : cfg.log_format);
        call->cfg = &cfg;
        code = call->command->run(call);
    }
    buf_done(&faults);
    return code;
}

int main(int argc, char **argv)
{
    struct cli_call call;
    struct buf text;
    enum cli_exit code = CLI_USAGE;
    signal(SIGPIPE, SIG_IGN);
    buf_init(&text, OUT_MAX_BYTES);
    switch (cli_parse(argc, argv, commands_all, &call, &text)) {
    case CLI_RUN:
        code = run(&call);
        break;
    case CLI_SHOW:
        code = out_text(buf_str(&text)) ? CLI_DONE : CLI_FAILED;
        break;
    case CLI_WRONG:
        out_error("%s", buf_str(&text));
        break;
    }
    buf_done(&text);
    return (int)code;
}

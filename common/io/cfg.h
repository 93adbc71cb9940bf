/* cfg: settings from the environment, by the one table settings.def.
 *
 * Secrets are never printed. Text values are owned by the process and live until its end.
 */
#ifndef TB_CFG_H
#define TB_CFG_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    CFG_EXIT_FAULTS = 2, /* what a service whose settings are wrong ends with */
};

enum cfg_service {
    CFG_FETCHER = 1,
    CFG_RECONCILER = 2,
    CFG_STATS = 4,
    CFG_TILLCTL = 8,
};

#define CFG_MEMBER_TEXT     const char *
#define CFG_MEMBER_SECRET   const char *
#define CFG_MEMBER_URL      const char *
#define CFG_MEMBER_CHOICE   const char *
#define CFG_MEMBER_CHOICES  const char *
#define CFG_MEMBER_BROKERS  const char *
#define CFG_MEMBER_LISTEN   const char *
#define CFG_MEMBER_SHOP     const char *
#define CFG_MEMBER_VERSION  const char *
#define CFG_MEMBER_TIMEZONE const char *
#define CFG_MEMBER_PAIRS    const char *
#define CFG_MEMBER_IDS      const char *
#define CFG_MEMBER_INT      int64_t
#define CFG_MEMBER_BOOL     bool

/* Unset text is "", never NULL. The order is the table's, for people to find it. */
struct cfg { /* NOLINT(clang-analyzer-optin.performance.Padding) */
#define SETTING(kind, member, name, def, min, max, flags, services, example, help) \
    CFG_MEMBER_##kind member;
#include "io/settings.def"
#undef SETTING
};

/* Reads what `service` uses; the rest of *out holds the defaults. Each fault is one line
 * in `faults`: the variable, what is wrong with its value (never a secret's value), an
 * example. RC_FATAL when there are any. Also refused: a value given both directly and by
 * file, an unreadable file, settings that contradict each other. tillctl is not asked for
 * what only some of its commands need: REQUIRED settings may be "" there, and
 * cfg_rms_odbc says when the database is not named.
 */
enum rc cfg_load(enum cfg_service service, struct cfg *out,
                 struct buf *faults) TB_MUST_CHECK;

/* What a service's main does first: handles --help (prints the service's settings, exit
 * 0), --version, --check-config and unknown arguments (exit 2); then cfg_load, exiting
 * with 2 and one line per fault. --check-config prints the faults (exit 2) or "settings
 * are in order" (exit 0); but where check_only is not NULL it is set to whether the
 * argument was given, and main goes on to check what else it can, says whether all is in
 * order, and exits.
 */
void cfg_main(enum cfg_service service, const char *what, int argc, char **argv,
              struct cfg *out, bool *check_only);

/* The settings as docs/config.md, and as a JSON array for tools. */
void cfg_markdown(struct buf *out);
void cfg_json(struct buf *out);
/* The settings of a service as the section ENVIRONMENT of its manual page. */
void cfg_man_settings(enum cfg_service service, struct buf *out);

/* The ODBC connection string: RMS_ODBC, or put together from RMS_DB_... */
enum rc cfg_rms_odbc(const struct cfg *cfg, struct buf *out, struct err *e) TB_MUST_CHECK;

#endif

/* cfg_internal: the settings as an array, for the files of cfg and their tests. */
#ifndef TB_CFG_INTERNAL_H
#define TB_CFG_INTERNAL_H

#include "io/cfg.h"

#include <stddef.h>

enum cfg_kind {
    CFG_TEXT,
    CFG_SECRET,
    CFG_INT,
    CFG_BOOL,
    CFG_URL,
    CFG_CHOICE,
    CFG_CHOICES,
    CFG_BROKERS,
    CFG_LISTEN,
    CFG_SHOP,
    CFG_VERSION,
    CFG_TIMEZONE,
    CFG_PAIRS,
    CFG_IDS,
};

enum {
    CFG_REQUIRED = 1,
};

struct cfg_setting {
    enum cfg_kind kind;
    size_t offset; /* of the member of struct cfg */
    const char *name, *fallback;
    int64_t min, max;
    unsigned flags, services;
    const char *example, *help;
    const char *group; /* non-NULL: a section begins, and the rest is empty */
};

/* Rows of settings and of group titles, in the table's order. */
extern const struct cfg_setting cfg_settings[];
extern const size_t cfg_settings_count;

const char *cfg_service_name(enum cfg_service service);

/* Whether value is what the setting's kind asks for; otherwise false, and `fault` holds
 * what is wrong with it, without the value. */
bool cfg_check(const struct cfg_setting *setting, const char *value, struct buf *fault);
/* What a value may look like, for people: "1 to 250", "true or false". */
void cfg_describe(const struct cfg_setting *setting, struct buf *out);
bool cfg_bool(const char *value, bool *out);
/* False: nothing but blanks stands before, between or after the commas. "" has no gap. */
bool cfg_has_no_gap(const char *list);

/* A line for each name in the environment that is nearly that of a setting which the
 * service reads and which is not set: most likely misspelt. */
void cfg_near(enum cfg_service service, struct buf *out);

/* --help of a service. */
void cfg_help(enum cfg_service service, const char *what, struct buf *out);

#endif

/* log: one JSON object per line on standard error, or text for a terminal.
 *
 *   log_info("order.applied", KV("order", id), KV("action", action_word(a)));
 *
 * The event is noun.verb. Fields are typed: text, bool, size_t and int64_t; anything else
 * does not compile. Invalid UTF-8 in a text is replaced, so a line is always JSON.
 */
#ifndef TB_LOG_H
#define TB_LOG_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

enum log_kind { LOG_KIND_TEXT, LOG_KIND_INT, LOG_KIND_SIZE, LOG_KIND_BOOL };

struct log_field {
    const char *key; /* NULL ends a list */
    enum log_kind kind;
    union {
        const char *text;
        int64_t number;
        size_t size;
        bool flag;
    } as;
};

struct log_field log_field_text(const char *key, const char *value);
struct log_field log_field_int(const char *key, int64_t value);
struct log_field log_field_size(const char *key, size_t value);
struct log_field log_field_bool(const char *key, bool value);

#define KV(key, value) \
    _Generic((value), bool                                                                \
             : log_field_bool, char *                                                     \
             : log_field_text, const char *                                               \
             : log_field_text, size_t                                                     \
             : log_field_size, int                                                        \
             : log_field_int, long                                                        \
             : log_field_int, long long                                                   \
             : log_field_int)(key, value)

/* service is written into every line; level and format are the settings' words. */
void log_open(const char *service, const char *level, const char *format);
bool log_enabled(enum log_level level);

/* Whether customers' data (e-mail, name, address, what a database repeats of a row) may
 * stand in what is told: logs, result events. False until allowed. */
void log_allow_personal(bool allow);
bool log_shows_personal(void);
void log_write(enum log_level level, const char *event, const struct log_field *fields);

/* An error with the fields of struct err: rc, op, text, native, sqlstate. */
void log_err(enum log_level level, const char *event, const struct err *e,
             const struct log_field *fields);

#define LOG_FIELDS(...) \
    ((const struct log_field[]){__VA_ARGS__ __VA_OPT__(, ){.key = NULL}})
#define log_debug(event, ...) log_write(LOG_DEBUG, event, LOG_FIELDS(__VA_ARGS__))
#define log_info(event, ...)  log_write(LOG_INFO, event, LOG_FIELDS(__VA_ARGS__))
#define log_warn(event, ...)  log_write(LOG_WARN, event, LOG_FIELDS(__VA_ARGS__))
#define log_error(event, ...) log_write(LOG_ERROR, event, LOG_FIELDS(__VA_ARGS__))

#endif

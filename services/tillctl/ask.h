/* ask: what the commands that speak to the API share: sending, showing, the exit code. */
#ifndef TB_ASK_H
#define TB_ASK_H

#include "core/api.h"
#include "core/cli.h"
#include "io/cfg.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    ASK_TIMEOUT_MS = 30000, /* of a plain question */
};

struct ask_request {
    enum api_route route;
    const char *arg;   /* what stands for {x} in the path; NULL when it has none */
    const cJSON *body; /* NULL: none */
    /* Names and values of the query, a NULL name behind the last; NULL: none. Those whose
     * value is NULL are left out. */
    const char *const (*query)[2];
    int64_t timeout_ms;
};

/* The options that were given as an object: members names those of the first `count`
 * options of the command. The caller's, cJSON_Delete. */
cJSON *ask_body(const struct cli_call *call, const char *const *members, size_t count);

/* RC_RETRY: it could not be reached, is not ready, or took too long. RC_REJECT: as
 * api_read. RC_FATAL: API_URL or its certificate. */
enum rc ask_send(const struct cfg *cfg, const struct ask_request *request,
                 struct api_answer *out, struct err *e) TB_MUST_CHECK;

/* As ask_send; a failure is said on standard error and is the exit code. */
enum cli_exit ask_or_say(const struct cli_call *call, const struct ask_request *request,
                         struct api_answer *out);

/* data as a table, or as one line of JSON. */
enum cli_exit ask_show(const cJSON *data, bool as_json);

/* Sends once and shows the answer's data; a failure is said on standard error. */
enum cli_exit ask_and_show(const struct cfg *cfg, const struct ask_request *request,
                           bool as_json);

#endif

/* api: the stats service's API as tillctl sees it: its paths, the ranges of its
 * parameters (both from its own tables), and what its answers mean. Pure.
 */
#ifndef TB_API_H
#define TB_API_H

#include "base/buf.h"
#include "base/err.h"

#include <cjson/cJSON.h>
#include <stddef.h>

enum api_route {
#define ROUTE(id, method, path, access, help) API_##id,
#include "stats/core/routes.def"
#undef ROUTE
};

/* The ranges that the API takes: API_TRIGGER_batch_size_MAX and so on. */
#define PARAM(route, kind, name, min, max, help) \
    enum { API_##route##_##name##_MIN = (min), API_##route##_##name##_MAX = (max) };
#include "stats/core/params.def"
#undef PARAM

struct api_answer {
    long status;
    cJSON *root;       /* freed by api_done */
    const cJSON *data; /* the object "data" of it */
};

void api_done(struct api_answer *answer); /* a zeroed or finished one is accepted */

const char *api_method(enum api_route route);
/* Appends the route's address; arg stands for {x} in its path, NULL when it has none. */
void api_address(const char *base, enum api_route route, const char *arg,
                 struct buf *out);

/* Appends "?name=value" to an address, or "&name=value" behind another. */
void api_query(const char *name, const char *value, struct buf *address);

/* A text member; "" when it is absent or none. */
const char *api_text(const cJSON *object, const char *name);

/* Judges status and body of an answer.
 * RC_RETRY: not now (429, 5xx). RC_REJECT: refused, its own words in the text; or what
 * answered is no tillbridge. */
enum rc api_read(long status, const char *body, size_t len, struct api_answer *out,
                 struct err *e) TB_MUST_CHECK;

#endif

/* api: see api.h. */
#include "core/api.h"

#include "base/json.h"
#include "base/str.h"

#include <ctype.h>
#include <string.h>

static const struct {
    const char *method, *path;
} routes[] = {
#define ROUTE(id, method, path, access, help) {method, path},
#include "stats/core/routes.def"
#undef ROUTE
};

/* ---- the address ---- */

const char *api_method(enum api_route route)
{
    return routes[route].method;
}

static void add_escaped(struct buf *out, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (isalnum(c) || strchr("-._~", c))
            buf_add(out, text, 1);
        else
            buf_printf(out, "%%%02X", c);
    }
}

void api_address(const char *base, enum api_route route, const char *arg, struct buf *out)
{
    const char *path = routes[route].path;
    size_t len = strlen(base);
    while (len && base[len - 1] == '/')
        len--;
    buf_add(out, base, len);
    buf_add(out, path, strcspn(path, "{"));
    if (arg)
        add_escaped(out, arg);
}

void api_query(const char *name, const char *value, struct buf *address)
{
    buf_printf(address, "%c%s=", strchr(buf_str(address), '?') ? '&' : '?', name);
    add_escaped(address, value);
}

/* ---- the answer ---- */

/* What an error's body says: "detail" of application/problem+json. */
static const char *detail_of(const cJSON *root)
{
    const cJSON *detail = cJSON_GetObjectItemCaseSensitive(root, "detail");
    return cJSON_IsString(detail) ? detail->valuestring : "";
}

static enum rc refused(long status, const cJSON *root, struct err *e)
{
    enum { TOO_MANY = 429, SERVER_ERRORS = 500 };
    const char *detail = detail_of(root);
    enum rc rc = status == TOO_MANY || status >= SERVER_ERRORS ? RC_RETRY : RC_REJECT;
    const char *remedy =
        status == 401 ? " (set API_TOKEN as the stats service has it)" : "";
    if (str_empty(detail))
        return err_set(e, rc, "api", "the API answered HTTP %ld%s", status, remedy);
    return err_set(e, rc, "api", "the API answered HTTP %ld: %s%s", status, detail,
                   remedy);
}

static enum rc not_ours(long status, struct err *e)
{
    return err_set(e, RC_REJECT, "api",
                   "what answered at API_URL (HTTP %ld) is not tillbridge's API: does "
                   "the address belong to the stats service?",
                   status);
}

enum rc api_read(long status, const char *body, size_t len, struct api_answer *out,
                 struct err *e)
{
    cJSON *root = NULL;
    bool is_success = status >= 200 && status < 300;
    enum rc rc = json_parse(body, len, &root, e);
    const cJSON *data = cJSON_GetObjectItemCaseSensitive(root, "data");
    if (!is_success)
        rc = refused(status, root, e);
    else if (rc || !cJSON_IsObject(data))
        rc = not_ours(status, e);
    if (rc)
        cJSON_Delete(root);
    else
        *out = (struct api_answer){.status = status, .root = root, .data = data};
    return rc;
}

void api_done(struct api_answer *answer)
{
    cJSON_Delete(answer->root);
    *answer = (struct api_answer){0};
}

const char *api_text(const cJSON *object, const char *name)
{
    const char *text =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    return text ? text : "";
}

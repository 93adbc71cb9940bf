/* ask: see ask.h. */
#include "ask.h"

#include "base/json.h"
#include "core/view.h"
#include "io/web.h"
#include "out.h"

enum {
    ADDRESS_MAX = 4096,
    BODY_MAX = 16 * 1024,
    ANSWER_MAX = 16 * 1024 * 1024,
};

/* ---- asking for something ---- */

cJSON *ask_body(const struct cli_call *call, const char *const *members, size_t count)
{
    cJSON *body = cJSON_CreateObject();
    for (size_t i = 0; i < count; i++) {
        const enum cli_kind kind = call->command->options[i].kind;
        if (!call->given[i])
            continue;
        if (kind == CLI_INT)
            cJSON_AddNumberToObject(body, members[i], (double)call->value[i]);
        else
            cJSON_AddBoolToObject(body, members[i],
                                  kind == CLI_FLAG || call->value[i] != 0);
    }
    return body;
}

/* ---- sending ---- */

static enum rc exchange(struct web *web, const struct web_request *request,
                        struct api_answer *out, struct err *e)
{
    struct web_response response = {0};
    enum rc rc = web_send(web, request, &response, e);
    if (rc == RC_OK)
        rc =
            api_read(response.status, buf_str(&response.body), response.body.len, out, e);
    web_response_done(&response);
    return rc;
}

static enum rc send_to(const char *address, const char *authorization,
                       const struct ask_request *request, struct api_answer *out,
                       struct err *e)
{
    const char *headers[] = {"Content-Type: application/json", authorization, NULL};
    struct buf body;
    struct web *web = NULL;
    enum rc rc = web_open(&web, e);
    if (rc)
        return rc;
    buf_init(&body, BODY_MAX);
    if (request->body)
        json_print(request->body, &body);
    rc = exchange(web,
                  &(struct web_request){
                      .method = api_method(request->route),
                      .url = address,
                      .headers = headers,
                      .body = body.len ? buf_str(&body) : NULL,
                      .body_len = body.len,
                      .timeout_ms = request->timeout_ms,
                      .max_bytes = ANSWER_MAX,
                  },
                  out, e);
    buf_done(&body);
    web_close(web);
    return rc;
}

enum rc ask_send(const struct cfg *cfg, const struct ask_request *request,
                 struct api_answer *out, struct err *e)
{
    struct buf address;
    struct buf token;
    struct err cause;
    buf_init(&address, ADDRESS_MAX);
    buf_init(&token, ADDRESS_MAX);
    api_address(cfg->api_url, request->route, request->arg, &address);
    for (size_t i = 0; request->query && request->query[i][0]; i++)
        if (request->query[i][1])
            api_query(request->query[i][0], request->query[i][1], &address);
    if (cfg->api_token[0])
        buf_printf(&token, "Authorization: Bearer %s", cfg->api_token);
    enum rc rc = send_to(buf_str(&address), token.len ? buf_str(&token) : NULL, request,
                         out, &cause);
    if (rc == RC_RETRY)
        err_set(e, rc, "api", "%s; is the stats service up, and API_URL its address?",
                cause.text);
    else if (rc)
        *e = cause;
    buf_done(&address);
    buf_done(&token);
    return rc;
}

/* ---- showing ---- */

static bool show_table(const cJSON *data)
{
    struct arena arena;
    struct buf text;
    arena_init(&arena);
    buf_init(&text, OUT_MAX_BYTES);
    view_object(data, &arena, out_has_color(), &text);
    bool is_written = out_text(buf_str(&text));
    buf_done(&text);
    arena_done(&arena);
    return is_written;
}

enum cli_exit ask_or_say(const struct cli_call *call, const struct ask_request *request,
                         struct api_answer *out)
{
    struct err e = {0};
    enum rc rc = ask_send(call->cfg, request, out, &e);
    if (rc == RC_OK)
        return CLI_DONE;
    out_error("%s: %s", call->command->name, e.text);
    return cli_exit_of(rc);
}

enum cli_exit ask_show(const cJSON *data, bool as_json)
{
    return (as_json ? out_json(data) : show_table(data)) ? CLI_DONE : CLI_FAILED;
}

enum cli_exit ask_and_show(const struct cfg *cfg, const struct ask_request *request,
                           bool as_json)
{
    struct err e = {0};
    struct api_answer answer = {0};
    enum rc rc = ask_send(cfg, request, &answer, &e);
    if (rc) {
        out_error("%s", e.text);
        return cli_exit_of(rc);
    }
    enum cli_exit code = ask_show(answer.data, as_json);
    api_done(&answer);
    return code;
}

/* web: one request at a time over one libcurl handle; see web.h. */
#include "io/web.h"

#include "io/clock.h"
#include "io/stop.h"

#include <arpa/inet.h>
/* Its type checks blow up each call; the helpers below have the types. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    CONNECT_MS = 5000,
    RETRY_AFTER_MAX_S = 24 * 3600,
    MS = 1000,
};

struct web {
    CURL *curl;
    char reason[CURL_ERROR_SIZE];
};

/* What the callbacks of one request fill. */
struct transfer {
    CURL *curl;
    const struct web_request *request;
    bool sink_full; /* the sink took no more */
    struct web_response response;
    char retry_after[64], date[64];
};

/* ---- addresses ---- */

static bool is_loopback_host(const char *host)
{
    struct in_addr in;
    if (inet_pton(AF_INET, host, &in) == 1)
        return (ntohl(in.s_addr) >> 24) == IN_LOOPBACKNET;
    return strcmp(host, "[::1]") == 0 || strcasecmp(host, "localhost") == 0;
}

/* Scheme and host as libcurl itself reads them; "" when it is no URL. */
static void split_url(const char *url, char scheme[8], char host[256])
{
    CURLU *parts = curl_url();
    char *text = NULL;
    scheme[0] = host[0] = '\0';
    if (parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK) {
        if (curl_url_get(parts, CURLUPART_SCHEME, &text, 0) == CURLUE_OK)
            strncat(scheme, text, 7);
        curl_free(text);
        text = NULL;
        if (curl_url_get(parts, CURLUPART_HOST, &text, 0) == CURLUE_OK)
            strncat(host, text, 255);
        curl_free(text);
    }
    curl_url_cleanup(parts);
}

bool web_is_loopback(const char *url)
{
    char scheme[8];
    char host[256];
    split_url(url, scheme, host);
    return (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0) &&
           is_loopback_host(host);
}

static enum rc check_url(const char *url, struct err *e)
{
    char scheme[8];
    char host[256];
    split_url(url, scheme, host);
    if (strcmp(scheme, "https") == 0 || web_is_loopback(url))
        return RC_OK;
    if (strcmp(scheme, "http") == 0)
        return err_set(e, RC_FATAL, "web.send",
                       "http to %s is refused: use https (http only to loopback)", host);
    return err_set(e, RC_FATAL, "web.send", "not an https address: %.200s", url);
}

/* ---- reading ---- */

static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct transfer *transfer = arg;
    const struct web_request *request = transfer->request;
    long status = 0;
    curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &status);
    if (request->sink && status == 200) {
        transfer->sink_full = !request->sink(request->ctx, bytes, size * count);
        return transfer->sink_full ? 0 : size * count;
    }
    buf_add(&transfer->response.body, bytes, size * count);
    return transfer->response.body.full ? 0 : size * count;
}

/* The value when the line is "name: value", without blanks around it. */
static bool take_header(const char *line, size_t len, const char *name, char *out,
                        size_t room)
{
    size_t name_len = strlen(name);
    if (len <= name_len || line[name_len] != ':' ||
        strncasecmp(line, name, name_len) != 0)
        return false;
    const char *value = line + name_len + 1;
    size_t left = len - name_len - 1;
    while (left && strchr(" \t", value[0]))
        value++, left--;
    while (left && strchr(" \t\r\n", value[left - 1]))
        left--;
    if (left >= room)
        left = room - 1;
    memcpy(out, value, left);
    out[left] = '\0';
    return true;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *arg)
{
    struct transfer *transfer = arg;
    struct web_response *response = &transfer->response;
    const struct {
        const char *name;
        char *out;
        size_t room;
    } wanted[] = {
        {"X-Request-Id", response->request_id, sizeof(response->request_id)},
        {"X-Shopify-API-Version", response->api_version, sizeof(response->api_version)},
        {"Content-Type", response->content_type, sizeof(response->content_type)},
        {"Retry-After", transfer->retry_after, sizeof(transfer->retry_after)},
        {"Date", transfer->date, sizeof(transfer->date)},
    };
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
        if (take_header(bytes, size * count, wanted[i].name, wanted[i].out,
                        wanted[i].room))
            break;
    return size * count;
}

/* libcurl's own figure cuts the decimals of "2.5" off. */
static int64_t retry_after_ms(const char *text)
{
    char *end = NULL;
    if (!text[0])
        return -1;
    double seconds = strtod(text, &end);
    if (end != text && !*end && seconds >= 0)
        return (int64_t)((seconds < RETRY_AFTER_MAX_S ? seconds : RETRY_AFTER_MAX_S) *
                         MS);
    time_t at = curl_getdate(text, NULL);
    if (at < 0)
        return -1;
    int64_t ms = (int64_t)at * MS - clock_now_ms();
    if (ms > (int64_t)RETRY_AFTER_MAX_S * MS)
        return (int64_t)RETRY_AFTER_MAX_S * MS;
    return ms > 0 ? ms : 0;
}

/* ---- sending ---- */

static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a, (void)b, (void)c, (void)d;
    const struct web_request *request = ((struct transfer *)arg)->request;
    bool ends = stop_requested() || (request->go_on && !request->go_on(request->ctx));
    return ends ? 1 : 0; /* 1 ends the transfer */
}

static void set_long(CURL *curl, CURLoption option, long value)
{
    curl_easy_setopt(curl, option, value);
}

static void set_text(CURL *curl, CURLoption option, const char *value)
{
    curl_easy_setopt(curl, option, value);
}

static void set_address(CURL *curl, const char *url)
{
    set_text(curl, CURLOPT_URL, url);
    set_text(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    set_long(curl, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
    set_text(curl, CURLOPT_ACCEPT_ENCODING, ""); /* all it can undo */
    set_long(curl, CURLOPT_TCP_KEEPALIVE, 1);
    set_long(curl, CURLOPT_NOSIGNAL, 1);
    if (web_is_loopback(url)) /* else the environment may name a proxy */
        set_text(curl, CURLOPT_PROXY, "");
}

static void set_method(CURL *curl, const struct web_request *request)
{
    if (request->body || strcmp(request->method, "POST") == 0) {
        set_long(curl, CURLOPT_POST, 1);
        set_text(curl, CURLOPT_POSTFIELDS, request->body ? request->body : "");
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                         (curl_off_t)request->body_len);
    }
    if (strcmp(request->method, "GET") != 0 && strcmp(request->method, "POST") != 0)
        set_text(curl, CURLOPT_CUSTOMREQUEST, request->method);
}

/* The caller frees the list after the request. */
static struct curl_slist *make_headers(const char *const *headers)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:"); /* no waiting for 100 */
    for (; list && headers && *headers; headers++) {
        struct curl_slist *longer = curl_slist_append(list, *headers);
        if (!longer)
            abort(); /* out of memory: as in arena.h */
        list = longer;
    }
    return list;
}

static void set_callbacks(struct web *web, struct transfer *transfer)
{
    web->reason[0] = '\0';
    curl_easy_setopt(web->curl, CURLOPT_ERRORBUFFER, web->reason);
    curl_easy_setopt(web->curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(web->curl, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(web->curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(web->curl, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(web->curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(web->curl, CURLOPT_XFERINFODATA, transfer);
    set_long(web->curl, CURLOPT_NOPROGRESS, 0);
}

/* A long body may take as long as it takes, as long as something comes. */
static void set_time(CURL *curl, const struct web_request *request)
{
    if (!request->sink) {
        set_long(curl, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
        return;
    }
    set_long(curl, CURLOPT_LOW_SPEED_LIMIT, 1);
    set_long(curl, CURLOPT_LOW_SPEED_TIME, (long)(request->timeout_ms / MS) + 1);
}

static CURLcode perform(struct web *web, const struct web_request *request,
                        struct transfer *transfer)
{
    curl_easy_reset(web->curl); /* keeps the connection */
    set_address(web->curl, request->url);
    set_method(web->curl, request);
    set_callbacks(web, transfer);
    set_time(web->curl, request);
    set_long(web->curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    struct curl_slist *headers = make_headers(request->headers);
    curl_easy_setopt(web->curl, CURLOPT_HTTPHEADER, headers);
    CURLcode code = curl_easy_perform(web->curl);
    curl_easy_getinfo(web->curl, CURLINFO_RESPONSE_CODE, &transfer->response.status);
    curl_slist_free_all(headers);
    return code;
}

/* Waiting does not mend a certificate. */
static bool is_for_good(CURLcode code)
{
    static const CURLcode list[] = {
        CURLE_URL_MALFORMAT,         CURLE_PEER_FAILED_VERIFICATION,
        CURLE_SSL_CERTPROBLEM,       CURLE_SSL_CACERT_BADFILE,
        CURLE_SSL_ISSUER_ERROR,      CURLE_SSL_CIPHER,
        CURLE_SSL_INVALIDCERTSTATUS,
    };
    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
        if (list[i] == code)
            return true;
    return false;
}

static enum rc judge(const struct web *web, CURLcode code,
                     const struct web_request *request, const struct transfer *transfer,
                     struct err *e)
{
    int url_len = (int)strcspn(request->url, "?#");
    enum rc rc = is_for_good(code) ? RC_FATAL : RC_RETRY;
    if (code == CURLE_OK)
        return RC_OK;
    if (transfer->response.body.full)
        rc = err_set(e, RC_REJECT, "web.send", "%.*s: the answer is over %zu bytes",
                     url_len, request->url, request->max_bytes);
    else if (transfer->sink_full)
        rc = err_set(e, RC_REJECT, "web.send", "%.*s: its body was not taken", url_len,
                     request->url);
    else if (code == CURLE_ABORTED_BY_CALLBACK)
        rc = err_set(e, RC_RETRY, "web.send", "%.*s: given up, a stop was asked for",
                     url_len, request->url);
    else
        rc = err_set(e, rc, "web.send", "%.*s: %s", url_len, request->url,
                     web->reason[0] ? web->reason : curl_easy_strerror(code));
    if (e)
        e->native = (long)code;
    return rc;
}

enum rc web_send(struct web *web, const struct web_request *request,
                 struct web_response *response, struct err *e)
{
    struct transfer transfer = {.curl = web->curl, .request = request};
    enum rc rc = check_url(request->url, e);
    if (rc != RC_OK)
        return rc;
    buf_init(&transfer.response.body, request->max_bytes);
    CURLcode code = perform(web, request, &transfer);
    rc = judge(web, code, request, &transfer, e);
    if (rc != RC_OK) {
        buf_done(&transfer.response.body);
        return rc;
    }
    *response = transfer.response;
    response->retry_after_ms = retry_after_ms(transfer.retry_after);
    time_t date = transfer.date[0] ? curl_getdate(transfer.date, NULL) : -1;
    response->server_ms = date > 0 ? (int64_t)date * MS : 0;
    return RC_OK;
}

void web_response_done(struct web_response *response)
{
    buf_done(&response->body);
    *response = (struct web_response){.retry_after_ms = -1};
}

enum rc web_open(struct web **out, struct err *e)
{
    struct web *web = calloc(1, sizeof(*web));
    if (!web)
        abort();
    if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
        web->curl = curl_easy_init();
    if (!web->curl) {
        free(web);
        return err_set(e, RC_FATAL, "web.open", "libcurl did not start");
    }
    *out = web;
    return RC_OK;
}

void web_close(struct web *web)
{
    if (!web)
        return;
    curl_easy_cleanup(web->curl);
    free(web);
}

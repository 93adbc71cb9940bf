/* test_web: the HTTP client against our own listener, against a server that answers with
 * prepared bytes, and against a TLS server whose certificate nobody vouches for. */
#include "io/web.h"

#include "io/clock.h"
#include "io/http.h"
#include "io/log.h"
#include "io/stop.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { LIMIT = 1000, PATIENCE_MS = 5000 };

static struct web *web;
static struct http *listener;

/* ---- our own listener ---- */

static void handle(void *ctx, const struct http_request *request,
                   struct http_response *response)
{
    (void)ctx;
    const char *header = http_header(request, "X-Test");
    response->status = strcmp(request->path, "/away") == 0 ? 503 : 200;
    response->content_type = "application/json";
    buf_init(&response->body, 4096);
    if (strcmp(request->path, "/limit") == 0 || strcmp(request->path, "/over") == 0) {
        size_t len = request->path[1] == 'l' ? LIMIT : LIMIT + 1;
        for (size_t i = 0; i < len; i++)
            buf_text(&response->body, "x");
        return;
    }
    if (strcmp(request->path, "/slow") == 0)
        poll(NULL, 0, 1500);
    buf_printf(&response->body, "%s %s %s expect=%d body=%.99s", request->method,
               request->path, header ? header : "-",
               http_header(request, "Expect") != NULL, request->body);
}

static int start(void **state)
{
    (void)state;
    struct err e = {0};
    const struct http_conf conf = {.listen = "127.0.0.1:0",
                                   .own_thread = true,
                                   .max_body = 2000000,
                                   .max_clients = 20,
                                   .idle_seconds = 10,
                                   .handle = handle};
    assert_int_equal(http_open(&conf, &listener, &e), RC_OK);
    assert_int_equal(web_open(&web, &e), RC_OK);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    web_close(web);
    http_close(listener);
    return 0;
}

static enum rc get(const char *url, struct web_response *response, struct err *e)
{
    const struct web_request request = {
        .method = "GET", .url = url, .timeout_ms = PATIENCE_MS, .max_bytes = LIMIT};
    *response = (struct web_response){0};
    return web_send(web, &request, response, e);
}

static const char *url_of(const char *path)
{
    static char url[128];
    snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", (unsigned)http_port(listener),
             path);
    return url;
}

static void test_get_and_status(void **state)
{
    (void)state;
    struct err e = {0};
    struct web_response response;
    assert_int_equal(get(url_of("/a?b=c"), &response, &e), RC_OK);
    assert_int_equal(response.status, 200);
    assert_string_equal(buf_str(&response.body), "GET /a - expect=0 body=");
    assert_string_equal(response.content_type, "application/json");
    assert_string_equal(response.request_id, "");
    assert_int_equal(response.retry_after_ms, -1);
    web_response_done(&response);
    assert_int_equal(get(url_of("/away"), &response, &e), RC_OK);
    assert_int_equal(response.status, 503);
    web_response_done(&response);
}

static void test_post(void **state)
{
    (void)state;
    struct err e = {0};
    struct web_response response = {0};
    static char big[1100000];
    const char *const headers[] = {"X-Test: yes", NULL};
    struct web_request request = {.method = "POST",
                                  .url = url_of("/p"),
                                  .headers = headers,
                                  .body = "hello",
                                  .body_len = 5,
                                  .timeout_ms = PATIENCE_MS,
                                  .max_bytes = 8000};
    assert_int_equal(web_send(web, &request, &response, &e), RC_OK);
    assert_string_equal(buf_str(&response.body), "POST /p yes expect=0 body=hello");
    web_response_done(&response);
    memset(big, 'b', sizeof(big) - 1); /* from 1 MiB on libcurl asks first */
    request.body = big;
    request.body_len = sizeof(big) - 1;
    assert_int_equal(web_send(web, &request, &response, &e), RC_OK);
    assert_memory_equal(buf_str(&response.body), "POST /p yes expect=0 body=bbbb", 30);
    web_response_done(&response);
    request.body = NULL;
    request.body_len = 0;
    request.method = "DELETE";
    assert_int_equal(web_send(web, &request, &response, &e), RC_OK);
    assert_memory_equal(buf_str(&response.body), "DELETE /p ", 10);
    web_response_done(&response);
}

static void test_body_limit(void **state)
{
    (void)state;
    struct err e = {0};
    struct web_response response;
    assert_int_equal(get(url_of("/limit"), &response, &e), RC_OK);
    assert_int_equal(response.body.len, LIMIT);
    web_response_done(&response);
    assert_int_equal(get(url_of("/over"), &response, &e), RC_REJECT);
    assert_non_null(strstr(e.text, "over 1000 bytes"));
    assert_null(response.body.data);
}

static void test_time_out(void **state)
{
    (void)state;
    struct err e = {0};
    struct web_response response = {0};
    const struct web_request request = {.method = "GET",
                                        .url = url_of("/slow?token=secret"),
                                        .timeout_ms = 300,
                                        .max_bytes = LIMIT};
    int64_t began_ms = clock_monotonic_ms();
    assert_int_equal(web_send(web, &request, &response, &e), RC_RETRY);
    assert_in_range(clock_monotonic_ms() - began_ms, 250, 1200);
    assert_non_null(strstr(e.text, "timed out"));
    assert_null(strstr(e.text, "secret"));
    poll(NULL, 0, 1500); /* the listener's only thread is busy until then */
    assert_int_equal(get(url_of("/after"), &response, &e), RC_OK);
    web_response_done(&response);
}

/* ---- a server with prepared answers ---- */

struct canned {
    int fd;
    uint16_t port;
    pthread_t thread;
    const char *const *answers; /* one per request; NULL-terminated */
    size_t connections;
};

static void read_head(int fd)
{
    char head[4096] = "";
    size_t len = 0;
    while (!strstr(head, "\r\n\r\n")) {
        ssize_t n = recv(fd, head + len, sizeof(head) - 1 - len, 0);
        if (n <= 0)
            return;
        len += (size_t)n;
        head[len] = '\0';
    }
}

/* An answer that begins with '=' keeps the connection for the next. */
static void *serve(void *arg)
{
    struct canned *canned = arg;
    int fd = -1;
    for (const char *const *at = canned->answers; *at; at++) {
        bool keep = (*at)[0] == '=';
        const char *text = *at + keep;
        if (fd < 0) {
            fd = accept(canned->fd, NULL, NULL);
            canned->connections++;
        }
        read_head(fd);
        send(fd, text, strlen(text), MSG_NOSIGNAL);
        if (!keep) {
            close(fd);
            fd = -1;
        }
    }
    if (fd >= 0)
        close(fd);
    return NULL;
}

static void canned_start(struct canned *canned, const char *const *answers)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    *canned = (struct canned){.answers = answers};
    canned->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(canned->fd, (struct sockaddr *)&at, len), 0);
    assert_int_equal(listen(canned->fd, 10), 0);
    getsockname(canned->fd, (struct sockaddr *)&at, &len);
    canned->port = ntohs(at.sin_port);
    assert_int_equal(pthread_create(&canned->thread, NULL, serve, canned), 0);
}

static void canned_stop(struct canned *canned)
{
    pthread_join(canned->thread, NULL);
    close(canned->fd);
}

static enum rc get_canned(const struct canned *canned, struct web_response *response,
                          struct err *e)
{
    char url[64];
    snprintf(url, sizeof(url), "http://localhost:%u/", (unsigned)canned->port);
    return get(url, response, e);
}

static void test_headers_and_reuse(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "=HTTP/1.1 200 OK\r\nx-request-id:  abc-1 \r\nX-Shopify-API-Version: 2026-07\r\n"
        "Content-Length: 2\r\n\r\nok",
        "HTTP/1.1 429 Slow down\r\nContent-Length: 0\r\n\r\n", NULL};
    struct canned canned;
    struct err e = {0};
    struct web_response response;
    canned_start(&canned, answers);
    assert_int_equal(get_canned(&canned, &response, &e), RC_OK);
    assert_string_equal(response.request_id, "abc-1");
    assert_string_equal(response.api_version, "2026-07");
    web_response_done(&response);
    assert_int_equal(get_canned(&canned, &response, &e), RC_OK);
    assert_int_equal(response.status, 429);
    assert_string_equal(response.request_id, ""); /* nothing of the one before */
    web_response_done(&response);
    canned_stop(&canned);
    assert_int_equal(canned.connections, 1);
}

static int64_t retry_after(const char *value)
{
    char text[256];
    const char *const answers[] = {text, NULL};
    struct canned canned;
    struct err e = {0};
    struct web_response response;
    snprintf(text, sizeof(text),
             "HTTP/1.1 429 X\r\nRetry-After: %s\r\nContent-Length: 0\r\n\r\n", value);
    canned_start(&canned, answers);
    assert_int_equal(get_canned(&canned, &response, &e), RC_OK);
    int64_t ms = response.retry_after_ms;
    web_response_done(&response);
    canned_stop(&canned);
    return ms;
}

static void test_retry_after(void **state)
{
    (void)state;
    char date[64];
    time_t soon = time(NULL) + 100;
    struct tm tm;
    assert_int_equal(retry_after("2"), 2000);
    assert_int_equal(retry_after("2.0"), 2000);
    assert_int_equal(retry_after("2.5"), 2500);
    assert_int_equal(retry_after("0"), 0);
    assert_int_equal(retry_after("-1"), -1);
    assert_int_equal(retry_after("soon"), -1);
    assert_int_equal(retry_after("1e30"), INT64_C(86400000));
    assert_int_equal(retry_after("Wed, 21 Oct 2015 07:28:00 GMT"), 0); /* past */
    strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&soon, &tm));
    assert_in_range(retry_after(date), 95000, 100000);
}

static void test_server_clock(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 10:00:00 GMT\r\nContent-Length: "
        "0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nDate: noon\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", NULL};
    static const int64_t expected[] = {INT64_C(1795341600000), 0, 0};
    struct canned canned;
    struct err e = {0};
    struct web_response response;
    canned_start(&canned, answers);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(get_canned(&canned, &response, &e), RC_OK);
        assert_int_equal(response.server_ms, expected[i]);
        web_response_done(&response);
    }
    canned_stop(&canned);
}

static bool count_down(void *ctx)
{
    int *left = ctx;
    return (*left)-- > 0;
}

static void test_going_on_is_asked(void **state)
{
    (void)state;
    struct err e = {0};
    struct web_response response = {0};
    int left = 2;
    const struct web_request request = {.method = "GET",
                                        .url = url_of("/slow"),
                                        .timeout_ms = PATIENCE_MS,
                                        .max_bytes = LIMIT,
                                        .go_on = count_down,
                                        .ctx = &left};
    assert_int_equal(web_send(web, &request, &response, &e), RC_RETRY);
    assert_int_equal(left, -1);
    assert_non_null(strstr(e.text, "given up"));
    poll(NULL, 0, 1500); /* the listener's only thread is busy until then */
}

/* Each of these is an answer that is none. */
static void test_broken_answers(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot a length\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnone",
        "no HTTP at all\r\n\r\n",
        "",
    };
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        const char *const answers[] = {broken[i], NULL};
        struct canned canned;
        struct err e = {0};
        struct web_response response;
        canned_start(&canned, answers);
        assert_int_equal(get_canned(&canned, &response, &e), RC_RETRY);
        assert_true(e.text[0] && e.native);
        assert_null(response.body.data);
        canned_stop(&canned);
    }
}

static void test_redirects_are_not_followed(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "HTTP/1.1 302 Found\r\nLocation: http://localhost:1/\r\nContent-Length: "
        "0\r\n\r\n",
        NULL};
    struct canned canned;
    struct err e = {0};
    struct web_response response;
    canned_start(&canned, answers);
    assert_int_equal(get_canned(&canned, &response, &e), RC_OK);
    assert_int_equal(response.status, 302);
    web_response_done(&response);
    canned_stop(&canned);
}

static void test_nobody_there(void **state)
{
    (void)state;
    static const char *const none[] = {NULL};
    struct canned canned;
    struct err e = {0};
    struct web_response response;
    canned_start(&canned, none);
    canned_stop(&canned);
    assert_int_equal(get_canned(&canned, &response, &e), RC_RETRY);
    assert_int_equal(get("https://no-such-host.invalid/", &response, &e), RC_RETRY);
}

/* ---- addresses ---- */

static void test_addresses(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "http://example.com/",
        "http://127.0.0.1.example.com/",
        "http://10.0.0.1/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "nonsense",
        "",
        "http://user@example.com/",
        "http://127.0.0.1@10.0.0.1/",
    };
    struct err e = {0};
    struct web_response response;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        assert_int_equal(get(refused[i], &response, &e), RC_FATAL);
        assert_false(web_is_loopback(refused[i]));
    }
    assert_true(web_is_loopback("http://127.0.0.1:80/x"));
    assert_true(web_is_loopback("https://127.9.9.9"));
    assert_true(web_is_loopback("http://[::1]:8080"));
    assert_true(web_is_loopback("http://LOCALHOST/"));
    assert_false(web_is_loopback("https://localhost.example.com/"));
    assert_false(web_is_loopback("http://128.0.0.1/"));
}

/* ---- TLS ---- */

static void pem_text(BIO *bio, char out[4096])
{
    int len = BIO_read(bio, out, 4095);
    assert_true(len > 0);
    out[len] = '\0';
    BIO_free(bio);
}

static void make_certificate(char key_pem[4096], char cert_pem[4096])
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = X509_new();
    X509_NAME *name = X509_get_subject_name(cert);
    BIO *key_bio = BIO_new(BIO_s_mem());
    BIO *cert_bio = BIO_new(BIO_s_mem());
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               (const unsigned char *)"localhost", -1, -1, 0);
    X509_set_issuer_name(cert, name);
    X509_set_pubkey(cert, key);
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    PEM_write_bio_PrivateKey(key_bio, key, NULL, NULL, 0, NULL, NULL);
    PEM_write_bio_X509(cert_bio, cert);
    pem_text(key_bio, key_pem);
    pem_text(cert_bio, cert_pem);
    X509_free(cert);
    EVP_PKEY_free(key);
}

/* NOLINTNEXTLINE(readability-function-size): libmicrohttpd's own signature */
static enum MHD_Result refuse(void *ctx, struct MHD_Connection *connection,
                              const char *path, const char *method, const char *version,
                              const char *bytes, size_t *len, void **state)
{
    (void)connection, (void)path, (void)method, (void)version, (void)bytes, (void)len;
    (void)state;
    atomic_fetch_add((atomic_int *)ctx, 1);
    return MHD_NO;
}

static void test_untrusted_certificate(void **state)
{
    (void)state;
    char key[4096];
    char cert[4096];
    char url[64];
    atomic_int requests = 0;
    struct err e = {0};
    struct web_response response;
    make_certificate(key, cert);
    struct MHD_Daemon *tls = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_TLS, 0, NULL, NULL, refuse, &requests,
        MHD_OPTION_HTTPS_MEM_KEY, key, MHD_OPTION_HTTPS_MEM_CERT, cert, MHD_OPTION_END);
    assert_non_null(tls);
    snprintf(url, sizeof(url), "https://localhost:%u/",
             (unsigned)MHD_get_daemon_info(tls, MHD_DAEMON_INFO_BIND_PORT)->port);
    assert_int_equal(get(url, &response, &e), RC_FATAL);
    assert_non_null(strstr(e.text, "certificate"));
    assert_int_equal(atomic_load(&requests), 0);
    MHD_stop_daemon(tls);
}

/* ---- stopping: the last test, as a stop is not taken back ---- */

static void test_stop_ends_a_request(void **state)
{
    (void)state;
    struct err e = {0};
    struct web_response response;
    stop_install();
    raise(SIGTERM);
    int64_t began_ms = clock_monotonic_ms();
    assert_int_equal(get(url_of("/slow"), &response, &e), RC_RETRY);
    assert_non_null(strstr(e.text, "stop"));
    assert_true(clock_monotonic_ms() - began_ms < 1400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_get_and_status),
        cmocka_unit_test(test_post),
        cmocka_unit_test(test_body_limit),
        cmocka_unit_test(test_time_out),
        cmocka_unit_test(test_headers_and_reuse),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_server_clock),
        cmocka_unit_test(test_going_on_is_asked),
        cmocka_unit_test(test_broken_answers),
        cmocka_unit_test(test_redirects_are_not_followed),
        cmocka_unit_test(test_nobody_there),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_untrusted_certificate),
        cmocka_unit_test(test_stop_ends_a_request),
    };
    log_open("test_web", "warn", "text");
    return cmocka_run_group_tests(tests, start, stop);
}

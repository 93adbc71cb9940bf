/* test_web_answers: the HTTP client against a server that answers with prepared bytes,
 * and against a TLS server whose certificate nobody vouches for. */
#include "io/log.h"
#include "io/web.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <setjmp.h>
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

enum { LIMIT = 1000, PATIENCE_MS = 60000 };

static struct web *web;

static int start(void **state)
{
    (void)state;
    struct err e = {0};
    assert_int_equal(web_open(&web, &e), RC_OK);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    web_close(web);
    return 0;
}

static enum rc get(const char *url, struct web_response *response, struct err *e)
{
    const struct web_request request = {
        .method = "GET", .url = url, .timeout_ms = PATIENCE_MS, .max_bytes = LIMIT};
    *response = (struct web_response){0};
    return web_send(web, &request, response, e);
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
    assert_in_range(retry_after(date), 1000, 100000);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers_and_reuse),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_server_clock),
        cmocka_unit_test(test_broken_answers),
        cmocka_unit_test(test_redirects_are_not_followed),
        cmocka_unit_test(test_nobody_there),
        cmocka_unit_test(test_untrusted_certificate),
    };
    log_open("test_web_answers", "warn", "text");
    return cmocka_run_group_tests(tests, start, stop);
}

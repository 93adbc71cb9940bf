/* test_stats_api: which requests are taken, and how the others are refused. */
#include "arena_rig.h"
#include "core/api.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#define POLLING "/api/v1/orders/polling"
#define TOKEN   "s3cret-token"

static struct problem problem;
static struct api_call call;

static struct api_request request(const char *method, const char *path, const char *body)
{
    return (struct api_request){.method = method,
                                .path = path,
                                .body = body ? body : "",
                                .body_len = body ? strlen(body) : 0,
                                .content_type = body ? "application/json" : NULL,
                                .host = "127.0.0.1:8080",
                                .from_loopback = true};
}

/* 200, or the problem's status. */
static int status_of(const struct api_request *asked, const char *token)
{
    problem = (struct problem){0};
    return api_call_of(asked, token, &arena, &call, &problem) ? 200 : problem.status;
}

static void paths_and_methods(void **state)
{
    (void)state;
    static const struct {
        const char *method, *path;
        int status;
        enum api_route route;
        const char *arg, *allow;
    } rows[] = {
        {"GET", POLLING "/status", 200, API_STATUS, NULL, NULL},
        {"HEAD", POLLING "/status", 200, API_STATUS, NULL, NULL},
        {"POST", POLLING "/trigger", 200, API_TRIGGER, NULL, NULL},
        {"GET", POLLING "/trigger/20261122T1-ab", 200, API_TRIGGER_STATE, "20261122T1-ab",
         NULL},
        {"GET", POLLING "/stats", 200, API_STATS, NULL, NULL},
        {"POST", POLLING "/reset-stats", 200, API_RESET, NULL, NULL},
        {"GET", POLLING "/health", 200, API_HEALTH, NULL, NULL},
        {"GET", POLLING "/conflicts", 200, API_CONFLICTS, NULL, NULL},
        {"GET", POLLING "/polls", 200, API_POLLS, NULL, NULL},
        {"GET", POLLING "/events", 200, API_EVENTS, NULL, NULL},
        {"GET", "/api/v1/orders/#1001", 200, API_ORDER, "#1001", NULL},
        {"GET", "/api/v1/orders/6001", 200, API_ORDER, "6001", NULL},
        {"GET", "/healthz", 200, API_HEALTHZ, NULL, NULL},
        {"GET", "/readyz", 200, API_READYZ, NULL, NULL},
        {"GET", "/metrics", 200, API_METRICS, NULL, NULL},
        {"GET", "/", 200, API_PAGE, NULL, NULL},
        {"GET", "/js/app.js", 200, API_SCRIPT, "app.js", NULL},
        {"GET", "/js/", 404, API_STATUS, NULL, NULL},
        {"GET", "", 404, API_STATUS, NULL, NULL},
        {"GET", "/nope", 404, API_STATUS, NULL, NULL},
        {"GET", POLLING "/status/", 404, API_STATUS, NULL, NULL},
        {"GET", POLLING "/statu", 404, API_STATUS, NULL, NULL},
        {"GET", POLLING "/trigger/a/b", 404, API_STATUS, NULL, NULL},
        {"GET", "/api/v1/orders/", 404, API_STATUS, NULL, NULL},
        {"GET", "/api/v1/orders/\xff", 404, API_STATUS, NULL, NULL},
        {"GET", "/../etc/passwd", 404, API_STATUS, NULL, NULL},
        {"GET", POLLING "/trigger", 405, API_STATUS, NULL, "POST"},
        {"POST", POLLING "/conflicts", 400, API_STATUS, NULL, NULL},
        {"DELETE", POLLING "/conflicts", 405, API_STATUS, NULL, "GET, HEAD, POST"},
        {"DELETE", POLLING "/status", 405, API_STATUS, NULL, "GET, HEAD"},
        {"POST", POLLING "/config", 405, API_STATUS, NULL, "PUT"},
        {"get", POLLING "/status", 405, API_STATUS, NULL, "GET, HEAD"},
        {"POST", POLLING "/trigger/x", 405, API_STATUS, NULL, "GET, HEAD"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct api_request asked = request(rows[i].method, rows[i].path, NULL);
        int status = status_of(&asked, "");
        if (status != rows[i].status)
            fail_msg("%s %s: %d instead of %d", rows[i].method, rows[i].path, status,
                     rows[i].status);
        if (status == 200) {
            assert_int_equal(call.route, rows[i].route);
            assert_true(!call.arg == !rows[i].arg);
        }
        if (rows[i].arg)
            assert_string_equal(call.arg, rows[i].arg);
        if (rows[i].allow)
            assert_string_equal(problem.allow, rows[i].allow);
    }
}

static void a_path_of_any_length_is_refused_in_one_line(void **state)
{
    (void)state;
    char path[5000] = "/api/v1/orders/";
    memset(path + strlen(path), 'x', sizeof(path) - strlen(path) - 1);
    path[sizeof(path) - 1] = '\0';
    struct api_request asked = request("GET", path, NULL);
    assert_int_equal(status_of(&asked, ""), 404);
    path[4] = '\0';
    assert_int_equal(status_of(&asked, ""), 404);
    assert_contains(problem.detail, "/api");
}

static const struct access {
    const char *token, *authorization, *host, *origin;
    bool loopback;
    int status;
} accesses[] = {
    /* without a token: this machine alone, by a name of its own */
    {"", NULL, "127.0.0.1:8080", NULL, true, 200},
    {"", NULL, "localhost", NULL, true, 200},
    {"", NULL, "LOCALHOST:8080", NULL, true, 200},
    {"", NULL, "[::1]:8080", NULL, true, 200},
    {"", NULL, "127.0.0.1:8080", NULL, false, 403},
    {"", "Bearer x", "127.0.0.1:8080", NULL, false, 403},
    {"", NULL, "evil.example", NULL, true, 403},
    {"", NULL, "localhost.evil.example", NULL, true, 403},
    {"", NULL, "127.0.0.1.evil.example", NULL, true, 403},
    {"", NULL, NULL, NULL, true, 403},
    /* pages of another site */
    {"", NULL, "127.0.0.1:8080", "http://127.0.0.1:8080", true, 200},
    {"", NULL, "127.0.0.1:8080", "http://evil.example", true, 403},
    {"", NULL, "127.0.0.1:8080", "http://127.0.0.1:9999", true, 403},
    {"", NULL, "127.0.0.1:8080", "null", true, 403},
    /* with a token: from everywhere, with it */
    {TOKEN, "Bearer " TOKEN, "till.example", NULL, false, 200},
    {TOKEN, "bearer " TOKEN, "till.example", NULL, false, 200},
    {TOKEN, "Bearer " TOKEN, "till.example", "https://till.example", false, 200},
    {TOKEN, "Bearer " TOKEN, "till.example", "https://evil.example", false, 403},
    {TOKEN, NULL, "127.0.0.1:8080", NULL, true, 401},
    {TOKEN, "Bearer", "127.0.0.1:8080", NULL, true, 401},
    {TOKEN, "Bearer ", "127.0.0.1:8080", NULL, true, 401},
    {TOKEN, "Bearer " TOKEN "x", "127.0.0.1:8080", NULL, true, 401},
    {TOKEN, "Bearer s3cret-toke", "127.0.0.1:8080", NULL, true, 401},
    {TOKEN, "Basic " TOKEN, "127.0.0.1:8080", NULL, true, 401},
    {TOKEN, TOKEN, "127.0.0.1:8080", NULL, true, 401},
};

static void writing_is(const struct access *row, const char *method, const char *path,
                       const char *body)
{
    struct api_request asked = request(method, path, body);
    asked.authorization = row->authorization;
    asked.host = row->host;
    asked.origin = row->origin;
    asked.from_loopback = row->loopback;
    int status = status_of(&asked, row->token);
    if (status != row->status)
        fail_msg("row %td, %s: %d instead of %d", row - accesses, path, status,
                 row->status);
    assert_lacks(problem.detail, TOKEN);
}

static void who_may_write(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(accesses) / sizeof(accesses[0]); i++) {
        writing_is(&accesses[i], "POST", POLLING "/trigger", NULL);
        writing_is(&accesses[i], "POST", POLLING "/reset-stats", NULL);
        writing_is(&accesses[i], "PUT", POLLING "/config", "{\"enabled\":true}");
        struct api_request reading = request("GET", POLLING "/status", NULL);
        reading.from_loopback = false;
        assert_int_equal(status_of(&reading, accesses[i].token), 200);
    }
}

struct body {
    const char *path, *body;
    int status;
    const char *field, *detail;
};

static void check_body(const struct body *row)
{
    char path[100];
    snprintf(path, sizeof(path), POLLING "%s", row->path);
    const char *method = strcmp(row->path, "/config") == 0 ? "PUT" : "POST";
    struct api_request asked = request(method, path, row->body);
    int status = status_of(&asked, "");
    if (status != row->status)
        fail_msg("%s %s: %d instead of %d: %s", row->path, row->body, status, row->status,
                 problem.detail);
    assert_string_equal(problem.field, row->field);
    assert_contains(problem.detail, row->detail);
}

static void bodies_are_checked_member_by_member(void **state)
{
    (void)state;
    static const struct body rows[] = {
        {"/trigger", "{}", 200, "", ""},
        {"/trigger",
         "{\"lookback_minutes\":1440,\"batch_size\":250,\"max_pages\":50,\"dry_run\":"
         "true}",
         200, "", ""},
        {"/trigger", "{\"lookback_minutes\":1,\"batch_size\":1,\"max_pages\":1}", 200, "",
         ""},
        {"/trigger", "{\"lookback_minutes\":0}", 400, "lookback_minutes", "1 to 1440"},
        {"/trigger", "{\"lookback_minutes\":1441}", 400, "lookback_minutes", "1 to 1440"},
        {"/trigger", "{\"batch_size\":251}", 400, "batch_size", "1 to 250"},
        {"/trigger", "{\"max_pages\":51}", 400, "max_pages", "1 to 50"},
        {"/trigger", "{\"max_pages\":-1}", 400, "max_pages", "1 to 50"},
        {"/trigger", "{\"max_pages\":1.5}", 400, "max_pages", "whole number"},
        {"/trigger", "{\"max_pages\":1e99}", 400, "max_pages", "whole number"},
        {"/trigger", "{\"max_pages\":\"5\"}", 400, "max_pages", "whole number"},
        {"/trigger", "{\"max_pages\":null}", 400, "max_pages", "whole number"},
        {"/trigger", "{\"dry_run\":\"yes\"}", 400, "dry_run", "true or false"},
        {"/trigger", "{\"dry_run\":1}", 400, "dry_run", "true or false"},
        {"/trigger", "{\"interval_minutes\":5}", 400, "interval_minutes",
         "lookback_minutes, batch_size, max_pages, dry_run"},
        {"/trigger", "{\"Dry_run\":true}", 400, "Dry_run", "not known"},
        {"/trigger", "{\"dry_run\":true,\"dry_run\":true}", 400, "dry_run", "twice"},
        {"/trigger", "[]", 400, "", "JSON object"},
        {"/trigger", "null", 400, "", "JSON object"},
        {"/trigger", "{", 400, "", "not JSON"},
        {"/trigger", "{} x", 400, "", "not JSON"},
        {"/trigger", "\xff", 400, "", "not UTF-8"},
        {"/config", "{\"interval_minutes\":1441}", 400, "interval_minutes", "1 to 1440"},
        {"/config", "{\"enabled\":0}", 400, "enabled", "true or false"},
        {"/config", "{\"dry_run\":true}", 400, "dry_run", "not known"},
        {"/config", "{}", 400, "", "at least one of"},
        {"/config", NULL, 400, "", "at least one of"},
        {"/config", "{\"enabled\":false}", 200, "", ""},
        {"/reset-stats", "{}", 200, "", ""},
        {"/reset-stats", "{\"now\":true}", 400, "now", "possible are: none"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check_body(&rows[i]);
}

static void a_dismissal_names_its_orders(void **state)
{
    (void)state;
    static const struct body rows[] = {
        {"/conflicts", "{\"action\":\"dismiss\",\"orders\":[\"#1\",\"a/2\"]}", 200, "",
         ""},
        {"/conflicts", "{\"orders\":[\"#1\"]}", 400, "", "action: needed"},
        {"/conflicts", "{\"action\":\"dismiss\"}", 400, "", "orders: needed"},
        {"/conflicts", "{\"action\":\"park\",\"orders\":[\"#1\"]}", 400, "action",
         "must be one of dismiss"},
        {"/conflicts", "{\"action\":\"dismiss\",\"orders\":[1]}", 400, "orders",
         "a list of 1 to 100 texts of up to 200 bytes"},
        {"/conflicts", "{\"action\":\"dismiss\",\"ids\":[\"1\"]}", 400, "ids",
         "possible are: action, orders, dry_run"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check_body(&rows[i]);
}

static void content_types(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        int status;
    } rows[] = {{"application/json", 200},
                {"Application/JSON; charset=utf-8", 200},
                {"application/json ;x", 200},
                {"application/jsonp", 415},
                {"text/plain", 415},
                {"application/x-www-form-urlencoded", 415},
                {"", 415},
                {NULL, 415}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct api_request asked = request("POST", POLLING "/trigger", "{}");
        asked.content_type = rows[i].type;
        assert_int_equal(status_of(&asked, ""), rows[i].status);
        asked.body_len = 0; /* without a body its type does not matter */
        assert_int_equal(status_of(&asked, ""), 200);
    }
}

static void parameters_reach_the_messages(void **state)
{
    (void)state;
    struct api_request asked =
        request("POST", POLLING "/trigger", "{\"lookback_minutes\":60,\"dry_run\":true}");
    assert_int_equal(status_of(&asked, ""), 200);
    struct trigger trigger = api_trigger(&call);
    assert_int_equal(trigger.lookback_minutes, 60);
    assert_int_equal(trigger.batch_size, 0);
    assert_int_equal(trigger.max_pages, 0);
    assert_true(trigger.dry_run);

    static const struct runtime_config now = {.at_ms = 5,
                                              .interval_minutes = 10,
                                              .lookback_minutes = 15,
                                              .batch_size = 50,
                                              .max_pages = 10,
                                              .enabled = true};
    asked = request("PUT", POLLING "/config", "{\"enabled\":false,\"max_pages\":3}");
    assert_int_equal(status_of(&asked, ""), 200);
    struct runtime_config config = api_config(&call, &now);
    assert_false(config.enabled);
    assert_int_equal(config.max_pages, 3);
    assert_int_equal(config.interval_minutes, 10);
    assert_int_equal(config.lookback_minutes, 15);
    assert_int_equal(config.batch_size, 50);
    assert_int_equal(config.version, MESSAGE_VERSION);
}

static void a_problem_is_json_whatever_it_quotes(void **state)
{
    (void)state;
    struct api_request asked = request("GET", "/\"\xc3\xa4\x01\\", NULL);
    struct buf out;
    assert_int_equal(status_of(&asked, ""), 404);
    buf_init(&out, 4096);
    problem_write(&problem, &out);
    cJSON *tree = cJSON_Parse(buf_str(&out));
    assert_non_null(tree);
    assert_string_equal(
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(tree, "title")),
        "Not Found");
    cJSON_Delete(tree);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_and_methods),
        cmocka_unit_test(a_path_of_any_length_is_refused_in_one_line),
        cmocka_unit_test(who_may_write),
        cmocka_unit_test(bodies_are_checked_member_by_member),
        cmocka_unit_test(a_dismissal_names_its_orders),
        cmocka_unit_test(content_types),
        cmocka_unit_test(parameters_reach_the_messages),
        cmocka_unit_test(a_problem_is_json_whatever_it_quotes),
    };
    return cmocka_run_group_tests(tests, arena_start, arena_stop);
}

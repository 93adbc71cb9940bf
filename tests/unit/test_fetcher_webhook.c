/* test_fetcher_webhook: signatures against RFC 4231, what is taken for a webhook of ours,
 * and the memory and rate that keep it bounded. */
#include "base/sign.h"
#include "core/gone.h"
#include "core/webhook.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

#define SHOP "demo.myshopify.com"

static const struct webhook_rules rules = {.shop = SHOP, .secrets = "new one, old one"};

/* ---- the signature ---- */

static bool matches(const char *key, const char *text, const char *signature)
{
    const struct sign_key with = {.bytes = key, .len = strlen(key)};
    return sign_matches(&with, text, strlen(text), signature);
}

static void signs_as_rfc_4231(void **state)
{
    (void)state;
    assert_true(matches("Jefe", "what do ya want for nothing?",
                        "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="));
    assert_true(matches("\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"
                        "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b",
                        "Hi There", "sDRMYdjbOFNcqK/OrwvxK4gdwgDJgz2nJuk3bC4yz/c="));
    assert_true(matches("", "", "thNnmggU2ex3L5XXeMNfxf8Wl8STcVZTxscSFEKSxa0="));
}

static void takes_no_other_signature(void **state)
{
    (void)state;
    static const char right[] = "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=";
    static const char text[] = "what do ya want for nothing?";
    char wrong[sizeof(right) + 4];
    for (size_t i = 0; i < sizeof(right) - 1; i++) {
        memcpy(wrong, right, sizeof(right));
        wrong[i] = wrong[i] == 'A' ? 'B' : 'A';
        assert_false(matches("Jefe", text, wrong));
        memcpy(wrong, right, sizeof(right));
        wrong[i] = '\0';
        assert_false(matches("Jefe", text, wrong));
    }
    snprintf(wrong, sizeof(wrong), "%s=", right);
    assert_false(matches("Jefe", text, wrong));
    assert_false(matches("jefe", text, right));
    assert_false(matches("Jefe", "what do ya want for nothing!", right));
}

/* ---- the request ---- */

/* HMAC of {"id":7} by "new one" and by "old one". */
#define BODY   "{\"id\":7}"
#define BY_NEW "bE2JGX4c7PT8Ujx0j36Iz6IwfEoUMAoN/wVRxEWKqAc="
#define BY_OLD "hkymVtpzP5ojVvih3V7S7vwrFfeIIs7CLXxQlt0pioA="

static struct webhook_request plain(void)
{
    return (struct webhook_request){.method = "POST",
                                    .path = "/webhooks",
                                    .topic = "orders/updated",
                                    .signature = BY_NEW,
                                    .shop = SHOP,
                                    .event_id = "event",
                                    .webhook_id = "delivery",
                                    .triggered_at = "2026-07-01T12:00:00.5Z",
                                    .body = BODY,
                                    .body_len = sizeof(BODY) - 1};
}

static void is_judged(const struct webhook_request *request,
                      enum webhook_verdict expected)
{
    struct doorbell doorbell = {0};
    assert_string_equal(webhook_word(webhook_judge(&rules, request, &doorbell)),
                        webhook_word(expected));
}

static void rings_for_what_is_ours(void **state)
{
    (void)state;
    struct doorbell doorbell = {0};
    struct webhook_request request = plain();
    assert_int_equal(webhook_judge(&rules, &request, &doorbell), WEBHOOK_ADMITTED);
    assert_int_equal(doorbell.order, 7);
    assert_string_equal(doorbell.shop, SHOP);
    assert_string_equal(doorbell.event_id, "event");
    assert_int_equal(doorbell.triggered_ms, INT64_C(1782907200500));
    request.signature = BY_OLD;
    request.shop = "DEMO.myshopify.com";
    request.event_id = "a b"; /* odd: left out */
    request.triggered_at = "yesterday";
    assert_int_equal(webhook_judge(&rules, &request, &doorbell), WEBHOOK_ADMITTED);
    assert_null(doorbell.event_id);
    assert_int_equal(doorbell.triggered_ms, 0);
}

static void refuses_the_rest(void **state)
{
    (void)state;
    struct webhook_request request = plain();
    request.path = "/webhooks/";
    is_judged(&request, WEBHOOK_NO_PATH);
    request = plain();
    request.method = "PUT";
    is_judged(&request, WEBHOOK_METHOD);
    request = plain();
    request.signature = NULL;
    is_judged(&request, WEBHOOK_SIGNATURE);
    request = plain();
    request.body_len--;
    is_judged(&request, WEBHOOK_SIGNATURE);
    request = plain();
    request.shop = "other.myshopify.com";
    is_judged(&request, WEBHOOK_SHOP);
    request = plain();
    request.topic = "order/updated";
    is_judged(&request, WEBHOOK_TOPIC);
    request = plain();
    request.topic = "orders/up\ndated";
    is_judged(&request, WEBHOOK_TOPIC);
}

static void knows_no_secret_no_entry(void **state)
{
    (void)state;
    static const char *const none[] = {"", " ", ",", " , "};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        const struct webhook_rules open = {.shop = SHOP, .secrets = none[i]};
        struct doorbell doorbell = {0};
        struct webhook_request request = plain();
        request.signature = "A8mhAikQhe01r1dh2MhfjkKKnLv0xo/grEkveqhUY8o=";
        assert_int_equal(webhook_judge(&open, &request, &doorbell), WEBHOOK_SIGNATURE);
    }
}

/* ---- what keeps it bounded ---- */

static struct webhook_event event_of(const char *id, const char *topic, int64_t order)
{
    const struct doorbell doorbell = {.order = order, .topic = topic, .event_id = id};
    return webhook_event_of(&doorbell);
}

static void remembers_events_of_an_order(void **state)
{
    (void)state;
    static struct webhook_memory memory;
    const struct webhook_event first = event_of("a", "orders/updated", 7);
    const struct webhook_event of_another_order = event_of("a", "orders/updated", 8);
    const struct webhook_event of_another_topic = event_of("a", "orders/paid", 7);
    const struct webhook_event without_id = event_of(NULL, "orders/updated", 7);
    assert_false(webhook_known(&memory, &first));
    webhook_remember(&memory, &first);
    webhook_remember(&memory, &without_id);
    assert_true(webhook_known(&memory, &first));
    assert_false(webhook_known(&memory, &of_another_order));
    assert_false(webhook_known(&memory, &of_another_topic));
    assert_false(webhook_known(&memory, &without_id));
    for (int i = 0; i < WEBHOOK_MEMORY; i++) {
        const struct webhook_event other = event_of("b", "orders/updated", 100 + i);
        webhook_remember(&memory, &other);
    }
    assert_false(webhook_known(&memory, &first)); /* the oldest is let go */
}

static void lets_so_many_through(void **state)
{
    (void)state;
    struct webhook_rate rate = webhook_rate_of(10, 3, 1000);
    for (int i = 0; i < 3; i++)
        assert_true(webhook_rate_take(&rate, 1000));
    assert_false(webhook_rate_take(&rate, 1000));
    assert_false(webhook_rate_take(&rate, 1099));
    assert_true(webhook_rate_take(&rate, 1100));
    assert_false(webhook_rate_take(&rate, 500)); /* a clock that steps back gives none */
    for (int i = 0; i < 3; i++)
        assert_true(webhook_rate_take(&rate, INT64_MAX / 2));
    assert_false(webhook_rate_take(&rate, INT64_MAX / 2));
}

static void tells_once_of_an_order_that_is_gone(void **state)
{
    (void)state;
    static struct gone_memory memory;
    struct arena arena;
    arena_init(&arena);
    const struct gone gone = {
        .order = 7, .partition = 2, .offset = 40, .published_ms = 1000};
    const struct result result = gone_result(&gone, SHOP, 2000, &arena);
    assert_string_equal(result.action, "conflict");
    assert_string_equal(result.reason, "deleted_in_shop");
    assert_string_equal(result.src_topic, "shopify.webhooks");
    assert_int_equal(result.src_offset, 40);
    assert_non_null(strstr(result.detail, "SHOPIFY-7"));
    assert_false(gone_known(&memory, 7));
    gone_remember(&memory, 7);
    assert_true(gone_known(&memory, 7));
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs_as_rfc_4231),
        cmocka_unit_test(takes_no_other_signature),
        cmocka_unit_test(rings_for_what_is_ours),
        cmocka_unit_test(refuses_the_rest),
        cmocka_unit_test(knows_no_secret_no_entry),
        cmocka_unit_test(remembers_events_of_an_order),
        cmocka_unit_test(lets_so_many_through),
        cmocka_unit_test(tells_once_of_an_order_that_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

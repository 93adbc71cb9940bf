/* tillctl_order: the messages and rows of one order, for the tests of what tillctl makes
 * of them. */
#ifndef TB_TEST_TILLCTL_ORDER_H
#define TB_TEST_TILLCTL_ORDER_H

#include "core/facts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SHOP   "a.example"
#define NOW_MS INT64_C(1795341600000) /* 2026-11-22T10:00:00Z */

static struct arena arena;
static struct facts facts;
static struct buf text;

static inline int start(void **state)
{
    (void)state;
    arena_init(&arena);
    buf_init(&text, (size_t)4 * 1024 * 1024);
    facts_init(&facts, SHOP, 55, NOW_MS, &arena);
    return 0;
}

static inline int stop(void **state)
{
    (void)state;
    facts_done(&facts);
    arena_done(&arena);
    buf_done(&text);
    return 0;
}

/* ---- messages ---- */

static int64_t next_offset;

static inline void take_bytes(const char *bytes, const char *dry_run)
{
    const struct facts_message message = {
        .place = {.partition = 3, .offset = next_offset++, .timestamp_ms = NOW_MS},
        .value = bytes,
        .len = bytes ? strlen(bytes) : 0,
        .dry_run = dry_run};
    facts_take_order(&facts, &message);
}

/* updated, fetched: of the minute 09:5x. more: further members. */
static inline void take_version(const char *updated, const char *fetched,
                                const char *more)
{
    char json[16000];
    snprintf(json, sizeof(json),
             "{\"v\":1,\"shop\":\"" SHOP "\",\"id\":\"55\",\"name\":\"#1003\","
             "\"updatedAt\":\"2026-11-22T09:5%sZ\",\"fetchedAt\":\"2026-11-22T09:5%sZ\","
             "\"createdAt\":\"2026-11-22T09:00:00Z\",\"currency\":\"USD\","
             "\"total\":\"10.00\",\"subtotal\":\"10.00\",\"tax\":\"0.00\","
             "\"itemQuantity\":1%s}",
             updated, fetched, more);
    take_bytes(json, NULL);
}

#define LINES(lines) ",\"lines\":[" lines "]"
#define LINE(id, sku, quantity, current)                                                \
    "{\"id\":\"" id "\",\"sku\":\"" sku "\",\"title\":\"A mug\",\"quantity\":" quantity \
    ",\"currentQuantity\":" current ",\"unitPrice\":\"5.00\",\"total\":\"10.00\"}"
#define ONE_LINE LINES(LINE("7", "MUG", "2", "2"))

static inline void take_result(int64_t offset, const char *action, const char *more)
{
    char json[4000];
    int len =
        snprintf(json, sizeof(json),
                 "{\"v\":1,\"shop\":\"" SHOP "\",\"order\":\"55\",\"name\":\"#1003\","
                 "\"action\":\"%s\",\"source\":\"poll\","
                 "\"srcTopic\":\"shopify.orders\",\"srcPartition\":3,"
                 "\"srcOffset\":%d,\"decidedAt\":\"2026-11-22T09:5%d:00Z\"%s}",
                 action, (int)offset, (int)(offset % 10), more);
    facts_take_result(&facts, &(struct facts_message){.value = json, .len = (size_t)len});
}

#define REASON(word) ",\"reason\":\"" word "\""

static inline void take_letter(const char *reason, const char *detail)
{
    facts_take_letter(&facts,
                      &(struct facts_message){.place = {.partition = 3, .offset = 8},
                                              .reason = reason,
                                              .detail = detail,
                                              .failed_at = "2026-11-22T09:59:00Z"});
}

/* ---- rows ---- */

static struct rms_state rows;

/* The guard of an order whose message at `offset` was decided on. */
static inline struct guard *guard_at(int64_t offset)
{
    rows.guard = (struct guard){.exists = true,
                                .updated_ms = NOW_MS - 60000,
                                .fetched_ms = NOW_MS - 50000,
                                .action = ACTION_CREATED,
                                .src_topic = TOPIC_ORDERS,
                                .src_partition = 3,
                                .src_offset = offset};
    return &rows.guard;
}

static inline void plan_now(const char *action, const char *reason, const char *detail)
{
    facts.rms.planned = true;
    facts.rms.now = (struct result){.action = action,
                                    .reason = reason,
                                    .detail = detail,
                                    .source = SOURCE_REPLAY,
                                    .src_topic = TOPIC_ORDERS};
}

static inline int clear(void **state)
{
    next_offset = 0;
    rows = (struct rms_state){0};
    return start(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, clear, stop)

#endif

/* messages: result events, poll records, triggers and the runtime configuration.
 *
 * messages.def is the contract. Decoding copies text into the arena; RC_REJECT names the
 * path of what is wrong.
 */
#ifndef TB_MESSAGES_H
#define TB_MESSAGES_H

#include "wire/codec.h"
#include "wire/outcome.h"

enum {
    MESSAGE_VERSION = 1,
    MESSAGE_MAX_BYTES = 4 * 1024 * 1024, /* of any message but the snapshot */
};

/* Header names of shopify.orders; all optional. Values hold no comma, tab or newline. */
#define HEADER_POLL_ID "poll_id"
#define HEADER_SOURCE  "source"  /* poll, trigger, webhook, backfill */
#define HEADER_DRY_RUN "dry_run" /* "true": roll back */
/* "true": look at it even if it is older or was applied; rows: not if it is older. */
#define HEADER_FORCE "force"
#define FORCE_ROWS   "rows"

/* Headers of shopify.orders.retry, beside the original ones. All text. */
#define HEADER_ATTEMPT          "attempt"          /* times it was put aside, from 1 */
#define HEADER_RETRY_NOT_BEFORE "retry.not_before" /* when it is due, ISO 8601 */
#define HEADER_RETRY_REASON     "retry.reason"     /* a reason of outcome.def */
#define HEADER_RETRY_DETAIL     "retry.detail"     /* one line, as dlq.detail */
#define HEADER_RETRY_TOPIC      "retry.topic"      /* where the message stood first */
#define HEADER_RETRY_PARTITION  "retry.partition"
#define HEADER_RETRY_OFFSET     "retry.offset"
#define HEADER_RETRY_TIMESTAMP  "retry.timestamp" /* its Kafka timestamp, ISO 8601 */

/* Headers of shopify.orders.dlq, beside the original ones. All text. */
#define HEADER_DLQ_TOPIC     "dlq.topic"
#define HEADER_DLQ_PARTITION "dlq.partition"
#define HEADER_DLQ_OFFSET    "dlq.offset"
#define HEADER_DLQ_TIMESTAMP "dlq.timestamp" /* of the original, ISO 8601 */
#define HEADER_DLQ_REASON    "dlq.reason"    /* a reason of outcome.def */
#define HEADER_DLQ_DETAIL    "dlq.detail"    /* one line, commas replaced by semicolons */
#define HEADER_DLQ_FAILED_AT "dlq.failed_at"
#define HEADER_DLQ_WORKER    "dlq.worker"
#define HEADER_DLQ_LEFT_OUT  "dlq.left_out" /* that key or value did not fit */
#define HEADER_DLQ_REDRIVES  "dlq.redrives" /* how often it was redriven before */

#define TOPIC_ORDERS   "shopify.orders"
#define TOPIC_RETRY    "shopify.orders.retry"
#define TOPIC_DLQ      "shopify.orders.dlq"
#define TOPIC_WEBHOOKS "shopify.webhooks"
#define TOPIC_RESULTS  "rms.results"
#define TOPIC_POLLS    "tillbridge.polls"
#define TOPIC_CONTROL  "tillbridge.control"

#define POLL_KIND_WEBHOOK "webhook"

#define CONTROL_KEY_CONFIG    "config"
#define CONTROL_KEY_TRIGGER   "trigger/"   /* + id */
#define CONTROL_KEY_LETTER    "letter/"    /* + partition-offset of shopify.orders.dlq */
#define CONTROL_KEY_DISMISSAL "dismissal/" /* + shop/order id, or message/<its place> */

#define SOURCE_REPLAY "replay"

struct result_diff {
    const char *table, *op, *row, *column, *before, *after;
};

struct result {
    int64_t version;
    const char *shop;
    int64_t order;
    const char *name, *action, *reason, *detail;
    int64_t updated_ms, fetched_ms;
    int64_t rms_order;
    int64_t lines_added, lines_changed, lines_deleted;
    struct codec_texts columns;
    struct codec_list diff; /* struct result_diff */
    bool dry_run;
    const char *source, *poll_id;
    const char *src_topic;
    int64_t src_partition, src_offset;
    int64_t published_ms, decided_ms;
    int64_t attempts;
    bool pending;
    const char *worker;
};

struct poll_record {
    int64_t version;
    const char *shop, *poll_id, *state, *kind, *trigger_id;
    bool dry_run;
    int64_t at_ms, started_ms, from_ms, first_from_ms, watermark_ms, fetched_ms;
    const char *cursor;
    int64_t cursor_from_ms, late_from_ms;
    int64_t deep_at_ms, deep_from_ms, deep_to_ms;
    const char *deep_cursor;
    int64_t pages, orders, published_total, dry_run_total;
    int64_t published_trigger, published_webhook, published_backfill; /* of the total */
    bool complete;
    int64_t cost, waited_ms;
    const char *error, *request_id;
};

struct trigger {
    int64_t version;
    const char *id, *shop;
    int64_t requested_ms;
    int64_t lookback_minutes, batch_size, max_pages; /* 0: as configured */
    bool dry_run;
};

struct doorbell {
    int64_t version;
    const char *shop;
    int64_t order;
    const char *topic, *event_id, *webhook_id;
    int64_t triggered_ms, received_ms;
};

struct runtime_config {
    int64_t version, at_ms;
    int64_t interval_minutes, lookback_minutes, batch_size, max_pages;
    bool enabled;
};

/* What a person did with a dead letter. */
struct letter_mark {
    int64_t version;
    const char *state;
    int64_t at_ms;
};

/* That a person has seen to what was decided up to decided_ms. */
struct dismissal {
    int64_t version;
    int64_t decided_ms, at_ms;
};

extern const struct codec result_codec, poll_codec, doorbell_codec, trigger_codec,
    config_codec, letter_mark_codec, dismissal_codec;

/* All messages, snapshot first, for the documents' generator; NULL-terminated. */
extern const struct codec *const messages_all[];

enum rc result_decode(const char *bytes, size_t len, struct arena *arena,
                      struct result *out, struct err *e) TB_MUST_CHECK;
enum rc poll_decode(const char *bytes, size_t len, struct arena *arena,
                    struct poll_record *out, struct err *e) TB_MUST_CHECK;
enum rc doorbell_decode(const char *bytes, size_t len, struct arena *arena,
                        struct doorbell *out, struct err *e) TB_MUST_CHECK;
/* Ranges of the numbers are checked too. */
enum rc trigger_decode(const char *bytes, size_t len, struct arena *arena,
                       struct trigger *out, struct err *e) TB_MUST_CHECK;
enum rc letter_mark_decode(const char *bytes, size_t len, struct arena *arena,
                           struct letter_mark *out, struct err *e) TB_MUST_CHECK;
enum rc dismissal_decode(const char *bytes, size_t len, struct arena *arena,
                         struct dismissal *out, struct err *e) TB_MUST_CHECK;
enum rc config_decode(const char *bytes, size_t len, struct arena *arena,
                      struct runtime_config *out, struct err *e) TB_MUST_CHECK;

/* The ranges that triggers and the configuration share; the text names the field. */
enum rc trigger_check(const struct trigger *trigger, struct err *e) TB_MUST_CHECK;
enum rc config_check(const struct runtime_config *config, struct err *e) TB_MUST_CHECK;

#endif

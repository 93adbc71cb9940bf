/* work_publish: the result event, and before it what else a message leaves behind. */
#include "work_letter.h"

static enum rc publish_result(const struct work *work, struct bus_producer *producer,
                              int64_t now_ms, const char *worker, struct err *e)
{
    struct result result = work->result;
    struct buf value;
    bool has_key = work->message.key_len <= WORK_KEY_MAX;
    result.decided_ms = now_ms;
    result.worker = worker;
    buf_init(&value, MESSAGE_MAX_BYTES);
    codec_encode(&result_codec, &result, &value);
    if (value.full) { /* only a dry run of a huge order: the numbers stay, the rows go */
        buf_clear(&value);
        result.diff = (struct codec_list){0};
        codec_encode(&result_codec, &result, &value);
    }
    /* The partition of the source: the results of one source partition stay in its order,
     * which the aggregator's exactly-once rests on. */
    const struct bus_record record = {.topic = TOPIC_RESULTS,
                                      .partition = work->origin.partition,
                                      .key = has_key ? work->message.key : NULL,
                                      .key_len = has_key ? work->message.key_len : 0,
                                      .value = buf_str(&value),
                                      .value_len = value.len};
    enum rc rc = bus_produce(producer, &record, e);
    buf_done(&value);
    return rc;
}

enum rc work_publish(struct work *work, struct bus_producer *producer, int64_t now_ms,
                     const char *worker, struct err *e)
{
    enum rc rc = RC_OK;
    if (!work->letter_sent && work->aside_until_ms)
        rc = work_letter_retry(work, producer, e);
    else if (!work->letter_sent && work->dead)
        rc = work_letter_dead(work, producer, now_ms, worker, e);
    if (rc)
        return rc;
    work->letter_sent = true;
    if (work->aside_until_ms && work->attempt) /* that it waits was told before */
        return RC_OK;
    return publish_result(work, producer, now_ms, worker, e);
}

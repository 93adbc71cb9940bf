/* bus_letter: a record in librdkafka's form: made, sent, and copied to be sent later. */
#include "io/bus_internal.h"

#include <stdlib.h>
#include <string.h>

static rd_kafka_headers_t *make_headers(const struct bus_record *record)
{
    if (!record->header_count)
        return NULL;
    rd_kafka_headers_t *headers = rd_kafka_headers_new(record->header_count);
    for (size_t i = 0; i < record->header_count; i++)
        rd_kafka_header_add(headers, record->headers[i].name, -1,
                            record->headers[i].value, -1);
    return headers;
}

struct bus_letter bus_letter_of(const struct bus_record *record)
{
    return (struct bus_letter){.topic = record->topic,
                               .partition = record->partition,
                               .timestamp_ms = record->timestamp_ms,
                               .key = record->key,
                               .key_len = record->key ? record->key_len : 0,
                               .value = record->value,
                               .value_len = record->value ? record->value_len : 0,
                               .headers = make_headers(record)};
}

rd_kafka_resp_err_t bus_letter_send(rd_kafka_t *rk, struct bus_letter *letter)
{
    const rd_kafka_vu_t parts[] = {
        {.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = letter->topic},
        {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = letter->partition},
        {.vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = letter->timestamp_ms},
        {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
        {.vtype = RD_KAFKA_VTYPE_KEY,
         .u.mem = {.ptr = (void *)letter->key, .size = letter->key_len}},
        {.vtype = RD_KAFKA_VTYPE_VALUE,
         .u.mem = {.ptr = (void *)letter->value, .size = letter->value_len}},
        {.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = letter->headers}, /* the last */
    };
    size_t count = sizeof(parts) / sizeof(parts[0]) - (letter->headers ? 0 : 1);
    rd_kafka_error_t *error = rd_kafka_produceva(rk, parts, count);
    rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    rd_kafka_error_destroy(error);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        letter->headers = NULL;
    return code;
}

/* In one block: the letter, key, value, topic. */
struct bus_letter *bus_letter_copy(const struct bus_letter *letter)
{
    size_t topic_len = strlen(letter->topic) + 1;
    struct bus_letter *copy =
        malloc(sizeof(*copy) + letter->key_len + letter->value_len + topic_len);
    if (!copy)
        abort(); /* out of memory: as in arena.h */
    char *key = (char *)(copy + 1);
    char *value = key + letter->key_len;
    char *topic = value + letter->value_len;
    if (letter->key_len)
        memcpy(key, letter->key, letter->key_len);
    if (letter->value_len)
        memcpy(value, letter->value, letter->value_len);
    memcpy(topic, letter->topic, topic_len);
    *copy = *letter;
    copy->next = NULL;
    copy->key = letter->key ? key : NULL;
    copy->value = letter->value ? value : NULL;
    copy->topic = topic;
    copy->headers = letter->headers ? rd_kafka_headers_copy(letter->headers) : NULL;
    return copy;
}

void bus_letter_free(struct bus_letter *letter)
{
    if (letter->headers)
        rd_kafka_headers_destroy(letter->headers);
    free(letter);
}

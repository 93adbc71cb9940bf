/* bus_message: librdkafka's message as a struct bus_message, without copying. */
#include "base/str.h"
#include "io/bus_internal.h"

#include <string.h>

static void view_headers(const rd_kafka_message_t *native, struct bus_message *out)
{
    rd_kafka_headers_t *headers = NULL;
    if (rd_kafka_message_headers(native, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    const char *name = NULL;
    const void *value = NULL;
    size_t size = 0;
    for (size_t i = 0; out->header_count < BUS_HEADERS_MAX; i++) {
        if (rd_kafka_header_get_all(headers, i, &name, &value, &size) !=
            RD_KAFKA_RESP_ERR_NO_ERROR)
            return;
        /* librdkafka puts a NUL behind each value. */
        if (!value || !str_utf8_valid(value, size) || !str_utf8_valid(name, strlen(name)))
            continue;
        out->headers[out->header_count++] =
            (struct bus_header){.name = name, .value = value};
    }
}

void bus_message_view(rd_kafka_message_t *native, struct bus_message *out)
{
    rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
    int64_t timestamp_ms = rd_kafka_message_timestamp(native, &type);
    *out = (struct bus_message){
        .topic = native->rkt ? rd_kafka_topic_name(native->rkt) : "",
        .partition = native->partition,
        .offset = native->offset,
        .timestamp_ms = timestamp_ms > 0 ? timestamp_ms : 0,
        .key = native->key,
        .key_len = native->key_len,
        .value = native->payload,
        .value_len = native->len,
        .native = native,
    };
    view_headers(native, out);
}

const char *bus_header(const struct bus_message *message, const char *name)
{
    for (size_t i = 0; i < message->header_count; i++)
        if (strcmp(message->headers[i].name, name) == 0)
            return message->headers[i].value;
    return NULL;
}

void bus_message_free(struct bus_message *message)
{
    if (message->native)
        rd_kafka_message_destroy(message->native);
    *message = (struct bus_message){0};
}

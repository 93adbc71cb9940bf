/* answers: one request of the interface -> its answer. */
#ifndef TB_STATS_ANSWERS_H
#define TB_STATS_ANSWERS_H

#include "follow.h"
#include "io/bus.h"
#include "io/http.h"
#include "letters.h"
#include "reading.h"
#include "streams.h"
#include "triggers.h"

struct answers {
    struct reading_conf reading;
    struct follow *follow;
    struct triggers *triggers;
    struct letters *letters;
    struct streams *streams;
    struct bus_producer *producer;
    int64_t redrives_max;
    const char *token;  /* API_TOKEN; "" = not set */
    struct arena arena; /* of a request */
    struct err fatal;   /* .rc not RC_OK: the process can't go on */
};

/* The handler of http_conf; ctx is a struct answers. */
void answers_handle(void *ctx, const struct http_request *request,
                    struct http_response *response);

#endif

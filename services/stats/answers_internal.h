/* What the files of answers share. */
#ifndef TB_STATS_ANSWERS_INTERNAL_H
#define TB_STATS_ANSWERS_INTERNAL_H

#include "answers.h"
#include "core/api.h"

void answers_refuse(int status, const char *text, struct http_response *response);
void answers_refuse_unavailable(const char *what, const struct err *e,
                                struct http_response *response);
void answers_redis_away(const struct err *e, struct http_response *response);

/* Reads all that the views need; false: it was answered that Redis is away. */
bool answers_view_of(struct answers *answers, struct view *view,
                     struct http_response *response);
void answers_show_view(struct answers *answers,
                       void (*write)(const struct view *view, struct buf *out),
                       struct http_response *response);

/* answers_write.c */
void answers_do_trigger(struct answers *answers, const struct api_call *call,
                        const struct http_request *request,
                        struct http_response *response);
void answers_do_reset(struct answers *answers, struct http_response *response);
void answers_do_rebuild(struct answers *answers, struct http_response *response);
void answers_do_config(struct answers *answers, const struct api_call *call,
                       struct http_response *response);

/* Hands a record over for the control topic; acknowledged when answers_flush said so. */
enum rc answers_produce(struct answers *answers, const char *key,
                        const struct codec *codec, const void *message,
                        struct err *e) TB_MUST_CHECK;
enum rc answers_flush(struct answers *answers, struct err *e) TB_MUST_CHECK;

/* answers_conflicts.c */
void answers_do_conflicts(struct answers *answers, const struct api_call *call,
                          struct http_response *response);

/* answers_letters.c */
void answers_list_letters(struct answers *answers, const struct api_call *call,
                          struct http_response *response);
void answers_show_letter(struct answers *answers, const struct api_call *call,
                         const struct http_request *request,
                         struct http_response *response);
void answers_do_letters(struct answers *answers, const struct api_call *call,
                        const struct http_request *request,
                        struct http_response *response);

#endif

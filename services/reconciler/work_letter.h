/* work_letter: the messages that work_publish produces beside the result. */
#ifndef TB_WORK_LETTER_H
#define TB_WORK_LETTER_H

#include "work.h"

/* Errors are bus_produce's. */
enum rc work_letter_dead(const struct work *work, struct bus_producer *producer,
                         int64_t now_ms, const char *worker, struct err *e) TB_MUST_CHECK;
enum rc work_letter_retry(const struct work *work, struct bus_producer *producer,
                          struct err *e) TB_MUST_CHECK;

#endif

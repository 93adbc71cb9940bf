/* complete: an order of a page read on until it is whole (core/whole.h). */
#ifndef TB_FETCHER_COMPLETE_H
#define TB_FETCHER_COMPLETE_H

#include "api.h"
#include "core/page.h"

struct complete {
    struct api *api;
    const struct turn *turn;
    const char *shop, *poll_id;
    struct arena *arena;
};

/* *order is then whole, or has refused set. *gone: it was deleted meanwhile. RC_RETRY and
 * RC_REJECT as api_send; RC_RETRY also when it changed at every try. */
enum rc complete_order(const struct complete *self, struct order *order, bool *gone,
                       struct err *e) TB_MUST_CHECK;

/* Every order of the page whole; those deleted meanwhile are left out of it. Otherwise as
 * complete_order. */
enum rc complete_page(const struct complete *self, struct page *page,
                      struct err *e) TB_MUST_CHECK;

/* The order of that id, read now and completed. *gone: the shop has no such order.
 * Otherwise as complete_order. */
enum rc complete_by_id(const struct complete *self, int64_t id, struct order *order,
                       bool *gone, struct err *e) TB_MUST_CHECK;

#endif

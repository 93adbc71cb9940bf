/* words: what a result's action and reason mean to people, and what they do about it.
 * Pure; from wire/outcome.def. */
#ifndef TB_WORDS_H
#define TB_WORDS_H

#include "base/arena.h"
#include "core/table.h"
#include "wire/messages.h"

/* REASON_NONE too for one that only a newer release knows. */
enum reason words_reason(const struct result *result);
/* "error unknown_sku", "created". */
const char *words_verdict(const struct result *result, struct arena *arena);
/* How much it matters. */
enum table_style words_style(const struct result *result);
/* Its detail, or what its reason means; "" when there is nothing to say. */
const char *words_why(const struct result *result);
/* "2026-11-22 10:00:00 UTC"; "-" for none. */
const char *words_time(int64_t ms, struct arena *arena);
/* What is to be done; "" when nothing is, or words_why says so already. */
const char *words_remedy(const struct result *result);

#endif

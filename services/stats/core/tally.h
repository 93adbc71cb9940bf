/* tally: what results are counted as, and the sums that are shown.
 *
 * A cell is one (class, action, reason); outcomes are sums of cells by counters.def.
 * Pure numbers; nothing is owned.
 */
#ifndef TB_STATS_TALLY_H
#define TB_STATS_TALLY_H

#include "wire/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tally_outcome {
#define OUTCOME(id, name, action, which, reason, help) OUTCOME_##id,
#include "core/counters.def"
#undef OUTCOME
    OUTCOME_COUNT,
};

enum tally_class {
#define CLASS(id, word, prefix, help) CLASS_##id,
#include "core/counters.def"
#undef CLASS
    CLASS_COUNT,
};

enum tally_source {
#define SOURCE(id, word, class) TALLY_SOURCE_##id,
#include "core/counters.def"
#undef SOURCE
    TALLY_SOURCE_COUNT,
};

enum tally_counter {
#define COUNTER(id, name, help) COUNTER_##id,
#include "core/counters.def"
#undef COUNTER
    COUNTER_COUNT,
};

struct tally {
    int64_t cells[CLASS_COUNT][ACTION_COUNT][REASON_COUNT];
};

const char *tally_outcome_name(enum tally_outcome outcome);
const char *tally_class_word(enum tally_class class);
const char *tally_class_prefix(enum tally_class class);
const char *tally_counter_name(enum tally_counter counter);
const char *tally_source_word(enum tally_source source);

/* False: no such word; *out is untouched. */
bool tally_class_parse(const char *word, enum tally_class *out);
bool tally_source_parse(const char *word, enum tally_source *out);
/* The class of a result. */
enum tally_class tally_class_of(enum tally_source source, bool dry_run);

/* What such a result counts as. */
enum tally_outcome tally_outcome_of(enum action action, enum reason reason);

int64_t tally_sum(const struct tally *tally, enum tally_class class,
                  enum tally_outcome outcome);
/* All results of the class. */
int64_t tally_total(const struct tally *tally, enum tally_class class);
/* All results of the class with this reason. */
int64_t tally_reason(const struct tally *tally, enum tally_class class,
                     enum reason reason);

/* (created + updated + cancelled) / (those + errors) in hundredths of a per cent,
 * rounded half up; 10000 when nothing was attempted. */
int64_t tally_success_e2(const struct tally *tally, enum tally_class class);

/* a - b, cell by cell. */
void tally_subtract(struct tally *a, const struct tally *b);

#endif

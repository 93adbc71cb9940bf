/* tally: sums over cells by the tables of counters.def; see tally.h. */
#include "core/tally.h"

#include <assert.h>
#include <string.h>

enum which { ANY, ONLY, BUT };

static const struct {
    const char *name;
    enum action action;
    enum which which;
    enum reason reason;
    const char *help;
} outcomes[] = {
#define OUTCOME(id, name, action, which, reason, help) \
    {name, ACTION_##action, which, REASON_##reason, help},
#include "core/counters.def"
#undef OUTCOME
};

static const struct {
    const char *word, *prefix;
} classes[] = {
#define CLASS(id, word, prefix, help) {word, prefix},
#include "core/counters.def"
#undef CLASS
};

static const struct {
    const char *word;
    enum tally_class class;
} sources[] = {
#define SOURCE(id, word, class) {word, CLASS_##class},
#include "core/counters.def"
#undef SOURCE
};

static const struct {
    const char *name, *help;
} counters[] = {
#define COUNTER(id, name, help) {name, help},
#include "core/counters.def"
#undef COUNTER
};

const char *tally_outcome_name(enum tally_outcome outcome)
{
    assert(outcome < OUTCOME_COUNT);
    return outcomes[outcome].name;
}

const char *tally_class_word(enum tally_class class)
{
    assert(class < CLASS_COUNT);
    return classes[class].word;
}

const char *tally_class_prefix(enum tally_class class)
{
    assert(class < CLASS_COUNT);
    return classes[class].prefix;
}

const char *tally_counter_name(enum tally_counter counter)
{
    assert(counter < COUNTER_COUNT);
    return counters[counter].name;
}

const char *tally_source_word(enum tally_source source)
{
    assert(source < TALLY_SOURCE_COUNT);
    return sources[source].word;
}

bool tally_class_parse(const char *word, enum tally_class *out)
{
    for (size_t i = 0; i < CLASS_COUNT; i++) {
        if (strcmp(classes[i].word, word) == 0) {
            *out = (enum tally_class)i;
            return true;
        }
    }
    return false;
}

bool tally_source_parse(const char *word, enum tally_source *out)
{
    for (size_t i = 0; i < TALLY_SOURCE_COUNT; i++) {
        if (strcmp(sources[i].word, word) == 0) {
            *out = (enum tally_source)i;
            return true;
        }
    }
    return false;
}

enum tally_class tally_class_of(enum tally_source source, bool dry_run)
{
    assert(source < TALLY_SOURCE_COUNT);
    return dry_run ? CLASS_DRY_RUN : sources[source].class;
}

static bool counts(enum tally_outcome outcome, enum reason reason)
{
    switch (outcomes[outcome].which) {
    case ANY:
        return true;
    case ONLY:
        return reason == outcomes[outcome].reason;
    case BUT:
        return reason != outcomes[outcome].reason;
    }
    return false;
}

enum tally_outcome tally_outcome_of(enum action action, enum reason reason)
{
    size_t i = 0;
    while (i + 1 < OUTCOME_COUNT &&
           !(outcomes[i].action == action && counts((enum tally_outcome)i, reason)))
        i++;
    return (enum tally_outcome)i;
}

int64_t tally_sum(const struct tally *tally, enum tally_class class,
                  enum tally_outcome outcome)
{
    const int64_t *cells = tally->cells[class][outcomes[outcome].action];
    int64_t sum = 0;
    for (size_t r = 0; r < REASON_COUNT; r++)
        if (counts(outcome, (enum reason)r))
            sum += cells[r];
    return sum;
}

int64_t tally_total(const struct tally *tally, enum tally_class class)
{
    int64_t sum = 0;
    for (size_t r = 0; r < REASON_COUNT; r++)
        sum += tally_reason(tally, class, (enum reason)r);
    return sum;
}

int64_t tally_reason(const struct tally *tally, enum tally_class class,
                     enum reason reason)
{
    int64_t sum = 0;
    for (size_t a = 0; a < ACTION_COUNT; a++)
        sum += tally->cells[class][a][reason];
    return sum;
}

int64_t tally_success_e2(const struct tally *tally, enum tally_class class)
{
    int64_t done = tally_sum(tally, class, OUTCOME_NEWLY_SYNCED) +
                   tally_sum(tally, class, OUTCOME_UPDATED) +
                   tally_sum(tally, class, OUTCOME_CANCELLED);
    int64_t tried = done + tally_sum(tally, class, OUTCOME_SYNC_ERRORS);
    return tried > 0 ? (2 * done * 10000 + tried) / (2 * tried) : 10000;
}

void tally_subtract(struct tally *a, const struct tally *b)
{
    int64_t *to = &a->cells[0][0][0];
    const int64_t *from = &b->cells[0][0][0];
    for (size_t i = 0; i < sizeof(a->cells) / sizeof(*to); i++)
        to[i] -= from[i];
}

/* facts_view: an order for people, a part after the other; see facts_view.h. */
#include "core/facts_view.h"

#include "base/instant.h"
#include "base/money.h"
#include "base/str.h"
#include "core/diff.h"
#include "core/rms_view.h"
#include "core/summary.h"
#include "core/words.h"

#include <inttypes.h>

enum {
    LINES_MAX = 50,
    DECISIONS_MAX = 12,
    LETTERS_MAX = 5,
    CHANGES_MAX = 100,
};

struct view {
    const struct facts *facts;
    struct arena *arena;
    bool color;
    struct buf *out;
};

static void heading(const struct view *view, const char *text)
{
    buf_text(view->out, "\n");
    table_line(TABLE_HEAD, text, view->color, view->out);
}

static void line(const struct view *view, enum table_style style, const char *text)
{
    if (text[0])
        table_line(style, arena_printf(view->arena, "  %s", text), view->color,
                   view->out);
}

/* Says why a part could not be looked at. */
static bool is_reached(const struct view *view, enum facts_part part)
{
    const char *why = view->facts->unreached[part];
    if (why)
        line(view, TABLE_BAD,
             arena_printf(view->arena, "could not be looked at: %s", why));
    return !why;
}

static void left_out(const struct view *view, size_t count, const char *what)
{
    if (count)
        line(view, TABLE_PLAIN,
             arena_printf(view->arena, "... and %zu more %s; --json has more", count,
                          what));
}

/* ---- what the shop said ---- */

static void add_status(const struct view *view, struct table *table)
{
    const struct snapshot *s = &view->facts->said.snapshot;
    table_add(table, TABLE_PLAIN,
              TABLE_CELLS("  status",
                          arena_printf(view->arena, "%s%s%s%s%s%s",
                                       s->financial_status ? s->financial_status
                                                           : "no financial status",
                                       s->fulfillment_status ? ", " : "",
                                       s->fulfillment_status ? s->fulfillment_status : "",
                                       s->cancelled_ms ? ", cancelled" : "",
                                       s->closed_ms ? ", archived" : "",
                                       s->test ? ", a test order" : "")));
}

static void add_total(const struct view *view, struct table *table)
{
    const struct snapshot *s = &view->facts->said.snapshot;
    char total[MONEY_TEXT_MAX];
    char tax[MONEY_TEXT_MAX];
    char shipping[MONEY_TEXT_MAX];
    table_add(
        table, TABLE_PLAIN,
        TABLE_CELLS("  total", arena_printf(view->arena, "%s %s (tax %s, shipping %s)",
                                            money_format(s->total_e4, total), s->currency,
                                            money_format(s->tax_e4, tax),
                                            money_format(s->shipping_e4, shipping))));
}

static void add_messages(const struct view *view, struct table *table)
{
    const struct facts_said *said = &view->facts->said;
    const char *more = "";
    if (said->dry_runs)
        more = arena_printf(view->arena, ", %zu of them for dry runs", said->dry_runs);
    if (said->unreadable)
        more = arena_printf(view->arena, "%s, %zu can't be read (%s)", more,
                            said->unreadable, said->unreadable_why);
    table_add(table, TABLE_PLAIN,
              TABLE_CELLS("  messages",
                          arena_printf(view->arena, "%zu%s", said->messages, more)));
}

static void add_version(const struct view *view, struct table *table)
{
    const struct facts_said *said = &view->facts->said;
    table_add(
        table, TABLE_PLAIN,
        TABLE_CELLS("  version",
                    arena_printf(view->arena, "%s, read %s",
                                 words_time(said->snapshot.updated_ms, view->arena),
                                 words_time(said->snapshot.fetched_ms, view->arena))));
    table_add(table, TABLE_PLAIN,
              TABLE_CELLS("  message",
                          arena_printf(view->arena, "%s [%" PRId32 "] offset %" PRId64,
                                       TOPIC_ORDERS, said->newest.partition,
                                       said->newest.offset)));
}

static const char *quantity(const struct snapshot_line *at, struct arena *arena)
{
    if (at->quantity == at->current_quantity)
        return arena_printf(arena, "%" PRId64, at->quantity);
    return arena_printf(arena, "%" PRId64 " of %" PRId64, at->current_quantity,
                        at->quantity);
}

static void add_lines(const struct view *view)
{
    const struct snapshot *s = &view->facts->said.snapshot;
    struct table table;
    char each[MONEY_TEXT_MAX];
    table_init(&table, view->arena, 4);
    table_head(&table, TABLE_CELLS("  SKU", "QUANTITY", "EACH", "TITLE"));
    for (size_t i = 0; i < s->lines.count && i < LINES_MAX; i++) {
        const struct snapshot_line *at = &snapshot_lines(s)[i];
        table_add(
            &table, TABLE_PLAIN,
            TABLE_CELLS(arena_printf(view->arena, "  %s", at->sku ? at->sku : "(none)"),
                        quantity(at, view->arena),
                        arena_strdup(view->arena, money_format(at->unit_price_e4, each)),
                        at->title));
    }
    table_print(&table, view->color, view->out);
    left_out(view, s->lines.count > LINES_MAX ? s->lines.count - LINES_MAX : 0, "lines");
}

static void add_said(const struct view *view)
{
    struct table table;
    heading(view, "Shopify said last");
    if (!is_reached(view, FACTS_ORDERS))
        return;
    table_init(&table, view->arena, 2);
    add_messages(view, &table);
    if (view->facts->said.readable) {
        add_version(view, &table);
        add_status(view, &table);
        add_total(view, &table);
    }
    table_print(&table, view->color, view->out);
    if (view->facts->said.readable)
        add_lines(view);
}

/* ---- RMS ---- */

static void add_rms(const struct view *view)
{
    heading(view, "RMS holds");
    if (!is_reached(view, FACTS_RMS))
        return;
    rms_view_orders(view->facts, view->arena, view->color, view->out);
    heading(view, "tillbridge remembers");
    rms_view_guard(view->facts, view->arena, view->color, view->out);
}

/* ---- decisions ---- */

static const char *when(const struct facts_decision *at, struct arena *arena)
{
    const char *last = words_time(at->result.decided_ms, arena);
    if (at->times == 1)
        return arena_printf(arena, "  %s", last);
    return arena_printf(arena, "  %s, %zu times since %s", last, at->times,
                        words_time(at->first_ms, arena));
}

static void add_decision(const struct view *view, const struct facts_decision *at)
{
    const struct result *result = &at->result;
    table_line(words_style(result),
               arena_printf(view->arena, "%s  %s%s (%s)", when(at, view->arena),
                            result->dry_run ? "dry run: " : "",
                            words_verdict(result, view->arena), result->source),
               view->color, view->out);
    if (words_why(result)[0])
        line(view, TABLE_PLAIN, arena_printf(view->arena, "    %s", words_why(result)));
    if (words_remedy(result)[0])
        line(view, TABLE_PLAIN,
             arena_printf(view->arena, "    %s", words_remedy(result)));
}

static void add_decisions(const struct view *view)
{
    size_t count = view->facts->decision_count;
    heading(view, "Last decisions, newest first");
    if (!is_reached(view, FACTS_RESULTS))
        return;
    if (!count)
        line(view, TABLE_PLAIN, "none");
    for (size_t i = 0; i < count && i < DECISIONS_MAX; i++)
        add_decision(view, &view->facts->decisions[count - 1 - i]);
    left_out(view, count > DECISIONS_MAX ? count - DECISIONS_MAX : 0, "decisions");
}

/* ---- dead letters ---- */

static void add_letter(const struct view *view, const struct facts_letter *at)
{
    const char *time = at->failed_at ? at->failed_at : "";
    int64_t failed_ms = 0;
    if (instant_parse(time, &failed_ms))
        time = words_time(failed_ms, view->arena);
    line(view, TABLE_PLAIN,
         arena_printf(view->arena, "%s  %s, at [%" PRId32 "] offset %" PRId64 "%s%s",
                      time, at->told.reason ? at->told.reason : "no reason",
                      at->place.partition, at->place.offset,
                      at->redrives ? ", redrives: " : "",
                      at->redrives ? at->redrives : ""));
    if (words_why(&at->told)[0])
        line(view, TABLE_PLAIN, arena_printf(view->arena, "  %s", words_why(&at->told)));
    if (words_remedy(&at->told)[0])
        line(view, TABLE_PLAIN,
             arena_printf(view->arena, "  %s", words_remedy(&at->told)));
}

static void add_letters(const struct view *view)
{
    size_t count = view->facts->letter_count;
    if (!count && !view->facts->unreached[FACTS_LETTERS])
        return;
    heading(view, "Dead letters, newest first");
    if (!is_reached(view, FACTS_LETTERS))
        return;
    for (size_t i = 0; i < count && i < LETTERS_MAX; i++)
        add_letter(view, &view->facts->letters[count - 1 - i]);
    left_out(view, count > LETTERS_MAX ? count - LETTERS_MAX : 0, "dead letters");
}

/* ---- now ---- */

static void add_now(const struct view *view)
{
    const struct result *now = &view->facts->rms.now;
    struct table table;
    if (!view->facts->rms.planned)
        return;
    heading(view, "What would happen now");
    line(view, words_style(now), words_verdict(now, view->arena));
    line(view, TABLE_PLAIN, words_why(now));
    line(view, TABLE_PLAIN, words_remedy(now));
    table_init(&table, view->arena, DIFF_COLUMNS);
    diff_add(&now->diff, CHANGES_MAX, &table);
    table_print(&table, view->color, view->out);
}

static void add_summary(const struct view *view)
{
    struct summary summary = summary_of(view->facts);
    table_line(TABLE_HEAD,
               arena_printf(view->arena, "%s%s%s/%" PRId64, view->facts->name,
                            view->facts->name[0] ? "  " : "", view->facts->shop,
                            view->facts->id),
               view->color, view->out);
    line(view, summary.style, summary.what);
    line(view, TABLE_PLAIN, summary.why);
    line(view, TABLE_PLAIN, summary.todo);
}

void facts_view(const struct facts *facts, bool color, struct buf *out)
{
    const struct view view = {facts, facts->arena, color, out};
    add_summary(&view);
    add_said(&view);
    add_rms(&view);
    add_decisions(&view);
    add_letters(&view);
    add_now(&view);
}

/* docgen_man: the manual pages of the programs. */
#include "base/roff.h"
#include "docgen.h"
#include "io/cfg.h"
#include "tillctl/commands.h"

struct page {
    enum cfg_service service;
    const char *name, *summary, *description;
};

static void see_also(struct buf *out)
{
    roff_section(out, "SEE ALSO");
    buf_text(out, ".BR tillctl (1),\n.BR tillbridge\\-fetcher (8),\n.BR "
                  "tillbridge\\-reconciler (8),\n.BR tillbridge\\-stats (8)\n");
}

static void service_page(const struct page *page, struct buf *out)
{
    roff_page(out, page->name, "8", page->summary);
    roff_section(out, "SYNOPSIS");
    buf_text(out, ".B ");
    roff_line(out, page->name);
    buf_text(out, ".RB [ \\-\\-check\\-config \" | \" \\-\\-help \" | \" "
                  "\\-\\-version ]\n");
    roff_section(out, "DESCRIPTION");
    roff_line(out, page->description);
    roff_section(out, "OPTIONS");
    buf_text(out, ".TP\n.B \\-\\-check\\-config\nSays whether the settings are in order, "
                  "and ends.\n.TP\n.B \\-\\-help\nLists the settings.\n.TP\n.B "
                  "\\-\\-version\nSays which release this is.\n");
    roff_section(out, "SIGNALS");
    roff_line(out, "SIGTERM and SIGINT end it after what it began. Killed, it loses "
                   "nothing: what was under way is done again when it is started.");
    roff_section(out, "EXIT STATUS");
    buf_text(out, ".TP\n.B 0\nEnded by a signal, or by an option.\n.TP\n.B 1\nSomething "
                  "that a start may mend, or that a person must: the last line of the "
                  "log says what.\n.TP\n.B 2\nA setting or an option is wrong: one line "
                  "for each.\n");
    cfg_man_settings(page->service, out);
    see_also(out);
}

void docgen_man_fetcher(struct buf *out)
{
    static const struct page page = {
        CFG_FETCHER, "tillbridge-fetcher",
        "reads a shop's changed orders and publishes them to Kafka",
        "Polls Shopify's Admin API from a watermark and publishes each changed order, "
        "whole, to the topic shopify.orders. Several of one shop may run: one polls, the "
        "others stand by."};
    service_page(&page, out);
}

void docgen_man_reconciler(struct buf *out)
{
    static const struct page page = {
        CFG_RECONCILER, "tillbridge-reconciler", "takes orders from Kafka into RMS",
        "Creates, changes and cancels work orders in Microsoft Dynamics RMS as the shop "
        "says, each order in one transaction and none twice. Run as many as there are "
        "partitions at most."};
    service_page(&page, out);
}

void docgen_man_stats(struct buf *out)
{
    static const struct page page = {
        CFG_STATS, "tillbridge-stats", "counts results, and serves status and control",
        "Folds the results of all orders into Redis, each once, and serves the status, "
        "the triggers, the configuration, metrics and the dashboard over HTTP."};
    service_page(&page, out);
}

void docgen_man_tillctl(struct buf *out)
{
    cli_man(commands_all, out);
    cfg_man_settings(CFG_TILLCTL, out);
    see_also(out);
}

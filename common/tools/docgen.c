/* tillbridge-docs: prints the documents that the tables of the code give, writes them
 * into a folder, or says which of those in the folder are not current. */
#include "docgen.h"

#include "io/cfg.h"
#include "wire/messages.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    PAGE_MAX = 4 * 1024 * 1024,
    PATH_MAX_BYTES = 1024,
    EXIT_USAGE = 2,
};

static const char usage[] =
    "usage: tillbridge-docs COMMAND\n"
    "  config         docs/config.md: the settings\n"
    "  settings       the settings as JSON, for tools\n"
    "  messages       docs/messages.md: topics, messages, outcomes\n"
    "  metrics        docs/metrics.md: what /metrics tells\n"
    "  metric-names   name, kind and labels of each, for tools\n"
    "  reasons        the tables of actions and reasons\n"
    "  schema NAME    the JSON Schema of a message\n"
    "  write FOLDER   all documents into the folder\n"
    "  check FOLDER   says which of them are not current; exit 1 when there are any\n";

/* A document in the folder: its path there, and what it must hold. */
typedef int visit(const char *folder, const char *name, const struct buf *page);

static int visit_one(const char *folder, const char *name, void (*make)(struct buf *),
                     visit *with)
{
    struct buf page;
    buf_init(&page, PAGE_MAX);
    make(&page);
    int result = with(folder, name, &page);
    buf_done(&page);
    return result;
}

/* What a document holds of itself, read into page; false: there is none. */
static bool read_page(const char *folder, const char *name, struct buf *page)
{
    char path[PATH_MAX_BYTES];
    char bytes[4096];
    size_t got;
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    while ((got = fread(bytes, 1, sizeof(bytes), file)) > 0)
        buf_add(page, bytes, got);
    fclose(file);
    return true;
}

/* A document that people write, with one part that is made, between two comments. */
static int visit_part(const char *folder, const char *name, const char *begin,
                      const char *end, void (*make)(struct buf *), visit *with)
{
    struct buf is;
    struct buf page;
    buf_init(&is, PAGE_MAX);
    buf_init(&page, PAGE_MAX);
    const char *from = read_page(folder, name, &is) ? strstr(buf_str(&is), begin) : NULL;
    const char *to = from ? strstr(from, end) : NULL;
    if (to) {
        from += strlen(begin);
        buf_add(&page, buf_str(&is), (size_t)(from - buf_str(&is)));
        make(&page);
        buf_text(&page, to);
    } else {
        fprintf(stderr, "%s has no part between %.*s and %s\n", name,
                (int)strcspn(begin, "\n"), begin, end);
    }
    int result = to ? with(folder, name, &page) : 1; /* what people wrote stays */
    buf_done(&is);
    buf_done(&page);
    return result;
}

static int visit_schema(const char *folder, const struct codec *codec, visit *with)
{
    struct buf page;
    char name[64];
    char path[100];
    buf_init(&page, PAGE_MAX);
    codec_schema(codec, &page);
    snprintf(path, sizeof(path), "schemas/%s.json", docgen_schema_name(codec, name));
    int result = with(folder, path, &page);
    buf_done(&page);
    return result;
}

static const struct {
    const char *name;
    void (*make)(struct buf *);
} manuals[] = {
    {"man/tillctl.1", docgen_man_tillctl},
    {"man/tillbridge-fetcher.8", docgen_man_fetcher},
    {"man/tillbridge-reconciler.8", docgen_man_reconciler},
    {"man/tillbridge-stats.8", docgen_man_stats},
};

static int visit_all(const char *folder, visit *with)
{
    int bad = visit_one(folder, "config.md", cfg_markdown, with) +
              visit_one(folder, "messages.md", docgen_messages, with) +
              visit_one(folder, "metrics.md", docgen_metrics, with);
    for (size_t i = 0; i < sizeof(manuals) / sizeof(manuals[0]); i++)
        bad += visit_one(folder, manuals[i].name, manuals[i].make, with);
    bad +=
        visit_part(folder, "operations.md", "<!-- rights: made by tillbridge-docs -->\n",
                   "<!-- /rights -->", docgen_rights, with);
    for (size_t i = 0; messages_all[i]; i++)
        bad += visit_schema(folder, messages_all[i], with);
    return bad;
}

/* ---- write ---- */

static int complain(const char *path)
{
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    return 1;
}

static int write_page(const char *folder, const char *name, const struct buf *page)
{
    char path[PATH_MAX_BYTES];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    if (!file)
        return complain(path);
    bool whole = fwrite(buf_str(page), 1, page->len, file) == page->len;
    whole = fclose(file) == 0 && whole;
    return whole ? 0 : complain(path);
}

static int make_folder(const char *parent, const char *name)
{
    char path[PATH_MAX_BYTES];
    snprintf(path, sizeof(path), "%s/%s", parent, name);
    return mkdir(path, 0777) != 0 && errno != EEXIST ? complain(path) : 0;
}

static int write_all(const char *folder)
{
    if (make_folder(folder, "schemas") || make_folder(folder, "man"))
        return 1;
    return visit_all(folder, write_page);
}

/* ---- check ---- */

static bool holds(const char *path, const struct buf *page)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    char *found = malloc(page->len + 1);
    bool same = found && fread(found, 1, page->len + 1, file) == page->len &&
                memcmp(found, buf_str(page), page->len) == 0;
    free(found);
    fclose(file);
    return same;
}

static int check_page(const char *folder, const char *name, const struct buf *page)
{
    char path[PATH_MAX_BYTES];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (holds(path, page))
        return 0;
    fprintf(stderr, "%s is not current\n", name);
    return 1;
}

static const struct codec *codec_named(const char *name)
{
    char known[64];
    for (size_t i = 0; messages_all[i]; i++)
        if (strcmp(docgen_schema_name(messages_all[i], known), name) == 0)
            return messages_all[i];
    return NULL;
}

/* A schema whose message is gone would go on misleading people. */
static int check_leftovers(const char *folder)
{
    char path[PATH_MAX_BYTES];
    int bad = 0;
    snprintf(path, sizeof(path), "%s/schemas", folder);
    DIR *schemas = opendir(path);
    if (!schemas)
        return complain(path);
    for (struct dirent *entry = readdir(schemas); entry; entry = readdir(schemas)) {
        char name[300];
        snprintf(name, sizeof(name), "%s", entry->d_name);
        char *point = strrchr(name, '.');
        if (name[0] == '.' || !point)
            continue;
        *point = '\0';
        if (codec_named(name))
            continue;
        fprintf(stderr, "schemas/%s is of no message: remove it\n", entry->d_name);
        bad++;
    }
    closedir(schemas);
    return bad;
}

static int check_all(const char *folder)
{
    int bad = visit_all(folder, check_page) + check_leftovers(folder);
    if (bad)
        fprintf(stderr, "run: tillbridge-docs write %s\n", folder);
    return bad;
}

/* ---- print ---- */

static int print_page(void (*make)(struct buf *))
{
    struct buf page;
    buf_init(&page, PAGE_MAX);
    make(&page);
    fputs(buf_str(&page), stdout);
    buf_done(&page);
    return fflush(stdout) == 0 ? 0 : 1;
}

static int print_schema(const char *name)
{
    const struct codec *codec = codec_named(name);
    struct buf page;
    if (!codec) {
        char known[64];
        fprintf(stderr, "no message %s; known:\n", name);
        for (size_t i = 0; messages_all[i]; i++)
            fprintf(stderr, "  %s\n", docgen_schema_name(messages_all[i], known));
        return 1;
    }
    buf_init(&page, PAGE_MAX);
    codec_schema(codec, &page);
    fputs(buf_str(&page), stdout);
    buf_done(&page);
    return fflush(stdout) == 0 ? 0 : 1;
}

static const struct {
    const char *word;
    void (*make)(struct buf *);       /* prints a page, */
    int (*run)(const char *argument); /* or does something with one argument */
} commands[] = {
    {"config", cfg_markdown, NULL},      {"settings", cfg_json, NULL},
    {"messages", docgen_messages, NULL}, {"reasons", docgen_outcomes, NULL},
    {"metrics", docgen_metrics, NULL},   {"metric-names", docgen_metric_names, NULL},
    {"schema", NULL, print_schema},      {"write", NULL, write_all},
    {"check", NULL, check_all},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (argc < 2 || strcmp(argv[1], commands[i].word) != 0)
            continue;
        if (commands[i].make && argc == 2)
            return print_page(commands[i].make);
        if (commands[i].run && argc == 3)
            return commands[i].run(argv[2]) ? EXIT_FAILURE : EXIT_SUCCESS;
    }
    bool asked = argc == 2 && strcmp(argv[1], "--help") == 0;
    fputs(usage, asked ? stdout : stderr);
    return asked ? EXIT_SUCCESS : EXIT_USAGE;
}

/* tillbridge-openapi: prints docs/openapi.json, writes it, or says whether a file is
 * current. Apart from tillbridge-docs because stats and tillctl each have a module out.
 */
#include "core/openapi.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAGE_MAX = 4 * 1024 * 1024,
    EXIT_USAGE = 2,
};

static int write_file(const char *path, const struct buf *page)
{
    FILE *file = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
    bool whole = file && fwrite(buf_str(page), 1, page->len, file) == page->len;
    if (file && fclose(file) != 0)
        whole = false;
    if (!whole)
        perror(path);
    return whole ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int check_file(const char *path, const struct buf *page)
{
    FILE *file = fopen(path, "re");
    char *found = malloc(page->len + 1);
    bool same = file && found && fread(found, 1, page->len + 1, file) == page->len &&
                memcmp(found, buf_str(page), page->len) == 0;
    if (file)
        fclose(file);
    free(found);
    if (same)
        return EXIT_SUCCESS;
    fprintf(stderr, "%s is not current; run: tillbridge-openapi write %s\n", path, path);
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    struct buf page;
    int result = EXIT_USAGE;
    buf_init(&page, PAGE_MAX);
    openapi_write(&page);
    if (argc == 1)
        result = write_file("-", &page);
    else if (argc == 3 && strcmp(argv[1], "write") == 0)
        result = write_file(argv[2], &page);
    else if (argc == 3 && strcmp(argv[1], "check") == 0)
        result = check_file(argv[2], &page);
    else
        fputs("usage: tillbridge-openapi [write FILE | check FILE]\n", stderr);
    buf_done(&page);
    return result;
}

/* line_map: see line_map.h. */
#include "core/line_map.h"

#include <inttypes.h>
#include <string.h>

static size_t count_words(const char *text)
{
    size_t count = 0;
    for (const char *p = text + strspn(text, " "); *p; count++) {
        p += strcspn(p, " ");
        p += strspn(p, " ");
    }
    return count;
}

static bool parse_part(const char **p, char end, int64_t *out)
{
    size_t len = strspn(*p, "0123456789");
    if (len == 0 || ((*p)[len] != end && (end || (*p)[len] != ' ')))
        return false;
    int64_t value = 0;
    for (size_t i = 0; i < len; i++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (*p)[i] - '0', &value))
            return false;
    *out = value;
    *p += len + (end ? 1 : 0);
    return true;
}

/* Below 0: an entry of an adopted order that no line of the shop took. */
static bool parse_line_id(const char **p, int64_t *out)
{
    bool negative = **p == '-';
    *p += negative;
    if (!parse_part(p, ':', out))
        return false;
    *out = negative ? -*out : *out;
    return true;
}

static bool parse_line(const char **p, struct line_map *line)
{
    return parse_line_id(p, &line->line) && parse_part(p, ':', &line->entry) &&
           parse_part(p, ':', &line->item) && parse_part(p, '\0', &line->committed_e4);
}

enum rc line_map_parse(const char *text, struct arena *arena, const struct line_map **out,
                       size_t *count, struct err *e)
{
    text = text ? text : "";
    size_t n = count_words(text);
    struct line_map *lines = arena_array(arena, n, sizeof(*lines));
    const char *p = text;
    for (size_t i = 0; i < n; i++) {
        p += strspn(p, " ");
        if (!parse_line(&p, &lines[i]))
            return err_set(
                e, RC_REJECT, "guard.read",
                "tillbridge_guard.line_map is damaged near \"%.40s\": restore the "
                "row from a backup",
                p);
    }
    *out = lines;
    *count = n;
    return RC_OK;
}

void line_map_format(const struct line_map *lines, size_t count, struct buf *out)
{
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%s%" PRId64 ":%" PRId64 ":%" PRId64 ":%" PRId64, i ? " " : "",
                   lines[i].line, lines[i].entry, lines[i].item,
                   lines[i].committed_e4 > 0 ? lines[i].committed_e4 : 0);
}

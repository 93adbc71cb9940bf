/* services: see services.h. */
#include "core/services.h"

#include "base/str.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum {
    NUMBER_ROOM = 24,
    SHOWN_MAX = 60, /* of what is wrong, so that the remedy is never cut off */
};

struct service {
    const char *at; /* the whole part, up to the comma */
    size_t len;
    const char *title; /* within it */
    size_t title_len;
    int64_t id;
};

static size_t without_blanks(const char *text, size_t len)
{
    while (len && text[len - 1] == ' ')
        len--;
    return len;
}

/* Up to the next comma that no backslash precedes, or the end. */
static size_t part_len(const char *text)
{
    size_t len = 0;
    while (text[len] && text[len] != ',')
        len += text[len] == '\\' && text[len + 1] ? 2 : 1;
    return len;
}

/* Takes the part at *p, and moves *p behind its comma, or to NULL. False: no more. */
static bool next_part(const char **p, struct service *out)
{
    if (!*p)
        return false;
    *out = (struct service){.at = *p, .len = part_len(*p)};
    *p = out->at[out->len] ? out->at + out->len + 1 : NULL;
    return true;
}

/* False: it is not title=id. */
static bool read_part(struct service *out)
{
    char number[NUMBER_ROOM];
    const char *equals = memchr(out->at, '=', out->len);
    if (!equals)
        return false;
    out->title = out->at + strspn(out->at, " ");
    out->title_len = without_blanks(out->title, (size_t)(equals - out->title));
    size_t digits = without_blanks(equals + 1, (size_t)(out->at + out->len - equals) - 1);
    if (out->title_len == 0 || digits >= sizeof(number))
        return false;
    memcpy(number, equals + 1, digits);
    number[digits] = '\0';
    return str_int64(number, 0, INT32_MAX, &out->id);
}

/* `title` is plain: nothing in it is written with a backslash. */
static bool is_title(const struct service *service, const char *title, size_t len)
{
    const char *has = service->title;
    size_t at = 0;
    for (size_t i = 0; i < service->title_len; i++, at++) {
        i += has[i] == '\\' && i + 1 < service->title_len;
        if (at >= len || strncasecmp(&has[i], &title[at], 1) != 0)
            return false;
    }
    return at == len;
}

static bool is_rest(const struct service *service)
{
    return service->title_len == 1 && *service->title == '*';
}

/* The same title stands before it. */
static bool is_double(const char *text, const struct service *service)
{
    struct service other;
    const char *p = text;
    while (next_part(&p, &other) && other.at != service->at)
        if (read_part(&other) && other.title_len == service->title_len &&
            strncasecmp(other.title, service->title, other.title_len) == 0)
            return true;
    return false;
}

static enum rc bad(const struct service *service, const char *why, struct err *e)
{
    size_t most = str_utf16_cut(service->at, SHOWN_MAX);
    return err_set(e, RC_FATAL, "settings",
                   "RMS_SHIPPING_SERVICES: \"%.*s%s\" %s, for example "
                   "Standard=1,Express=2,*=0",
                   (int)(service->len < most ? service->len : most), service->at,
                   service->len > most ? "..." : "", why);
}

enum rc services_check(const char *text, struct err *e)
{
    struct service service;
    const char *p = *text ? text : NULL;
    while (next_part(&p, &service)) {
        if (!read_part(&service))
            return bad(&service, "is not title=id with an id from 0 to 2147483647", e);
        if (is_double(text, &service))
            return bad(&service, "is of a title that is there already: name each once",
                       e);
    }
    return RC_OK;
}

int64_t services_find(const char *text, const char *title)
{
    struct service service;
    int64_t rest = 0;
    size_t blanks = strspn(title, " ");
    size_t len = without_blanks(title + blanks, strlen(title + blanks));
    const char *p = *text ? text : NULL;
    while (next_part(&p, &service) && read_part(&service)) {
        if (is_rest(&service))
            rest = service.id;
        else if (is_title(&service, title + blanks, len))
            return service.id;
    }
    return rest;
}

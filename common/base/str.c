/* str: see str.h. */
#include "base/str.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool str_empty(const char *text)
{
    return !text || !text[0];
}

bool str_int64(const char *text, int64_t min, int64_t max, int64_t *out)
{
    if (!text || (!isdigit((unsigned char)text[0]) && text[0] != '-'))
        return false;
    char *end = NULL;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno || *end || end == text || value < min || value > max)
        return false;
    *out = value;
    return true;
}

/* Table 3-7 of the Unicode Standard: the second byte's range depends on the first. */
size_t str_utf8_step(const char *bytes, size_t left)
{
    const unsigned char *p = (const unsigned char *)bytes;
    if (p[0] < 0x80)
        return p[0] ? 1 : 0;
    size_t len = p[0] < 0xc2   ? 0
                 : p[0] < 0xe0 ? 2
                 : p[0] < 0xf0 ? 3
                 : p[0] < 0xf5 ? 4
                               : 0;
    if (!len || len > left)
        return 0;
    unsigned char low = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80;
    unsigned char high = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : 0xbf;
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return len;
}

bool str_utf8_valid(const char *bytes, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t step = str_utf8_step(bytes + i, len - i);
        if (!step)
            return false;
        i += step;
    }
    return true;
}

size_t str_utf16_cut(const char *text, size_t units)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t bytes = 0;
    while (p[bytes]) {
        size_t need = p[bytes] >= 0xf0 ? 2 : 1;
        if (need > units)
            break;
        units -= need;
        bytes++;
        while ((p[bytes] & 0xc0) == 0x80)
            bytes++;
    }
    return bytes;
}

size_t str_utf16_len(const char *text)
{
    size_t units = 0;
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        if ((*p & 0xc0) != 0x80)
            units += *p >= 0xf0 ? 2 : 1;
    return units;
}

static size_t len_without_blanks(const char *text)
{
    size_t len = strlen(text);
    while (len && text[len - 1] == ' ')
        len--;
    return len;
}

int str_compare_sku(const char *a, const char *b)
{
    size_t a_len = len_without_blanks(a);
    size_t b_len = len_without_blanks(b);
    int order = strncasecmp(a, b, a_len < b_len ? a_len : b_len);
    return order ? order : (a_len > b_len) - (a_len < b_len);
}

bool str_in_list(const char *list, const char *word)
{
    if (!list || str_empty(word))
        return false;
    size_t len = strlen(word);
    for (const char *p = list; *p;) {
        p += strspn(p, ", ");
        size_t span = strcspn(p, ",");
        size_t end = span;
        while (end && p[end - 1] == ' ')
            end--;
        if (end == len && strncmp(p, word, len) == 0)
            return true;
        p += span;
    }
    return false;
}

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

size_t str_distance(const char *a, const char *b, size_t b_len)
{
    size_t row[STR_NEAR_MAX + 1];
    if (b_len > STR_NEAR_MAX)
        return STR_NEAR_MAX;
    for (size_t k = 0; k <= b_len; k++)
        row[k] = k;
    for (size_t i = 0; a[i]; i++) {
        size_t diagonal = row[0]++;
        for (size_t k = 1; k <= b_len; k++) {
            size_t kept = diagonal + (a[i] != b[k - 1]);
            diagonal = row[k];
            row[k] = least(kept, row[k] + 1, row[k - 1] + 1);
        }
    }
    return row[b_len];
}

/* cfg_check: whether a value is what its setting's kind asks for. Faults never repeat
 * the value: whoever shows it decides whether it may be shown. */
#include "io/cfg_internal.h"

#include "base/str.h"

#include <ctype.h>
#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum {
    PORT_MAX = 65535,
};

static bool fault_is(struct buf *fault, const char *text)
{
    buf_text(fault, text);
    return false;
}

bool cfg_bool(const char *value, bool *out)
{
    static const struct {
        const char *word;
        bool value;
    } words[] = {{"true", true}, {"false", false}, {"1", true},
                 {"0", false},   {"yes", true},    {"no", false}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcasecmp(value, words[i].word) == 0) {
            *out = words[i].value;
            return true;
        }
    }
    return false;
}

/* ---- lists ---- */

/* Which part it is, where there are several: of a long value only the start is shown, of
 * a secret nothing. rest: behind the part, NULL where it is the last. */
static bool fault_at(struct buf *fault, const char *text, size_t number, const char *rest)
{
    buf_text(fault, text);
    if (number > 1 || rest)
        buf_printf(fault, ", at part %zu", number);
    return false;
}

/* Where the word ends. A separator after a backslash belongs to it, as in KAFKA_CONF. */
static const char *word_end(const char *word, char separator)
{
    while (*word && *word != separator)
        word += word[0] == '\\' && word[1] ? 2 : 1;
    return word;
}

/* Takes the next word up to `separator`, blanks around it left out. False: no more. */
static bool next_word(const char **p, char separator, const char **word, size_t *len)
{
    if (!*p)
        return false;
    const char *end = word_end(*p, separator);
    const char *last = end;
    *word = *p + strspn(*p, " ");
    while (last > *word && last[-1] == ' ')
        last--;
    *len = last > *word ? (size_t)(last - *word) : 0;
    *p = *end ? end + 1 : NULL;
    return true;
}

bool cfg_has_no_gap(const char *list)
{
    const char *word = NULL;
    size_t len = 0;
    if (!list[0])
        return true;
    while (next_word(&list, ',', &word, &len))
        if (!len)
            return false;
    return true;
}

static bool is_word_of(const char *words, const char *word, size_t len)
{
    const char *each = NULL;
    size_t each_len = 0;
    while (next_word(&words, '|', &each, &each_len))
        if (each_len == len && strncmp(each, word, len) == 0)
            return true;
    return false;
}

static bool check_choices(const struct cfg_setting *setting, const char *value,
                          struct buf *fault)
{
    const char *word = NULL;
    size_t len = 0;
    for (size_t i = 1; next_word(&value, ',', &word, &len); i++)
        if (!is_word_of(setting->example, word, len))
            return fault_at(fault, "holds a word that is not known", i, value);
    return true;
}

static bool is_id(const char *text, size_t len)
{
    char number[16];
    int64_t id = 0;
    if (len >= sizeof(number))
        return false;
    memcpy(number, text, len);
    number[len] = '\0';
    return str_int64(number, 0, INT32_MAX, &id);
}

/* a=b with commas between; with_ids: b is a whole number. */
static bool check_pairs(const char *value, bool with_ids, struct buf *fault)
{
    const char *pair = NULL;
    size_t len = 0;
    for (size_t i = 1; next_word(&value, ',', &pair, &len); i++) {
        const char *equals = memchr(pair, '=', len);
        if (!equals || equals == pair)
            return fault_at(fault, "is not name=value with commas between", i, value);
        if (with_ids && !is_id(equals + 1, (size_t)(pair + len - equals) - 1))
            return fault_at(fault,
                            "has an id that is not a whole number from 0 to 2147483647",
                            i, value);
    }
    return true;
}

/* ---- addresses ---- */

static bool is_host(const char *host, size_t len)
{
    if (len > 2 && host[0] == '[' && host[len - 1] == ']')
        return strspn(host + 1, "0123456789abcdefABCDEF:.") == len - 2;
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)host[i]) && !strchr("-._", host[i]))
            return false;
    return len > 0;
}

static bool is_host_port(const char *text, size_t len, int64_t least_port)
{
    const char *colon = memrchr(text, ':', len);
    char port[8];
    int64_t number = 0;
    if (!colon || !is_host(text, (size_t)(colon - text)))
        return false;
    size_t digits = len - (size_t)(colon + 1 - text);
    if (digits >= sizeof(port))
        return false;
    memcpy(port, colon + 1, digits);
    port[digits] = '\0';
    return str_int64(port, least_port, PORT_MAX, &number);
}

static bool check_brokers(const char *value, struct buf *fault)
{
    const char *broker = NULL;
    size_t len = 0;
    for (size_t i = 1; next_word(&value, ',', &broker, &len); i++)
        if (!is_host_port(broker, len, 1))
            return fault_at(fault, "is not host:port with commas between", i, value);
    return true;
}

static bool check_shop(const char *value, struct buf *fault)
{
    if (strstr(value, "://"))
        return fault_is(fault, "is an address: leave out what precedes the host name");
    for (const char *p = value; *p; p++)
        if (!islower((unsigned char)*p) && !isdigit((unsigned char)*p) && *p != '-' &&
            *p != '.')
            return fault_is(fault, "is not a host name in lower case");
    if (value[0] == '.' || value[0] == '-' || !strchr(value, '.') ||
        value[strlen(value) - 1] == '.')
        return fault_is(fault, "is not a host name such as the shop's myshopify domain");
    return true;
}

static bool url_part(const char *url, CURLUPart part, char out[256])
{
    CURLU *parsed = curl_url();
    char *text = NULL;
    bool got =
        parsed &&
        curl_url_set(parsed, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
        curl_url_get(parsed, part, &text, 0) == CURLUE_OK && strlen(text) < 256;
    if (got)
        memcpy(out, text, strlen(text) + 1);
    curl_free(text);
    curl_url_cleanup(parsed);
    return got;
}

static bool check_url(const struct cfg_setting *setting, const char *value,
                      struct buf *fault)
{
    char scheme[256];
    char host[256];
    if (!url_part(value, CURLUPART_SCHEME, scheme) ||
        !url_part(value, CURLUPART_HOST, host))
        return fault_is(fault, "is not a URL");
    bool redis = strncmp(setting->example, "redis://", 8) == 0;
    if (redis ? strcmp(scheme, "redis") != 0
              : strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)
        return fault_is(fault, redis ? "does not begin with redis://"
                                     : "does not begin with https:// or http://");
    return true;
}

/* ---- the rest ---- */

/* UTC needs no database: a small container may lack it. */
static bool check_timezone(const char *value, struct buf *fault)
{
    const char *folder = getenv("TZDIR");
    char path[300];
    if (strcmp(value, "UTC") == 0)
        return true;
    snprintf(path, sizeof(path), "%s/%s", folder ? folder : "/usr/share/zoneinfo", value);
    if (value[0] == '/' || strstr(value, "..") || access(path, R_OK) != 0)
        return fault_is(fault, "is not a zone of the tz database here (is the package "
                               "tzdata installed?)");
    char magic[5] = "";
    FILE *file = fopen(path, "re");
    bool is_zone = file && fread(magic, 1, 4, file) == 4 && strcmp(magic, "TZif") == 0;
    if (file)
        fclose(file);
    return is_zone || fault_is(fault, "is not a zone but a folder of them");
}

static bool check_version(const char *value, struct buf *fault)
{
    static const char form[] = "dddd-dd";
    bool fits = strlen(value) == sizeof(form) - 1;
    for (size_t i = 0; fits && form[i]; i++)
        fits = form[i] == 'd' ? isdigit((unsigned char)value[i]) : value[i] == form[i];
    return fits || strcmp(value, "unstable") == 0 ||
           fault_is(fault, "is not a version such as 2026-07");
}

static bool check_int(const struct cfg_setting *setting, const char *value,
                      struct buf *fault)
{
    int64_t number = 0;
    if (str_int64(value, setting->min, setting->max, &number))
        return true;
    buf_printf(fault, "is not a whole number from %" PRId64 " to %" PRId64, setting->min,
               setting->max);
    return false;
}

static bool is_clean(const char *value)
{
    for (const char *p = value; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return false;
    return true;
}

static bool check_text(const struct cfg_setting *setting, const char *value,
                       struct buf *fault)
{
    size_t len = strlen(value);
    if (!str_utf8_valid(value, len))
        return fault_is(fault, "is not UTF-8 text");
    if (!is_clean(value))
        return fault_is(fault, "holds a line end or another control character");
    if (setting->max && ((int64_t)len < setting->min || (int64_t)len > setting->max)) {
        buf_printf(fault, "has %zu bytes, not %" PRId64 " to %" PRId64, len, setting->min,
                   setting->max);
        return false;
    }
    return true;
}

bool cfg_check(const struct cfg_setting *setting, const char *value, struct buf *fault)
{
    bool flag = false;
    if (setting->kind == CFG_INT)
        return check_int(setting, value, fault);
    if (!check_text(setting, value, fault))
        return false;
    if (!value[0])
        return true;
    switch (setting->kind) {
    case CFG_TEXT:
    case CFG_SECRET:
    case CFG_INT:
        return true;
    case CFG_BOOL:
        return cfg_bool(value, &flag) || fault_is(fault, "is neither true nor false");
    case CFG_URL:
        return check_url(setting, value, fault);
    case CFG_CHOICE:
        return is_word_of(setting->example, value, strlen(value)) ||
               fault_is(fault, "is not one of the words known");
    case CFG_CHOICES:
        return check_choices(setting, value, fault);
    case CFG_BROKERS:
        return check_brokers(value, fault);
    case CFG_LISTEN:
        return is_host_port(value, strlen(value), 0) ||
               fault_is(fault, "is not host:port");
    case CFG_SHOP:
        return check_shop(value, fault);
    case CFG_VERSION:
        return check_version(value, fault);
    case CFG_TIMEZONE:
        return check_timezone(value, fault);
    case CFG_PAIRS:
        return check_pairs(value, false, fault);
    case CFG_IDS:
        return check_pairs(value, true, fault);
    }
    return false;
}

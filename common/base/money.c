/* money: decimal text <-> ten-thousandths, and exact proportions; see money.h. */
#include "base/money.h"

#include "base/str.h"

#include <ctype.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Digits of the fraction as ten-thousandths; more than four only when they are zeros. */
static bool parse_fraction(const char *p, int64_t *out)
{
    int64_t value = 0;
    int64_t scale = MONEY_SCALE / 10;
    if (!isdigit((unsigned char)*p))
        return false;
    for (; isdigit((unsigned char)*p); p++) {
        if (scale == 0 && *p != '0')
            return false;
        value += (*p - '0') * scale;
        scale /= 10;
    }
    *out = value;
    return *p == '\0';
}

bool money_parse(const char *text, int64_t *out_e4)
{
    if (!text)
        return false;
    bool negative = *text == '-';
    const char *p = text + negative;
    int64_t whole = 0;
    int64_t fraction = 0;
    if (!isdigit((unsigned char)*p))
        return false;
    for (; isdigit((unsigned char)*p); p++) {
        whole = whole * 10 + (*p - '0');
        if (whole > MONEY_MAX_E4 / MONEY_SCALE)
            return false;
    }
    if (*p == '.' ? !parse_fraction(p + 1, &fraction) : *p != '\0')
        return false;
    int64_t amount_e4 = whole * MONEY_SCALE + fraction;
    if (amount_e4 > MONEY_MAX_E4)
        return false;
    *out_e4 = negative ? -amount_e4 : amount_e4;
    return true;
}

const char *money_format(int64_t amount_e4, char out[MONEY_TEXT_MAX])
{
    uint64_t size = amount_e4 < 0 ? 0 - (uint64_t)amount_e4 : (uint64_t)amount_e4;
    snprintf(out, MONEY_TEXT_MAX, "%s%" PRIu64 ".%04" PRIu64, amount_e4 < 0 ? "-" : "",
             size / MONEY_SCALE, size % MONEY_SCALE);
    size_t len = strlen(out);
    for (int cut = 0; cut < 2 && out[len - 1] == '0'; cut++)
        out[--len] = '\0';
    return out;
}

static bool in_range(__int128 value)
{
    return value <= MONEY_MAX_E4 && value >= -MONEY_MAX_E4;
}

/* value / by, halves away from zero; by > 0. */
static __int128 divide_rounded(__int128 value, __int128 by)
{
    __int128 half = by / 2;
    return value >= 0 ? (value + half) / by : -((-value + half) / by);
}

bool money_mul_div(int64_t a, int64_t b, int64_t c, int64_t *out)
{
    if (c == 0)
        return false;
    __int128 product = (__int128)a * b;
    __int128 by = c;
    __int128 value = by > 0 ? divide_rounded(product, by) : divide_rounded(-product, -by);
    if (!in_range(value))
        return false;
    *out = (int64_t)value;
    return true;
}

int64_t money_round(int64_t amount_e4, int64_t unit_e4)
{
    return (int64_t)divide_rounded(amount_e4, unit_e4) * unit_e4;
}

bool money_add(int64_t *sum_e4, int64_t amount_e4)
{
    __int128 sum = (__int128)*sum_e4 + amount_e4;
    if (!in_range(sum))
        return false;
    *sum_e4 = (int64_t)sum;
    return true;
}

int64_t money_unit(const char *currency)
{
    static const char none[] = "BIF,CLP,DJF,GNF,ISK,JPY,KMF,KRW,PYG,RWF,UGX,UYI,VND,VUV,"
                               "XAF,XOF,XPF";
    static const char three[] = "BHD,IQD,JOD,KWD,LYD,OMR,TND";
    if (str_in_list(none, currency))
        return MONEY_SCALE;
    return str_in_list(three, currency) ? MONEY_SCALE / 1000 : MONEY_SCALE / 100;
}

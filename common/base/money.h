/* money: amounts in ten-thousandths of a currency unit (the scale of SQL Server's
 * money type), held in int64_t. Nothing here or anywhere passes an amount through a
 * floating-point number. A name that ends in _e4 holds such an amount.
 */
#ifndef TB_MONEY_H
#define TB_MONEY_H

#include <stdbool.h>
#include <stdint.h>

/* Amounts are kept within +-90,071,992,547.0993 (2^53 / 10^5), a hundredfold below what
 * int64 and money hold, so that a sum over 1,000 lines times quantity is checked, not
 * hoped for. */
#define MONEY_MAX_E4 INT64_C(900719925470993)

enum {
    MONEY_SCALE = 10000,
    MONEY_TEXT_MAX = 24,
};

/* "55.0", "-0.125", "1909.9" -> ten-thousandths. More than four decimals must be zeros.
 * False: not a decimal number, too many decimals, or out of range; *out is untouched. */
bool money_parse(const char *text, int64_t *out_e4);

/* Writes the shortest exact text with at least two decimals: "55.00", "-0.125". */
const char *money_format(int64_t amount_e4, char out[MONEY_TEXT_MAX]);

/* a * b / c with the product in 128 bits, halves away from zero. False: c is 0 or the
 * result is out of range. */
bool money_mul_div(int64_t a, int64_t b, int64_t c, int64_t *out);

/* Rounded to a multiple of unit_e4 (100 = cents), halves away from zero. */
int64_t money_round(int64_t amount_e4, int64_t unit_e4);

/* Sums with the range above checked; false leaves *sum_e4 as it was. */
bool money_add(int64_t *sum_e4, int64_t amount_e4);

/* The smallest unit of a currency in ten-thousandths: 100 for most, 10000 for JPY, CLP
 * and others without decimals, 10 for KWD, BHD and others with three (ISO 4217). */
int64_t money_unit(const char *currency);

#endif

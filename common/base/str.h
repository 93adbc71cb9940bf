/* str: checked numbers from text, UTF-8 checks, and cuts that SQL Server agrees with. */
#ifndef TB_STR_H
#define TB_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The whole text is a decimal integer within [min, max]; no blanks, no plus sign. */
bool str_int64(const char *text, int64_t min, int64_t max, int64_t *out);

/* True when bytes are well-formed UTF-8: no overlong forms, no surrogates, no NUL. */
bool str_utf8_valid(const char *bytes, size_t len);

/* Bytes of the character that `bytes` begins with, of which `left` (at least 1) may be
 * read; 0 when it is not well-formed. */
size_t str_utf8_step(const char *bytes, size_t left);

/* Length in UTF-16 code units, the unit of nvarchar(n). text is valid UTF-8. */
size_t str_utf16_len(const char *text);

/* How many leading bytes of text make up at most `units` UTF-16 code units, never
 * splitting a character: an emoji (two units) is taken whole or not at all. */
size_t str_utf16_cut(const char *text, size_t units);

/* The order of SKUs as SQL Server's usual collation has it: ASCII case and trailing
 * blanks do not count. <0, 0: the same, >0. */
int str_compare_sku(const char *a, const char *b);

/* True when word is one of the comma-separated words of list (blanks around ignored,
 * case-sensitive). NULL word: false. */
bool str_in_list(const char *list, const char *word);

bool str_empty(const char *text); /* NULL or "" */

/* Letters to add, drop or change to make a of the first b_len bytes of b (Levenshtein),
 * for "did you mean"; longer b than STR_NEAR_MAX are STR_NEAR_MAX from everything. */
enum { STR_NEAR_MAX = 40 };
size_t str_distance(const char *a, const char *b, size_t b_len);

#endif

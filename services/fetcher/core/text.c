/* text: see text.h. */
#include "core/text.h"

#include "base/str.h"

#include <string.h>

/* Length of the UTF-8 character that starts here, within len bytes; 0: it is none. */
static size_t character(const char *at, size_t len)
{
    for (size_t n = 1; n <= 4 && n <= len; n++)
        if (str_utf8_valid(at, n))
            return n;
    return 0;
}

void text_clean(char *text)
{
    size_t len = strlen(text);
    size_t i = 0;
    while (i < len) {
        size_t n = character(text + i, len - i);
        if (n == 0 && len - i < 4 && (unsigned char)text[i] >= 0xC2) {
            text[i] = '\0'; /* the end of a cut text */
            return;
        }
        if (n == 0 || (unsigned char)text[i] < ' ' || text[i] == 0x7F)
            text[i] = '?';
        i += n ? n : 1;
    }
}

/* roff: see roff.h. */
#include "base/roff.h"

#include <ctype.h>

void roff_text(struct buf *out, const char *text)
{
    bool at_start = true;
    for (; *text; text++) {
        if (at_start && (*text == '.' || *text == '\''))
            buf_text(out, "\\&");
        at_start = *text == '\n';
        if (*text == '\\')
            buf_text(out, "\\e");
        else if (*text == '-')
            buf_text(out, "\\-");
        else if (*text == '\'')
            buf_text(out, "\\(aq");
        else if (at_start)
            buf_text(out, "\n.PP\n");
        else
            buf_add(out, text, 1);
    }
}

void roff_line(struct buf *out, const char *text)
{
    roff_text(out, text);
    buf_text(out, "\n");
}

void roff_page(struct buf *out, const char *name, const char *section,
               const char *summary)
{
    buf_text(out, ".\\\" Made by `tillbridge-docs man`: change the tables it is made "
                  "from.\n.TH ");
    for (const char *p = name; *p; p++)
        buf_printf(out, "%c", (toupper)((unsigned char)*p));
    buf_printf(out, " %s \"\" \"tillbridge %s\" \"tillbridge\"\n.SH NAME\n", section,
               TB_VERSION);
    roff_text(out, name);
    buf_text(out, " \\- ");
    roff_line(out, summary);
}

void roff_section(struct buf *out, const char *title)
{
    buf_printf(out, ".SH %s\n", title);
}

/* text: one-line texts from outside that go into records and logs. Pure. */
#ifndef TB_FETCHER_TEXT_H
#define TB_FETCHER_TEXT_H

/* Cuts a character that was cut in half at the end, and turns control characters and
 * bytes that are no UTF-8 into '?', in place. */
void text_clean(char *text);

#endif

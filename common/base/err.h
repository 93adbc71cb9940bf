/* err: what went wrong, and what the caller is to do about it.
 *
 * Every function that can fail returns an enum rc and fills a struct err that the
 * caller owns. The code names the next action, not the cause; the text names the
 * cause, the place and the remedy. A function either handles an error or returns it.
 */
#ifndef TB_ERR_H
#define TB_ERR_H

enum rc {
    RC_OK = 0,
    RC_RETRY,  /* may work later: deadlock, time-out, throttled, broker away */
    RC_REJECT, /* this input never will: malformed, over a limit, unknown SKU */
    RC_FATAL,  /* this process can't go on: settings, rights, schema */
};

struct err {
    enum rc rc;
    long native;      /* the library's or server's own number, 0 when none */
    char sqlstate[6]; /* ODBC only, otherwise "" */
    char op[64];      /* what was being done: "order.decode", "rms.load" */
    char text[512];   /* one line for people: what, where, remedy */
};

#define TB_MUST_CHECK        __attribute__((warn_unused_result))
#define TB_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* Fills e (which may be NULL) and returns rc. Text that does not fit is cut. */
enum rc err_set(struct err *e, enum rc rc, const char *op, const char *fmt, ...)
    TB_PRINTF(4, 5);

/* "ok", "retry", "reject", "fatal": the words used in logs and headers. */
const char *err_rc_name(enum rc rc);

#endif

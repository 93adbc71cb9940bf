/* kv: Redis through hiredis 0.14, synchronous, with time-outs and reconnect.
 *
 * A reply is owned by the caller (freeReplyObject). RC_RETRY: Redis away, loading, out of
 * memory, read-only, or the answer was lost (the outcome is then unknown: commands sent
 * here must be safe to repeat). RC_FATAL: wrong password, wrong type, a script error.
 */
#ifndef TB_KV_H
#define TB_KV_H

#include "base/err.h"

#include <hiredis/hiredis.h>
#include <stddef.h>
#include <stdint.h>

struct kv;

/* url: redis://[[user]:password@]host[:port][/db]. Connects on first use; RC_FATAL: not
 * such a URL.
 */
enum rc kv_open(const char *url, int64_t timeout_ms, struct kv **out,
                struct err *e) TB_MUST_CHECK;
void kv_close(struct kv *kv);

/* One command by arguments; lens may be NULL for C strings. */
enum rc kv_command(struct kv *kv, int argc, const char **argv, const size_t *lens,
                   redisReply **out, struct err *e) TB_MUST_CHECK;

/* Commands sent at once and answered at once: one way there and back for all of them. On
 * an error no reply is given, and the first fault is told. */
struct kv_words {
    int argc;
    const char **argv; /* C strings */
};
enum rc kv_commands(struct kv *kv, const struct kv_words *commands, size_t count,
                    redisReply **out, struct err *e) TB_MUST_CHECK;

/* EVALSHA of a script, loading it when the server does not know it. */
struct kv_script {
    const char *text;
    int keys;     /* how many of the arguments are keys; they come first */
    char sha[41]; /* filled on first use */
};
enum rc kv_eval(struct kv *kv, struct kv_script *script, int argc, const char **argv,
                redisReply **out, struct err *e) TB_MUST_CHECK;

#endif

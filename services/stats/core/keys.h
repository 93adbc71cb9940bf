/* keys: where things are in Redis. Every key carries the hash tag {tillbridge}, so that
 * all of them are in one slot and one script may touch any of them.
 *
 * stats (hash) holds what must be lost or kept together: positions, counters, the base
 * of the last reset and the configuration. Emptied, it is rebuilt from the topics. Its
 * fields, with the part that others choose (a shop, a topic) last:
 *   n|<topic>/<partition>           next offset to fold
 *   m|<topic>/<partition>           digest of the record before it
 *   s|<topic>/<partition>|<source>  last source offset folded, its Kafka time, and the
 *                                   offsets up to it whose result is still awaited
 *   c|<class>|<source>|<action>|<reason>|<shop>  results, all-time
 *   c|malformed|<topic>, c|duplicate|<topic>, c|gap|<topic>
 *   b|...                           the same counters as they were at the last reset
 *   p|<shop>, q|<shop>              orders published by polls, by dry runs; all-time
 *   l|<shop>                        of those: results that expired before a rebuild
 *   u|<shop>                        beyond those, in no poll record: a killed fetcher's
 *                                   orders, doorbells of deleted ones
 *   k|<source>|<shop>               of p|: orders published by that source
 *   t|<n>, t|sum                    latencies: results in the n-th range, seconds of all
 *   cut                             "1": such a rebuild is going on
 *   config, reset_at                the runtime configuration; when the last reset was
 */
#ifndef TB_STATS_KEYS_H
#define TB_STATS_KEYS_H

#define KEY_ALL          "{tillbridge}:" /* how every key begins */
#define KEY_STATS        "{tillbridge}:stats"
#define KEY_EVENTS       "{tillbridge}:events"     /* list, newest first */
#define KEY_EVENT_SEQ    "{tillbridge}:events:seq" /* last number given */
#define KEY_OPEN         "{tillbridge}:open"       /* zset by time: what needs a person */
#define KEY_OPEN_DATA    "{tillbridge}:open:data"  /* hash: member -> result */
#define KEY_POLLS        "{tillbridge}:polls"      /* list of ended polls */
#define KEY_POLLS_LATEST "{tillbridge}:polls:latest" /* hash: shop -> record */
#define KEY_POLLS_TIMER  "{tillbridge}:polls:timer"  /* hash: shop -> record */
#define KEY_POLLS_ENDED  "{tillbridge}:polls:ended"  /* hash: shop -> record */
#define KEY_POLL         "{tillbridge}:poll:"        /* + id: hash, counts and record */
#define KEY_TRIGGER      "{tillbridge}:trigger:"     /* + id: hash, request and polls */
#define KEY_ORDER        "{tillbridge}:order:"       /* + shop/id: list of decisions */
#define KEY_NAME         "{tillbridge}:name:"        /* + order name: hash shop -> id */
/* Zset: member of KEY_OPEN -> up to when a person has seen to what was decided on it; may
 * precede it. */
#define KEY_OPEN_SEEN "{tillbridge}:open:seen"
/* Dead letters: zsets by time + ":open", ":parked", ":redriven", and hashes + ":data"
 * (id -> entry) and ":marks" (id -> state; may precede the letter). */
#define KEY_LETTERS "{tillbridge}:dlq"
/* Zsets + "hour" and "day" of the names of the hashes + "hour:<name>": what was counted
 * in that time. The fields are those of history.h. */
#define KEY_HISTORY   "{tillbridge}:history:"
#define KEY_ERRORS    "{tillbridge}:errors" /* list of refused and conflicting results */
#define KEY_ERROR_SEQ "{tillbridge}:errors:seq"
#define KEY_UNCLOSED  "{tillbridge}:unclosed" /* since when they do not balance */

#define FIELD_NEXT         "n|"
#define FIELD_MARK         "m|"
#define FIELD_SOURCE       "s|"
#define FIELD_COUNT        "c|"
#define FIELD_BASE         "b|"
#define FIELD_PUBLISHED    "p|"
#define FIELD_DRY          "q|"
#define FIELD_UNRECORDED   "u|"
#define FIELD_LOST         "l|"
#define FIELD_CUT          "cut"
#define FIELD_PUBLISHED_BY "k|"
#define FIELD_LATENCY      "t|"
#define FIELD_CONFIG       "config"
#define FIELD_RESET_AT     "reset_at"
#define FIELD_MALFORMED    FIELD_COUNT "malformed|"
#define FIELD_DUPLICATE    FIELD_COUNT "duplicate|"
#define FIELD_GAP          FIELD_COUNT "gap|"
#define FIELD_POLL         "record"  /* of a poll's hash */
#define FIELD_REQUEST      "request" /* of a trigger's hash */
#define FIELD_BY_SHOP      "shop|"   /* of a trigger's hash: + shop -> poll id */

enum {
    KEEP_EVENTS = 200,
    KEEP_POLLS = 50,
    KEEP_DECISIONS = 20, /* of one order */
    KEEP_OPEN = 10000,   /* beyond these the oldest are let go; of those seen to, too */
    SHOW_OPEN = 100,
    KEEP_LETTERS = 10000, /* of each state */
    KEEP_HOURS = 8 * 24,
    KEEP_DAYS = 400,
    KEEP_ERRORS = 100,
    KEEP_ORDER_S = 30 * 86400, /* as long as the results are in the topic */
    KEEP_POLL_S = 7 * 86400,
    KEEP_TRIGGER_S = 86400,
    KEEP_VALUE_BYTES = 8 * 1024, /* a longer record is kept shortened: kept.h */
};

#endif

/* bus_link: opening and closing a librdkafka handle, its properties and callbacks, and
 * what each of its error codes asks for. */
#include "io/bus_internal.h"
#include "io/log.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    DESTROY_S = 10, /* 2.0.2 can hang in rd_kafka_destroy when a partition was lost */
};

/* What every handle gets. Nagle's algorithm costs 40 ms a request; a broker that comes
 * back is found within two seconds. */
static const struct bus_header common[] = {
    {"socket.nagle.disable", "true"},
    {"reconnect.backoff.max.ms", "2000"},
    {"allow.auto.create.topics", "false"},
};

/* What delivery and offsets depend on is not to be had otherwise. */
static const char *const fixed[] = {
    "acks",
    "client.id",
    "delivery.timeout.ms",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "enable.idempotence",
    "enable.partition.eof",
    "group.id",
    "message.timeout.ms",
    "partition.assignment.strategy",
    "partitioner",
    "request.required.acks",
    "transactional.id",
};

/* This record never will, as it is. */
static const rd_kafka_resp_err_t rejects[] = {
    RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
    RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE,
    RD_KAFKA_RESP_ERR_INVALID_RECORD,
};

/* Settings, rights, or a handle that is done for. */
static const rd_kafka_resp_err_t fatals[] = {
    RD_KAFKA_RESP_ERR__FATAL,
    RD_KAFKA_RESP_ERR__FENCED,
    RD_KAFKA_RESP_ERR__AUTHENTICATION,
    RD_KAFKA_RESP_ERR__INVALID_ARG,
    RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,
    RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
    RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
    RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
    RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED,
    RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM,
    RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, /* a name that can't be one */
    RD_KAFKA_RESP_ERR_INVALID_GROUP_ID,
    RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT,
    RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL,
    RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID,
    RD_KAFKA_RESP_ERR_INVALID_PARTITIONS,
    RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR,
    RD_KAFKA_RESP_ERR_INVALID_CONFIG,
    RD_KAFKA_RESP_ERR_POLICY_VIOLATION,
};

enum rc bus_rc(rd_kafka_resp_err_t code)
{
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return RC_OK;
    for (size_t i = 0; i < sizeof(rejects) / sizeof(rejects[0]); i++)
        if (rejects[i] == code)
            return RC_REJECT;
    for (size_t i = 0; i < sizeof(fatals) / sizeof(fatals[0]); i++)
        if (fatals[i] == code)
            return RC_FATAL;
    return RC_RETRY; /* broker away, leader moving, and whatever comes new */
}

static const char *remedy_of(rd_kafka_resp_err_t code)
{
    bool missing = code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
                   code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
    bool away = code == RD_KAFKA_RESP_ERR__TRANSPORT ||
                code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
    if (missing)
        return "; make it with \"tillctl topics create\"";
    return away ? "; is Kafka up, and KAFKA_BROKERS its address?" : "";
}

enum rc bus_fail(const struct bus_link *link, rd_kafka_resp_err_t code, const char *op,
                 const char *what, struct err *e)
{
    const char *trouble = link ? link->trouble : "";
    enum rc rc =
        err_set(e, bus_rc(code), op, "%s: %s%s%s%s", what, rd_kafka_err2str(code),
                trouble[0] ? "; last trouble: " : "", trouble, remedy_of(code));
    if (e)
        e->native = code;
    return rc;
}

enum rc bus_link_check(const struct bus_link *link, const char *op, struct err *e)
{
    char reason[256];
    rd_kafka_resp_err_t code = rd_kafka_fatal_error(link->rk, reason, sizeof(reason));
    if (code)
        return err_set(e, RC_FATAL, op, "%s (%s): the process has to start again", reason,
                       rd_kafka_err2name(code));
    if (link->login_refused)
        return err_set(e, RC_FATAL, op,
                       "the broker refused the login: %s; see security.protocol and "
                       "sasl.* in KAFKA_CONF",
                       link->trouble);
    return RC_OK;
}

/* ---- callbacks ---- */

/* level: syslog's, whose header can't be included beside log.h, as both have a LOG_INFO.
 * KAFKA_CONF is for all handles of a process, so a producer's property on a consumer is
 * no reason for a warning. */
static enum log_level level_of(int level, const char *text)
{
    enum { CRITICAL = 2, WARNING = 4, INFO = 6 };
    if (level > INFO || strstr(text, "will be ignored by this"))
        return LOG_DEBUG;
    return level <= CRITICAL ? LOG_ERROR : level <= WARNING ? LOG_WARN : LOG_INFO;
}

/* Called from librdkafka's threads. */
static void on_log(const rd_kafka_t *rk, int level, const char *facility,
                   const char *text)
{
    log_write(level_of(level, text), "kafka.said",
              LOG_FIELDS(KV("client", rd_kafka_name(rk)), KV("facility", facility),
                         KV("text", text)));
}

/* librdkafka has already logged it; here it is kept for the texts of our errors. */
static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
    (void)rk;
    struct bus_link *link = opaque;
    if (code != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || !link->trouble[0])
        snprintf(link->trouble, sizeof(link->trouble), "%s", reason);
    if (code == RD_KAFKA_RESP_ERR__AUTHENTICATION)
        link->login_refused = true;
}

/* ---- properties ---- */

static enum rc set_property(rd_kafka_conf_t *conf, const char *name, const char *value,
                            struct err *e)
{
    char reason[256];
    if (rd_kafka_conf_set(conf, name, value, reason, sizeof(reason)) == RD_KAFKA_CONF_OK)
        return RC_OK;
    return err_set(e, RC_FATAL, "bus.open", "Kafka property %s: %s", name, reason);
}

static enum rc set_properties(rd_kafka_conf_t *conf, const struct bus_header *list,
                              size_t count, struct err *e)
{
    for (size_t i = 0; i < count; i++) {
        enum rc rc = set_property(conf, list[i].name, list[i].value, e);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

/* Cuts the next entry off *rest, in place. A comma within a value is written "\,", a
 * backslash before a comma "\\". */
static char *next_entry(char **rest)
{
    char *entry = *rest;
    char *to = entry;
    char *from = entry;
    for (; *from && *from != ','; from++) {
        if (from[0] == '\\' && (from[1] == ',' || from[1] == '\\'))
            from++;
        *to++ = *from;
    }
    *rest = *from ? from + 1 : from;
    *to = '\0';
    return entry + strspn(entry, " ");
}

static bool is_fixed(const char *name)
{
    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
        if (strcmp(fixed[i], name) == 0)
            return true;
    return false;
}

/* One "name=value". An entry that is none may be a piece of a password: not shown. */
static enum rc set_entry(rd_kafka_conf_t *conf, char *entry, int number, struct err *e)
{
    char *value = strchr(entry, '=');
    if (!value || value == entry)
        return err_set(e, RC_FATAL, "bus.open",
                       "KAFKA_CONF: entry %d is not name=value; a comma within a value "
                       "is written \\,",
                       number);
    *value++ = '\0';
    if (is_fixed(entry))
        return err_set(e, RC_FATAL, "bus.open",
                       "KAFKA_CONF: %s is not to be changed, delivery depends on it; "
                       "leave it out",
                       entry);
    struct err cause;
    enum rc rc = set_property(conf, entry, value, &cause);
    if (rc != RC_OK)
        return err_set(e, rc, "bus.open",
                       "KAFKA_CONF: %s (CONFIGURATION.md of librdkafka lists them)",
                       cause.text);
    return RC_OK;
}

static enum rc set_extra(rd_kafka_conf_t *conf, const char *extra, struct err *e)
{
    char *text = strdup(extra ? extra : "");
    if (!text)
        abort(); /* out of memory: as in arena.h */
    enum rc rc = RC_OK;
    int number = 0;
    for (char *rest = text; *rest && rc == RC_OK;) {
        char *entry = next_entry(&rest);
        number++;
        if (entry[0])
            rc = set_entry(conf, entry, number, e);
    }
    free(text);
    return rc;
}

enum rc bus_conf_check(const char *extra, struct err *e)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    enum rc rc = set_extra(conf, extra, e);
    rd_kafka_conf_destroy(conf);
    return rc;
}

static enum rc set_all(rd_kafka_conf_t *native, const struct bus_conf *conf,
                       const struct bus_spec *spec, struct err *e)
{
    const struct bus_header given[] = {
        {"bootstrap.servers", conf->brokers},
        {"client.id", conf->client_id ? conf->client_id : "tillbridge"},
    };
    enum rc rc = set_properties(native, common, sizeof(common) / sizeof(common[0]), e);
    if (rc == RC_OK)
        rc = set_properties(native, given, sizeof(given) / sizeof(given[0]), e);
    if (rc == RC_OK)
        rc = set_properties(native, spec->properties, spec->property_count, e);
    if (rc == RC_OK)
        rc = set_extra(native, conf->extra, e);
    return rc;
}

/* ---- opening and closing ---- */

enum rc bus_link_open(const struct bus_conf *conf, const struct bus_spec *spec,
                      struct bus_link **out, struct err *e)
{
    char reason[256];
    rd_kafka_conf_t *native = rd_kafka_conf_new();
    struct bus_link *link = calloc(1, sizeof(*link));
    if (!link)
        abort();
    link->owner = spec->owner;
    enum rc rc = set_all(native, conf, spec, e);
    if (rc != RC_OK)
        goto fail;
    rd_kafka_conf_set_opaque(native, link);
    rd_kafka_conf_set_log_cb(native, on_log);
    rd_kafka_conf_set_error_cb(native, on_error);
    if (spec->delivered)
        rd_kafka_conf_set_dr_msg_cb(native, spec->delivered);
    if (spec->rebalance)
        rd_kafka_conf_set_rebalance_cb(native, spec->rebalance);
    if (spec->statistics)
        rd_kafka_conf_set_stats_cb(native, spec->statistics);
    link->rk = rd_kafka_new(spec->type, native, reason, sizeof(reason));
    if (!link->rk) {
        rc = err_set(e, RC_FATAL, "bus.open", "Kafka settings: %s", reason);
        goto fail;
    }
    *out = link; /* native is librdkafka's now */
    return RC_OK;
fail:
    rd_kafka_conf_destroy(native);
    free(link);
    return rc;
}

/* The link's callbacks are called until then. */
static void *destroy(void *arg)
{
    struct bus_link *link = arg;
    rd_kafka_destroy_flags(link->rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    free(link);
    return NULL;
}

/* On a thread of its own, because it can't be given a deadline. One that hangs goes on
 * with the link, which is its own. */
void bus_link_close(struct bus_link *link)
{
    if (!link)
        return;
    pthread_t thread;
    struct timespec until = {0};
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += DESTROY_S;
    if (pthread_create(&thread, NULL, destroy, link)) {
        destroy(link);
    } else if (pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &until)) {
        pthread_detach(thread);
        log_error("kafka.close_hangs", KV("text", "left to itself"));
    }
}

/* rms_internal: shared by the parts of rms: connection, texts by dialect, load, apply. */
#ifndef TB_RMS_INTERNAL_H
#define TB_RMS_INTERNAL_H

#include "rms.h"

/* The statements that differ between dialects. Keys are one text parameter: a JSON array
 * (SQLite), an array literal (PostgreSQL), XML (SQL Server), so that every text is
 * constant and prepared once. */
struct rms_texts {
    const char *lock;          /* locks of the orders, ascending; NULL: begin locks all */
    const char *guards;        /* keys */
    const char *orders_by_id;  /* keys */
    const char *orders_by_ref; /* keys */
    const char *entries;       /* keys: order ids; ascending by order, id */
    const char *tendered;      /* keys: order ids */
    const char *items_by_code; /* keys */
    const char *items_by_alias; /* keys */
    const char *customer_map;   /* keys: Shopify customer ids */
    const char *customers;      /* keys: e-mail addresses */
    const char *accounts;       /* keys: account numbers */
    const char *customer_rows;  /* keys: Customer.ID */
};

const struct rms_texts *rms_texts(enum sql_dialect dialect);

enum {
    RMS_KEYS_MAX_MIB = 64, /* of one list; what does not fit sets buf.full */
};

/* Appends the keys in the form of the dialect. */
struct rms_keys {
    enum sql_dialect dialect;
    struct buf buf;
    size_t count;
};
void rms_keys_init(struct rms_keys *keys, enum sql_dialect dialect);
void rms_keys_int(struct rms_keys *keys, int64_t key);
void rms_keys_text(struct rms_keys *keys, const char *key);
/* Not on SQL Server: such a list may be values, and on SQLite rows of them. */
void rms_keys_money(struct rms_keys *keys, int64_t amount_e4);
void rms_keys_null(struct rms_keys *keys);
void rms_keys_row_begin(struct rms_keys *keys);
void rms_keys_row_end(struct rms_keys *keys);
const char *rms_keys_end(struct rms_keys *keys);
void rms_keys_done(struct rms_keys *keys);

struct rms {
    const struct cfg *cfg;
    struct sql *sql;         /* NULL: not connected */
    bool checked;            /* preflight has passed once */
    struct rms_types *types; /* of this connection, PostgreSQL; NULL: not read yet */
    struct plan_settings settings;
    struct arena arena; /* of the settings */
};

/* The lookup code of the shop's shipping item, and its guest: the plain settings where
 * RMS_SHOPS does not say. */
const char *rms_shipping_code(const struct rms *rms, const char *shop);
int64_t rms_guest(const struct rms *rms, const char *shop);

/* Runs a query with one key parameter and calls row for each of its rows. */
typedef enum rc rms_row(void *ctx, struct sql_stmt *stmt, struct err *e);
enum rc rms_query(struct rms *rms, const char *text, struct rms_keys *keys, rms_row *row,
                  void *ctx, struct err *e) TB_MUST_CHECK;

/* Parts of rms_load: the items of all SKUs, aliases and settings; the customers. */
enum rc rms_load_items(struct rms *rms, const struct snapshot *const *orders,
                       size_t count, struct arena *arena, struct rms_state *states,
                       struct err *e) TB_MUST_CHECK;
enum rc rms_load_customers(struct rms *rms, const struct snapshot *const *orders,
                           size_t count, struct arena *arena, struct rms_state *states,
                           struct err *e) TB_MUST_CHECK;
/* What a person who may be made is locked by, beside the orders by their ids. */
int64_t rms_person_key(const char *email);

enum rc rms_preflight(struct rms *rms, struct err *e) TB_MUST_CHECK;

/* Once for each connection to PostgreSQL: settings of the session, types of columns. */
enum rc rms_pg_start(struct rms *rms, struct err *e) TB_MUST_CHECK;

#endif

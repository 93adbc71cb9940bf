/* plan: the decision. (order snapshot, RMS rows, settings) -> action, reason, row
 * operations. Pure: no I/O, no clock, no environment; everything it makes is in the
 * arena.
 *
 * The table it follows is in docs/design.md. Two promises: applying a plan makes the rows
 * of ours equal what the shop says (lines and sums where the shop changed them since they
 * were applied), and a plan made again after that has no operations.
 */
#ifndef TB_PLAN_H
#define TB_PLAN_H

#include "base/arena.h"
#include "core/columns.h"
#include "core/rows.h"
#include "core/shops.h"
#include "wire/snapshot.h"

/* RMS_UPDATE_CUSTOMERS: what of a customer's row follows the shop. */
enum customer_update { CUSTOMER_UPDATE_NONE, CUSTOMER_UPDATE_EMPTY, CUSTOMER_UPDATE_ALL };

struct plan_settings {
    const char *allowed_statuses; /* comma-separated */
    int64_t store_id, sales_rep_id, price_source, guest_customer_id;
    int64_t due_days; /* from createdAt to ExpirationOrDueDate */
    bool inclusive;   /* RMS prices contain the tax */
    bool commit_stock, legacy_committed;
    bool stock_is_staffs;  /* of the order at hand: nothing of it is moved or noted */
    bool allow_inactive;   /* inactive items may be ordered */
    bool barcode_fallback; /* a SKU that is not found, or empty: by the barcode */
    const char *customer_prefix;   /* of the account numbers of customers that we make */
    const char *shipping_services; /* title=id,... ; "*" is the rest */
    enum customer_update update_customers;
    struct shops shops; /* with other stores, reps, guests than the above */
    /* Widths of text columns in UTF-16 units, as the database has them. */
    size_t width[COL_COUNT];
};

struct plan_input {
    const struct snapshot *order;
    const struct rms_state *rms;
    const struct plan_settings *settings;
    bool force;       /* compare the rows although the content was applied */
    bool force_older; /* and look at it although it is older than the fence */
    bool replay;      /* a person sent it again: report a refusal again, too */
    const char *now;  /* store time "YYYY-MM-DD hh:mm:ss.fff", for LastUpdated */
    const char *time; /* the order's createdAt in store time */
    const char *due;  /* ExpirationOrDueDate in store time */
};

/* One column's new value. before is what RMS holds, for the dry run (none for inserts).
 */
struct column_value {
    enum column column;
    int64_t number;   /* INT, MONEY, QUANTITY */
    const char *text; /* TEXT, LONGTEXT, TIME */
    int64_t number_before;
    const char *text_before;
};

enum row_op_kind { OP_INSERT, OP_UPDATE, OP_DELETE, OP_ADD }; /* ADD: += number */

struct row_op {
    enum row_op_kind kind;
    enum rms_table table;
    int64_t id;   /* of the row; 0 for inserts */
    int64_t line; /* ENTRY: the Shopify line it is for; 0 = shipping */
    size_t map;   /* ENTRY inserts: index in next.lines that gets the new id */
    struct column_value *values;
    size_t count;
};

/* In a column that is to get the id of a row inserted before it. */
#define PLAN_NEW_ID INT64_C(-1)

struct plan {
    enum action action;
    enum reason reason;
    const char *detail; /* one line for people, or NULL */
    bool reported;      /* a dead letter is due (action error) */
    struct row_op *ops; /* in the order to apply: header, entries, items by id */
    size_t count;
    int64_t added, changed, deleted; /* entries */
    bool link_customer; /* the order's customer is to be entered into our map */
    /* The guard as it is to be written; .lines[].entry is 0 where an insert gives it. src
     * and outcome are the shell's to fill. */
    struct guard next;
};

/* RC_OK always, but RC_FATAL when a setting does not fit (shipping services). */
enum rc plan_build(const struct plan_input *in, struct arena *arena, struct plan *out,
                   struct err *e) TB_MUST_CHECK;

/* The plan of an order that the database refused: no row operations, only the guard, so
 * that the fence moves and the refusal is told once. */
void plan_refuse(const struct plan_input *in, const char *detail, struct arena *arena,
                 struct plan *out);
#endif

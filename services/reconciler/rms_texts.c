/* rms_texts: the statements of each dialect. Names are quoted with ", which SQL Server
 * takes too (QUOTED_IDENTIFIER is on for ODBC connections). T-SQL stays within 2008. */
#include "rms_internal.h"

#include <inttypes.h>

#define GUARD_COLUMNS                                                                  \
    "g.order_id, g.shop, g.rms_order, g.updated_at, g.fetched_at, g.applied, g.seen, " \
    "g.action, g.reason, g.held_for, g.closed_by_us, g.notes, g.src_topic, "           \
    "g.src_partition, g.src_offset, g.outcome, g.line_map"
#define ORDER_COLUMNS                                                                  \
    "o.\"ID\", o.\"ReferenceNumber\", o.\"Closed\", o.\"CustomerID\", "                \
    "o.\"ShippingServiceID\", o.\"Deposit\", o.\"Tax\", o.\"Total\", "                 \
    "o.\"ShippingChargeOnOrder\", o.\"Taxable\", o.\"Comment\", o.\"ShippingNotes\", " \
    "o.\"Type\""
/* exact: makes decimals of a float, four of them: what is sold by weight has more. */
#define ENTRY_COLUMNS(exact)                                                \
    "e.\"OrderID\", e.\"ID\", e.\"ItemID\", e.\"Price\", e.\"FullPrice\", " \
    "e.\"Cost\", " exact("e.\"QuantityOnOrder\"") ", " exact(               \
        "e.\"QuantityRTD\"") ", "                                           \
                             "e.\"Description\", e.\"Comment\", e.\"Taxable\""
#define ITEM_COLUMNS                                                                  \
    "i.\"ID\", i.\"ItemLookupCode\", i.\"Description\", i.\"Cost\", i.\"ItemType\", " \
    "i.\"Taxable\", i.\"Inactive\""

#define CUSTOMER_COLUMNS_READ                                                         \
    "c.\"ID\", c.\"EmailAddress\", c.\"PhoneNumber\", c.\"Company\", c.\"Address\", " \
    "c.\"Address2\", c.\"City\", c.\"State\", c.\"Zip\", c.\"Country\""

/* ---- SQLite: json_each; CROSS JOIN keeps the keys outermost, so the index is used ----
 */

#define LITE_KEYS          "json_each(?) k CROSS JOIN "
#define LITE_EXACT(column) "round(" column ", 4)"
#define LITE_SAME(column)  "rtrim(" column ") = rtrim(k.value) COLLATE NOCASE"

static const struct rms_texts sqlite_texts = {
    .lock = NULL,
    .guards = "SELECT " GUARD_COLUMNS " FROM " LITE_KEYS
              "tillbridge_guard g ON g.order_id = k.value",
    .orders_by_id =
        "SELECT " ORDER_COLUMNS " FROM " LITE_KEYS "\"Order\" o ON o.\"ID\" = k.value",
    .orders_by_ref = "SELECT " ORDER_COLUMNS " FROM \"Order\" o WHERE "
                     "o.\"ReferenceNumber\" IN (SELECT value FROM json_each(?)) AND "
                     "o.\"ChannelType\" = 2 AND o.\"Type\" = 2 ORDER BY o.\"ID\"",
    .entries = "SELECT " ENTRY_COLUMNS(
        LITE_EXACT) " FROM \"OrderEntry\" e WHERE e.\"OrderID\" IN "
                    "(SELECT value FROM json_each(?)) ORDER BY e.\"OrderID\", e.\"ID\"",
    .tendered = "SELECT DISTINCT t.\"RecallID\" FROM \"Transaction\" t WHERE "
                "t.\"RecallID\" IN (SELECT value FROM json_each(?))",
    .items_by_code = "SELECT k.value, " ITEM_COLUMNS " FROM " LITE_KEYS
                     "\"Item\" i ON " LITE_SAME("i.\"ItemLookupCode\""),
    .items_by_alias = "SELECT DISTINCT k.value, " ITEM_COLUMNS " FROM " LITE_KEYS
                      "\"Alias\" a ON " LITE_SAME(
                          "a.\"Alias\"") " JOIN \"Item\" i ON i.\"ID\" = a.\"ItemID\"",
    .customer_map = "SELECT k.value, m.shop, m.rms_customer FROM " LITE_KEYS
                    "tillbridge_customer m ON m.customer_id = k.value",
    .accounts = "SELECT k.value, c.\"ID\" FROM " LITE_KEYS
                "\"Customer\" c ON c.\"AccountNumber\" = k.value COLLATE NOCASE",
    .customers = "SELECT k.value, c.\"ID\" FROM " LITE_KEYS
                 "\"Customer\" c ON c.\"EmailAddress\" = k.value COLLATE NOCASE",
    .customer_rows = "SELECT " CUSTOMER_COLUMNS_READ " FROM " LITE_KEYS
                     "\"Customer\" c ON c.\"ID\" = k.value",
};

/* ---- PostgreSQL: unnest; LATERAL with OFFSET 0 keeps the keys outermost ---- */

#define PG_INTS          "unnest(?::text::bigint[]) AS k(v) CROSS JOIN LATERAL (SELECT "
#define PG_TEXTS         "unnest(?::text::text[]) AS k(v) CROSS JOIN LATERAL (SELECT "
#define PG_EXACT(column) "round(CAST(" column " AS numeric), 4) "
#define PG_SAME(column)  "lower(rtrim(" column ")) = lower(rtrim(k.v))"

static const struct rms_texts postgres_texts = {
    .lock = "SELECT count(pg_advisory_xact_lock(v)) FROM (SELECT v FROM "
            "unnest(?::text::bigint[]) AS k(v) ORDER BY v OFFSET 0) s",
    .guards = "SELECT g.* FROM " PG_INTS GUARD_COLUMNS
              " FROM tillbridge_guard g WHERE g.order_id = k.v FOR UPDATE) g",
    .orders_by_id = "SELECT o.* FROM " PG_INTS ORDER_COLUMNS
                    " FROM \"Order\" o WHERE o.\"ID\" = k.v FOR UPDATE) o",
    .orders_by_ref = "SELECT o.* FROM " PG_TEXTS ORDER_COLUMNS
                     " FROM \"Order\" o WHERE o.\"ReferenceNumber\" = k.v AND "
                     "o.\"ChannelType\" = 2 AND o.\"Type\" = 2 FOR UPDATE) o ORDER BY "
                     "o.\"ID\"",
    .entries = "SELECT e.* FROM " PG_INTS ENTRY_COLUMNS(
        PG_EXACT) " FROM \"OrderEntry\" e WHERE e.\"OrderID\" = k.v OFFSET 0) e "
                  "ORDER BY e.\"OrderID\", e.\"ID\"",
    .tendered =
        "SELECT DISTINCT t.\"RecallID\" FROM " PG_INTS
        "t.\"RecallID\" FROM \"Transaction\" t WHERE t.\"RecallID\" = k.v OFFSET 0) "
        "t",
    .items_by_code =
        "SELECT k.v, i.* FROM " PG_TEXTS ITEM_COLUMNS
        " FROM \"Item\" i WHERE " PG_SAME("i.\"ItemLookupCode\"") " OFFSET 0) i",
    .items_by_alias =
        "SELECT DISTINCT k.v, i.* FROM " PG_TEXTS ITEM_COLUMNS
        " FROM \"Alias\" a JOIN \"Item\" i ON i.\"ID\" = a.\"ItemID\" WHERE " PG_SAME(
            "a.\"Alias\"") " OFFSET 0) i",
    .customer_map = "SELECT k.v, m.* FROM " PG_INTS
                    "m.shop, m.rms_customer FROM tillbridge_customer m WHERE "
                    "m.customer_id = k.v OFFSET 0) m",
    .accounts = "SELECT k.v, c.\"ID\" FROM " PG_TEXTS
                "c.\"ID\" FROM \"Customer\" c WHERE lower(c.\"AccountNumber\") = "
                "lower(k.v) OFFSET 0) c",
    .customers = "SELECT k.v, c.\"ID\" FROM " PG_TEXTS
                 "c.\"ID\" FROM \"Customer\" c WHERE lower(c.\"EmailAddress\") = "
                 "lower(k.v) OFFSET 0) c",
    .customer_rows = "SELECT c.* FROM " PG_INTS CUSTOMER_COLUMNS_READ
                     " FROM \"Customer\" c WHERE c.\"ID\" = k.v OFFSET 0) c",
};

/* ---- SQL Server: XML nodes (2005 on); comparisons follow the columns' collation ---- */

#define MS_EXACT(column) "CAST(" column " AS decimal(19, 4))"
#define MS_INTS                                                                         \
    "(SELECT n.x.value('.', 'bigint') AS v FROM (SELECT CAST(CAST(? AS nvarchar(max)) " \
    "AS xml) AS d) d CROSS "                                                            \
    "APPLY d.d.nodes('/k') n(x)) k"
#define MS_TEXTS                                                                \
    "(SELECT n.x.value('.', 'nvarchar(255)') AS v FROM (SELECT CAST(CAST(? AS " \
    "nvarchar(max)) AS xml) AS d) d "                                           \
    "CROSS APPLY d.d.nodes('/k') n(x)) k"

static const struct rms_texts sqlserver_texts = {
    .lock =
        "DECLARE @k bigint, @r int, @n nvarchar(255); SET @r = 0; DECLARE c CURSOR "
        "LOCAL FAST_FORWARD FOR SELECT k.v FROM " MS_INTS " ORDER BY k.v; OPEN c; FETCH "
        "NEXT FROM c INTO @k; WHILE @@FETCH_STATUS = 0 AND @r >= 0 BEGIN SET @n = "
        "N'tillbridge:' + CAST(@k AS nvarchar(20)); EXEC @r = sp_getapplock @Resource = "
        "@n, @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = "
        "10000; FETCH NEXT FROM c INTO @k; END; CLOSE c; DEALLOCATE c; SELECT @r",
    .guards = "SELECT " GUARD_COLUMNS " FROM " MS_INTS
              " JOIN tillbridge_guard g WITH (UPDLOCK, ROWLOCK) ON g.order_id = k.v",
    .orders_by_id = "SELECT " ORDER_COLUMNS " FROM " MS_INTS
                    " JOIN \"Order\" o WITH (UPDLOCK, ROWLOCK) ON o.\"ID\" = k.v",
    .orders_by_ref = "SELECT " ORDER_COLUMNS " FROM \"Order\" o WITH (UPDLOCK, ROWLOCK) "
                     "WHERE o.\"ReferenceNumber\" IN (SELECT k.v FROM " MS_TEXTS
                     ") AND o.\"ChannelType\" = 2 AND o.\"Type\" = 2 ORDER BY o.\"ID\"",
    .entries =
        "SELECT " ENTRY_COLUMNS(MS_EXACT) " FROM \"OrderEntry\" e WHERE e.\"OrderID\" IN "
                                          "(SELECT k.v FROM " MS_INTS
                                          ") ORDER BY e.\"OrderID\", e.\"ID\"",
    .tendered = "SELECT DISTINCT t.\"RecallID\" FROM \"Transaction\" t WHERE "
                "t.\"RecallID\" IN (SELECT k.v FROM " MS_INTS ")",
    .items_by_code = "SELECT k.v, " ITEM_COLUMNS " FROM " MS_TEXTS
                     " JOIN \"Item\" i ON i.\"ItemLookupCode\" = k.v",
    .items_by_alias =
        "SELECT DISTINCT k.v, " ITEM_COLUMNS " FROM " MS_TEXTS
        " JOIN \"Alias\" a ON a.\"Alias\" = k.v JOIN \"Item\" i ON i.\"ID\" = "
        "a.\"ItemID\"",
    .customer_map = "SELECT k.v, m.shop, m.rms_customer FROM " MS_INTS
                    " JOIN tillbridge_customer m ON m.customer_id = k.v",
    .accounts = "SELECT k.v, c.\"ID\" FROM " MS_TEXTS
                " JOIN \"Customer\" c ON c.\"AccountNumber\" = k.v",
    .customers = "SELECT k.v, c.\"ID\" FROM " MS_TEXTS
                 " JOIN \"Customer\" c ON c.\"EmailAddress\" = k.v",
    .customer_rows = "SELECT " CUSTOMER_COLUMNS_READ " FROM " MS_INTS
                     " JOIN \"Customer\" c ON c.\"ID\" = k.v",
};

const struct rms_texts *rms_texts(enum sql_dialect dialect)
{
    switch (dialect) {
    case SQL_SQLITE:
        return &sqlite_texts;
    case SQL_POSTGRES:
        return &postgres_texts;
    case SQL_SQLSERVER:
        return &sqlserver_texts;
    }
    return NULL;
}

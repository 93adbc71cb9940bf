/* bulk: see bulk.h. */
#include "core/bulk.h"

#include "base/instant.h"
#include "core/query.h"
#include "core/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- asking ---- */

static bool is_by_created(const struct backfill *backfill)
{
    return backfill->by && strcmp(backfill->by, BACKFILL_BY_CREATED) == 0;
}

const char *bulk_search(const struct backfill *backfill, char out[BULK_SEARCH_MAX])
{
    char from[INSTANT_TEXT_MAX];
    char to[INSTANT_TEXT_MAX];
    const char *field = is_by_created(backfill) ? "created_at" : "updated_at";
    snprintf(out, BULK_SEARCH_MAX, "%s:>='%s' AND %s:<'%s'", field,
             instant_format(backfill->from_ms - backfill->from_ms % 1000, from), field,
             instant_format(backfill->to_ms - backfill->to_ms % 1000, to));
    return out;
}

void bulk_document(const char *search, struct buf *out)
{
    static const char mark[] = "@SEARCH@";
    const char *text = query_text[QUERY_BULK_ORDERS];
    const char *at = strstr(text, mark);
    if (!at)
        abort(); /* the document was built without the mark */
    buf_add(out, text, (size_t)(at - text));
    buf_text(out, search);
    buf_text(out, at + strlen(mark));
}

static cJSON *must(cJSON *value)
{
    if (!value)
        abort(); /* out of memory: as in arena.h */
    return value;
}

static void ask_text(enum query query, const char *name, const char *text,
                     struct buf *out)
{
    cJSON *variables = must(cJSON_CreateObject());
    must(cJSON_AddStringToObject(variables, name, text));
    query_write(query, variables, out);
}

void bulk_ask_run(const char *document, struct buf *out)
{
    ask_text(QUERY_BULK_RUN, "query", document, out);
}

void bulk_ask_state(const char *operation, struct buf *out)
{
    ask_text(QUERY_BULK_STATE, "id", operation, out);
}

void bulk_ask_cancel(const char *operation, struct buf *out)
{
    ask_text(QUERY_BULK_CANCEL, "id", operation, out);
}

void bulk_ask_page(const struct bulk_page *page, struct buf *out)
{
    cJSON *variables = must(cJSON_CreateObject());
    must(cJSON_AddNumberToObject(variables, "first", page->first));
    must(cJSON_AddNumberToObject(variables, "lines", page->lines));
    must(cJSON_AddNumberToObject(variables, "shipping", QUERY_SHIPPING_PAGE));
    must(cJSON_AddStringToObject(variables, "search", page->search));
    must(cJSON_AddStringToObject(variables, "sort",
                                 page->by_created ? "CREATED_AT" : "UPDATED_AT"));
    if (page->after[0])
        must(cJSON_AddStringToObject(variables, "after", page->after));
    query_write(QUERY_ORDERS_WINDOW, variables, out);
}

void bulk_ask_versions(const int64_t *ids, size_t count, struct buf *out)
{
    char gid[64];
    cJSON *variables = must(cJSON_CreateObject());
    cJSON *list = must(cJSON_AddArrayToObject(variables, "ids"));
    for (size_t i = 0; i < count; i++) {
        snprintf(gid, sizeof(gid), "gid://shopify/Order/%" PRId64, ids[i]);
        cJSON_AddItemToArray(list, must(cJSON_CreateString(gid)));
    }
    query_write(QUERY_VERSIONS, variables, out);
}

/* ---- what the operation answers ---- */

static enum rc copy_text(const struct json_at *at, const char *name, size_t room,
                         char *out, struct err *e)
{
    const char *text = NULL;
    struct json_at member = json_member(at, name);
    enum rc rc = json_text_opt(&member, &text, e);
    if (rc == RC_OK && text && strlen(text) >= room)
        rc = json_fail(&member, "a shorter text", e);
    if (rc == RC_OK)
        snprintf(out, room, "%s", text ? text : "");
    return rc;
}

/* A refusal names the operations that are in the way: "...: gid://shopify/Bulk...". */
static void find_gid(const char *text, char out[BULK_ID_MAX])
{
    static const char prefix[] = "gid://shopify/BulkOperation/";
    const char *at = strstr(text, prefix);
    size_t len = 0;
    out[0] = '\0';
    if (!at)
        return;
    len = strlen(prefix) + strspn(at + strlen(prefix), "0123456789");
    if (len < BULK_ID_MAX)
        snprintf(out, BULK_ID_MAX, "%.*s", (int)len, at);
}

static enum rc read_created(const struct json_at *node, struct bulk_operation *out,
                            struct err *e)
{
    struct json_at created = json_member(node, "createdAt");
    return json_time(&created, &out->created_ms, e);
}

enum rc bulk_read_run(const struct json_at *data, struct bulk_operation *out,
                      struct err *e)
{
    struct json_at payload = json_member(data, "bulkOperationRunQuery");
    struct json_at node = json_member(&payload, "bulkOperation");
    struct json_at errors = json_member(&payload, "userErrors");
    const char *message = "Shopify named no operation and no reason";
    *out = (struct bulk_operation){.verdict = BULK_RUNNING};
    if (cJSON_GetArraySize(errors.value) == 0 && !json_null(&node)) {
        enum rc rc = copy_text(&node, "id", BULK_ID_MAX, out->id, e);
        return rc ? rc : read_created(&node, out, e);
    }
    struct json_at first = json_element(&errors, 0);
    struct json_at text = json_member(&first, "message");
    if (cJSON_GetArraySize(errors.value) > 0) {
        enum rc rc = json_text(&text, &message, e);
        if (rc)
            return rc;
    }
    out->verdict = BULK_FAILED;
    find_gid(message, out->id);
    snprintf(out->why, sizeof(out->why), "Shopify refuses the bulk operation: %s",
             message);
    text_clean(out->why);
    return RC_OK;
}

static const struct {
    const char *status;
    enum bulk_verdict verdict;
} statuses[] = {
    {"CREATED", BULK_RUNNING},  {"RUNNING", BULK_RUNNING}, {"COMPLETED", BULK_DONE},
    {"CANCELING", BULK_FAILED}, {"CANCELED", BULK_FAILED}, {"FAILED", BULK_FAILED},
    {"EXPIRED", BULK_FAILED},
};

/* One that a later version brings is waited for. */
static enum bulk_verdict verdict_of(const char *status)
{
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        if (strcmp(statuses[i].status, status) == 0)
            return statuses[i].verdict;
    return BULK_RUNNING;
}

static enum rc read_node(const struct json_at *node, const char *document,
                         struct bulk_operation *out, struct err *e)
{
    const char *status = NULL;
    const char *query = NULL;
    const char *code = NULL;
    struct json_at at_status = json_member(node, "status");
    struct json_at at_query = json_member(node, "query");
    struct json_at at_code = json_member(node, "errorCode");
    struct json_at at_orders = json_member(node, "rootObjectCount");
    enum rc rc = copy_text(node, "id", BULK_ID_MAX, out->id, e);
    if (rc || (rc = copy_text(node, "url", BULK_URL_MAX, out->url, e)) ||
        (rc = json_text(&at_status, &status, e)) ||
        (rc = json_text_opt(&at_query, &query, e)) ||
        (rc = json_text_opt(&at_code, &code, e)) ||
        (rc = json_int(&at_orders, 0, JSON_INT_MAX, &out->orders, e)) ||
        (rc = read_created(node, out, e)))
        return rc;
    out->verdict = verdict_of(status);
    out->same_document = query && strcmp(query, document) == 0;
    snprintf(out->why, sizeof(out->why), "the bulk operation ended as %s%s%s", status,
             code ? ", " : "", code ? code : "");
    text_clean(out->why);
    return RC_OK;
}

enum rc bulk_read_state(const struct json_at *data, const char *document,
                        struct bulk_operation *out, struct err *e)
{
    struct json_at node = json_member(data, "node");
    *out = (struct bulk_operation){.verdict = BULK_FAILED};
    if (!json_null(&node))
        return read_node(&node, document, out, e);
    snprintf(out->why, sizeof(out->why), "Shopify no longer knows the bulk operation");
    return RC_OK;
}

enum rc bulk_read_versions(const struct json_at *data, size_t count, int64_t *updated_ms,
                           struct err *e)
{
    int found = 0;
    struct json_at nodes = json_member(data, "nodes");
    enum rc rc = json_array(&nodes, &found, e);
    if (rc == RC_OK && (size_t)found != count)
        rc = json_fail(&nodes, "as many orders as were asked for", e);
    for (int i = 0; rc == RC_OK && i < found; i++) {
        struct json_at node = json_element(&nodes, i);
        struct json_at updated = json_member(&node, "updatedAt");
        updated_ms[i] = 0;
        if (!json_null(&node))
            rc = json_time(&updated, &updated_ms[i], e);
    }
    return rc;
}

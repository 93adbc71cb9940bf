/* bulk_join: see bulk_join.h. The lines are put together into the very object that a page
 * holds, so that an order is read by the same code whichever way it came. */
#include "core/bulk_join.h"

#include "core/field.h"

#include <stdlib.h>
#include <string.h>

enum rc bulk_key_read(const char *line, size_t len, struct bulk_key *out, struct err *e)
{
    cJSON *tree = NULL;
    enum rc rc = json_parse(line, len, &tree, e);
    if (rc)
        return rc;
    struct arena none = {0}; /* gids take no memory */
    struct json_at root = json_root(tree);
    struct json_at parent = json_member(&root, "__parentId");
    struct field_reader r = field_reader(&none, e);
    out->is_order = json_null(&parent);
    out->order = field_gid(&r, &root, out->is_order ? "id" : "__parentId");
    cJSON_Delete(tree);
    return r.rc;
}

/* ---- one order ---- */

static cJSON *must(cJSON *value)
{
    if (!value)
        abort(); /* out of memory: as in arena.h */
    return value;
}

/* An empty connection of one page; its nodes. */
static cJSON *add_list(cJSON *order, const char *name)
{
    cJSON *connection = must(cJSON_AddObjectToObject(order, name));
    cJSON *info = must(cJSON_AddObjectToObject(connection, "pageInfo"));
    must(cJSON_AddFalseToObject(info, "hasNextPage"));
    return must(cJSON_AddArrayToObject(connection, "nodes"));
}

struct child {
    cJSON *node;
    int64_t id; /* 0: a shipping line without one; it comes last */
    size_t at;
    bool is_line;
};

static enum rc read_child(const struct bulk_text *text, struct child *child,
                          struct err *e)
{
    const char *word = NULL;
    struct arena none = {0};
    enum rc rc = json_parse(text->at, text->len, &child->node, e);
    if (rc)
        return rc;
    struct json_at root = json_root(child->node);
    struct json_at type = json_member(&root, "__typename");
    struct field_reader r = field_reader(&none, e);
    child->id = field_gid_opt(&r, &root, "id");
    if (r.rc || (rc = json_text(&type, &word, e)))
        return r.rc ? r.rc : rc;
    child->is_line = strcmp(word, "LineItem") == 0;
    if (!child->is_line && strcmp(word, "ShippingLine") != 0)
        return json_fail(&type, "LineItem or ShippingLine", e);
    return RC_OK;
}

/* Ids rise as lines are added: the order in which the shop lists them. */
static int by_id(const void *a, const void *b)
{
    const struct child *x = a;
    const struct child *y = b;
    if (x->id != y->id)
        return (uint64_t)x->id - 1 < (uint64_t)y->id - 1 ? -1 : 1; /* 0 - 1: the most */
    return (x->at > y->at) - (x->at < y->at);
}

static enum rc add_children(cJSON *order, const struct bulk_text *texts, size_t count,
                            struct arena *arena, struct err *e)
{
    enum rc rc = RC_OK;
    cJSON *lines = add_list(order, "lineItems");
    cJSON *shipping = add_list(order, "shippingLines");
    struct child *children = arena_array(arena, count, sizeof(*children));
    for (size_t i = 0; rc == RC_OK && i < count; i++) {
        children[i].at = i;
        rc = read_child(&texts[i], &children[i], e);
    }
    if (rc == RC_OK)
        qsort(children, count, sizeof(*children), by_id);
    for (size_t i = 0; i < count; i++) {
        if (rc == RC_OK)
            cJSON_AddItemToArray(children[i].is_line ? lines : shipping,
                                 children[i].node);
        else
            cJSON_Delete(children[i].node);
    }
    return rc;
}

enum rc bulk_join(const struct bulk_text *texts, size_t count, const char *shop,
                  struct arena *arena, struct order *out, struct err *e)
{
    cJSON *tree = NULL;
    enum rc rc = json_parse(texts[0].at, texts[0].len, &tree, e);
    if (rc)
        return rc;
    rc = add_children(tree, texts + 1, count - 1, arena, e);
    struct json_at root = json_root(tree);
    if (rc == RC_OK)
        rc = order_read(&root, shop, arena, out, e);
    cJSON_Delete(tree);
    return rc;
}

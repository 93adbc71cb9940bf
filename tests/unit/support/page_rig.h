/* page_rig: the answer in data/fetcher/page.json, to be changed and read. */
#ifndef TB_TEST_PAGE_RIG_H
#define TB_TEST_PAGE_RIG_H

#include "core/page.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define T0 INT64_C(1795341600000) /* 2026-11-22T10:00:00Z */

static const char shop[] = "demo.myshopify.com";

struct given {
    cJSON *tree;
    struct arena arena;
    struct page page;
    struct err e;
};

static inline int start(void **state)
{
    struct given *given = calloc(1, sizeof(*given));
    char *text = unit_data("fetcher/page.json");
    struct err e = {0};
    assert_ok(json_parse(text, strlen(text), &given->tree, &e), &e);
    free(text);
    arena_init(&given->arena);
    *state = given;
    return 0;
}

static inline int stop(void **state)
{
    struct given *given = *state;
    cJSON_Delete(given->tree);
    arena_done(&given->arena);
    free(given);
    return 0;
}

static inline enum rc read_page(struct given *given)
{
    struct json_at root = json_root(given->tree);
    struct json_at data = json_member(&root, "data");
    return page_read(&data, shop, T0, &given->arena, &given->page, &given->e);
}

/* A member by its path from "data.orders.nodes": "0.lineItems.nodes.1.id". */
static inline cJSON *find(const struct given *given, const char *path)
{
    char copy[200];
    char *rest = NULL;
    cJSON *at = cJSON_GetObjectItem(
        cJSON_GetObjectItem(cJSON_GetObjectItem(given->tree, "data"), "orders"), "nodes");
    snprintf(copy, sizeof(copy), "%s", path);
    for (char *name = strtok_r(copy, ".", &rest); name && at;
         name = strtok_r(NULL, ".", &rest))
        at = cJSON_IsArray(at) ? cJSON_GetArrayItem(at, (int)strtol(name, NULL, 10))
                               : cJSON_GetObjectItem(at, name);
    if (!at)
        fail_msg("no %s", path);
    return at;
}

/* Puts JSON in the place of the member. */
static inline void put(struct given *given, const char *path, const char *json)
{
    char parent[200];
    snprintf(parent, sizeof(parent), "%s", path);
    char *dot = strrchr(parent, '.');
    assert_non_null(dot);
    *dot = '\0';
    cJSON *value = cJSON_Parse(json);
    assert_non_null(value);
    assert_true(
        cJSON_ReplaceItemInObjectCaseSensitive(find(given, parent), dot + 1, value));
}

static inline void take_out(struct given *given, const char *parent, const char *name)
{
    cJSON_DeleteItemFromObjectCaseSensitive(find(given, parent), name);
}

#endif

/* view: see view.h. */
#include "core/view.h"

#include "core/table.h"

#include <stdio.h>
#include <string.h>

/* Members that mean trouble when they are not 0, null, true or the word. */
static const struct {
    const char *name, *word; /* word: trouble is this one */
    enum table_style style;
} troubles[] = {
    {"status", "error", TABLE_BAD},
    {"status", "waiting", TABLE_WARN},
    {"status", "disabled", TABLE_WARN},
    {"error", NULL, TABLE_BAD},
    {"last_poll_error", NULL, TABLE_BAD},
    {"sync_errors", NULL, TABLE_BAD},
    {"conflicts", NULL, TABLE_WARN},
    {"open_issues", NULL, TABLE_WARN},
    {"malformed_records", NULL, TABLE_WARN},
    {"expired_records", NULL, TABLE_WARN},
    {"unannounced_results", NULL, TABLE_WARN},
};

/* Counters that are only worth a line when there is something. */
static const char *const quiet_prefixes[] = {"replayed_", "dry_run_"};
static const char *const quiet_sections[] = {"reasons"};

static bool is_nothing(const cJSON *value)
{
    return cJSON_IsNull(value) || cJSON_IsFalse(value) ||
           (cJSON_IsNumber(value) && value->valuedouble == 0.0) ||
           (cJSON_IsString(value) && !value->valuestring[0]);
}

static enum table_style style_of(const cJSON *member)
{
    for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++) {
        if (strcmp(member->string, troubles[i].name) != 0)
            continue;
        const char *word = troubles[i].word;
        if (word ? cJSON_IsString(member) && strcmp(member->valuestring, word) == 0
                 : !is_nothing(member))
            return troubles[i].style;
    }
    return TABLE_PLAIN;
}

static bool is_quiet(const cJSON *member, const char *section)
{
    if (!is_nothing(member))
        return false;
    for (size_t i = 0; i < sizeof(quiet_prefixes) / sizeof(quiet_prefixes[0]); i++)
        if (strncmp(member->string, quiet_prefixes[i], strlen(quiet_prefixes[i])) == 0)
            return true;
    for (size_t i = 0; section && i < sizeof(quiet_sections) / sizeof(quiet_sections[0]);
         i++)
        if (strcmp(section, quiet_sections[i]) == 0)
            return true;
    return false;
}

/* "seconds_until_next_poll" -> "seconds until next poll", after `indent` blanks. */
static const char *label(const char *name, const char *indent, struct arena *arena)
{
    char *text = arena_printf(arena, "%s%s", indent, name);
    for (char *p = text; *p; p++)
        if (*p == '_')
            *p = ' ';
    return text;
}

/* "2026-11-22T10:00:00+00:00" -> "2026-11-22 10:00:00 UTC"; other texts as they are. */
static const char *text_value(const char *text, struct arena *arena)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd+00:00";
    if (strlen(text) != strlen(form))
        return text;
    for (size_t i = 0; form[i]; i++)
        if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return text;
    return arena_printf(arena, "%.10s %.8s UTC", text, text + 11);
}

static const char *number_value(const cJSON *value, struct arena *arena)
{
    char *text = cJSON_PrintUnformatted(value);
    const char *copy = arena_strdup(arena, text ? text : "?");
    cJSON_free(text);
    return copy;
}

static const char *scalar(const cJSON *value, struct arena *arena)
{
    if (cJSON_IsString(value))
        return text_value(value->valuestring, arena);
    if (cJSON_IsNumber(value))
        return number_value(value, arena);
    if (cJSON_IsBool(value))
        return cJSON_IsTrue(value) ? "yes" : "no";
    return "-";
}

static const char *joined(const cJSON *array, struct arena *arena)
{
    const char *text = NULL;
    const cJSON *each = NULL;
    cJSON_ArrayForEach (each, array)
        text = text ? arena_printf(arena, "%s, %s", text, scalar(each, arena))
                    : scalar(each, arena);
    return text ? text : "-";
}

static bool is_table(const cJSON *value)
{
    return cJSON_IsArray(value) && cJSON_IsObject(value->child);
}

static const char *value_of(const cJSON *value, struct arena *arena)
{
    return cJSON_IsArray(value) ? joined(value, arena) : scalar(value, arena);
}

static void add_members(const cJSON *object, const char *section, struct table *table)
{
    const cJSON *member = NULL;
    cJSON_ArrayForEach (member, object) {
        if (cJSON_IsObject(member) || is_table(member) || is_quiet(member, section))
            continue;
        table_add(table, style_of(member),
                  TABLE_CELLS(label(member->string, section ? "  " : "", table->arena),
                              value_of(member, table->arena)));
    }
}

/* A list of objects: a column for each member of the first. */
static void add_list(const cJSON *list, struct arena *arena, bool color, struct buf *out)
{
    const char *names[TABLE_COLUMNS_MAX] = {NULL};
    const char *cells[TABLE_COLUMNS_MAX] = {NULL};
    struct table table;
    size_t count = 0;
    const cJSON *each = NULL;
    cJSON_ArrayForEach (each, list->child)
        if (count < TABLE_COLUMNS_MAX)
            names[count++] = each->string;
    if (!count)
        return;
    for (size_t i = 0; i < count; i++)
        cells[i] = label(names[i], "", arena);
    table_init(&table, arena, count);
    table_head(&table, cells);
    cJSON_ArrayForEach (each, list) {
        for (size_t i = 0; i < count; i++)
            cells[i] = scalar(cJSON_GetObjectItemCaseSensitive(each, names[i]), arena);
        table_add(&table, TABLE_PLAIN, cells);
    }
    buf_printf(out, "\n");
    table_print(&table, color, out);
}

void view_object(const cJSON *data, struct arena *arena, bool color, struct buf *out)
{
    struct table table;
    const cJSON *member = NULL;
    table_init(&table, arena, 2);
    add_members(data, NULL, &table);
    cJSON_ArrayForEach (member, data) {
        if (!cJSON_IsObject(member))
            continue;
        table_head(&table, TABLE_CELLS(label(member->string, "", arena), ""));
        add_members(member, member->string, &table);
    }
    table_print(&table, color, out);
    cJSON_ArrayForEach (member, data)
        if (is_table(member))
            add_list(member, arena, color, out);
}

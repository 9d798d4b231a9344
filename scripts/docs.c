/*
 * Writes what the documents say about the repairs from their descriptors.
 *
 *   cfnfix-docs [--check] ROOT
 *
 * docs/transforms/<id>.md is a page for each, with the diff of its golden case `basic`; README.md
 * has the table of them, docs/ignoring.md that of other tools' ids, between two markers each;
 * docs/config.schema.json has the ids and settings. With --check nothing is written, and what is
 * out of date is named.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "transforms/registry.h"

static const char table_begin[] = "<!-- scripts/generate-docs writes this table -->\n";
static const char table_end[] = "<!-- table end -->\n";

static bool check_only;
static guint stale;

static char *read_text(const char *path)
{
    char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}

static G_NORETURN void die(const char *path, const char *message)
{
    g_printerr("error: %s %s\n", path, message);
    exit(1);
}

/* Writes TEXT to the file, or only counts it as stale if that is asked for. */
static void put(const char *path, const char *text)
{
    g_autofree char *before = read_text(path);
    if (g_strcmp0(before, text) == 0) {
        return;
    }
    stale++;
    if (check_only) {
        g_printerr("%s is out of date: run scripts/generate-docs\n", path);
    } else if (!g_file_set_contents(path, text, -1, NULL)) {
        die(path, "cannot be written");
    }
}

static const char *group_name(CfnGroup group)
{
    static const char *const names[] = {
        [CFN_GROUP_DEPLOY] = "deployment fails without it",
        [CFN_GROUP_DESTROY] = "the stack cannot be deleted without it",
        [CFN_GROUP_SECURITY] = "security",
        [CFN_GROUP_HYGIENE] = "hygiene",
    };
    return names[group];
}

static const char *when(const CfnTransform *transform)
{
    if (transform->by_name) {
        return transform->unsafe ? "only with `--select` and `--unsafe-fixes`"
                                 : "only with `--select`";
    }
    return transform->unsafe ? "only with `--unsafe-fixes`" : "by default";
}

static void append_types(GString *page, const CfnTransform *transform)
{
    const char *const *type = transform->resource_types;
    if (type == NULL) {
        return;
    }
    g_string_append(page, "- **Resource types:** ");
    for (; *type != NULL; type++) {
        g_string_append_printf(page, "`%s`%s", *type, type[1] != NULL ? ", " : "\n");
    }
}

static void append_settings(GString *page, const CfnTransform *transform)
{
    if (transform->settings == NULL) {
        return;
    }
    g_string_append(page, "\n## Settings\n\n| `--set` | preset | |\n|---|---|---|\n");
    for (const CfnSetting *setting = transform->settings; setting->key != NULL; setting++) {
        g_string_append_printf(page, "| `%s.%s` | `%s` | %s |\n", transform->id, setting->key,
                               setting->preset ? "true" : "false", setting->summary);
    }
}

static void append_example(GString *page, const char *root, const CfnTransform *transform)
{
    g_autofree char *path =
        g_build_filename(root, "golden", transform->id, "basic", "expected.diff", NULL);
    g_autofree char *diff = read_text(path);
    if (diff == NULL) {
        die(path, "is missing");
    }
    /* The headers name the golden case's files, which say nothing here. */
    const char *hunks = strstr(diff, "\n@@ ");
    g_string_append_printf(page, "\n## Example\n\n```diff\n%s```\n",
                           hunks != NULL ? hunks + 1 : diff);
}

static char *page_text(const char *root, const CfnTransform *transform)
{
    g_autoptr(GString) page = g_string_new(NULL);
    g_autofree char *effects = cfn_effects_text(transform->effects);
    g_string_append_printf(page, "# %s\n\n%s.\n\n", transform->id, transform->summary);
    g_string_append_printf(page, "- **Runs:** %s\n", when(transform));
    g_string_append_printf(page, "- **Why it is here:** %s\n", group_name(transform->group));
    g_string_append_printf(page, "- **What deploying it does:** %s\n", effects);
    append_types(page, transform);
    g_string_append_printf(page, "\n%s\n\nAWS's own words: <%s>\n", transform->rationale,
                           transform->url);
    append_settings(page, transform);
    append_example(page, root, transform);
    g_string_append_printf(
        page,
        "\n## Leaving it out\n\n`--ignore %s` leaves it out of a run; `Metadata: "
        "{cfnfix: {ignore: [%s]}}` on a resource leaves that resource alone, and `# cfnfix: "
        "ignore[%s]` [one line](../ignoring.md).\n",
        transform->id, transform->id, transform->id);
    return g_string_free(g_steal_pointer(&page), FALSE);
}

static char *repairs_text(void)
{
    GString *table = g_string_new(
        "| repair | what it does | runs | what deploying it does |\n|---|---|---|---|\n");
    for (guint i = 0; cfn_transforms[i] != NULL; i++) {
        const CfnTransform *transform = cfn_transforms[i];
        g_autofree char *effects = cfn_effects_text(transform->effects);
        g_string_append_printf(table, "| [%s](docs/transforms/%s.md) | %s | %s | %s |\n",
                               transform->id, transform->id, transform->summary, when(transform),
                               effects);
    }
    return g_string_free(table, FALSE);
}

static bool is_repair(const char *id)
{
    for (guint i = 0; cfn_transforms[i] != NULL; i++) {
        if (g_str_equal(cfn_transforms[i]->id, id)) {
            return true;
        }
    }
    return false;
}

static char *other_tools_text(void)
{
    GString *table =
        g_string_new("| tool | its id | what it says | our repair |\n|---|---|---|---|\n");
    for (const CfnOtherId *other = cfn_other_ids; other->tool != NULL; other++) {
        if (!is_repair(other->ours)) {
            die(other->ours, "is no repair, but another tool's id stands for it");
        }
        g_string_append_printf(table, "| %s | `%s` | %s | [%s](transforms/%s.md) |\n", other->tool,
                               other->id, other->words, other->ours, other->ours);
    }
    return g_string_free(table, FALSE);
}

/* Puts TABLE between the markers of a file. */
static void put_table(const char *root, const char *name, const char *table)
{
    g_autofree char *path = g_build_filename(root, name, NULL);
    g_autofree char *before = read_text(path);
    char *begin = before != NULL ? strstr(before, table_begin) : NULL;
    char *end = begin != NULL ? strstr(begin, table_end) : NULL;
    if (end == NULL) {
        die(path, "lacks the markers of the table");
    }
    begin[strlen(table_begin)] = '\0';
    /* The end marker may have begun right there. */
    g_autofree char *after = g_strconcat(before, table, table_end, end + strlen(table_end), NULL);
    put(path, after);
}

static json_t *ids_of_schema(void)
{
    json_t *ids = json_array();
    for (guint i = 0; cfn_transforms[i] != NULL; i++) {
        json_array_append_new(ids, json_string(cfn_transforms[i]->id));
    }
    return ids;
}

static json_t *settings_of_schema(const CfnTransform *transform)
{
    json_t *properties = json_object();
    for (const CfnSetting *setting = transform->settings; setting->key != NULL; setting++) {
        json_object_set_new(properties, setting->key,
                            json_pack("{s:s, s:b, s:s}", "type", "boolean", "default",
                                      (int)setting->preset, "description", setting->summary));
    }
    return json_pack("{s:s, s:b, s:o}", "type", "object", "additionalProperties", 0, "properties",
                     properties);
}

/* The rest of the schema is written by hand, and stays. */
static void put_schema(const char *root)
{
    g_autofree char *path = g_build_filename(root, "docs", "config.schema.json", NULL);
    json_t *schema = json_load_file(path, 0, NULL);
    json_t *types = json_object_get(schema, "$defs");
    json_t *repair = json_object_get(types, "repair");
    json_t *settings = json_object_get(types, "settings");
    if (repair == NULL || settings == NULL) {
        die(path, "has no $defs for 'repair' and 'settings'");
    }
    json_object_set_new(repair, "enum", ids_of_schema());
    json_t *properties = json_object();
    for (guint i = 0; cfn_transforms[i] != NULL; i++) {
        if (cfn_transforms[i]->settings != NULL) {
            json_object_set_new(properties, cfn_transforms[i]->id,
                                settings_of_schema(cfn_transforms[i]));
        }
    }
    json_object_set_new(settings, "properties", properties);
    char *text = json_dumps(schema, JSON_INDENT(2));
    g_autofree char *after = g_strconcat(text, "\n", NULL);
    put(path, after);
    free(text);
    json_decref(schema);
}

int main(int argc, char **argv)
{
    check_only = argc == 3 && g_str_equal(argv[1], "--check");
    if (argc != (check_only ? 3 : 2)) {
        g_printerr("usage: cfnfix-docs [--check] ROOT\n");
        return 2;
    }
    const char *root = argv[argc - 1];
    for (guint i = 0; cfn_transforms[i] != NULL; i++) {
        g_autofree char *name = g_strconcat(cfn_transforms[i]->id, ".md", NULL);
        g_autofree char *path = g_build_filename(root, "docs", "transforms", name, NULL);
        g_autofree char *page = page_text(root, cfn_transforms[i]);
        put(path, page);
    }
    g_autofree char *repairs = repairs_text();
    g_autofree char *other_tools = other_tools_text();
    put_table(root, "README.md", repairs);
    put_table(root, "docs/ignoring.md", other_tools);
    put_schema(root);
    return check_only && stale > 0 ? 1 : 0;
}

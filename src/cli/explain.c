/*
 * --list and --explain: what the repairs are.
 */
#include "cli/explain.h"

#include <string.h>

/* Paragraphs are filled up to this column. */
enum { WIDTH = 80 };

static const char *name_group(CfnGroup group)
{
    switch (group) {
    case CFN_GROUP_DEPLOY:
        return "deploy";
    case CFN_GROUP_DESTROY:
        return "destroy";
    case CFN_GROUP_SECURITY:
        return "security";
    case CFN_GROUP_HYGIENE:
        break;
    }
    return "hygiene";
}

static const char *describe_group(CfnGroup group)
{
    switch (group) {
    case CFN_GROUP_DEPLOY:
        return "deployment fails without it";
    case CFN_GROUP_DESTROY:
        return "the stack cannot be deleted without it";
    case CFN_GROUP_SECURITY:
        return "open to the world, or not encrypted";
    case CFN_GROUP_HYGIENE:
        break;
    }
    return "nothing fails";
}

static const char *name_safety(const CfnTransform *transform)
{
    return transform->by_name ? "by name" : transform->unsafe ? "unsafe" : "safe";
}

static const char *describe_safety(const CfnTransform *transform)
{
    if (transform->by_name) {
        return "only with --select";
    }
    return transform->unsafe ? "told; done with --unsafe-fixes"
                             : "done by default, where it does not say otherwise";
}

char *cfn_explain_all(const CfnTransform *const *transforms)
{
    GString *out = g_string_new(NULL);
    int width = 0;
    for (const CfnTransform *const *each = transforms; *each != NULL; each++) {
        width = MAX(width, (int)strlen((*each)->id));
    }
    for (const CfnTransform *const *each = transforms; *each != NULL; each++) {
        g_string_append_printf(out, "%-*s  %-8s  %-7s  %s\n", width, (*each)->id,
                               name_group((*each)->group), name_safety(*each), (*each)->summary);
    }
    return g_string_free(out, FALSE);
}

/* Appends TEXT with its lines broken at blanks; empty lines and the indent of lists stay. */
static void append_filled(GString *out, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    size_t column = 0;
    for (char **word = words; *word != NULL; word++) {
        const char *line = strrchr(*word, '\n');
        size_t first = strcspn(*word, "\n");
        if (column > 0 && column + 1 + first > WIDTH) {
            g_string_append_c(out, '\n');
            column = 0;
        } else if (word != words) {
            g_string_append_c(out, ' ');
            column++;
        }
        g_string_append(out, *word);
        column = line != NULL ? strlen(line + 1) : column + first;
    }
    g_string_append_c(out, '\n');
}

static void append_settings(GString *out, const CfnTransform *transform)
{
    for (const CfnSetting *setting = transform->settings; setting != NULL && setting->key != NULL;
         setting++) {
        g_string_append_printf(out, "Setting:  %s.%s=%s: %s\n", transform->id, setting->key,
                               setting->preset ? "true" : "false", setting->summary);
    }
}

static void append_types(GString *out, const CfnTransform *transform)
{
    if (transform->resource_types == NULL) {
        return;
    }
    g_autofree char *types = g_strjoinv(", ", (char **)transform->resource_types);
    g_autofree char *line = g_strconcat("Types:    ", types, NULL);
    append_filled(out, line);
}

char *cfn_explain(const CfnTransform *transform)
{
    GString *out = g_string_new(NULL);
    g_string_append_printf(out, "%s: %s\n\n", transform->id, transform->summary);
    append_filled(out, transform->rationale);
    g_autofree char *effects = cfn_effects_text(transform->effects);
    g_string_append_printf(out, "\nGroup:    %s (%s)\n", name_group(transform->group),
                           describe_group(transform->group));
    g_string_append_printf(out, "Safety:   %s (%s)\n", name_safety(transform),
                           describe_safety(transform));
    g_string_append_printf(out, "Effects:  %s\n", effects);
    append_types(out, transform);
    append_settings(out, transform);
    g_string_append_printf(out, "See also: %s\n", transform->url);
    return g_string_free(out, FALSE);
}

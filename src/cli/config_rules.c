/*
 * Rules of repairs: from where they come, and what several of them make together.
 */
#include "cli/config_file.h"

#include "text/hash.h"

static const char from_command[] = "command line";

static GHashTable *new_table(GDestroyNotify free_key)
{
    return g_hash_table_new_full(cfn_hash_string, g_str_equal, free_key, g_free);
}

CfnRules *cfn_rules_new(void)
{
    CfnRules *rules = g_new0(CfnRules, 1);
    rules->ignore = new_table(NULL);
    rules->settings = new_table(g_free);
    rules->places = new_table(g_free);
    rules->profile = -1;
    rules->unsafe_fixes = -1;
    return rules;
}

void cfn_rules_free(CfnRules *rules)
{
    g_clear_pointer(&rules->paths, g_ptr_array_unref);
    g_clear_pointer(&rules->select, g_hash_table_unref);
    g_hash_table_unref(rules->ignore);
    g_hash_table_unref(rules->settings);
    g_hash_table_unref(rules->places);
    g_free(rules);
}

static void say_place(GHashTable *places, const char *key, const char *place)
{
    g_hash_table_replace(places, g_strdup(key), g_strdup(place));
}

/* Adds the ids of the set FROM, which may be NULL, as said on the command line. */
static void take_ids(GHashTable *ids, GHashTable *from)
{
    GHashTableIter iter;
    gpointer id;
    if (from == NULL) {
        return;
    }
    g_hash_table_iter_init(&iter, from);
    while (g_hash_table_iter_next(&iter, &id, NULL)) {
        g_hash_table_insert(ids, id, g_strdup(from_command));
    }
}

CfnRules *cfn_rules_of_command(const CfnCommand *command)
{
    const CfnOptions *options = &command->engine;
    CfnRules *rules = cfn_rules_new();
    if (options->select != NULL) {
        rules->select = new_table(NULL);
        take_ids(rules->select, options->select);
        say_place(rules->places, "select", from_command);
    }
    take_ids(rules->ignore, options->ignore);
    if (command->has_profile) {
        rules->profile = options->profile;
        say_place(rules->places, "profile", from_command);
    }
    if (options->unsafe_fixes) {
        rules->unsafe_fixes = true;
        say_place(rules->places, "unsafe-fixes", from_command);
    }
    GHashTableIter iter;
    gpointer key, value;
    if (options->settings != NULL) {
        g_hash_table_iter_init(&iter, options->settings);
        while (g_hash_table_iter_next(&iter, &key, &value)) {
            g_hash_table_insert(rules->settings, g_strdup(key), g_strdup(value));
            say_place(rules->places, key, from_command);
        }
    }
    return rules;
}

/* Adds what FROM has to INTO, over what is there; or, with KEEP, only what is not. KEYS are copied
   where the table frees them. */
static void add_all(GHashTable *into, GHashTable *from, bool copies_keys, bool keeps)
{
    GHashTableIter iter;
    gpointer key, value;
    g_hash_table_iter_init(&iter, from);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        if (!keeps || !g_hash_table_contains(into, key)) {
            g_hash_table_replace(into, copies_keys ? g_strdup(key) : key, g_strdup(value));
        }
    }
}

static void add_rules(CfnMerged *merged, const CfnRules *rules)
{
    CfnOptions *options = &merged->options;
    if (rules->select != NULL) {
        g_clear_pointer(&options->select, g_hash_table_unref);
        options->select = g_hash_table_ref(rules->select);
    }
    if (rules->profile >= 0) {
        options->profile = (CfnProfile)rules->profile;
    }
    if (rules->unsafe_fixes >= 0) {
        options->unsafe_fixes = rules->unsafe_fixes != 0;
    }
    add_all(options->ignore, rules->ignore, false, true);
    add_all(options->settings, rules->settings, true, false);
    add_all(merged->places, rules->places, true, false);
}

CfnMerged *cfn_rules_merge(const GPtrArray *rules, const CfnCommand *command)
{
    CfnMerged *merged = g_new0(CfnMerged, 1);
    merged->options = command->engine;
    merged->options.select = NULL;
    merged->options.ignore = new_table(NULL);
    merged->options.settings = new_table(g_free);
    merged->options.unsafe_fixes = false;
    merged->options.profile = CFN_PROFILE_STANDARD;
    merged->places = new_table(g_free);
    for (guint i = 0; i < rules->len; i++) {
        add_rules(merged, g_ptr_array_index(rules, i));
    }
    return merged;
}

void cfn_merged_free(CfnMerged *merged)
{
    g_clear_pointer(&merged->options.select, g_hash_table_unref);
    g_hash_table_unref(merged->options.ignore);
    g_hash_table_unref(merged->options.settings);
    g_hash_table_unref(merged->places);
    g_free(merged);
}

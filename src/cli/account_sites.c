/*
 * What one input has of what an account has only once.
 */
#include "cli/account_sites.h"

#include <string.h>

#include "cli/recognize.h"
#include "engine/quick_look.h"
#include "engine/round.h"
#include "text/file.h"
#include "text/hash.h"

/* As GVariant writes it: logical id, which need not be UTF-8, line, `is_certain`, `stays`. */
#define SITE "(ayubb)"
#define SITES "(m" SITE "m" SITE ")"

/* ---- Inputs that may have one ---- */

static bool may_have_one(const CfnTransform *repair, GBytes *bytes)
{
    gsize length;
    const char *text = g_bytes_get_data(bytes, &length);
    return length > 0 && cfn_quick_look_for(text, length, repair);
}

/* Whether an account is known to have one anyway, which is what this input goes by. */
static bool has_setting(const CfnTransform *repair, const CfnInput *input)
{
    GHashTable *settings = input->options->settings;
    g_autofree char *name = g_strconcat(repair->id, ".account-has-recorder", NULL);
    return settings != NULL && g_strcmp0(g_hash_table_lookup(settings, name), "true") == 0;
}

/* The bytes of INPUT if it may have such a resource, else NULL. */
static GBytes *read_candidate(const CfnCommand *command, const CfnTransform *repair,
                              const CfnInput *input)
{
    if (input->error != NULL || input->is_excluded || input->options == NULL ||
        has_setting(repair, input) || strcmp(input->path, "-") == 0) {
        return NULL;
    }
    g_autoptr(GBytes) bytes = input->content != NULL
                                  ? g_bytes_ref(input->content)
                                  : cfn_file_read(input->path, command->max_size, NULL, NULL);
    if (bytes == NULL || !may_have_one(repair, bytes) ||
        (!input->is_named && !cfn_looks_like_template(bytes))) {
        return NULL;
    }
    return g_steal_pointer(&bytes);
}

/* ---- What the repair would remove ---- */

/* BYTES were a source before. */
static CfnOutcome *try_repair(const CfnTransform *repair, const CfnInput *input, GBytes *bytes)
{
    static const char nowhere[] = "";
    const char *const *types = repair->resource_types;
    const CfnKept elsewhere[] = {
        { .type = types[0], .logical_id = nowhere, .place = nowhere, .is_certain = true },
        { .type = types[1], .logical_id = nowhere, .place = nowhere, .is_certain = true },
        { .type = NULL },
    };
    G_STATIC_ASSERT(G_N_ELEMENTS(elsewhere) == CFN_ACCOUNT_KINDS + 1);
    g_autoptr(GHashTable) select = g_hash_table_new(cfn_hash_string, g_str_equal);
    if (cfn_options_select(input->options, repair)) {
        g_hash_table_add(select, (gpointer)repair->id);
    }
    CfnOptions options = *input->options;
    options.select = select;
    options.acceptance = input->acceptance;
    options.kept = elsewhere;
    options.add_ignores = options.with_suggestions = false;
    options.without_operations = true;
    return cfn_run(cfn_source_new(input->path, bytes, CFN_SOURCE_HARD_LIMIT, NULL), &options);
}

/* The set of logical ids (borrowed) that go. */
static GHashTable *leavers_of(const CfnOutcome *outcome)
{
    GHashTable *leavers = g_hash_table_new(cfn_hash_string, g_str_equal);
    for (guint i = 0; i < outcome->findings->len; i++) {
        const CfnFinding *finding = outcome->findings->pdata[i];
        if (finding->state == CFN_FIXED && finding->logical_id != NULL) {
            g_hash_table_add(leavers, finding->logical_id);
        }
    }
    return leavers;
}

static int by_weight(bool one, bool other)
{
    return other - one;
}

/* Of resources in one template those that are worth more; 0 leaves it at their order. */
static int compare_resources(const CfnResource *one, const CfnResource *other, GHashTable *leavers)
{
    int order = by_weight(one->condition == NULL, other->condition == NULL);
    return order != 0 ? order
                      : by_weight(!g_hash_table_contains(leavers, one->logical_id),
                                  !g_hash_table_contains(leavers, other->logical_id));
}

static const CfnResource *best_of(const GPtrArray *resources, GHashTable *leavers)
{
    const CfnResource *best = resources->len > 0 ? resources->pdata[0] : NULL;
    for (guint i = 1; i < resources->len; i++) {
        if (compare_resources(resources->pdata[i], best, leavers) < 0) {
            best = resources->pdata[i];
        }
    }
    return best;
}

static bool has_any(const CfnTransform *repair, const CfnTemplate *template)
{
    bool has = false;
    for (guint i = 0; i < CFN_ACCOUNT_KINDS; i++) {
        has = has || cfn_template_resources_of(template, repair->resource_types[i])->len > 0;
    }
    return has;
}

static void fill_site(CfnAccountSite *site, const CfnResource *resource, GHashTable *leavers)
{
    CfnSource *source = cfn_template_tree(resource->template)->source;
    site->logical_id = g_strdup(resource->logical_id);
    site->line = cfn_source_place(source, resource->key->span.start).line;
    site->is_certain = resource->condition == NULL;
    site->stays = !g_hash_table_contains(leavers, resource->logical_id);
}

static void fill_sites(CfnAccountSite sites[CFN_ACCOUNT_KINDS], const CfnTransform *repair,
                       const CfnTemplate *template, const CfnOutcome *outcome)
{
    g_autoptr(GHashTable) leavers = leavers_of(outcome);
    for (guint i = 0; i < CFN_ACCOUNT_KINDS; i++) {
        const char *type = repair->resource_types[i];
        const CfnResource *best = best_of(cfn_template_resources_of(template, type), leavers);
        if (best != NULL) {
            fill_site(&sites[i], best, leavers);
        }
    }
}

void cfn_account_sites_find(const CfnCommand *command, const CfnTransform *repair,
                            const CfnInput *input, CfnAccountSite sites[CFN_ACCOUNT_KINDS])
{
    memset(sites, 0, CFN_ACCOUNT_KINDS * sizeof *sites);
    g_autoptr(GBytes) bytes = read_candidate(command, repair, input);
    g_autoptr(CfnSource) source =
        bytes != NULL ? cfn_source_new(input->path, bytes, command->max_size, NULL) : NULL;
    g_autoptr(CfnTree) tree = source != NULL ? cfn_tree_parse(source, NULL) : NULL;
    if (tree == NULL || !cfn_tree_is_template(tree)) {
        return;
    }
    g_autoptr(CfnTemplate) template = cfn_template_new(tree);
    if (has_any(repair, template)) {
        g_autoptr(CfnOutcome) outcome = try_repair(repair, input, bytes);
        if (outcome->error == NULL) {
            fill_sites(sites, repair, template, outcome);
        }
    }
}

void cfn_account_sites_clear(CfnAccountSite sites[CFN_ACCOUNT_KINDS])
{
    for (guint i = 0; i < CFN_ACCOUNT_KINDS; i++) {
        g_clear_pointer(&sites[i].logical_id, g_free);
    }
}

/* ---- From one process to another ---- */

static GVariant *pack_site(const CfnAccountSite *site)
{
    return site->logical_id != NULL ? g_variant_new("(^ayubb)", site->logical_id, site->line,
                                                    site->is_certain, site->stays)
                                    : NULL;
}

GBytes *cfn_account_sites_pack(const CfnAccountSite sites[CFN_ACCOUNT_KINDS])
{
    GVariant *packed[CFN_ACCOUNT_KINDS];
    for (guint i = 0; i < CFN_ACCOUNT_KINDS; i++) {
        packed[i] = g_variant_new_maybe(G_VARIANT_TYPE(SITE), pack_site(&sites[i]));
    }
    g_autoptr(GVariant) all = g_variant_ref_sink(g_variant_new_tuple(packed, CFN_ACCOUNT_KINDS));
    return g_variant_get_data_as_bytes(all);
}

/* False if it makes no sense. */
static bool unpack_site(GVariant *packed, CfnAccountSite *site)
{
    gboolean is_certain, stays;
    g_variant_get(packed, "(^ayubb)", &site->logical_id, &site->line, &is_certain, &stays);
    site->is_certain = is_certain;
    site->stays = stays;
    return site->line > 0;
}

bool cfn_account_sites_unpack(GBytes *packed, CfnAccountSite sites[CFN_ACCOUNT_KINDS])
{
    g_autoptr(GVariant) all =
        g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE(SITES), packed, FALSE));
    memset(sites, 0, CFN_ACCOUNT_KINDS * sizeof *sites);
    bool makes_sense = true;
    for (guint i = 0; i < CFN_ACCOUNT_KINDS; i++) {
        g_autoptr(GVariant) maybe = g_variant_get_child_value(all, i);
        g_autoptr(GVariant) site = g_variant_get_maybe(maybe);
        makes_sense = (site == NULL || unpack_site(site, &sites[i])) && makes_sense;
    }
    if (!makes_sense) {
        cfn_account_sites_clear(sites);
    }
    return makes_sense;
}

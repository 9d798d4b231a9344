/*
 * What a transform may say and ask while it looks at a template.
 */
#include "engine/transform.h"

#include "engine/round.h"

CfnFinding *cfn_report(CfnPass *pass, const CfnNode *node, const char *format, ...)
{
    CfnFinding *finding = g_new0(CfnFinding, 1);
    va_list arguments;
    va_start(arguments, format);
    finding->message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    const CfnResource *resource = cfn_template_owner(pass->template, node);
    finding->transform = pass->transform;
    finding->state = CFN_FIXED;
    finding->effects = pass->transform->effects;
    finding->logical_id = resource != NULL ? g_strdup(resource->logical_id) : NULL;
    finding->pointer = cfn_pointer(node);
    finding->resource = resource;
    finding->span = node->span;
    g_ptr_array_add(pass->round->findings, finding);
    return finding;
}

static bool has_word(const char *line)
{
    const char *at = line;
    while (*at != '\0' && !g_ascii_isalnum(*at) && (*at & 0x80) == 0) {
        at++;
    }
    return *at != '\0';
}

/* Of several lines one that is only a bracket or a quote says nothing, and would be found
   everywhere. */
void cfn_pass_hide_text(CfnPass *pass, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    bool is_one = lines[0] != NULL && lines[1] == NULL;
    for (char **line = lines; *line != NULL; line++) {
        g_strstrip(*line);
        if (**line != '\0' && (is_one || has_word(*line))) {
            g_hash_table_add(pass->round->rounds->secrets, g_strdup(*line));
        }
    }
}

void cfn_pass_hide_bytes(CfnPass *pass, CfnSpan span)
{
    const CfnSource *source = cfn_template_tree(pass->template)->source;
    g_autofree char *bytes = g_strndup(source->text + span.start, cfn_span_length(span));
    cfn_pass_hide_text(pass, bytes);
}

CfnChange *cfn_finding_change(CfnPass *pass, CfnFinding *finding)
{
    if (finding->change == NULL) {
        finding->change = cfn_change_new(pass->edits, finding);
    }
    return finding->change;
}

/* KEY among those of all transforms. */
static char *full_key(const CfnPass *pass, const char *key)
{
    return g_strconcat(pass->transform->id, "/", key, NULL);
}

CfnChange *cfn_finding_shared_change(CfnPass *pass, CfnFinding *finding, const char *key,
                                     bool *is_new)
{
    g_autofree char *name = full_key(pass, key);
    CfnChange *shared = g_hash_table_lookup(pass->round->shared, name);
    *is_new = shared == NULL;
    if (shared == NULL) {
        shared = cfn_change_new(pass->edits, NULL);
        g_hash_table_insert(pass->round->shared, g_steal_pointer(&name), shared);
    }
    cfn_change_require(cfn_finding_change(pass, finding), shared);
    return shared;
}

static bool is_free(const CfnPass *pass, const char *logical_id)
{
    return cfn_template_id_is_free(pass->template, logical_id) &&
           !g_hash_table_contains(pass->round->given_ids, logical_id);
}

char *cfn_pass_new_id(CfnPass *pass, const char *key, const char *base)
{
    g_autofree char *name = full_key(pass, key);
    const char *known = g_hash_table_lookup(pass->round->logical_ids, name);
    if (known != NULL) {
        return g_strdup(known);
    }
    char *logical_id = g_strdup(base);
    for (guint number = 2; !is_free(pass, logical_id); number++) {
        g_free(logical_id);
        logical_id = g_strdup_printf("%s%u", base, number);
    }
    g_hash_table_insert(pass->round->logical_ids, g_steal_pointer(&name), logical_id);
    g_hash_table_add(pass->round->given_ids, logical_id);
    return g_strdup(logical_id);
}

bool cfn_pass_setting(const CfnPass *pass, const char *key)
{
    const CfnTransform *transform = pass->transform;
    g_autofree char *name = g_strconcat(transform->id, ".", key, NULL);
    GHashTable *settings = pass->round->options->settings;
    const char *value = settings != NULL ? g_hash_table_lookup(settings, name) : NULL;
    if (value != NULL) {
        return strcmp(value, "true") == 0;
    }
    for (const CfnSetting *setting = transform->settings; setting->key != NULL; setting++) {
        if (strcmp(setting->key, key) == 0) {
            return setting->preset;
        }
    }
    g_assert_not_reached(); /* a setting that the descriptor does not list */
}

const CfnKept *cfn_pass_kept(const CfnPass *pass, const char *type)
{
    for (const CfnKept *kept = pass->round->options->kept; kept != NULL && kept->type != NULL;
         kept++) {
        if (strcmp(kept->type, type) == 0) {
            return kept;
        }
    }
    return NULL;
}

bool cfn_pass_skips(const CfnPass *pass, const CfnResource *resource)
{
    return cfn_resource_is_ours(resource) ||
           cfn_ignoring_skips(pass->round->ignoring, resource, pass->transform);
}

bool cfn_pass_spares(const CfnPass *pass, const CfnResource *resource,
                     const CfnTransform *transform)
{
    return cfn_ignoring_touches(pass->round->ignoring, resource, transform);
}

bool cfn_pass_runs(const CfnPass *pass, const CfnTransform *transform)
{
    return cfn_options_select(pass->round->options, transform) &&
           !cfn_ignoring_skips(pass->round->ignoring, NULL, transform);
}

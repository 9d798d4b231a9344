/*
 * Only what names both the key of a tag and its value counts; a list of values has one entry each.
 */
#include "transforms/tag_matches.h"

#include "model/flatten.h"
#include "text/hash.h"
#include "transforms/policy.h"
#include "transforms/tag_places.h"

struct CfnTagMatches {
    GHashTable *by_tag; /* cfn_tag_name to GPtrArray of const CfnNode* */
};

/* Selectors, and how they call the key of a tag and its values. */
static const struct {
    const char *type;
    const char *path;
    const char *key;
    const char *value;
} selectors[] = {
    { "AWS::AutoScalingPlans::ScalingPlan", "ApplicationSource/TagFilters", "Key", "Values" },
    { "AWS::Backup::BackupSelection", "BackupSelection/Conditions/*", "ConditionKey",
      "ConditionValue" },
    { "AWS::Backup::BackupSelection", "BackupSelection/ListOfTags", "ConditionKey",
      "ConditionValue" },
    { "AWS::Backup::Framework", "FrameworkControls/ControlScope/Tags", "Key", "Value" },
    { "AWS::Budgets::Budget", "Budget/FilterExpression/Tags", "Key", "Values" },
    { "AWS::CodeDeploy::DeploymentGroup", "Ec2TagFilters", "Key", "Value" },
    { "AWS::CodeDeploy::DeploymentGroup", "Ec2TagSet/Ec2TagSetList/Ec2TagGroup", "Key", "Value" },
    { "AWS::CodeDeploy::DeploymentGroup", "OnPremisesInstanceTagFilters", "Key", "Value" },
    { "AWS::CodeDeploy::DeploymentGroup",
      "OnPremisesTagSet/OnPremisesTagSetList/OnPremisesTagGroup", "Key", "Value" },
    { "AWS::Config::ConfigRule", "Scope", "TagKey", "TagValue" },
    { "AWS::DLM::LifecyclePolicy", "PolicyDetails/Exclusions/ExcludeTags", "Key", "Value" },
    { "AWS::DLM::LifecyclePolicy", "PolicyDetails/TargetTags", "Key", "Value" },
    { "AWS::FIS::ExperimentTemplate", "Targets/*/ResourceTags", "Key", "Value" },
    { "AWS::FMS::Policy", "ResourceTags", "Key", "Value" },
    { "AWS::Inspector::ResourceGroup", "ResourceGroupTags", "Key", "Value" },
    { "AWS::Rbin::Rule", "ExcludeResourceTags", "ResourceTagKey", "ResourceTagValue" },
    { "AWS::Rbin::Rule", "ResourceTags", "ResourceTagKey", "ResourceTagValue" },
    { "AWS::ResourceGroups::Group", "ResourceQuery/Query/TagFilters", "Key", "Values" },
    { "AWS::SSM::Association", "Targets", "Key", "Values" },
    { "AWS::SSM::MaintenanceWindowTarget", "Targets", "Key", "Values" },
    { "AWS::SSM::MaintenanceWindowTask", "Targets", "Key", "Values" },
};

char *cfn_tag_name(const char *key, const char *text)
{
    return g_strconcat(key, "\n", text, NULL);
}

/* `tag:Env` (Systems Manager) and `aws:ResourceTag/Env` (policies) both name the tag Env. */
static char *tag_key_in(const char *text)
{
    const char *slash = strchr(text, '/');
    if (g_str_has_prefix(text, "tag:")) {
        return g_strdup(text + strlen("tag:"));
    }
    if (slash == NULL || slash - text < 4 || memchr(text, ':', (size_t)(slash - text)) == NULL ||
        g_ascii_strncasecmp(slash - 3, "tag", 3) != 0) {
        return NULL;
    }
    return g_strdup(slash + 1);
}

static void add_match(CfnTagMatches *matches, const char *key, const CfnNode *value)
{
    g_autofree char *text = cfn_flatten(value);
    if (text == NULL || strchr(text, ',') == NULL) {
        return;
    }
    char *name = cfn_tag_name(key, text);
    GPtrArray *values = g_hash_table_lookup(matches->by_tag, name);
    if (values != NULL) {
        g_free(name);
    } else {
        values = g_ptr_array_new();
        g_hash_table_insert(matches->by_tag, name, values);
    }
    g_ptr_array_add(values, (gpointer)value);
}

static void add_matches(CfnTagMatches *matches, const char *key, const CfnNode *one_or_many)
{
    g_autoptr(GPtrArray) values = g_ptr_array_new();
    cfn_policy_values(one_or_many, values);
    for (guint i = 0; i < values->len; i++) {
        add_match(matches, key, values->pdata[i]);
    }
}

/* ---- Selectors ---- */

static void add_selector(CfnTagMatches *matches, const CfnTag *pair)
{
    g_autofree char *text = cfn_flatten(pair->key);
    if (text != NULL) {
        g_autofree char *key = tag_key_in(text);
        add_matches(matches, key != NULL ? key : text, pair->value);
    }
}

static void add_selectors_of(CfnTagMatches *matches, const CfnResource *resource)
{
    for (size_t i = 0; i < G_N_ELEMENTS(selectors); i++) {
        if (strcmp(resource->type, selectors[i].type) != 0) {
            continue;
        }
        g_autoptr(GPtrArray) collections = g_ptr_array_new();
        g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(CfnTag));
        cfn_values_at(resource->properties, selectors[i].path, collections);
        for (guint k = 0; k < collections->len; k++) {
            cfn_tag_pairs(collections->pdata[k], resource->type, selectors[i].key,
                          selectors[i].value, pairs);
        }
        for (guint k = 0; k < pairs->len; k++) {
            add_selector(matches, &g_array_index(pairs, CfnTag, k));
        }
    }
}

/* ---- Conditions of policies ---- */

/* aws:ResourceTag/Env, aws:RequestTag/Env, ssm:resourceTag/Env, rds:cluster-tag/Env: they may stand
   wherever a policy does. */
static void add_condition(CfnTagMatches *matches, const CfnNode *key)
{
    if (!cfn_node_contains(key, "ag/")) {
        return;
    }
    g_autofree char *text = cfn_node_dup_text(key);
    g_autofree char *name = tag_key_in(text);
    if (name != NULL) {
        add_matches(matches, name, cfn_node_value(key));
    }
}

/* The node behind NODE in a walk over ROOT, its children first, or NULL. */
static const CfnNode *node_behind(const CfnNode *node, const CfnNode *root)
{
    if (node->kind != CFN_SCALAR && node->first != NULL) {
        return node->first;
    }
    while (node != root && node->next == NULL) {
        node = node->parent;
    }
    return node == root ? NULL : node->next;
}

static void add_conditions_under(CfnTagMatches *matches, const CfnNode *root)
{
    for (const CfnNode *node = root; node != NULL; node = node_behind(node, root)) {
        if (node->is_key) {
            add_condition(matches, node);
        }
    }
}

/* ---- The index ---- */

CfnTagMatches *cfn_tag_matches_new(const CfnPass *pass)
{
    CfnTagMatches *matches = g_new0(CfnTagMatches, 1);
    matches->by_tag = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free,
                                            (GDestroyNotify)g_ptr_array_unref);
    uint32_t count = cfn_template_resource_count(pass->template);
    for (uint32_t i = 0; i < count; i++) {
        const CfnResource *resource = cfn_template_resource_at(pass->template, i);
        if (resource->properties != NULL && !cfn_pass_skips(pass, resource)) {
            add_selectors_of(matches, resource);
            add_conditions_under(matches, resource->properties);
        }
    }
    return matches;
}

void cfn_tag_matches_free(CfnTagMatches *matches)
{
    if (matches != NULL) {
        g_hash_table_unref(matches->by_tag);
        g_free(matches);
    }
}

const GPtrArray *cfn_tag_matches_of(const CfnTagMatches *matches, const char *key, const char *text)
{
    g_autofree char *name = cfn_tag_name(key, text);
    return g_hash_table_lookup(matches->by_tag, name);
}

/*
 * A key without an alias is a bare id to whoever looks for it.
 */
#include "engine/transform.h"
#include "text/hash.h"

static void apply_template(CfnPass *pass);

const CfnTransform cfn_transform_kms_alias = {
    .id = "kms-alias",
    .summary = "Give each KMS key an alias",
    .rationale = "Consoles, logs and bills show a KMS key by its id, which says nothing. An alias "
                 "names it, and lets programs "
                 "ask for it by that name.\n\n"
                 "The repair adds an AWS::KMS::Alias for each key of the template that has none "
                 "there, under the key's own "
                 "condition. Its name begins with the name of the stack, because an alias exists "
                 "once in an account and "
                 "region.",
    .url = "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
    .group = CFN_GROUP_HYGIENE,
    .effects = CFN_EFFECT_NEW_RESOURCE,
    .by_name = true,
    .resource_types = (const char *const[]){ "AWS::KMS::Key", "AWS::KMS::ReplicaKey", NULL },
    .apply_template = apply_template,
};

/* Of the 256 characters, "alias/" takes six, a stack's name 128, a hyphen one. */
#define ROOM_FOR_ID 121

/* Logical ids of what the aliases of the template point to. */
static GHashTable *aliased_keys(const CfnTemplate *template)
{
    GHashTable *keys = g_hash_table_new(cfn_hash_string, g_str_equal);
    const GPtrArray *aliases = cfn_template_resources_of(template, "AWS::KMS::Alias");
    for (guint i = 0; i < aliases->len; i++) {
        const CfnNode *target = cfn_resource_property(aliases->pdata[i], "TargetKeyId");
        if (target == NULL) {
            continue;
        }
        g_autoptr(GPtrArray) references = cfn_references_under(template, target);
        for (guint j = 0; j < references->len; j++) {
            const CfnReference *reference = references->pdata[j];
            g_hash_table_add(keys, reference->name);
        }
    }
    return keys;
}

static char *alias_yaml(const CfnResource *key)
{
    g_autofree char *condition =
        key->condition == NULL ? g_strdup("") : g_strdup_printf("Condition: %s\n", key->condition);
    return g_strdup_printf("Type: AWS::KMS::Alias\n"
                           "%s"
                           "Properties:\n"
                           "  AliasName: !Sub 'alias/${AWS::StackName}-%s'\n"
                           "  TargetKeyId: !Ref %s\n",
                           condition, key->logical_id, key->logical_id);
}

/* What an alias may be called after. */
static bool is_plain_id(const char *id)
{
    return cfn_is_alphanumeric(id) && strlen(id) <= ROOM_FOR_ID;
}

static void check(CfnPass *pass, const CfnResource *key)
{
    CfnFinding *finding = cfn_report(pass, key->key, "the key has no alias");
    if (cfn_template_has_macro(pass->template)) {
        cfn_finding_cannot_fix(finding,
                               "the template goes through a macro, so an alias may come from "
                               "there");
        return;
    }
    if (!is_plain_id(key->logical_id)) {
        cfn_finding_cannot_fix(finding, "its logical id is no name for an alias");
        return;
    }
    g_autofree char *base = g_strconcat(key->logical_id, "Alias", NULL);
    g_autofree char *id = cfn_pass_new_id(pass, key->logical_id, base);
    g_autofree char *yaml = alias_yaml(key);
    cfn_edit_add_to_section(cfn_finding_change(pass, finding), "Resources", id, yaml);
}

static void apply_template(CfnPass *pass)
{
    static const char *const types[] = { "AWS::KMS::Key", "AWS::KMS::ReplicaKey" };
    g_autoptr(GHashTable) aliased = aliased_keys(pass->template);
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        const GPtrArray *keys = cfn_template_resources_of(pass->template, types[i]);
        for (guint j = 0; j < keys->len; j++) {
            const CfnResource *key = keys->pdata[j];
            if (!key->key->duplicate && !g_hash_table_contains(aliased, key->logical_id) &&
                !cfn_pass_skips(pass, key)) {
                check(pass, key);
            }
        }
    }
}

/*
 * A secret whose value no one has written anywhere.
 *
 * Letters and digits alone suit every engine, and can stand in a URL.
 */
#include "transforms/password_secret.h"

/* Of the databases in GROUP the one that the secret is for; NULL if there are several. */
static const CfnPasswordHolder *only_generated(const CfnPasswordGroup *group)
{
    const CfnPasswordHolder *only = NULL;
    for (guint i = 0; i < group->holders->len; i++) {
        const CfnPasswordHolder *holder = group->holders->pdata[i];
        if (holder->way == CFN_PASSWORD_GENERATED && only != NULL &&
            only->database != holder->database) {
            return NULL;
        }
        only = holder->way == CFN_PASSWORD_GENERATED ? holder : only;
    }
    return only;
}

/* The condition of the secret: the database's, if nothing else needs the secret without it. */
static const char *condition_of(const CfnPass *pass, const CfnPasswordGroup *group,
                                const CfnPasswordHolder *only)
{
    const char *condition = only != NULL ? only->database->condition : NULL;
    const GPtrArray *uses = group->password->uses;
    for (guint i = 0; i < uses->len && condition != NULL; i++) {
        const CfnPasswordUse *use = uses->pdata[i];
        if (use->follows &&
            cfn_condition_implies(pass->template, use->resource->condition, condition) != CFN_YES) {
            return NULL;
        }
    }
    return condition;
}

/* The secret has the user's name too, where it is a plain word or a parameter. */
static char *username_of(const CfnPass *pass, const CfnPasswordHolder *only)
{
    const CfnNode *name = only != NULL && only->type->username != NULL
                              ? cfn_resource_property(only->database, only->type->username)
                              : NULL;
    g_autofree char *parameter = cfn_ref_name(name);
    if (parameter != NULL && cfn_template_entry(pass->template, "Parameters", parameter) != NULL) {
        return g_strdup_printf("!Sub '{\"username\":\"${%s}\"}'", parameter);
    }
    g_autofree char *text =
        cfn_intrinsic(name).function == CFN_FN_NONE ? cfn_node_dup_text(name) : NULL;
    bool is_word = text != NULL && *text != '\0';
    for (const char *at = text; is_word && *at != '\0'; at++) {
        is_word = g_ascii_isalnum(*at) || *at == '_';
    }
    return is_word ? g_strdup_printf("'{\"username\":\"%s\"}'", text) : g_strdup("'{}'");
}

/* A database that stays when its stack goes needs its password still. */
static char *attributes_of(const CfnPass *pass, const CfnPasswordGroup *group,
                           const CfnPasswordHolder *only)
{
    GString *out = g_string_new(NULL);
    const char *condition = condition_of(pass, group, only);
    if (condition != NULL) {
        g_string_append_printf(out, "Condition: '%s'\n", condition);
    }
    for (guint i = 0; i < group->holders->len; i++) {
        const CfnPasswordHolder *holder = group->holders->pdata[i];
        const CfnNode *policy = cfn_node_get(holder->database->node, "DeletionPolicy");
        if (holder->way == CFN_PASSWORD_GENERATED && cfn_node_has_prefix(policy, "Retain")) {
            g_string_append(out, "DeletionPolicy: Retain\nUpdateReplacePolicy: Retain\n");
            break;
        }
    }
    return g_string_free(out, FALSE);
}

void cfn_write_password_secret(CfnPass *pass, CfnChange *change, const CfnPasswordGroup *group)
{
    const CfnPasswordHolder *only = only_generated(group);
    g_autofree char *attributes = attributes_of(pass, group, only);
    g_autofree char *username = username_of(pass, only);
    g_autofree char *yaml = g_strdup_printf("Type: AWS::SecretsManager::Secret\n"
                                            "%s"
                                            "Properties:\n"
                                            "  GenerateSecretString:\n"
                                            "    SecretStringTemplate: %s\n"
                                            "    GenerateStringKey: password\n"
                                            "    PasswordLength: 30\n"
                                            "    ExcludePunctuation: true\n",
                                            attributes, username);
    cfn_edit_add_to_section(change, "Resources", group->secret, yaml);
}

/*
 * The password of a database, for everyone to read who can read the template.
 *
 * What this repair says must never contain the password: it names places, not values. What other
 * repairs say and the diff could; so all places of a password are hidden (password_hide.c).
 */
#include "engine/transform.h"
#include "text/hash.h"
#include "transforms/password_secret.h"
#include "transforms/remove_parameter.h"

/* https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
#define RESOURCE_LIMIT 500

static void apply(CfnPass *pass);

const CfnTransform cfn_transform_hardcoded_db_password = {
    .id = "hardcoded-db-password",
    .summary = "Let a secret hold the database's password, not the template",
    .rationale =
        "A password that stands in a template, be it as a property or as the default of a "
        "parameter, is known to all who can "
        "read the template, its history and the stack.\n\n"
        "RDS, DocumentDB and Redshift make and keep the master password themselves where "
        "they are asked to "
        "(`ManageMasterUserPassword` and its like). Where they cannot (serverless v1, "
        "global clusters, restores, sources of "
        "replicas, custom engines), or where something else in the template uses the "
        "password too, a secret with a "
        "generated password takes its place, and what can follow refers to that.\n\n"
        "What uses the old password is named, never the password itself: messages, the "
        "diff and the JSON report have `********` in its place, with or without consent. "
        "Such a diff does not apply. `--patch FILE` writes one that does: treat that file, "
        "like the history of the template, as if it were the password. Deploying changes "
        "the password, so clients outside of the template must take the new one from the "
        "secret.",
    .url = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html",
    .group = CFN_GROUP_SECURITY,
    .effects = CFN_EFFECT_IN_PLACE,
    .unsafe = true,
    .quotes_nothing = true, /* "the password changes", whatever it is */
    .words = (const char *const[]){ "MasterUserPassword", "AdminUserPassword", "AuthToken", NULL },
    .apply_template = apply,
};

/* ---- What is said ---- */

/* "; Api.Environment, Task.Secrets" and WHAT, of the uses that follow, or that do not. */
static void name_uses(GString *out, const GPtrArray *uses, bool follows, const char *what)
{
    g_autoptr(GHashTable) named = g_hash_table_new(cfn_hash_string, g_str_equal);
    for (guint i = 0; i < uses->len; i++) {
        const CfnPasswordUse *use = uses->pdata[i];
        if (use->follows == follows && g_hash_table_add(named, use->label)) {
            g_string_append_printf(out, "%s%s", g_hash_table_size(named) == 1 ? "; " : ", ",
                                   use->label);
        }
    }
    if (g_hash_table_size(named) > 0) {
        g_string_append_printf(out, " %s", what);
    }
}

/* Names the others that have or use the password, once for each group: its other findings point to
   the first, or there would be too many names. */
static char *name_others(const CfnPasswordGroup *group, guint index)
{
    const CfnPasswordHolder *first = group->holders->pdata[0];
    GString *out = g_string_new(NULL);
    if (index > 0) {
        g_string_append_printf(out, "; %s has the same", first->database->logical_id);
    } else {
        name_uses(out, group->password->uses, true,
                  group->is_generated ? "will use the new one" : "may use it too");
        name_uses(out, group->password->uses, false,
                  group->is_generated ? "must be changed by hand" : "may use it too");
    }
    return g_string_free(out, FALSE);
}

static CfnFinding *report(CfnPass *pass, const CfnPasswordGroup *group, guint index)
{
    const CfnPasswordHolder *holder = group->holders->pdata[index];
    const char *parameter = group->password->parameter;
    g_autofree char *others = name_others(group, index);
    CfnFinding *finding =
        parameter != NULL
            ? cfn_report(pass, holder->value, "the password is the default of the parameter %s%s",
                         parameter, others)
            : cfn_report(pass, holder->value, "the password stands in the template%s", others);
    if (holder->way == CFN_PASSWORD_GOES) {
        cfn_finding_needs_consent(finding, "%s", holder->why_it_goes);
        return finding;
    }
    if (holder->way == CFN_PASSWORD_GENERATED) {
        finding->effects |= CFN_EFFECT_NEW_RESOURCE;
    }
    cfn_finding_needs_consent(finding,
                              "the password changes: other clients must take it from the new "
                              "secret, and the history of the file still shows the old one");
    return finding;
}

/* ---- The repair ---- */

static void leave_to_service(CfnChange *change, const CfnPasswordHolder *holder)
{
    const char *managed = holder->type->managed;
    const CfnNode *refusing = cfn_resource_property(holder->database, managed);
    if (refusing != NULL) {
        cfn_edit_replace(change, refusing, "true");
    } else {
        cfn_edit_add(change, holder->database->properties, holder->key, managed, "true");
    }
    cfn_edit_remove(change, holder->key);
}

static void repair_holder(CfnChange *change, const CfnPasswordHolder *holder, const char *reference)
{
    if (holder->way == CFN_PASSWORD_GOES) {
        cfn_edit_remove(change, holder->key);
    } else if (holder->way == CFN_PASSWORD_MANAGED) {
        leave_to_service(change, holder);
    } else {
        g_autofree char *yaml = g_strdup_printf("!Sub '%s'", reference);
        cfn_edit_replace(change, holder->value, yaml);
    }
}

static void repair_uses(CfnChange *change, const CfnPasswordGroup *group, const char *reference)
{
    const GPtrArray *uses = group->password->uses;
    for (guint i = 0; i < uses->len; i++) {
        const CfnPasswordUse *use = uses->pdata[i];
        if (use->follows) {
            cfn_follow_password(change, use, reference);
        }
    }
}

/* Whether no one will name the parameter any more. */
static bool is_parameter_free(CfnPass *pass, const CfnPasswordGroup *group)
{
    const GPtrArray *uses = group->password->uses;
    bool is_free = !cfn_template_has_macro(pass->template);
    for (guint i = 0; i < uses->len && is_free; i++) {
        const CfnPasswordUse *use = uses->pdata[i];
        is_free = !use->names_parameter || (use->follows && group->is_generated);
    }
    return is_free;
}

static void repair(CfnPass *pass, const CfnPasswordGroup *group, CfnChange *change)
{
    g_autofree char *reference =
        g_strdup_printf("{{resolve:secretsmanager:${%s}:SecretString:password}}", group->secret);
    for (guint i = 0; i < group->holders->len; i++) {
        repair_holder(change, group->holders->pdata[i], reference);
    }
    if (group->is_generated) {
        repair_uses(change, group, reference);
        cfn_write_password_secret(pass, change, group);
    }
    if (group->password->parameter != NULL && is_parameter_free(pass, group)) {
        cfn_remove_parameter(pass, change, group->password->parameter);
    }
}

/* The change of FINDING, or the one that all of GROUP share: IS_NEW if it is empty. */
static CfnChange *change_of(CfnPass *pass, CfnFinding *finding, const CfnPasswordGroup *group,
                            guint number, bool *is_new)
{
    if (group->holders->len == 1) {
        *is_new = true;
        return cfn_finding_change(pass, finding);
    }
    g_autofree char *key = g_strdup_printf("password %u", number);
    return cfn_finding_shared_change(pass, finding, key, is_new);
}

static void repair_group(CfnPass *pass, const CfnPasswordGroup *group, guint number)
{
    for (guint i = 0; i < group->holders->len; i++) {
        CfnFinding *finding = report(pass, group, i);
        if (group->holders->len > RESOURCE_LIMIT) {
            cfn_finding_cannot_fix(finding, "a template can have %d resources", RESOURCE_LIMIT);
            continue;
        }
        bool is_new = false;
        CfnChange *change = change_of(pass, finding, group, number, &is_new);
        if (is_new) {
            repair(pass, group, change);
        }
    }
}

static void apply(CfnPass *pass)
{
    g_autoptr(GPtrArray) groups = cfn_password_groups(pass);
    for (guint i = 0; i < groups->len; i++) {
        repair_group(pass, groups->pdata[i], i);
    }
}

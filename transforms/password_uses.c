/*
 * Where a password is used, and where a reference to a new one can stand in its place.
 */
#include "transforms/password_uses.h"

#include "transforms/database_password.h"

CfnPassword *cfn_password_new(char *text, char *parameter)
{
    CfnPassword *password = g_new0(CfnPassword, 1);
    password->text = text;
    password->parameter = parameter;
    password->uses = g_ptr_array_new();
    return password;
}

void cfn_password_free(gpointer data)
{
    CfnPassword *password = data;
    for (guint i = 0; i < password->uses->len; i++) {
        CfnPasswordUse *use = password->uses->pdata[i];
        g_free(use->label);
        g_free(use);
    }
    g_ptr_array_unref(password->uses);
    g_free(password->text);
    g_free(password->parameter);
    g_free(password);
}

/* ---- Where a use stands ---- */

/* The value of the section's entry that NODE stands in. */
static const CfnNode *entry_around(const CfnNode *node)
{
    const CfnNode *at = node;
    while (at->parent != NULL && at->parent->parent != NULL && at->parent->parent->parent != NULL) {
        at = at->parent;
    }
    return at;
}

/* "the output Url": where NODE stands, which is in no resource. */
static char *name_entry(const CfnNode *node)
{
    static const char *const kinds[][2] = {
        { "Outputs", "output" },       { "Parameters", "parameter" }, { "Mappings", "mapping" },
        { "Conditions", "condition" }, { "Rules", "rule" },
    };
    const CfnNode *entry = entry_around(node);
    const CfnNode *section = cfn_node_key(entry->parent);
    g_autofree char *name = cfn_node_dup_text(cfn_node_key(entry));
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (cfn_node_equals(section, kinds[i][0])) {
            return g_strdup_printf("the %s %s", kinds[i][1], name != NULL ? name : "");
        }
    }
    char *whole = cfn_node_dup_text(section != NULL ? section : cfn_node_key(entry));
    return whole != NULL ? whole : g_strdup("the template");
}

static char *name_place(const CfnResource *resource, const CfnNode *node)
{
    if (resource == NULL) {
        return name_entry(node);
    }
    g_autofree char *property = cfn_node_dup_text(cfn_property_around(resource, node));
    return g_strdup_printf("%s.%s", resource->logical_id, property != NULL ? property : "");
}

/* ---- Whether it can follow ---- */

/* CloudFormation resolves secrets in the properties of its own resources. Custom resources get them
   unresolved, a nested stack is another template, and user data and code are encoded or stored
   before they are read. */
static bool takes_secrets(const CfnPass *pass, const CfnResource *resource, const CfnNode *node)
{
    const CfnNode *property = cfn_property_around(resource, node);
    return resource->properties != NULL && cfn_node_is_under(node, resource->properties) &&
           !cfn_node_equals(property, "UserData") && !cfn_node_equals(property, "Code") &&
           !g_str_has_prefix(resource->type, "Custom::") &&
           !g_str_has_prefix(resource->type, "AWS::CloudFormation::") &&
           !cfn_pass_skips(pass, resource);
}

/* Whether only functions that hand a text on stand between NODE and the property. */
static bool is_handed_on(const CfnNode *node, const CfnNode *properties)
{
    for (const CfnNode *at = node->parent; at != properties && at != NULL; at = at->parent) {
        CfnFunction function = cfn_intrinsic(at).function;
        if (function != CFN_FN_NONE && function != CFN_FN_IF && function != CFN_FN_JOIN &&
            function != CFN_FN_SUB) {
            return false;
        }
    }
    return true;
}

/* Whether VALUE is a text as it is meant: `!Base64 text` is another one. */
static bool is_plain_text(const CfnNode *value)
{
    CfnFunction function = cfn_intrinsic(value).function;
    return function == CFN_FN_SUB || function == CFN_FN_REF ||
           (function == CFN_FN_NONE && !cfn_node_has_tag(value));
}

bool cfn_can_edit(CfnPass *pass, const CfnNode *node)
{
    CfnChange *trial = cfn_change_new(pass->edits, NULL);
    cfn_edit_replace(trial, node, "''");
    cfn_change_drop(trial);
    return cfn_change_refusal(trial) == NULL;
}

static bool can_follow(CfnPass *pass, const CfnPasswordUse *use)
{
    const CfnNode *text = use->text;
    bool is_sub = cfn_is_function(use->value, CFN_FN_SUB);
    bool is_part = use->start > 0 || use->end < text->length;
    /* As the text of a Fn::Sub, what stands around it must mean the same as before. */
    bool is_odd = !is_sub && is_part && cfn_node_contains(text, "${");
    return use->resource != NULL && !is_odd && is_plain_text(use->value) &&
           takes_secrets(pass, use->resource, use->value) &&
           is_handed_on(use->value, use->resource->properties) && cfn_can_edit(pass, use->value);
}

CfnPasswordUse *cfn_add_password_use(CfnPass *pass, CfnPassword *password,
                                     const CfnPasswordUse *found)
{
    CfnPasswordUse *use = g_memdup2(found, sizeof *found);
    use->resource = cfn_template_owner(pass->template, use->value);
    use->label = name_place(use->resource, use->value);
    use->follows = can_follow(pass, use);
    g_ptr_array_add(password->uses, use);
    return use;
}

void cfn_follow_password(CfnChange *change, const CfnPasswordUse *use, const char *reference)
{
    if (cfn_is_function(use->value, CFN_FN_SUB)) {
        cfn_edit_splice(change, use->text, use->start, use->end, reference);
    } else if (use->start == 0 && use->end == use->text->length) {
        g_autofree char *yaml = g_strdup_printf("!Sub '%s'", reference);
        cfn_edit_replace(change, use->value, yaml);
    } else {
        cfn_edit_call(change, use->text, "Sub");
        cfn_edit_splice(change, use->text, use->start, use->end, reference);
    }
}

/* ---- Uses of a parameter ---- */

/* Sets PLACE's start and end to all of the `${ Name }` around the name. */
static void widen_to_part(CfnPasswordUse *place)
{
    const char *bytes = place->text->text;
    while (place->start > 0 && bytes[place->start] != '$') {
        place->start--;
    }
    while (place->end < place->text->length && bytes[place->end - 1] != '}') {
        place->end++;
    }
}

void cfn_find_parameter_uses(CfnPass *pass, CfnPassword *password, GHashTable *repaired)
{
    const GPtrArray *references = cfn_references_to(pass->template, password->parameter);
    for (guint i = 0; i < references->len; i++) {
        const CfnReference *reference = references->pdata[i];
        if (g_hash_table_contains(repaired, reference->value)) {
            continue;
        }
        CfnPasswordUse place = { .value = reference->value,
                                 .text = reference->node,
                                 .start = reference->start,
                                 .end = reference->end,
                                 .names_parameter = true };
        if (reference->kind == CFN_REFERS_SUB) {
            widen_to_part(&place);
        }
        CfnPasswordUse *use = cfn_add_password_use(pass, password, &place);
        CfnFunction function = cfn_intrinsic(place.value).function;
        use->follows = use->follows && reference->attribute == NULL &&
                       (function == CFN_FN_REF || function == CFN_FN_SUB);
    }
    if (cfn_named_in_for_each(pass->template, password->parameter)) {
        CfnPasswordUse *use = g_new0(CfnPasswordUse, 1);
        use->label = g_strdup("the body of Fn::ForEach");
        use->names_parameter = true;
        g_ptr_array_add(password->uses, use);
    }
}

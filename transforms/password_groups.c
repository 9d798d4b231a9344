/*
 * Databases with the same password, be it by the same parameter or by the same text, form a group.
 */
#include "transforms/password_groups.h"
#include "text/hash.h"

#include "transforms/password_hide.h"

typedef struct {
    CfnPass *pass;
    GPtrArray *groups;    /* CfnPasswordGroup, owned */
    GHashTable *by_name;  /* "parameter Name" or "text …" to CfnPasswordGroup */
    GHashTable *repaired; /* the values of all holders */
} Search;

static void free_group(gpointer data)
{
    CfnPasswordGroup *group = data;
    cfn_password_free(group->password);
    g_ptr_array_unref(group->holders);
    g_free(group->secret);
    g_free(group);
}

/* Takes TEXT and PARAMETER over. */
static CfnPasswordGroup *group_of(Search *search, char *text, char *parameter)
{
    char *name = parameter != NULL ? g_strconcat("parameter ", parameter, NULL)
                                   : g_strconcat("text ", text, NULL);
    CfnPasswordGroup *group = g_hash_table_lookup(search->by_name, name);
    if (group != NULL) {
        g_free(name);
        g_free(text);
        g_free(parameter);
        return group;
    }
    group = g_new0(CfnPasswordGroup, 1);
    group->password = cfn_password_new(text, parameter);
    group->holders = g_ptr_array_new_with_free_func(g_free);
    g_hash_table_insert(search->by_name, name, group);
    g_ptr_array_add(search->groups, group);
    return group;
}

static void report_unknown(CfnPass *pass, const CfnNode *value)
{
    CfnFinding *finding = cfn_report(pass, value, "the password may stand in the template");
    cfn_finding_cannot_fix(finding, "the value is behind an intrinsic function");
    cfn_hide_unknown_password(pass, value);
}

static void look_at_value(Search *search, const CfnPasswordHolder *seen)
{
    char *text = NULL, *parameter = NULL;
    CfnPasswordPlace place =
        cfn_password_place(search->pass->template, seen->value, &text, &parameter);
    if (place == CFN_PASSWORD_UNKNOWN) {
        report_unknown(search->pass, seen->value);
    } else if (place == CFN_PASSWORD_IN_TEMPLATE) {
        CfnPasswordGroup *group = group_of(search, text, parameter);
        g_ptr_array_add(group->holders, g_memdup2(seen, sizeof *seen));
        g_hash_table_add(search->repaired, (gpointer)seen->value);
    }
}

static void look_at(Search *search, const CfnResource *resource)
{
    const CfnDatabaseType *type = cfn_database_type(resource->type);
    const CfnNode *key =
        type != NULL ? cfn_node_find_key(resource->properties, type->password) : NULL;
    if (key == NULL || cfn_pass_skips(search->pass, resource)) {
        return;
    }
    CfnPasswordHolder holder = { .database = resource, .type = type, .key = key };
    holder.way = cfn_password_way(resource, type, &holder.why_it_goes);
    g_autoptr(GPtrArray) values = g_ptr_array_new();
    cfn_branches(cfn_node_value(key), values);
    for (guint i = 0; i < values->len; i++) {
        holder.value = values->pdata[i];
        look_at_value(search, &holder);
    }
}

/* The places where a password is no use of it: its databases, the entry of its parameter. */
static GHashTable *places_of(const Search *search, GPtrArray *passwords)
{
    GHashTable *own = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < search->groups->len; i++) {
        const CfnPasswordGroup *group = search->groups->pdata[i];
        g_ptr_array_add(passwords, group->password);
        const char *parameter = group->password->parameter;
        if (parameter != NULL) {
            const CfnNode *entry =
                cfn_template_entry(search->pass->template, "Parameters", parameter);
            g_hash_table_add(own, (gpointer)entry);
        }
        for (guint k = 0; k < group->holders->len; k++) {
            const CfnPasswordHolder *holder = group->holders->pdata[k];
            g_hash_table_add(own, (gpointer)holder->database->node);
        }
    }
    return own;
}

static void find_uses(const Search *search)
{
    g_autoptr(GPtrArray) passwords = g_ptr_array_new();
    g_autoptr(GHashTable) own = places_of(search, passwords);
    for (guint i = 0; i < passwords->len; i++) {
        CfnPassword *password = passwords->pdata[i];
        if (password->parameter != NULL) {
            cfn_find_parameter_uses(search->pass, password, search->repaired);
        }
    }
    cfn_find_text_uses(search->pass, passwords, own);
}

/* Only a password that nothing else uses can be left to the service: it names its secret itself. */
static void decide(CfnPass *pass, CfnPasswordGroup *group, guint number)
{
    for (guint i = 0; i < group->holders->len; i++) {
        CfnPasswordHolder *holder = group->holders->pdata[i];
        if (holder->way == CFN_PASSWORD_MANAGED && group->password->uses->len > 0) {
            holder->way = CFN_PASSWORD_GENERATED;
        }
        group->is_generated = group->is_generated || holder->way == CFN_PASSWORD_GENERATED;
    }
    const CfnPasswordHolder *first = group->holders->pdata[0];
    const char *parameter = group->password->parameter;
    g_autofree char *base =
        g_strconcat(parameter != NULL ? parameter : first->database->logical_id, "Secret", NULL);
    g_autofree char *key = g_strdup_printf("secret %u", number);
    group->secret = group->is_generated ? cfn_pass_new_id(pass, key, base) : NULL;
}

GPtrArray *cfn_password_groups(CfnPass *pass)
{
    Search search = {
        .pass = pass,
        .groups = g_ptr_array_new_with_free_func(free_group),
        .by_name = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL),
        .repaired = g_hash_table_new(NULL, NULL),
    };
    uint32_t count = cfn_template_resource_count(pass->template);
    for (uint32_t i = 0; i < count; i++) {
        look_at(&search, cfn_template_resource_at(pass->template, i));
    }
    if (search.groups->len > 0) {
        find_uses(&search);
    }
    for (guint i = 0; i < search.groups->len; i++) {
        decide(pass, search.groups->pdata[i], i);
        cfn_hide_password(pass, search.groups->pdata[i]);
    }
    g_hash_table_unref(search.repaired);
    g_hash_table_unref(search.by_name);
    return search.groups;
}

/*
 * CloudFormation refuses a template in which something names a resource that a condition leaves
 * out.
 *
 * DependsOn takes plain names only, so it cannot be conditional; a Ref in the Metadata can, and
 * makes the same order.
 */
#include "transforms/put_under_condition.h"

#include "text/hash.h"
#include "transforms/attributes.h"
#include "transforms/remove_resource.h"

typedef struct {
    CfnPass *pass;
    CfnChange *change;
    const char *condition;
    GHashTable *chosen;   /* the resources: what is under the condition may name each other */
    GHashTable *combined; /* condition -> the one that stands for it and the new one: char* */
    GHashTable *done;     /* values, branches and outputs that are conditioned */
    GHashTable *orders;   /* resource without Metadata -> its Order */
} Work;

/* What DependsOn loses and Metadata gets. */
typedef struct {
    GString *yaml;
    guint entries;
} Order;

static void free_order(gpointer data)
{
    Order *order = data;
    g_string_free(order->yaml, TRUE);
    g_free(order);
}

static void clear_work(Work *work)
{
    g_hash_table_unref(work->chosen);
    g_hash_table_unref(work->combined);
    g_hash_table_unref(work->done);
    g_hash_table_unref(work->orders);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Work, clear_work)

/* ---- What is conditioned already ---- */

/* By how it is written, since what a condition compares may be unreadable. */
bool cfn_stands_for_condition(const CfnTemplate *template, const char *name, const char *condition)
{
    if (name == NULL || strcmp(name, condition) == 0) {
        return name != NULL;
    }
    const CfnNode *parts =
        cfn_argument(cfn_template_entry(template, "Conditions", name), CFN_FN_AND);
    cfn_node_each_item(part, parts) {
        if (cfn_node_equals(cfn_argument(part, CFN_FN_CONDITION), condition)) {
            return true;
        }
    }
    return false;
}

static bool implies(const Work *work, const char *name)
{
    return cfn_stands_for_condition(work->pass->template, name, work->condition);
}

/* The condition of the nearest Fn::If that has *AT in the branch taken when it holds, and moves
   *AT up there; NULL if there is none. */
static const CfnNode *next_condition(const CfnNode **at)
{
    while ((*at)->parent != NULL) {
        bool second = (*at)->index == 1;
        *at = (*at)->parent;
        const CfnNode *call = cfn_node_has_tag(*at) ? *at : (*at)->parent;
        if (second && cfn_node_is_sequence(*at) && cfn_argument(call, CFN_FN_IF) == *at &&
            cfn_node_is_scalar((*at)->first)) {
            return (*at)->first;
        }
    }
    return NULL;
}

static bool stands_under_condition(const Work *work, const CfnNode *value)
{
    const CfnNode *at = value;
    for (const CfnNode *name = next_condition(&at); name != NULL; name = next_condition(&at)) {
        g_autofree char *text = cfn_node_dup_text(name);
        if (implies(work, text)) {
            return true;
        }
    }
    return false;
}

/* Where an Fn::If around REFERENCE asks for the very condition that RESOURCE has, or NULL. */
static const CfnNode *own_condition(const CfnReference *reference, const CfnResource *resource)
{
    const CfnNode *at = reference->value;
    const CfnNode *name = resource->condition != NULL ? next_condition(&at) : NULL;
    while (name != NULL && !cfn_node_equals(name, resource->condition)) {
        name = next_condition(&at);
    }
    return name;
}

static bool is_output(const CfnReference *reference)
{
    return strcmp(reference->section, "Outputs") == 0;
}

static char *output_condition(const CfnReference *reference)
{
    return cfn_node_dup_text(cfn_node_get(cfn_node_value(reference->entry), "Condition"));
}

/* Whether REFERENCE to RESOURCE may stay as it is. */
static bool is_moot(const Work *work, const CfnReference *reference, const CfnResource *resource)
{
    const CfnResource *user = reference->resource;
    if (reference->kind == CFN_REFERS_CONDITION || user == resource) {
        return true;
    }
    if (stands_under_condition(work, reference->value)) {
        return true;
    }
    if (user != NULL) {
        return g_hash_table_contains(work->chosen, user) || implies(work, user->condition);
    }
    if (!is_output(reference) || reference->entry == NULL) {
        return true;
    }
    g_autofree char *condition = output_condition(reference);
    return implies(work, condition);
}

/* ---- Obstacles ---- */

/* VALUE, a call that names a resource, as a snippet on one line; NULL if it is none that can be
   repeated. */
static char *repeat_call(const CfnNode *value)
{
    const CfnNode *text = NULL;
    const CfnNode *map = NULL;
    g_autofree char *name = cfn_ref_name(value);
    g_autofree char *attribute = NULL;
    if (name != NULL) {
        return g_strdup_printf("!Ref %s", name);
    }
    if (cfn_getatt(value, &name, &attribute)) {
        return g_strdup_printf("!GetAtt %s.%s", name, attribute);
    }
    bool readable = cfn_sub(value, &text, &map) && map == NULL &&
                    memchr(text->text, '\n', text->length) == NULL;
    g_autofree char *decoded = readable ? cfn_node_dup_text(text) : NULL;
    g_autofree char *quoted = readable ? cfn_snippet_string(decoded) : NULL;
    return readable ? g_strdup_printf("!Sub %s", quoted) : NULL;
}

static bool takes_metadata(const CfnResource *resource)
{
    const CfnNode *metadata = cfn_node_get(resource->node, "Metadata");
    return metadata == NULL || cfn_node_is_empty(metadata) ||
           (cfn_node_is_mapping(metadata) && cfn_intrinsic(metadata).function == CFN_FN_NONE);
}

static char *obstacle_in(const CfnReference *reference)
{
    if (is_output(reference)) {
        return NULL;
    }
    if (reference->kind == CFN_REFERS_DEPENDS_ON) {
        return takes_metadata(reference->resource)
                   ? NULL
                   : g_strdup_printf("the Metadata of '%s', which depends on it, is no mapping",
                                     reference->resource->logical_id);
    }
    g_autofree char *snippet = repeat_call(reference->value);
    return snippet != NULL ? NULL
                           : g_strdup_printf("the text in '%s' that names '%s' cannot be made "
                                             "conditional",
                                             reference->resource->logical_id, reference->name);
}

static char *find_obstacle(const Work *work, const CfnResource *resource)
{
    if (cfn_named_in_for_each(resource->template, resource->logical_id)) {
        return g_strdup_printf("the body of Fn::ForEach may refer to '%s'", resource->logical_id);
    }
    const GPtrArray *references = cfn_references_to(resource->template, resource->logical_id);
    for (guint i = 0; i < references->len; i++) {
        const CfnReference *reference = references->pdata[i];
        bool settled =
            is_moot(work, reference, resource) || own_condition(reference, resource) != NULL;
        char *obstacle = settled ? NULL : obstacle_in(reference);
        if (obstacle != NULL) {
            return obstacle;
        }
    }
    return NULL;
}

/* ---- Conditions ---- */

/* The condition under which both OLD (NULL: always) and the new one hold. Owned by WORK. */
static const char *combine(Work *work, const char *old)
{
    if (old == NULL) {
        return work->condition;
    }
    char *both = g_hash_table_lookup(work->combined, old);
    if (both == NULL) {
        g_autofree char *base = g_strconcat(work->condition, "And", old, NULL);
        both = cfn_pass_new_id(work->pass, base, base);
        g_hash_table_insert(work->combined, g_strdup(old), both);
        g_autofree char *yaml =
            g_strdup_printf("!And [!Condition '%s', !Condition '%s']", old, work->condition);
        cfn_edit_add_to_section(work->change, "Conditions", both, yaml);
    }
    return both;
}

static void condition_output(Work *work, const CfnReference *reference, const CfnResource *resource)
{
    const CfnNode *output = cfn_node_value(reference->entry);
    if (!cfn_node_is_mapping(output) || !g_hash_table_add(work->done, (gpointer)output)) {
        return;
    }
    const CfnNode *old = cfn_node_get(output, "Condition");
    g_autofree char *name = output_condition(reference);
    const char *condition = combine(work, name != NULL ? name : resource->condition);
    if (cfn_node_is_scalar(old) && !cfn_node_is_empty(old)) {
        cfn_edit_set_string(work->change, old, condition);
    } else if (old == NULL) {
        cfn_edit_add(work->change, output, cfn_node_find_key(output, "Description"), "Condition",
                     condition);
    }
}

/* ---- Values ---- */

static void condition_branch(Work *work, const CfnNode *name, const char *condition)
{
    if (g_hash_table_add(work->done, (gpointer)name)) {
        cfn_edit_set_string(work->change, name, condition);
    }
}

/* Whether VALUE is an item of a list, which AWS::NoValue leaves out. A property may be required,
   and a function wants text: there the empty text stands for nothing. */
static bool can_be_left_out(const CfnResource *resource, const CfnNode *value)
{
    for (const CfnNode *at = value->parent; at != resource->node; at = at->parent) {
        CfnFunction function = cfn_intrinsic(at).function;
        if (function != CFN_FN_NONE && function != CFN_FN_IF) {
            return false;
        }
    }
    return cfn_node_is_sequence(value->parent);
}

static void condition_value(Work *work, const CfnReference *reference, const char *condition)
{
    const CfnNode *value = reference->value;
    if (!g_hash_table_add(work->done, (gpointer)value)) {
        return;
    }
    const char *nothing = can_be_left_out(reference->resource, value) ? "!Ref AWS::NoValue" : "''";
    g_autofree char *call = repeat_call(value);
    g_autofree char *yaml = g_strdup_printf("!If ['%s', %s, %s]", condition, call, nothing);
    cfn_edit_replace(work->change, value, yaml);
}

/* ---- DependsOn ---- */

/* The key that Metadata stands behind: DependsOn, or the one before it if it loses all ENTRIES. */
static const CfnNode *place_of_metadata(const CfnNode *resource, guint entries)
{
    const CfnNode *before = NULL;
    cfn_node_each_key(key, resource) {
        if (cfn_node_equals(key, "DependsOn")) {
            const CfnNode *list = cfn_node_value(key);
            before = cfn_node_is_sequence(list) && cfn_node_count(list) > entries ? key : before;
            break;
        }
        before = key;
    }
    return before != NULL ? before : cfn_node_find_key(resource, "Type");
}

static void order_by_metadata(Work *work, const CfnReference *reference, const char *condition)
{
    const CfnResource *user = reference->resource;
    const CfnNode *metadata = cfn_node_get(user->node, "Metadata");
    g_autofree char *key = g_strconcat("DependsOn", reference->name, NULL);
    g_autofree char *yaml = g_strdup_printf("!If ['%s', !Ref %s, '']", condition, reference->name);
    cfn_remove_dependency(work->change, reference->node);
    if (metadata != NULL) {
        cfn_edit_add(work->change, metadata, NULL, key, yaml);
        return;
    }
    Order *order = g_hash_table_lookup(work->orders, user);
    if (order == NULL) {
        order = g_new0(Order, 1);
        order->yaml = g_string_new(NULL);
        g_hash_table_insert(work->orders, (gpointer)user, order);
    }
    g_string_append_printf(order->yaml, "%s: %s\n", key, yaml);
    order->entries++;
}

static int by_place(gconstpointer a, gconstpointer b)
{
    const CfnResource *one = a;
    const CfnResource *other = b;
    return one->index < other->index ? -1 : one->index > other->index;
}

static void write_orders(Work *work)
{
    GList *users = g_list_sort(g_hash_table_get_keys(work->orders), by_place);
    for (GList *at = users; at != NULL; at = at->next) {
        const CfnResource *user = at->data;
        const Order *order = g_hash_table_lookup(work->orders, user);
        cfn_edit_add(work->change, user->node, place_of_metadata(user->node, order->entries),
                     "Metadata", order->yaml->str);
    }
    g_list_free(users);
}

/* ---- All of it ---- */

static void condition_references(Work *work, const CfnResource *resource, const char *condition)
{
    const GPtrArray *references = cfn_references_to(resource->template, resource->logical_id);
    for (guint i = 0; i < references->len; i++) {
        const CfnReference *reference = references->pdata[i];
        if (is_moot(work, reference, resource)) {
            continue;
        }
        const CfnNode *own = own_condition(reference, resource);
        if (own != NULL) {
            condition_branch(work, own, condition);
        } else if (is_output(reference)) {
            condition_output(work, reference, resource);
        } else if (reference->kind == CFN_REFERS_DEPENDS_ON) {
            order_by_metadata(work, reference, condition);
        } else {
            condition_value(work, reference, condition);
        }
    }
}

static Work new_work(CfnPass *pass, const GPtrArray *resources, const char *condition)
{
    Work work = {
        .pass = pass,
        .condition = condition,
        .chosen = g_hash_table_new(NULL, NULL),
        .combined = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, g_free),
        .done = g_hash_table_new(NULL, NULL),
        .orders = g_hash_table_new_full(NULL, NULL, NULL, free_order),
    };
    for (guint i = 0; i < resources->len; i++) {
        g_hash_table_add(work.chosen, resources->pdata[i]);
    }
    return work;
}

bool cfn_put_under_condition(CfnPass *pass, CfnFinding *finding, const GPtrArray *resources,
                             const char *condition)
{
    g_auto(Work) work = new_work(pass, resources, condition);
    for (guint i = 0; i < resources->len; i++) {
        g_autofree char *obstacle = find_obstacle(&work, resources->pdata[i]);
        if (obstacle != NULL) {
            cfn_finding_cannot_fix(finding, "%s", obstacle);
            return false;
        }
    }
    work.change = cfn_finding_change(pass, finding);
    for (guint i = 0; i < resources->len; i++) {
        const CfnResource *resource = resources->pdata[i];
        const char *name = combine(&work, resource->condition);
        cfn_set_attribute(pass, work.change, resource, "Condition", name);
        condition_references(&work, resource, name);
    }
    write_orders(&work);
    return true;
}

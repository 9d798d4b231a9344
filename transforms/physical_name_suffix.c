/*
 * A name written into the template exists once in an account, or in the world.
 *
 * The second stack fails with "… already exists", and so does the first one when a failed
 * deployment left something behind. What else in the template says the name is looked for in
 * name_mentions.c.
 */
#include "engine/transform.h"
#include "model/flatten.h"
#include "syntax/scalar.h"
#include "text/hash.h"
#include "transforms/name_mentions.h"
#include "transforms/name_suffix.h"
#include "transforms/physical_names.h"
#include "transforms/tag_places.h"

static void apply_template(CfnPass *pass);

const CfnTransform cfn_transform_physical_name_suffix = {
    .id = "physical-name-suffix",
    .summary = "End hard-coded names with a parameter, so that stacks do not collide",
    .rationale =
        "A bucket's name exists once in the world, that of a role once in an account, most others "
        "once in an account "
        "and region. A template that writes such a name out can be deployed once: a stack for "
        "another environment, or "
        "a new try after a failed one that left something behind, ends with \"already exists\".\n\n"
        "The repair appends a parameter to such names and to Name tags: `orders` becomes "
        "`!Sub 'orders-${NameSuffix}'`. A parameter that the template has for its environment is "
        "used if all values "
        "it allows fit into a name. Names stay within the length that their type allows, if need "
        "be by "
        "leaving out some of their middle, and `.fifo` stays at the end.\n\n"
        "A name that something else in the template spells out too (a policy's ARN, an environment "
        "variable, the log "
        "group of a function) is told and left, for both would have to change. What names the "
        "resource from outside "
        "the template cannot be seen.\n\n"
        "A new name means a new resource: on the next deployment CloudFormation creates it, and "
        "deletes the old one "
        "with what it holds. Hence consent is asked for, but for Name tags and the few names that "
        "can be changed in "
        "place.",
    .url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
           "aws-properties-name.html",
    .group = CFN_GROUP_HYGIENE,
    .effects = CFN_EFFECT_REPLACEMENT,
    .by_name = true,
    .words = (const char *const[]){ "Name", "Identifier", "ReplicationGroupId", NULL },
    .apply_template = apply_template,
};

/* Less of a name says too little. */
#define SHORTEST_CUT 8
/* Of a tag's value. */
#define TAG_LIMIT 256

typedef struct {
    CfnPass *pass;
    CfnMentions *mentions;
    CfnNameSuffix suffix;
    GHashTable *taken; /* "type name" of all names there are */
} Run;

/* A name at NODE, a branch of a property's value or of a tag's. */
typedef struct {
    const CfnResource *resource;
    const CfnPhysicalName *kind; /* NULL for a tag */
    const CfnNode *node;
    const char *flat;
} Name;

/* ---- What is a name ---- */

/* The text at NODE if it is a name that every stack would have; NULL if not. */
static char *constant_name(const CfnNode *node)
{
    bool literal = cfn_intrinsic(node).function == CFN_FN_NONE;
    if (literal &&
        (!cfn_node_is_scalar(node) || cfn_node_has_tag(node) ||
         cfn_scalar_meaning(node) != CFN_MEANS_STRING || cfn_node_contains(node, "${"))) {
        return NULL;
    }
    g_autofree char *flat = cfn_flatten(node);
    if (flat == NULL || *flat == '\0' || strchr(flat, '\n') != NULL ||
        !cfn_name_is_constant(flat)) {
        return NULL;
    }
    return g_steal_pointer(&flat);
}

static void name_branches(const CfnResource *resource, const CfnPhysicalName *kind, GPtrArray *out)
{
    if (kind != NULL) {
        cfn_branches(cfn_resource_property(resource, kind->property), out);
    }
}

static void name_tag_branches(const CfnResource *resource, GPtrArray *out)
{
    g_autoptr(GArray) tags = g_array_new(FALSE, FALSE, sizeof(CfnTag));
    cfn_tags_of(resource, tags);
    for (guint i = 0; i < tags->len; i++) {
        const CfnTag *tag = &g_array_index(tags, CfnTag, i);
        if (cfn_node_equals(tag->key, "Name") && !cfn_node_has_tag(tag->key)) {
            cfn_branches(tag->value, out);
        }
    }
}

/* ---- What keeps a name ---- */

/* `orders-api-production` cut to ROOM by leaving out segments: before the last TAIL bytes. */
static char *cut_name(const char *name, size_t room, size_t tail)
{
    size_t head = room - tail;
    size_t whole = head;
    while (whole > head / 2 && name[whole] != '-') {
        whole--;
    }
    head = name[whole] == '-' ? whole : head;
    while (head > 0 && name[head - 1] == '-') {
        head--;
    }
    return g_strdup_printf("%.*s%s", (int)head, name, name + strlen(name) - tail);
}

/* Takes the name TEXT for the type of NAME; false if another one has it, or will. */
static bool take_name(Run *run, const Name *name, const char *text)
{
    const char *type = name->resource->type;
    g_autofree char *bare = g_strdup_printf("%s %s", type, text);
    g_autofree char *whole = g_strdup_printf("%s %s-${%s}", type, text, run->suffix.parameter);
    return !g_hash_table_contains(run->taken, whole) &&
           g_hash_table_add(run->taken, g_steal_pointer(&bare));
}

/* NAME's text cut to ROOM, with its last segment if that leaves enough of the first ones, or NULL.
   */
static char *find_cut(Run *run, const Name *name, size_t room)
{
    const char *last = strrchr(name->flat, '-');
    size_t tail = last != NULL && strlen(last) <= room / 2 ? strlen(last) : 0;
    g_autofree char *with_last = cut_name(name->flat, room, tail);
    if (take_name(run, name, with_last)) {
        return g_steal_pointer(&with_last);
    }
    g_autofree char *without = cut_name(name->flat, room, 0);
    return take_name(run, name, without) ? g_steal_pointer(&without) : NULL;
}

/* Sets CUT if NAME must be shortened for the suffix. Why it cannot be, or NULL. */
static const char *make_room(Run *run, const Name *name, char **cut)
{
    size_t limit = name->kind == NULL ? TAG_LIMIT : name->kind->limit;
    size_t added = run->suffix.length + strlen("-");
    if (cfn_name_length(name->flat) + added <= limit) {
        return NULL;
    }
    bool literal = cfn_intrinsic(name->node).function == CFN_FN_NONE;
    if (!literal || name->kind == NULL || limit < added + SHORTEST_CUT ||
        (name->kind->flags & CFN_NAME_MAY_END) != 0) {
        return "with the suffix it would be longer than the service allows";
    }
    *cut = find_cut(run, name, limit - added);
    return *cut == NULL ? "cut so that the suffix fits, it would be the same as another name"
                        : NULL;
}

/* Whether NAME has to match something, which FINDING then says. */
static bool must_match(Run *run, CfnFinding *finding, const Name *name)
{
    const char *fixed =
        name->kind == NULL ? NULL : cfn_name_is_fixed(name->resource->type, name->flat);
    if (fixed != NULL) {
        cfn_finding_cannot_fix(finding, "%s", fixed);
        return true;
    }
    if (name->kind != NULL && cfn_template_has_macro(run->pass->template)) {
        cfn_finding_cannot_fix(finding, "the template goes through a macro, so who says the name "
                                        "cannot be seen");
        return true;
    }
    const CfnNode *mention = name->kind == NULL ? cfn_mention_of_tag(run->mentions, name->flat)
                                                : cfn_mention_of_name(run->mentions, name->flat);
    if (mention == NULL) {
        return false;
    }
    g_autofree char *place = cfn_pointer(mention);
    cfn_finding_cannot_fix(finding, "it must match what stands at %s", place);
    return true;
}

/* ---- The finding ---- */

static void set_effects(CfnFinding *finding, const Name *name)
{
    int flags = name->kind != NULL ? name->kind->flags : CFN_NAME_MUTABLE;
    bool fixed_tag = name->kind == NULL && cfn_type_has_fixed_tags(name->resource->type);
    if ((flags & CFN_NAME_MUTABLE) != 0 && !fixed_tag) {
        finding->effects = CFN_EFFECT_IN_PLACE;
    } else if ((flags & CFN_NAME_OF_DATA) != 0) {
        finding->effects = CFN_EFFECT_REPLACEMENT | CFN_EFFECT_DATA_DELETABLE;
        cfn_finding_needs_consent(finding, "a new name means replacement, and what the old one "
                                           "holds does not move");
    } else {
        cfn_finding_needs_consent(finding, "a new name means replacement");
    }
}

static void tell_cut(CfnFinding *finding, const char *cut)
{
    g_autofree char *message = finding->message;
    finding->message =
        g_strdup_printf("%s; it is cut to '%s', so that the suffix fits", message, cut);
}

static void check(Run *run, const Name *name)
{
    CfnFinding *finding =
        cfn_report(run->pass, name->node, "the %s '%s' is the same in every stack",
                   name->kind == NULL ? "Name tag" : name->kind->property, name->flat);
    g_autofree char *cut = NULL;
    set_effects(finding, name);
    if (must_match(run, finding, name)) {
        return;
    }
    const char *obstacle = make_room(run, name, &cut);
    if (obstacle == NULL) {
        bool may_end = name->kind != NULL && (name->kind->flags & CFN_NAME_MAY_END) != 0;
        obstacle = cfn_name_suffix_put(run->pass, finding, &run->suffix, name->node, name->flat,
                                       may_end, cut);
    }
    if (obstacle != NULL) {
        cfn_finding_cannot_fix(finding, "%s", obstacle);
    } else if (cut != NULL) {
        tell_cut(finding, cut);
    }
}

static void check_branches(Run *run, const CfnResource *resource, const CfnPhysicalName *kind,
                           const GPtrArray *branches)
{
    for (guint i = 0; i < branches->len; i++) {
        g_autofree char *flat = constant_name(branches->pdata[i]);
        if (flat != NULL) {
            const Name name = { resource, kind, branches->pdata[i], flat };
            check(run, &name);
        }
    }
}

static void check_resource(Run *run, const CfnResource *resource)
{
    const CfnPhysicalName *kind = cfn_physical_name(resource->type);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autoptr(GPtrArray) tags = g_ptr_array_new();
    if (cfn_pass_skips(run->pass, resource) ||
        g_str_has_prefix(resource->type, "AWS::Serverless::")) {
        return;
    }
    name_branches(resource, kind, names);
    check_branches(run, resource, kind, names);
    name_tag_branches(resource, tags);
    check_branches(run, resource, NULL, tags);
}

/* ---- The template ---- */

static void note_names(Run *run, const CfnResource *resource, GHashTable *names)
{
    const CfnPhysicalName *kind = cfn_physical_name(resource->type);
    g_autoptr(GPtrArray) branches = g_ptr_array_new();
    name_branches(resource, kind, branches);
    for (guint i = 0; i < branches->len; i++) {
        g_autofree char *flat = cfn_flatten(branches->pdata[i]);
        g_hash_table_add(names, branches->pdata[i]);
        if (flat != NULL) {
            g_hash_table_add(run->taken, g_strconcat(resource->type, " ", flat, NULL));
        }
    }
}

/* A container is called so within its task. */
static void note_containers(const CfnResource *resource, GHashTable *labels)
{
    if (!cfn_resource_has_type(resource, "AWS::ECS::TaskDefinition")) {
        return;
    }
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    cfn_values_at(resource->properties, "ContainerDefinitions/Name", names);
    for (guint i = 0; i < names->len; i++) {
        g_hash_table_add(labels, names->pdata[i]);
    }
}

static void note_labels(const CfnResource *resource, GHashTable *labels)
{
    note_containers(resource, labels);
    g_autoptr(GArray) tags = g_array_new(FALSE, FALSE, sizeof(CfnTag));
    cfn_tags_of(resource, tags);
    for (guint i = 0; i < tags->len; i++) {
        g_hash_table_add(labels, (gpointer)g_array_index(tags, CfnTag, i).value);
    }
}

static void apply_template(CfnPass *pass)
{
    g_autoptr(GHashTable) names = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) labels = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) taken = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL);
    Run run = { .pass = pass, .taken = taken };
    uint32_t count = cfn_template_resource_count(pass->template);
    for (uint32_t i = 0; i < count; i++) {
        note_names(&run, cfn_template_resource_at(pass->template, i), names);
        note_labels(cfn_template_resource_at(pass->template, i), labels);
    }
    g_autoptr(CfnMentions) mentions = cfn_mentions_new(pass->template, names, labels);
    run.mentions = mentions;
    run.suffix = cfn_name_suffix(pass);
    for (uint32_t i = 0; i < count; i++) {
        check_resource(&run, cfn_template_resource_at(pass->template, i));
    }
    cfn_name_suffix_clear(&run.suffix);
}

/*
 * Names of load balancers and target groups have at most 32 characters.
 *
 * The API says "… name … cannot be longer than '32' characters"; the schema of CloudFormation has
 * no such limit, so it shows at deployment. Generated code builds names from company, product,
 * purpose and environment, and a cut at the end would make `…-prod` and `…-dev` the same.
 *
 * It runs last because physical-name-suffix cuts names too, to make room for its suffix: where that
 * one may do it, the name is within the limit afterwards, and cut once.
 */
#include "engine/transform.h"
#include "model/flatten.h"
#include "text/hash.h"
#include "transforms/short_name.h"
#include "transforms/shortest_text.h"

static void apply_template(CfnPass *pass);

#define BALANCER "AWS::ElasticLoadBalancingV2::LoadBalancer"
#define TARGET_GROUP "AWS::ElasticLoadBalancingV2::TargetGroup"

const CfnTransform cfn_transform_elbv2_name_length = {
    .id = "elbv2-name-length",
    .summary = "Cut the names of load balancers and target groups to 32 characters",
    .rationale =
        "Names of application, network and gateway load balancers and of target groups have at "
        "most 32 characters. Nothing looks at that before the deployment, which then fails.\n\n"
        "The repair leaves out the middle of a literal name: whole segments between hyphens where "
        "possible. The last segment stays, since it mostly names the environment, and two names of "
        "one template stay apart. A name with the value of a parameter in it is only told, because "
        "its length is known at deployment only; consider leaving the name out, CloudFormation "
        "then makes one that fits.\n\n"
        "Where physical-name-suffix is run, too, and may change a name, it makes the cut: its "
        "suffix needs some of the 32 characters.",
    .url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
           "aws-resource-elasticloadbalancingv2-loadbalancer.html"
           "#cfn-elasticloadbalancingv2-loadbalancer-name",
    .group = CFN_GROUP_DEPLOY,
    .effects = CFN_EFFECT_IN_PLACE,
    .runs_last = true,
    .resource_types = (const char *const[]){ BALANCER, TARGET_GROUP, NULL },
    .words = (const char *const[]){ "Name", NULL },
    .apply_template = apply_template,
};

static const struct {
    const char *type;
    const char *noun;
} kinds[] = {
    { BALANCER, "load balancer" },
    { TARGET_GROUP, "target group" },
};

/* The names of all resources of one kind. */
typedef struct {
    CfnPass *pass;
    const char *noun;
    GPtrArray *nodes;  /* const CfnNode*: where a name stands that is to be cut */
    GPtrArray *names;  /* char*: those names, each once; owned */
    GHashTable *known; /* the set of them */
    GHashTable *taken; /* set of names that stay as they are, owned */
} Names;

/* The scalar of a name that can be read and edited, or NULL: a literal, a Sub without variables. */
static const CfnNode *readable_text(const CfnNode *value)
{
    const CfnNode *text = NULL, *map = NULL;
    if (cfn_sub(value, &text, &map)) {
        g_autoptr(GArray) parts = cfn_sub_parts(text);
        return parts->len == 0 ? text : NULL;
    }
    bool is_literal = cfn_node_is_scalar(value) && cfn_intrinsic(value).function == CFN_FN_NONE;
    return is_literal ? value : NULL;
}

/* Why the literal TEXT cannot be made a name by cutting it, or NULL. */
static const char *obstacle_in(const Names *names, const char *text)
{
    if (!cfn_name_is_plain(text)) {
        return "a name is made of letters, digits and hyphens, and there is something else in it";
    }
    if (strcmp(names->noun, kinds[0].noun) == 0 && g_str_has_prefix(text, "internal-")) {
        return "the name of a load balancer must not begin with 'internal-' either";
    }
    return NULL;
}

static CfnFinding *report_length(const Names *names, const CfnNode *value, const char *length)
{
    return cfn_report(names->pass, value, "the name of a %s has at most %d characters, this one %s",
                      names->noun, CFN_NAME_LIMIT, length);
}

/* A name that is put together at deployment, or comes from a parameter. */
static void tell_composed(const Names *names, const CfnNode *value)
{
    g_autofree char *text = cfn_flatten(value);
    size_t least = text == NULL ? 0 : cfn_shortest_text(names->pass->template, text);
    if (least > CFN_NAME_LIMIT) {
        g_autofree char *length = g_strdup_printf("at least %" G_GSIZE_FORMAT, least);
        CfnFinding *finding = report_length(names, value, length);
        cfn_finding_cannot_fix(finding,
                               "what the parameters in it say is known at deployment only");
    }
}

static void look_at_literal(Names *names, const CfnNode *scalar)
{
    g_autofree char *text = cfn_node_dup_text(scalar);
    const char *obstacle = obstacle_in(names, text);
    if (obstacle != NULL) {
        g_autofree char *length = g_strdup_printf("%u", scalar->length);
        cfn_finding_cannot_fix(report_length(names, scalar, length), "%s", obstacle);
        return;
    }
    g_ptr_array_add(names->nodes, (gpointer)scalar);
    if (!g_hash_table_contains(names->known, text)) {
        g_hash_table_add(names->known, text);
        g_ptr_array_add(names->names, g_steal_pointer(&text));
    }
}

static void look_at(Names *names, const CfnNode *value, bool skips)
{
    const CfnNode *scalar = readable_text(value);
    bool is_dynamic = scalar != NULL && cfn_node_contains(scalar, "{{resolve:");
    if (scalar != NULL && (skips || is_dynamic || scalar->length <= CFN_NAME_LIMIT)) {
        g_hash_table_add(names->taken, cfn_node_dup_text(scalar));
    } else if (scalar != NULL) {
        look_at_literal(names, scalar);
    } else if (!skips) {
        tell_composed(names, value);
    }
}

/* Writes NAME for TEXT, which is SCALAR's. Only what differs changes, so the spelling stays. */
static void cut(CfnChange *change, const CfnNode *scalar, const char *text, const char *name)
{
    size_t length = strlen(name), head = 0, tail = 0;
    while (head < length && text[head] == name[head]) {
        head++;
    }
    while (tail < length - head && text[scalar->length - 1 - tail] == name[length - 1 - tail]) {
        tail++;
    }
    g_autofree char *between = g_strndup(name + head, length - head - tail);
    cfn_edit_splice(change, scalar, (uint32_t)head, (uint32_t)(scalar->length - tail), between);
}

static void repair(const Names *names)
{
    g_autoptr(GHashTable) given = cfn_short_names(names->names, names->taken);
    for (guint i = 0; i < names->nodes->len; i++) {
        const CfnNode *scalar = names->nodes->pdata[i];
        g_autofree char *text = cfn_node_dup_text(scalar);
        const char *name = g_hash_table_lookup(given, text);
        g_autofree char *length = g_strdup_printf("%u: it becomes '%s'", scalar->length, name);
        CfnFinding *finding = report_length(names, scalar, length);
        cut(cfn_finding_change(names->pass, finding), scalar, text, name);
    }
}

static void check_kind(CfnPass *pass, const char *type, const char *noun)
{
    g_autoptr(GPtrArray) nodes = g_ptr_array_new();
    g_autoptr(GPtrArray) long_names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GHashTable) known = g_hash_table_new(cfn_hash_string, g_str_equal);
    g_autoptr(GHashTable) taken = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL);
    Names names = { pass, noun, nodes, long_names, known, taken };
    const GPtrArray *resources = cfn_template_resources_of(pass->template, type);
    for (guint i = 0; i < resources->len; i++) {
        const CfnResource *resource = resources->pdata[i];
        g_autoptr(GPtrArray) values = g_ptr_array_new();
        cfn_branches(cfn_resource_property(resource, "Name"), values);
        for (guint k = 0; k < values->len; k++) {
            look_at(&names, values->pdata[k], cfn_pass_skips(pass, resource));
        }
    }
    repair(&names);
}

static void apply_template(CfnPass *pass)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        check_kind(pass, kinds[i].type, kinds[i].noun);
    }
}

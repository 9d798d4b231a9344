/*
 * Port 80 of a group is needed where something in the template that comes from outside (a listener, a content delivery
 * network, a health check) gets to it, or where nothing else lets the world in.
 *
 * What comes from outside names what it talks to, which names its security group: all that is named, over any number of
 * steps, is marked once with the reason.
 */
#include "transforms/port_80_use.h"

#include "transforms/load_balancers.h"

/* Of one group. */
typedef struct {
    const char *need;   /* what relies on port 80 whatever the conditions; NULL: nothing */
    GPtrArray *ways;    /* CfnIngress: rules that let the world in to HTTPS */
    bool way_elsewhere; /* HTTPS is served, and a group that is not in this template may let the world in */
    bool others;        /* the world gets to other ports */
} Verdict;

struct CfnPort80Use {
    const CfnSecurityGroups *groups;
    const CfnTemplate *template;
    const char **caller;   /* for each resource: what calls it from outside on port 80 */
    const char **sender;   /* for each resource: what in the network sends to its port 80 */
    const char *anywhere;  /* what calls on port 80 without saying whom */
    const char *bare;      /* what passes port 80 on to instances as it comes */
    GHashTable *verdicts;  /* CfnSecurityGroup to Verdict */
    GStringChunk *texts;
};

static void free_verdict(gpointer data)
{
    Verdict *verdict = data;
    g_ptr_array_unref(verdict->ways);
    g_free(verdict);
}

static const char *text_of(CfnPort80Use *use, const char *format, ...) G_GNUC_PRINTF(2, 3);

static const char *text_of(CfnPort80Use *use, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return g_string_chunk_insert_const(use->texts, text);
}

/* ---- Who talks to port 80 ---- */

/* Marks all resources that are named under FROM, and under those. False if there is none. */
static bool mark_named(CfnPort80Use *use, const char **marks, const CfnNode *from, const char *text)
{
    g_autoptr(GPtrArray) queue = g_ptr_array_new();
    g_ptr_array_add(queue, (gpointer)from);
    bool any = false;
    for (guint i = 0; i < queue->len; i++) {
        g_autoptr(GPtrArray) named = cfn_references_under(use->template, queue->pdata[i]);
        for (guint k = 0; k < named->len; k++) {
            const CfnReference *reference = named->pdata[k];
            const CfnResource *resource = cfn_template_resource(use->template, reference->name);
            if (resource == NULL || reference->kind == CFN_REFERS_CONDITION) {
                continue;
            }
            any = true;
            if (marks[resource->index] == NULL) {
                marks[resource->index] = text;
                g_ptr_array_add(queue, (gpointer)resource->node);
            }
        }
    }
    return any;
}

/* Whether some mapping under NODE lets CloudFront fetch over HTTP on port 80. */
static bool fetches_plainly(const CfnTemplate *template, const CfnNode *node)
{
    const CfnNode *policy = cfn_node_get(node, "OriginProtocolPolicy");
    const CfnNode *port = cfn_node_get(node, "HTTPPort");
    if ((cfn_can_be_text(template, policy, "http-only") ||
         cfn_can_be_text(template, policy, "match-viewer")) &&
        (port == NULL || cfn_can_be_integer(template, port, 80))) {
        return true;
    }
    for (const CfnNode *child = node->first; child != NULL; child = child->next) {
        if (fetches_plainly(template, child)) {
            return true;
        }
    }
    return false;
}

static void note_distribution(CfnPort80Use *use, const CfnResource *distribution)
{
    const CfnNode *config = cfn_resource_property(distribution, "DistributionConfig");
    cfn_node_each_item(origin, cfn_node_get(config, "Origins")) {
        if (fetches_plainly(use->template, origin)) {
            mark_named(use, use->caller, origin,
                       text_of(use, "CloudFront (%s) fetches from port 80",
                               distribution->logical_id));
        }
    }
}

/* Whether some port range under NODE contains port 80. */
static bool has_range_with_80(const CfnTemplate *template, const CfnNode *node)
{
    int64_t from = 0, to = 0;
    if (cfn_known_integer(template, cfn_node_get(node, "FromPort"), &from) &&
        cfn_known_integer(template, cfn_node_get(node, "ToPort"), &to) && from <= 80 && to >= 80) {
        return true;
    }
    for (const CfnNode *child = node->first; child != NULL; child = child->next) {
        if (has_range_with_80(template, child)) {
            return true;
        }
    }
    return false;
}

/* Whether the listener that an endpoint group names takes port 80. */
static bool accelerator_takes_80(const CfnTemplate *template, const CfnResource *endpoints)
{
    g_autoptr(GPtrArray) named = cfn_references_under(template, endpoints->node);
    for (guint i = 0; i < named->len; i++) {
        const CfnReference *reference = named->pdata[i];
        const CfnResource *listener = cfn_template_resource(template, reference->name);
        if (listener != NULL && strcmp(listener->type, "AWS::GlobalAccelerator::Listener") == 0 &&
            has_range_with_80(template, listener->node)) {
            return true;
        }
    }
    return false;
}

static bool overrides_to_80(const CfnResource *endpoints)
{
    cfn_node_each_item(item, cfn_resource_property(endpoints, "PortOverrides")) {
        if (cfn_can_be_integer(endpoints->template, cfn_node_get(item, "EndpointPort"), 80)) {
            return true;
        }
    }
    return false;
}

static void note_endpoint_group(CfnPort80Use *use, const CfnResource *endpoints)
{
    const CfnNode *check = cfn_resource_property(endpoints, "HealthCheckPort");
    if (cfn_can_be_integer(use->template, check, 80) || overrides_to_80(endpoints) ||
        accelerator_takes_80(use->template, endpoints)) {
        mark_named(use, use->caller, endpoints->node,
                   text_of(use, "Global Accelerator (%s) sends to port 80", endpoints->logical_id));
    }
}

static void note_health_check(CfnPort80Use *use, const CfnResource *check)
{
    const CfnNode *config = cfn_resource_property(check, "HealthCheckConfig");
    const CfnNode *type = cfn_node_get(config, "Type");
    const CfnNode *port = cfn_node_get(config, "Port");
    bool plain = cfn_can_be_text(use->template, type, "HTTP") ||
                 cfn_can_be_text(use->template, type, "HTTP_STR_MATCH");
    if (cfn_can_be_integer(use->template, port, 80) || (plain && port == NULL)) {
        const char *text =
            text_of(use, "the Route 53 health check %s calls port 80", check->logical_id);
        if (!mark_named(use, use->caller, config, text)) {
            use->anywhere = text;
        }
    }
}

/* Whoever names a target group registers with it; its listeners do not. */
static void note_sender(CfnPort80Use *use, const CfnResource *sender)
{
    const char *text = text_of(use, "%s sends to port 80, and no other rule lets it in",
                               sender->logical_id);
    mark_named(use, use->sender, sender->node, text);
    const GPtrArray *references = cfn_references_to(use->template, sender->logical_id);
    for (guint i = 0; i < references->len; i++) {
        const CfnResource *from = ((const CfnReference *)references->pdata[i])->resource;
        if (from != NULL && !cfn_is_listener(from) && use->sender[from->index] == NULL) {
            use->sender[from->index] = text;
            mark_named(use, use->sender, from->node, text);
        }
    }
}

static const struct {
    const char *type;
    void (*note)(CfnPort80Use *use, const CfnResource *resource);
} talkers[] = {
    { "AWS::CloudFront::Distribution", note_distribution },
    { "AWS::GlobalAccelerator::EndpointGroup", note_endpoint_group },
    { "AWS::Route53::HealthCheck", note_health_check },
};

static void note_talkers(CfnPort80Use *use)
{
    for (size_t i = 0; i < G_N_ELEMENTS(talkers); i++) {
        const GPtrArray *resources = cfn_template_resources_of(use->template, talkers[i].type);
        for (guint k = 0; k < resources->len; k++) {
            talkers[i].note(use, resources->pdata[k]);
        }
    }
}

static void note_load_balancing(CfnPort80Use *use)
{
    uint32_t count = cfn_template_resource_count(use->template);
    for (uint32_t i = 0; i < count; i++) {
        const CfnResource *resource = cfn_template_resource_at(use->template, i);
        if (cfn_sends_to_port_80(resource)) {
            note_sender(use, resource);
        }
        if (use->bare == NULL && cfn_is_bare_network_balancer(resource)) {
            g_autofree char *need = cfn_load_balancer_need(resource);
            use->bare = need != NULL ? text_of(use, "%s", need) : NULL;
        }
    }
}

CfnPort80Use *cfn_port_80_use_new(const CfnSecurityGroups *groups)
{
    CfnPort80Use *use = g_new0(CfnPort80Use, 1);
    use->groups = groups;
    use->template = groups->template;
    uint32_t count = cfn_template_resource_count(use->template);
    use->caller = g_new0(const char *, count);
    use->sender = g_new0(const char *, count);
    use->verdicts = g_hash_table_new_full(NULL, NULL, NULL, free_verdict);
    use->texts = g_string_chunk_new(256);
    note_talkers(use);
    note_load_balancing(use);
    return use;
}

void cfn_port_80_use_free(CfnPort80Use *use)
{
    g_hash_table_unref(use->verdicts);
    g_string_chunk_free(use->texts);
    g_free(use->caller);
    g_free(use->sender);
    g_free(use);
}

/* ---- One group ---- */

/* What is found out about a group on the way to its verdict. */
typedef struct {
    CfnPort80Use *use;
    const CfnSecurityGroup *group;
    Verdict *verdict;
    GPtrArray *peers; /* the group, and those that stand beside it on a load balancer that serves HTTPS */
    GArray *ports;    /* int64_t: where HTTPS is served */
    bool balanced;    /* a load balancer uses it */
} Inquiry;

static void note_need(Inquiry *inquiry, const char *need)
{
    if (inquiry->verdict->need == NULL) {
        inquiry->verdict->need = need;
    }
}

/* The entries of a load balancer's SecurityGroups beside the group itself. */
static void note_peers(Inquiry *inquiry, const CfnNode *list)
{
    const CfnTemplate *template = inquiry->use->template;
    g_autoptr(GPtrArray) named = cfn_references_under(template, list);
    guint known = 0;
    for (guint i = 0; i < named->len; i++) {
        const char *name = ((const CfnReference *)named->pdata[i])->name;
        const CfnSecurityGroup *peer = cfn_security_groups_find(inquiry->use->groups, name);
        bool is_here = peer != NULL && cfn_template_resource(template, name) != NULL;
        known += is_here || peer == inquiry->group;
        if (is_here && peer != inquiry->group) {
            g_ptr_array_add(inquiry->peers, (gpointer)peer);
        }
    }
    if (!cfn_node_is_sequence(list) || known < list->count) {
        inquiry->verdict->way_elsewhere = true;
    }
}

static void note_balancer(Inquiry *inquiry, const CfnResource *balancer, const CfnNode *list)
{
    inquiry->balanced = true;
    g_autofree char *need = cfn_load_balancer_need(balancer);
    if (need != NULL) {
        note_need(inquiry, text_of(inquiry->use, "%s", need));
    }
    if (cfn_load_balancer_https(balancer, inquiry->ports)) {
        note_peers(inquiry, list);
    }
}

/* Whether a rule for someone else than the world lets in to port 80. */
static bool admits_others(const CfnTemplate *template, const CfnSecurityGroup *group)
{
    for (guint i = 0; i < group->rules->len; i++) {
        const CfnIngress *ingress = group->rules->pdata[i];
        if (!cfn_rule_is_for_world(template, ingress->rule) &&
            cfn_rule_admits(template, ingress->rule, 80)) {
            return true;
        }
    }
    return false;
}

static void note_user(Inquiry *inquiry, const CfnReference *reference, bool admits_senders)
{
    const CfnResource *user = reference->resource;
    if (user == NULL || cfn_is_group_or_rule(user)) {
        return;
    }
    const CfnPort80Use *use = inquiry->use;
    const CfnNode *list = cfn_resource_property(user, "SecurityGroups");
    if (cfn_is_load_balancer(user)) {
        if (list != NULL && cfn_node_is_under(reference->node, list)) {
            note_balancer(inquiry, user, list);
        }
    } else if (!admits_senders && use->sender[user->index] != NULL) {
        note_need(inquiry, use->sender[user->index]);
    }
    if (use->caller[user->index] != NULL) {
        note_need(inquiry, use->caller[user->index]);
    }
}

static bool admits_https(const Inquiry *inquiry, const CfnNode *rule)
{
    for (guint i = 0; i < inquiry->ports->len; i++) {
        if (cfn_rule_admits(inquiry->use->template, rule,
                            g_array_index(inquiry->ports, int64_t, i))) {
            return true;
        }
    }
    return false;
}

static void note_ways(Inquiry *inquiry, const CfnSecurityGroup *group)
{
    const CfnTemplate *template = inquiry->use->template;
    for (guint i = 0; i < group->rules->len; i++) {
        CfnIngress *ingress = group->rules->pdata[i];
        if (!cfn_rule_is_for_world(template, ingress->rule)) {
            continue;
        }
        if (admits_https(inquiry, ingress->rule)) {
            g_ptr_array_add(inquiry->verdict->ways, ingress);
        } else if (!cfn_rule_admits(template, ingress->rule, 80)) {
            inquiry->verdict->others = true;
        }
    }
}

static void inquire(Inquiry *inquiry)
{
    CfnPort80Use *use = inquiry->use;
    const CfnSecurityGroup *group = inquiry->group;
    if (group->name != NULL) {
        bool admits_senders = admits_others(use->template, group);
        const GPtrArray *references = cfn_references_to(use->template, group->name);
        for (guint i = 0; i < references->len; i++) {
            note_user(inquiry, references->pdata[i], admits_senders);
        }
    }
    if (use->anywhere != NULL) {
        note_need(inquiry, use->anywhere);
    }
    if (use->bare != NULL && !inquiry->balanced) {
        note_need(inquiry, use->bare);
    }
    for (guint i = 0; i < inquiry->peers->len; i++) {
        note_ways(inquiry, inquiry->peers->pdata[i]);
    }
}

static const Verdict *verdict_on(CfnPort80Use *use, const CfnSecurityGroup *group)
{
    Verdict *verdict = g_hash_table_lookup(use->verdicts, group);
    if (verdict != NULL) {
        return verdict;
    }
    verdict = g_new0(Verdict, 1);
    verdict->ways = g_ptr_array_new();
    g_hash_table_insert(use->verdicts, (gpointer)group, verdict);
    g_autoptr(GPtrArray) peers = g_ptr_array_new();
    g_autoptr(GArray) ports = g_array_new(FALSE, FALSE, sizeof(int64_t));
    int64_t https = 443;
    g_ptr_array_add(peers, (gpointer)group);
    g_array_append_val(ports, https);
    Inquiry inquiry = { use, group, verdict, peers, ports, false };
    inquire(&inquiry);
    return verdict;
}

const char *cfn_port_80_need(CfnPort80Use *use, const CfnIngress *rule)
{
    const Verdict *verdict = verdict_on(use, rule->group);
    if (verdict->need != NULL || verdict->way_elsewhere) {
        return verdict->need;
    }
    for (guint i = 0; i < verdict->ways->len; i++) {
        if (cfn_ingress_accompanies(verdict->ways->pdata[i], rule)) {
            return NULL;
        }
    }
    if (verdict->ways->len > 0) {
        return "HTTPS is open to the world only under other conditions";
    }
    return verdict->others ? "HTTPS is not open to the world beside it"
                           : "it is the only way in from the world";
}

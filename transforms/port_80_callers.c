/*
 * What comes from outside names what it talks to, which names its security group. All that is
 * named, over any number of steps, is marked once with who talks to it.
 */
#include "transforms/port_80_callers.h"

#include "transforms/ingress_rule.h"
#include "transforms/load_balancers.h"

static const char *text_of(CfnPort80Callers *callers, const char *format, ...) G_GNUC_PRINTF(2, 3);

static const char *text_of(CfnPort80Callers *callers, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return g_string_chunk_insert_const(callers->texts, text);
}

/* Marks all resources that are named under FROM, and under those. False if there is none. */
static bool mark_named(CfnPort80Callers *callers, const char **marks, const CfnNode *from,
                       const char *text)
{
    g_autoptr(GPtrArray) queue = g_ptr_array_new();
    g_ptr_array_add(queue, (gpointer)from);
    bool any = false;
    for (guint i = 0; i < queue->len; i++) {
        g_autoptr(GPtrArray) named = cfn_references_under(callers->template, queue->pdata[i]);
        for (guint k = 0; k < named->len; k++) {
            const CfnReference *reference = named->pdata[k];
            const CfnResource *resource = cfn_template_resource(callers->template, reference->name);
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

static void note_distribution(CfnPort80Callers *callers, const CfnResource *distribution)
{
    const CfnNode *config = cfn_resource_property(distribution, "DistributionConfig");
    cfn_node_each_item(origin, cfn_node_get(config, "Origins")) {
        if (fetches_plainly(callers->template, origin)) {
            mark_named(
                callers, callers->caller, origin,
                text_of(callers, "CloudFront (%s) fetches from port 80", distribution->logical_id));
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
        if (listener != NULL &&
            cfn_resource_has_type(listener, "AWS::GlobalAccelerator::Listener") &&
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

static void note_endpoint_group(CfnPort80Callers *callers, const CfnResource *endpoints)
{
    const CfnNode *check = cfn_resource_property(endpoints, "HealthCheckPort");
    if (cfn_can_be_integer(callers->template, check, 80) || overrides_to_80(endpoints) ||
        accelerator_takes_80(callers->template, endpoints)) {
        mark_named(
            callers, callers->caller, endpoints->node,
            text_of(callers, "Global Accelerator (%s) sends to port 80", endpoints->logical_id));
    }
}

static void note_health_check(CfnPort80Callers *callers, const CfnResource *check)
{
    const CfnNode *config = cfn_resource_property(check, "HealthCheckConfig");
    const CfnNode *type = cfn_node_get(config, "Type");
    const CfnNode *port = cfn_node_get(config, "Port");
    bool plain = cfn_can_be_text(callers->template, type, "HTTP") ||
                 cfn_can_be_text(callers->template, type, "HTTP_STR_MATCH");
    if (cfn_can_be_integer(callers->template, port, 80) || (plain && port == NULL)) {
        const char *text =
            text_of(callers, "the Route 53 health check %s calls port 80", check->logical_id);
        if (!mark_named(callers, callers->caller, config, text)) {
            callers->anywhere = text;
        }
    }
}

/* Whoever names a target group registers with it; its listeners do not. */
static void note_sender(CfnPort80Callers *callers, const CfnResource *sender)
{
    const char *text =
        text_of(callers, "%s sends to port 80, and no other rule lets it in", sender->logical_id);
    mark_named(callers, callers->sender, sender->node, text);
    const GPtrArray *references = cfn_references_to(callers->template, sender->logical_id);
    for (guint i = 0; i < references->len; i++) {
        const CfnResource *from = ((const CfnReference *)references->pdata[i])->resource;
        if (from != NULL && !cfn_is_listener(from) && callers->sender[from->index] == NULL) {
            callers->sender[from->index] = text;
            mark_named(callers, callers->sender, from->node, text);
        }
    }
}

static const struct {
    const char *type;
    void (*note)(CfnPort80Callers *callers, const CfnResource *resource);
} talkers[] = {
    { "AWS::CloudFront::Distribution", note_distribution },
    { "AWS::GlobalAccelerator::EndpointGroup", note_endpoint_group },
    { "AWS::Route53::HealthCheck", note_health_check },
};

static void note_talkers(CfnPort80Callers *callers)
{
    for (size_t i = 0; i < G_N_ELEMENTS(talkers); i++) {
        const GPtrArray *resources = cfn_template_resources_of(callers->template, talkers[i].type);
        for (guint k = 0; k < resources->len; k++) {
            talkers[i].note(callers, resources->pdata[k]);
        }
    }
}

static void note_load_balancing(CfnPort80Callers *callers)
{
    uint32_t count = cfn_template_resource_count(callers->template);
    for (uint32_t i = 0; i < count; i++) {
        const CfnResource *resource = cfn_template_resource_at(callers->template, i);
        if (cfn_sends_to_port_80(resource)) {
            note_sender(callers, resource);
        }
        if (callers->bare == NULL && cfn_is_bare_network_balancer(resource)) {
            g_autofree char *need = cfn_load_balancer_need(resource);
            callers->bare = need != NULL ? text_of(callers, "%s", need) : NULL;
        }
    }
}

CfnPort80Callers *cfn_port_80_callers_new(const CfnTemplate *template)
{
    CfnPort80Callers *callers = g_new0(CfnPort80Callers, 1);
    uint32_t count = cfn_template_resource_count(template);
    callers->template = template;
    callers->caller = g_new0(const char *, count);
    callers->sender = g_new0(const char *, count);
    callers->texts = g_string_chunk_new(256);
    note_talkers(callers);
    note_load_balancing(callers);
    return callers;
}

void cfn_port_80_callers_free(CfnPort80Callers *callers)
{
    g_string_chunk_free(callers->texts);
    g_free(callers->caller);
    g_free(callers->sender);
    g_free(callers);
}

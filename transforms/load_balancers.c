/*
 * Listeners are resources of their own that name their load balancer; a classic load balancer has
 * a list of them.
 */
#include "transforms/load_balancers.h"

#include "transforms/ingress_rule.h"

#define BALANCER "AWS::ElasticLoadBalancingV2::LoadBalancer"
#define CLASSIC "AWS::ElasticLoadBalancing::LoadBalancer"
#define LISTENER "AWS::ElasticLoadBalancingV2::Listener"
#define LISTENER_RULE "AWS::ElasticLoadBalancingV2::ListenerRule"
#define TARGET_GROUP "AWS::ElasticLoadBalancingV2::TargetGroup"

bool cfn_is_load_balancer(const CfnResource *resource)
{
    return cfn_resource_has_type(resource, BALANCER) || cfn_resource_has_type(resource, CLASSIC);
}

bool cfn_is_listener(const CfnResource *resource)
{
    return cfn_resource_has_type(resource, LISTENER) ||
           cfn_resource_has_type(resource, LISTENER_RULE);
}

static bool is_network(const CfnResource *balancer)
{
    return cfn_can_be_text(balancer->template, cfn_resource_property(balancer, "Type"), "network");
}

bool cfn_is_bare_network_balancer(const CfnResource *resource)
{
    return cfn_resource_has_type(resource, BALANCER) && is_network(resource) &&
           cfn_resource_property(resource, "SecurityGroups") == NULL;
}

/* The resources of TYPE that name RESOURCE in PROPERTY, as CfnResource*. */
static GPtrArray *owned_by(const CfnResource *resource, const char *type, const char *property)
{
    GPtrArray *owned = g_ptr_array_new();
    const GPtrArray *references = cfn_references_to(resource->template, resource->logical_id);
    for (guint i = 0; i < references->len; i++) {
        const CfnReference *reference = references->pdata[i];
        const CfnResource *from = reference->resource;
        const CfnNode *value = NULL;
        if (from != NULL && cfn_resource_has_type(from, type)) {
            value = cfn_resource_property(from, property);
        }
        if (value != NULL && cfn_node_is_under(reference->node, value)) {
            g_ptr_array_add(owned, (gpointer)from);
        }
    }
    return owned;
}

static GPtrArray *listeners_of(const CfnResource *balancer)
{
    return owned_by(balancer, LISTENER, "LoadBalancerArn");
}

static bool is_on_80(const CfnResource *listener)
{
    return cfn_can_be_integer(listener->template, cfn_resource_property(listener, "Port"), 80);
}

/* Whether PROTOCOL is HTTPS or its like in all its branches. */
static bool is_secure(const CfnTemplate *template, const CfnNode *protocol)
{
    static const char *const secure[] = { "HTTPS", "TLS", "SSL" };
    g_autoptr(GPtrArray) branches = g_ptr_array_new();
    cfn_branches(protocol, branches);
    guint matching = 0;
    for (guint i = 0; i < branches->len; i++) {
        const CfnNode *known = cfn_resolve(template, branches->pdata[i]);
        for (size_t k = 0; k < G_N_ELEMENTS(secure); k++) {
            matching += cfn_node_equals_nocase(known, secure[k]);
        }
    }
    return matching > 0 && matching == branches->len;
}

static bool is_secure_listener(const CfnResource *listener)
{
    return is_secure(listener->template, cfn_resource_property(listener, "Protocol"));
}

/* ---- What a listener on port 80 is for ---- */

/* Whether some action under ACTIONS redirects to HTTPS. */
static bool has_redirect(const CfnTemplate *template, const CfnNode *actions)
{
    for (const CfnNode *child = actions->first; child != NULL; child = child->next) {
        const CfnNode *to = cfn_node_get(child, "RedirectConfig");
        if (cfn_can_be_text(template, cfn_node_get(to, "Protocol"), "HTTPS") ||
            has_redirect(template, child)) {
            return true;
        }
    }
    return false;
}

static bool redirects(const CfnResource *listener, const char *property)
{
    const CfnNode *actions = cfn_resource_property(listener, property);
    return actions != NULL && has_redirect(listener->template, actions);
}

static bool any_rule_redirects(const CfnResource *listener)
{
    g_autoptr(GPtrArray) rules = owned_by(listener, LISTENER_RULE, "ListenerArn");
    for (guint i = 0; i < rules->len; i++) {
        if (redirects(rules->pdata[i], "Actions")) {
            return true;
        }
    }
    return false;
}

/* Whether one of LISTENERS speaks HTTPS and is there whenever LISTENER is. */
static bool has_https_beside(const GPtrArray *listeners, const CfnResource *listener,
                             const CfnResource *balancer)
{
    const char *condition = listener->condition != NULL ? listener->condition : balancer->condition;
    for (guint i = 0; i < listeners->len; i++) {
        const CfnResource *other = listeners->pdata[i];
        if (other != listener && is_secure_listener(other) &&
            cfn_condition_implies(other->template, condition, other->condition) == CFN_YES) {
            return true;
        }
    }
    return false;
}

static char *need_of_listener(const CfnResource *balancer, const CfnResource *listener,
                              const GPtrArray *listeners)
{
    const char *id = listener->logical_id;
    if (is_network(balancer)) {
        return g_strdup_printf("the network load balancer %s listens on port 80",
                               balancer->logical_id);
    }
    if (redirects(listener, "DefaultActions") || any_rule_redirects(listener)) {
        return g_strdup_printf("%s redirects from port 80 to HTTPS, so it is open on purpose", id);
    }
    if (!has_https_beside(listeners, listener, balancer)) {
        return g_strdup_printf("%s serves port 80, and %s has no HTTPS listener beside it", id,
                               balancer->logical_id);
    }
    return NULL;
}

/* ---- Classic load balancers ---- */

/* Whether KEY is 80 in an item of LISTENERS, through Fn::If. */
static bool classic_has_80(const CfnTemplate *template, const CfnNode *listeners, const char *key)
{
    for (const CfnNode *child = listeners->first; child != NULL; child = child->next) {
        if (cfn_can_be_integer(template, cfn_node_get(child, key), 80) ||
            classic_has_80(template, child, key)) {
            return true;
        }
    }
    return false;
}

static bool classic_listens(const CfnResource *classic, const char *key)
{
    const CfnNode *listeners = cfn_resource_property(classic, "Listeners");
    return listeners != NULL && classic_has_80(classic->template, listeners, key);
}

char *cfn_load_balancer_need(const CfnResource *balancer)
{
    if (cfn_resource_has_type(balancer, CLASSIC)) {
        return classic_listens(balancer, "LoadBalancerPort")
                   ? g_strdup_printf("the classic load balancer %s listens on port 80",
                                     balancer->logical_id)
                   : NULL;
    }
    g_autoptr(GPtrArray) listeners = listeners_of(balancer);
    for (guint i = 0; i < listeners->len; i++) {
        const CfnResource *listener = listeners->pdata[i];
        char *need = is_on_80(listener) ? need_of_listener(balancer, listener, listeners) : NULL;
        if (need != NULL) {
            return need;
        }
    }
    return NULL;
}

bool cfn_load_balancer_https(const CfnResource *balancer, GArray *ports)
{
    bool found = false;
    g_autoptr(GPtrArray) listeners = listeners_of(balancer);
    for (guint i = 0; i < listeners->len; i++) {
        const CfnResource *listener = listeners->pdata[i];
        if (!is_secure_listener(listener)) {
            continue;
        }
        found = true;
        int64_t port = 0;
        if (cfn_known_integer(balancer->template, cfn_resource_property(listener, "Port"), &port)) {
            g_array_append_val(ports, port);
        }
    }
    return found;
}

bool cfn_sends_to_port_80(const CfnResource *resource)
{
    const CfnTemplate *template = resource->template;
    if (cfn_resource_has_type(resource, CLASSIC)) {
        const CfnNode *check = cfn_resource_property(resource, "HealthCheck");
        return classic_listens(resource, "InstancePort") ||
               cfn_node_has_prefix(cfn_node_get(check, "Target"), "HTTP:80/");
    }
    return cfn_resource_has_type(resource, TARGET_GROUP) &&
           (cfn_can_be_integer(template, cfn_resource_property(resource, "Port"), 80) ||
            cfn_can_be_integer(template, cfn_resource_property(resource, "HealthCheckPort"), 80));
}

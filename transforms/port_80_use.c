/*
 * Port 80 of a group is needed where something that comes from outside (a listener, CloudFront, a
 * health check) gets to it, or where nothing else lets the world in.
 */
#include "transforms/port_80_use.h"

#include "text/hash.h"
#include "transforms/load_balancers.h"
#include "transforms/port_80_callers.h"

/* So many ways in, under different conditions, are looked at. A cap keeps large templates
   linear. */
#define WAYS 32

/* Of one group. */
typedef struct {
    const char *need;    /* what relies on port 80 whatever the conditions; NULL: nothing */
    GHashTable *ways;    /* CfnIngress by their stand: rules that let the world in to HTTPS */
    GHashTable *answers; /* what was answered, by the stand of the rule asked for */
    bool way_elsewhere;  /* HTTPS is served, and a group from elsewhere may let the world in */
    bool others;         /* the world gets to other ports */
} Verdict;

struct CfnPort80Use {
    const CfnSecurityGroups *groups;
    CfnPort80Callers *callers;
    GHashTable *verdicts; /* CfnSecurityGroup to Verdict */
    GStringChunk *texts;
};

static void free_verdict(gpointer data)
{
    Verdict *verdict = data;
    g_hash_table_unref(verdict->ways);
    g_hash_table_unref(verdict->answers);
    g_free(verdict);
}

CfnPort80Use *cfn_port_80_use_new(const CfnSecurityGroups *groups)
{
    CfnPort80Use *use = g_new0(CfnPort80Use, 1);
    use->groups = groups;
    use->callers = cfn_port_80_callers_new(groups->template);
    use->verdicts = g_hash_table_new_full(NULL, NULL, NULL, free_verdict);
    use->texts = g_string_chunk_new(256);
    return use;
}

void cfn_port_80_use_free(CfnPort80Use *use)
{
    g_hash_table_unref(use->verdicts);
    g_string_chunk_free(use->texts);
    cfn_port_80_callers_free(use->callers);
    g_free(use);
}

/* What is found out about a group on the way to its verdict. */
typedef struct {
    CfnPort80Use *use;
    const CfnSecurityGroup *group;
    Verdict *verdict;
    GPtrArray
        *peers; /* the group, and those that stand beside it on a load balancer that serves HTTPS */
    GArray *ports; /* int64_t: where HTTPS is served */
    bool balanced; /* a load balancer uses it */
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
    const CfnTemplate *template = inquiry->use->groups->template;
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
    if (!cfn_node_is_sequence(list) || known < cfn_node_count(list)) {
        inquiry->verdict->way_elsewhere = true;
    }
}

static void note_balancer(Inquiry *inquiry, const CfnResource *balancer, const CfnNode *list)
{
    inquiry->balanced = true;
    g_autofree char *need = cfn_load_balancer_need(balancer);
    if (need != NULL) {
        note_need(inquiry, g_string_chunk_insert_const(inquiry->use->texts, need));
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
    const CfnPort80Callers *callers = inquiry->use->callers;
    const CfnNode *list = cfn_resource_property(user, "SecurityGroups");
    if (cfn_is_load_balancer(user)) {
        if (list != NULL && cfn_node_is_under(reference->node, list)) {
            note_balancer(inquiry, user, list);
        }
    } else if (!admits_senders && callers->sender[user->index] != NULL) {
        note_need(inquiry, callers->sender[user->index]);
    }
    if (callers->caller[user->index] != NULL) {
        note_need(inquiry, callers->caller[user->index]);
    }
}

static bool admits_https(const Inquiry *inquiry, const CfnNode *rule)
{
    for (guint i = 0; i < inquiry->ports->len; i++) {
        if (cfn_rule_admits(inquiry->use->groups->template, rule,
                            g_array_index(inquiry->ports, int64_t, i))) {
            return true;
        }
    }
    return false;
}

static void note_way(Verdict *verdict, CfnIngress *way)
{
    if (g_hash_table_size(verdict->ways) < WAYS) {
        g_hash_table_insert(verdict->ways, cfn_ingress_stand(way), way);
    }
}

static void note_ways(Inquiry *inquiry, const CfnSecurityGroup *group)
{
    const CfnTemplate *template = inquiry->use->groups->template;
    for (guint i = 0; i < group->rules->len; i++) {
        CfnIngress *ingress = group->rules->pdata[i];
        if (!cfn_rule_is_for_world(template, ingress->rule)) {
            continue;
        }
        if (admits_https(inquiry, ingress->rule)) {
            note_way(inquiry->verdict, ingress);
        } else if (!cfn_rule_admits(template, ingress->rule, 80)) {
            inquiry->verdict->others = true;
        }
    }
}

static void inquire(Inquiry *inquiry)
{
    const CfnPort80Use *use = inquiry->use;
    const CfnPort80Callers *callers = use->callers;
    const CfnSecurityGroup *group = inquiry->group;
    if (group->name != NULL) {
        bool admits_senders = admits_others(use->groups->template, group);
        const GPtrArray *references = cfn_references_to(use->groups->template, group->name);
        for (guint i = 0; i < references->len; i++) {
            note_user(inquiry, references->pdata[i], admits_senders);
        }
    }
    if (callers->anywhere != NULL) {
        note_need(inquiry, callers->anywhere);
    }
    if (callers->bare != NULL && !inquiry->balanced) {
        note_need(inquiry, callers->bare);
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
    verdict->ways = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL);
    verdict->answers = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL);
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

/* What speaks against taking RULE away as far as other ways in go. */
static const char *lacking_way(const Verdict *verdict, const CfnIngress *rule)
{
    GHashTableIter each;
    gpointer way = NULL;
    g_hash_table_iter_init(&each, verdict->ways);
    while (g_hash_table_iter_next(&each, NULL, &way)) {
        if (cfn_ingress_accompanies(way, rule)) {
            return NULL;
        }
    }
    if (g_hash_table_size(verdict->ways) > 0) {
        return "HTTPS is open to the world only under other conditions";
    }
    return verdict->others ? "HTTPS is not open to the world beside it"
                           : "it is the only way in from the world";
}

const char *cfn_port_80_need(CfnPort80Use *use, const CfnIngress *rule)
{
    const Verdict *verdict = verdict_on(use, rule->group);
    if (verdict->need != NULL || verdict->way_elsewhere) {
        return verdict->need;
    }
    g_autofree char *stand = cfn_ingress_stand(rule);
    gpointer answer = NULL;
    if (!g_hash_table_lookup_extended(verdict->answers, stand, NULL, &answer)) {
        answer = (gpointer)lacking_way(verdict, rule);
        g_hash_table_insert(verdict->answers, g_steal_pointer(&stand), answer);
    }
    return answer;
}

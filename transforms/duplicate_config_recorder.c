/*
 * An account has one configuration recorder and one delivery channel in each region.
 *
 * A second one of either fails with MaxNumberOfConfigurationRecordersExceededException or
 * MaxNumberOfDeliveryChannelsExceededException. Of several in one template all but the first fail;
 * whether the account has one already no template can tell, so for that there is a setting.
 */
#include "transforms/give_way.h"
#include "transforms/put_under_condition.h"
#include "transforms/repoint.h"
#include "transforms/rivals.h"

#define RECORDER "AWS::Config::ConfigurationRecorder"
#define CHANNEL "AWS::Config::DeliveryChannel"
#define SETTING "account-has-recorder"
#define SWITCH "CreateConfigRecorder"

static void apply_template(CfnPass *pass);

const CfnTransform cfn_transform_duplicate_config_recorder = {
    .id = "duplicate-config-recorder",
    .summary = "Keep one AWS Config recorder and one delivery channel",
    .rationale =
        "An account has one customer-managed configuration recorder and one delivery "
        "channel in each region. Creating another one fails with "
        "MaxNumberOfConfigurationRecordersExceededException or "
        "MaxNumberOfDeliveryChannelsExceededException.\n\n"
        "Of those that can exist together in one template the first stays that exists "
        "whenever the others do: one without a condition, or one under the same condition. "
        "All that names the others names it instead. Where a stack that is deployed owns "
        "one of the others, give its logical id to the one that stays.\n\n"
        "A recorder and a delivery channel never get a DependsOn to each other: "
        "CloudFormation starts the recorder once the channel is there, so one that waits "
        "for the other hangs.\n\n"
        "With `--same-account` all templates that are read are deployed to one account and "
        "region, so one recorder and one delivery channel stay in all of them; docs/batch.md "
        "tells which, and what becomes of the others.\n\n"
        "A single recorder is told and left alone, since only the account knows whether it "
        "has one. If it has, say so: `--set "
        "duplicate-config-recorder.account-has-recorder=true`. Then recorder and channel go "
        "under a new parameter `CreateConfigRecorder`, by default `'false'`, and a "
        "condition of that name, together with the conditions they have; all that refers to "
        "them becomes conditional too, and a rule's `DependsOn` becomes a reference in its "
        "`Metadata`, which keeps the order where there is a recorder. Mind that deploying "
        "`'false'` over a stack that owns the recorder deletes it.",
    .url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
           "aws-resource-config-configurationrecorder.html",
    .group = CFN_GROUP_DEPLOY,
    .effects = CFN_EFFECT_REMOVAL,
    .resource_types = (const char *const[]){ RECORDER, CHANNEL, NULL },
    .settings =
        (const CfnSetting[]){
            { SETTING, false, "Put recorder and channel under a parameter: the account has them" },
            { NULL, false, NULL },
        },
    .apply_template = apply_template,
};

static const struct {
    const char *type;
    const char *noun;
} kinds[] = {
    { RECORDER, "configuration recorder" },
    { CHANNEL, "delivery channel" },
};

/* ---- Several in one template ---- */

/* The resources of TYPE that this repair may change. */
static GPtrArray *resources_of(const CfnPass *pass, const char *type)
{
    GPtrArray *resources = g_ptr_array_new();
    const GPtrArray *all = cfn_template_resources_of(pass->template, type);
    for (guint i = 0; i < all->len; i++) {
        if (!cfn_pass_skips(pass, all->pdata[i])) {
            g_ptr_array_add(resources, all->pdata[i]);
        }
    }
    return resources;
}

static CfnFinding *report_rival(CfnPass *pass, const CfnRival *rival, const char *noun)
{
    return cfn_report(pass, rival->resource->key,
                      "an account has one %s in each region, and '%s' %s", noun,
                      rival->other->logical_id,
                      rival->covered ? "is there already" : "may be there at the same time");
}

static void explain_uncovered(CfnFinding *finding, const CfnRival *rival)
{
    if (rival->together == CFN_UNKNOWN) {
        cfn_finding_cannot_fix(finding,
                               "whether the conditions '%s' and '%s' exclude each other "
                               "is not known",
                               rival->resource->condition, rival->other->condition);
    } else {
        cfn_finding_cannot_fix(finding,
                               "the conditions '%s' and '%s' can both hold, and neither "
                               "follows from the other",
                               rival->resource->condition, rival->other->condition);
    }
}

/* Reports RIVAL; returns the finding if it goes. */
static CfnFinding *weigh_rival(CfnPass *pass, CfnRepoint *repoint, const CfnRival *rival,
                               const char *noun)
{
    CfnFinding *finding = report_rival(pass, rival, noun);
    if (!rival->covered) {
        explain_uncovered(finding, rival);
        return NULL;
    }
    g_autofree char *obstacle = cfn_repoint_obstacle(repoint, rival->resource, rival->other);
    if (obstacle != NULL) {
        cfn_finding_cannot_fix(finding, "%s", obstacle);
        return NULL;
    }
    cfn_repoint_tell(repoint, rival->resource, rival->other);
    return finding;
}

/* Reports those of a kind that are too many; returns whether any of them goes. */
static bool remove_duplicates(CfnPass *pass, const char *type, const char *noun)
{
    static const char *const never_after[] = { RECORDER, CHANNEL, NULL };
    g_autoptr(GPtrArray) resources = resources_of(pass, type);
    g_autoptr(GArray) rivals = cfn_rivals(pass->template, resources);
    g_autoptr(CfnRepoint) repoint = cfn_repoint_new(pass->template, never_after);
    g_autoptr(GPtrArray) findings = g_ptr_array_new();
    for (guint i = 0; i < rivals->len; i++) {
        const CfnRival *rival = &g_array_index(rivals, CfnRival, i);
        g_ptr_array_add(findings, weigh_rival(pass, repoint, rival, noun));
    }
    bool any = false;
    for (guint i = 0; i < rivals->len; i++) {
        if (findings->pdata[i] != NULL) {
            CfnChange *change = cfn_finding_change(pass, findings->pdata[i]);
            cfn_repoint_apply(repoint, change, g_array_index(rivals, CfnRival, i).resource);
            any = any || cfn_change_refusal(change) == NULL;
        }
    }
    return any;
}

/* ---- Several in one account ---- */

/* Whether KEPT, which is in this template, is none of those that this repair looks at. Otherwise it
   has been weighed against the others already. */
static bool is_beyond(const CfnPass *pass, const CfnKept *kept)
{
    const CfnResource *resource = cfn_template_resource(pass->template, kept->logical_id);
    return resource != NULL && cfn_pass_skips(pass, resource);
}

static void add_leavers(GArray *leavers, const CfnPass *pass, const char *type, const char *noun)
{
    const CfnKept *kept = cfn_pass_kept(pass, type);
    if (kept == NULL || (kept->is_here && !is_beyond(pass, kept))) {
        return;
    }
    g_autoptr(GPtrArray) resources = resources_of(pass, type);
    for (guint i = 0; i < resources->len; i++) {
        CfnLeaver leaver = { resources->pdata[i], kept, noun };
        g_array_append_val(leavers, leaver);
    }
}

/* Whether recorders of this template were told to give way to one of another. */
static bool weigh_account(CfnPass *pass)
{
    g_autoptr(GArray) leavers = g_array_new(FALSE, FALSE, sizeof(CfnLeaver));
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        add_leavers(leavers, pass, kinds[i].type, kinds[i].noun);
    }
    cfn_give_way(pass, leavers);
    const CfnKept *kept = cfn_pass_kept(pass, RECORDER);
    return kept != NULL && !kept->is_here;
}

/* ---- One in an account that may have one ---- */

/* The first recorder that is there whatever the parameters say. */
static void tell_single(CfnPass *pass)
{
    g_autoptr(GPtrArray) recorders = resources_of(pass, RECORDER);
    for (guint i = 0; i < recorders->len; i++) {
        const CfnResource *recorder = recorders->pdata[i];
        if (recorder->condition == NULL) {
            CfnFinding *finding = cfn_report(
                pass, recorder->key,
                "an account has one configuration recorder in each region, and may have it "
                "already");
            cfn_finding_cannot_fix(finding, "only the account can tell; if it has: --set "
                                            "duplicate-config-recorder." SETTING "=true");
            return;
        }
    }
}

static bool is_switch_name(const CfnNode *key)
{
    bool begins = cfn_node_has_prefix(key, SWITCH);
    for (uint32_t i = sizeof SWITCH - 1; begins && i < key->length; i++) {
        begins = g_ascii_isdigit(key->text[i]);
    }
    return begins;
}

/* The condition that an earlier run wrote (or someone as it would have), as a new string, or NULL.
   */
static char *find_switch(const CfnTemplate *template)
{
    cfn_node_each_key(key, cfn_template_section(template, "Conditions")) {
        const CfnNode *sides = cfn_argument(cfn_node_value(key), CFN_FN_EQUALS);
        g_autofree char *name = is_switch_name(key) ? cfn_node_dup_text(key) : NULL;
        if (name != NULL && cfn_is_ref(cfn_node_item(sides, 0), name) &&
            cfn_node_equals(cfn_node_item(sides, 1), "true")) {
            return g_steal_pointer(&name);
        }
    }
    return NULL;
}

static bool is_switched(const CfnPass *pass, const CfnResource *resource, const char *name)
{
    return name != NULL && cfn_stands_for_condition(pass->template, resource->condition, name);
}

/* Recorders and channels that the switch does not turn off. */
static GPtrArray *unswitched(const CfnPass *pass, const char *name)
{
    GPtrArray *found = g_ptr_array_new();
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autoptr(GPtrArray) resources = resources_of(pass, kinds[i].type);
        for (guint k = 0; k < resources->len; k++) {
            if (!is_switched(pass, resources->pdata[k], name)) {
                g_ptr_array_add(found, resources->pdata[k]);
            }
        }
    }
    return found;
}

static bool any_conditional(const GPtrArray *resources)
{
    for (guint i = 0; i < resources->len; i++) {
        if (((const CfnResource *)resources->pdata[i])->condition != NULL) {
            return true;
        }
    }
    return false;
}

static void write_switch(CfnChange *change, const char *name)
{
    static const char parameter[] = "Type: String\n"
                                    "Description: Whether this stack creates the AWS Config "
                                    "recorder of its account and region\n"
                                    "AllowedValues: ['true', 'false']\n"
                                    "Default: 'false'\n";
    g_autofree char *condition = g_strdup_printf("!Equals [!Ref '%s', 'true']", name);
    cfn_edit_add_to_section(change, "Parameters", name, parameter);
    cfn_edit_add_to_section(change, "Conditions", name, condition);
}

static void switch_off(CfnPass *pass)
{
    g_autofree char *known = find_switch(pass->template);
    g_autoptr(GPtrArray) resources = unswitched(pass, known);
    if (resources->len == 0) {
        return;
    }
    g_autofree char *name = known != NULL ? g_strdup(known) : cfn_pass_new_id(pass, SWITCH, SWITCH);
    const CfnResource *first = resources->pdata[0];
    CfnFinding *finding =
        cfn_report(pass, first->key,
                   "the account has a configuration recorder: recorder and delivery channel belong "
                   "under the parameter %s%s (deploying 'false' over a stack that owns them "
                   "deletes them)",
                   name, any_conditional(resources) ? " and the conditions they have" : "");
    finding->effects |= known == NULL ? CFN_EFFECT_NEW_PARAMETER : 0;
    if (known == NULL) {
        write_switch(cfn_finding_change(pass, finding), name);
    }
    cfn_put_under_condition(pass, finding, resources, name);
}

static void apply_template(CfnPass *pass)
{
    bool any = false;
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        any = remove_duplicates(pass, kinds[i].type, kinds[i].noun) || any;
    }
    if (any) {
        return; /* the one that stays is looked at in the next round */
    }
    if (cfn_pass_setting(pass, SETTING)) {
        switch_off(pass);
    } else if (!weigh_account(pass)) {
        tell_single(pass);
    }
}

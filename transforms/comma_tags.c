/*
 * A comma in a tag value is rejected by many services.
 *
 * Each checks its own pattern at deployment ("Invalid tag" from KMS); linters know few of them.
 * Tags of a stack spread to all of its resources, so one comma is enough. What looks for a tag by
 * its value changes with it, or it would find nothing.
 */
#include "engine/transform.h"
#include "model/flatten.h"
#include "text/hash.h"
#include "transforms/comma_text.h"
#include "transforms/tag_matches.h"
#include "transforms/tag_places.h"

static void apply_template(CfnPass *pass);

const CfnTransform cfn_transform_comma_tags = {
    .id = "comma-tags",
    .summary = "Write tag values without commas",
    .rationale = "Most services take letters, digits, spaces and `_ . : / = + - @` in the value of "
                 "a tag and nothing "
                 "else. Some document it (IAM, CloudWatch Logs, ECS, Systems Manager and others "
                 "have the pattern in "
                 "their API), some do not (AWS KMS answers \"Invalid tag\" at deployment, Amazon "
                 "EC2 accepts any "
                 "character). As tags are usually written once for all resources, the repair "
                 "writes a hyphen for each "
                 "comma on all of them: `SOC2, PCI-DSS` becomes `SOC2-PCI-DSS`.\n\n"
                 "Conditions on `aws:ResourceTag/…` and its kin, resource groups, backup "
                 "selections and other selectors "
                 "that name the same key and value change with the tag. What is outside of the "
                 "template and looks for "
                 "the old value (a cost report, a script) is not seen.\n\n"
                 "Values that Fn::Join puts together with commas are changed on types whose "
                 "service is known to reject "
                 "them; elsewhere they are reported, as the comma may be meant. So are commas that "
                 "come from the default "
                 "of a parameter or from a mapping, and commas in keys. A few types "
                 "(AWS::EC2::PlacementGroup, "
                 "AWS::Batch::JobQueue) are replaced when their tags change: there the repair asks "
                 "for consent.",
    .url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/"
           "aws-properties-resource-tags.html",
    .group = CFN_GROUP_DEPLOY,
    .effects = CFN_EFFECT_IN_PLACE,
    .words = (const char *const[]){ "Tags", "TagsToAdd", "TagList", NULL },
    .apply_template = apply_template,
};

typedef struct {
    CfnPass *pass;
    GArray *tags;           /* CfnTag: all of the template */
    CfnTagMatches *matches; /* NULL until a tag changes */
    GHashTable *told;       /* parameters that were reported, lookups that were made */
} Work;

static bool is_list_type(const CfnNode *type)
{
    return cfn_node_equals(type, "CommaDelimitedList") || cfn_node_has_prefix(type, "List<") ||
           cfn_node_contains(type, "::List<");
}

/* ---- Repair ---- */

static const CfnTagMatches *matches_of(Work *work)
{
    if (work->matches == NULL) {
        work->matches = cfn_tag_matches_new(work->pass);
    }
    return work->matches;
}

/* Whatever matches the tag KEY by this VALUE changes with all the tags that have it. */
static void change_matches(Work *work, CfnFinding *finding, const char *key, const CfnNode *value)
{
    g_autofree char *text = cfn_flatten(value);
    const GPtrArray *matching =
        key == NULL || text == NULL ? NULL : cfn_tag_matches_of(matches_of(work), key, text);
    if (matching == NULL) {
        return;
    }
    g_autofree char *name = cfn_tag_name(key, text);
    bool is_new = false;
    CfnChange *change = cfn_finding_shared_change(work->pass, finding, name, &is_new);
    for (guint i = 0; is_new && i < matching->len; i++) {
        g_autoptr(CfnCommas) commas = cfn_commas_in(matching->pdata[i]);
        cfn_commas_replace(commas, change);
    }
}

static void repair(Work *work, const CfnTag *tag, const char *key, const CfnNode *value,
                   const CfnCommas *commas)
{
    bool rejects = cfn_type_rejects_commas(tag->type);
    const char *who = rejects ? tag->type : "many services";
    CfnFinding *finding =
        cfn_report(work->pass, value, "the value of the tag %s has a comma, which %s %s",
                   key != NULL ? key : "(computed)", who, rejects ? "rejects" : "reject");
    if (commas->joined && !rejects) {
        cfn_finding_cannot_fix(finding, "Fn::Join puts it there, and %s may allow it", tag->type);
        return;
    }
    /* Where the service rejects the comma there is nothing deployed that could be replaced. */
    if (!rejects && cfn_type_has_fixed_tags(tag->type)) {
        finding->effects = CFN_EFFECT_REPLACEMENT;
        cfn_finding_needs_consent(finding, "changing its tags replaces the resource");
    }
    cfn_commas_replace(commas, cfn_finding_change(work->pass, finding));
    change_matches(work, finding, key, value);
}

/* ---- What is told only ---- */

static void report_key(Work *work, const CfnTag *tag, const char *key)
{
    CfnFinding *finding = cfn_report(work->pass, tag->key, "the tag key '%s' has a comma", key);
    cfn_finding_cannot_fix(finding, "what looks for the tag by its key cannot be seen");
}

static void report_parameter(Work *work, const char *key, const CfnNode *value, const char *name)
{
    const CfnNode *parameter = cfn_template_entry(work->pass->template, "Parameters", name);
    const CfnNode *preset = cfn_node_get(parameter, "Default");
    bool is_list = is_list_type(cfn_node_get(parameter, "Type"));
    if (parameter == NULL || (!is_list && !cfn_node_contains(preset, ",")) ||
        !g_hash_table_add(work->told, g_strdup(name))) {
        return;
    }
    CfnFinding *finding =
        cfn_report(work->pass, value, "the value of the tag %s comes from the parameter %s, %s",
                   key != NULL ? key : "(computed)", name,
                   is_list ? "which is a list" : "whose default has a comma");
    cfn_finding_cannot_fix(finding, "%s",
                           is_list ? "how its items are to be joined is not known"
                                   : "the parameter may have other users");
}

/* Whether a call of FindInMap can give a text with a comma. TOP and KEY are its keys, as
   cfn_flatten gives them: any entry may be meant where the first one is not literal. */
static bool finds_comma(const CfnNode *entries, const char *top, const char *key)
{
    if (top != NULL && strchr(top, '$') == NULL) {
        return cfn_node_contains(cfn_node_at(entries, top, key, NULL), ",");
    }
    cfn_node_each_key(entry, entries) {
        if (cfn_node_contains(cfn_node_get(cfn_node_value(entry), key), ",")) {
            return true;
        }
    }
    return false;
}

static void report_mapping(Work *work, const char *key, const CfnNode *value, const CfnNode *lookup)
{
    const CfnNode *arguments = cfn_argument(lookup, CFN_FN_FIND_IN_MAP);
    g_autofree char *map = cfn_flatten(cfn_node_item(arguments, 0));
    g_autofree char *top = cfn_flatten(cfn_node_item(arguments, 1));
    g_autofree char *second = cfn_flatten(cfn_node_item(arguments, 2));
    if (map == NULL || second == NULL) {
        return;
    }
    char *call = g_strdup_printf("%s\n%s\n%s", map, top != NULL ? top : "", second);
    const CfnNode *entries = cfn_template_entry(work->pass->template, "Mappings", map);
    if (!g_hash_table_add(work->told, call) || !finds_comma(entries, top, second)) {
        return;
    }
    CfnFinding *finding = cfn_report(
        work->pass, value, "the value of the tag %s comes from the mapping %s, which has commas",
        key != NULL ? key : "(computed)", map);
    cfn_finding_cannot_fix(finding, "the mapping may have other users");
}

/* ---- Tags ---- */

static void check_value(Work *work, const CfnTag *tag, const char *key, const CfnNode *value)
{
    g_autoptr(CfnCommas) commas = cfn_commas_in(value);
    if (commas->found->len > 0) {
        repair(work, tag, key, value, commas);
    }
    for (guint i = 0; i < commas->names->len; i++) {
        report_parameter(work, key, value, commas->names->pdata[i]);
    }
    for (guint i = 0; i < commas->lookups->len; i++) {
        report_mapping(work, key, value, commas->lookups->pdata[i]);
    }
}

static void check_tag(Work *work, const CfnTag *tag)
{
    g_autofree char *key = cfn_flatten(tag->key);
    g_autoptr(GPtrArray) values = g_ptr_array_new();
    cfn_branches(tag->value, values);
    if (key != NULL && strchr(key, ',') != NULL) {
        report_key(work, tag, key);
    }
    for (guint i = 0; i < values->len; i++) {
        check_value(work, tag, key, values->pdata[i]);
    }
}

/* ---- AWS Config's required-tags ---- */

/* All tags with literal keys and values, by cfn_tag_name. */
static GHashTable *names_of_tags(const GArray *tags)
{
    GHashTable *names = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL);
    for (guint i = 0; i < tags->len; i++) {
        const CfnTag *tag = &g_array_index(tags, CfnTag, i);
        g_autofree char *key = cfn_flatten(tag->key);
        g_autofree char *text = cfn_flatten(tag->value);
        if (key != NULL && text != NULL) {
            g_hash_table_add(names, cfn_tag_name(key, text));
        }
    }
    return names;
}

/* The rule takes a comma for "or": a tag with a hyphen in its place is none of the alternatives. */
static void check_required_tag(CfnPass *pass, GHashTable *names, const CfnNode *key,
                               const CfnNode *value)
{
    if (!cfn_node_is_scalar(key) || !cfn_node_is_scalar(value) || cfn_node_has_tag(value) ||
        !cfn_node_contains(value, ",")) {
        return;
    }
    g_autofree char *tag = cfn_node_dup_text(key);
    g_autofree char *text = cfn_without_commas(value);
    g_autofree char *name = cfn_tag_name(tag, text);
    if (g_hash_table_contains(names, name)) {
        CfnFinding *finding = cfn_report(
            pass, value, "required-tags takes the comma as 'or', and the tag %s is %s", tag, text);
        cfn_finding_cannot_fix(finding, "which alternatives are meant is not known");
    }
}

static void check_rules(Work *work)
{
    CfnPass *pass = work->pass;
    const GPtrArray *rules = cfn_template_resources_of(pass->template, "AWS::Config::ConfigRule");
    g_autoptr(GHashTable) names = rules->len > 0 ? names_of_tags(work->tags) : NULL;
    for (guint i = 0; i < rules->len; i++) {
        const CfnResource *rule = rules->pdata[i];
        const CfnNode *source = cfn_resource_property(rule, "Source");
        const CfnNode *input = cfn_resource_property(rule, "InputParameters");
        if (!cfn_node_equals(cfn_node_get(source, "SourceIdentifier"), "REQUIRED_TAGS") ||
            cfn_pass_skips(pass, rule)) {
            continue;
        }
        for (int number = 1; number <= 6; number++) {
            g_autofree char *key = g_strdup_printf("tag%dKey", number);
            g_autofree char *value = g_strdup_printf("tag%dValue", number);
            check_required_tag(pass, names, cfn_node_get(input, key), cfn_node_get(input, value));
        }
    }
}

/* ---- The template ---- */

static GArray *find_tags(const CfnPass *pass)
{
    GArray *tags = g_array_new(FALSE, FALSE, sizeof(CfnTag));
    uint32_t count = cfn_template_resource_count(pass->template);
    cfn_tags_of_globals(pass->template, tags);
    for (uint32_t i = 0; i < count; i++) {
        const CfnResource *resource = cfn_template_resource_at(pass->template, i);
        if (!cfn_pass_skips(pass, resource)) {
            cfn_tags_of(resource, tags);
        }
    }
    return tags;
}

static void apply_template(CfnPass *pass)
{
    g_autoptr(GArray) tags = find_tags(pass);
    g_autoptr(GHashTable) told = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL);
    Work work = { .pass = pass, .tags = tags, .told = told };
    for (guint i = 0; i < tags->len; i++) {
        check_tag(&work, &g_array_index(tags, CfnTag, i));
    }
    check_rules(&work);
    cfn_tag_matches_free(work.matches);
}

/*
 * `orders` becomes `!Sub 'orders-${NameSuffix}'`.
 */
#include "transforms/name_suffix.h"

#include "syntax/scalar.h"

/* Short enough for a load balancer's 32 characters, long enough for "staging" and "pr-12345". */
#define OWN_LIMIT 12

#define PARAMETER                                                                                  \
    "Type: String\n"                                                                               \
    "Description: Ends the names that this template gives, so that its stacks can stand side by "  \
    "side\n"                                                                                       \
    "Default: dev\n"                                                                               \
    "AllowedPattern: '^[a-z0-9]+(-[a-z0-9]+)*$'\n"                                                 \
    "MaxLength: 12\n"

/* Parameters that people have for this. */
static const struct {
    const char *name;
    bool is_suffix; /* made for it, so that a length limit is enough */
} known_parameters[] = {
    { "NameSuffix", true },   { "EnvironmentSuffix", true },
    { "EnvSuffix", true },    { "EnvironmentName", false },
    { "Environment", false }, { "EnvName", false },
    { "Env", false },         { "Stage", false },
};

/* ---- The parameter ---- */

/* Small letters, digits and single hyphens between them: what every kind of name may hold. */
static bool fits_any_name(const CfnNode *value)
{
    bool after_hyphen = true;
    for (uint32_t i = 0; cfn_node_is_scalar(value) && i < value->length; i++) {
        char c = value->text[i];
        if (!g_ascii_islower(c) && !g_ascii_isdigit(c) && (c != '-' || after_hyphen)) {
            return false;
        }
        after_hyphen = c == '-';
    }
    return cfn_node_is_scalar(value) && !after_hyphen;
}

/* The length of the longest of VALUES, or 0 if one of them fits not every name. */
static size_t longest_value(const CfnNode *values)
{
    size_t longest = 0;
    cfn_node_each_item(value, values) {
        if (!fits_any_name(value)) {
            return 0;
        }
        longest = MAX(longest, value->length);
    }
    return longest;
}

/* The length of the longest value of a PARAMETER of the template, or 0 if it cannot be a suffix. */
static size_t suffix_length(const CfnNode *parameter, bool is_suffix)
{
    int64_t limit = 0;
    if (!cfn_node_equals(cfn_node_get(parameter, "Type"), "String")) {
        return 0;
    }
    size_t longest = longest_value(cfn_node_get(parameter, "AllowedValues"));
    if (longest > 0 || !is_suffix) {
        return longest;
    }
    const CfnNode *max = cfn_node_get(parameter, "MaxLength");
    if (max != NULL && cfn_scalar_integer(max, &limit) && limit > 0 && limit < 256) {
        return (size_t)limit;
    }
    const CfnNode *preset = cfn_node_get(parameter, "Default");
    return MAX(OWN_LIMIT, cfn_node_is_scalar(preset) ? preset->length : 0);
}

CfnNameSuffix cfn_name_suffix(CfnPass *pass)
{
    for (size_t i = 0; i < G_N_ELEMENTS(known_parameters); i++) {
        const char *name = known_parameters[i].name;
        const CfnNode *parameter = cfn_template_entry(pass->template, "Parameters", name);
        size_t length = suffix_length(parameter, known_parameters[i].is_suffix);
        if (length > 0) {
            return (CfnNameSuffix){ g_strdup(name), length, false };
        }
    }
    return (CfnNameSuffix){ cfn_pass_new_id(pass, "parameter", "NameSuffix"), OWN_LIMIT, true };
}

void cfn_name_suffix_clear(CfnNameSuffix *suffix)
{
    g_free(suffix->parameter);
}

static void require_parameter(CfnPass *pass, CfnFinding *finding, const CfnNameSuffix *suffix)
{
    bool is_new = false;
    if (!suffix->is_new) {
        return;
    }
    finding->effects |= CFN_EFFECT_NEW_PARAMETER;
    CfnChange *shared = cfn_finding_shared_change(pass, finding, "parameter", &is_new);
    if (is_new) {
        cfn_edit_add_to_section(shared, "Parameters", suffix->parameter, PARAMETER);
    }
}

/* ---- Texts ---- */

/* What is the same for all stacks of an account in a region, and how long it can be. */
static const struct {
    const char *name;
    size_t length;
} constants[] = {
    { "AWS::AccountId", 12 },
    { "AWS::Partition", 10 },
    { "AWS::Region", 14 },
    { "AWS::URLSuffix", 16 },
};

static GArray *parts_of(const char *text)
{
    const CfnNode scalar = { .kind = CFN_SCALAR, .text = text, .length = (uint32_t)strlen(text) };
    return cfn_sub_parts(&scalar);
}

/* The length of what stands for PART; 0 if stacks differ in it. */
static size_t constant_length(const char *text, const CfnSubPart *part)
{
    for (size_t i = 0; !part->literal && i < G_N_ELEMENTS(constants); i++) {
        size_t length = part->name_end - part->name_start;
        if (strlen(constants[i].name) == length &&
            memcmp(constants[i].name, text + part->name_start, length) == 0) {
            return constants[i].length;
        }
    }
    return 0;
}

size_t cfn_name_length(const char *text)
{
    g_autoptr(GArray) parts = parts_of(text);
    size_t length = strlen(text);
    for (guint i = 0; i < parts->len; i++) {
        const CfnSubPart *part = &g_array_index(parts, CfnSubPart, i);
        length = length - (part->end - part->start) + constant_length(text, part);
    }
    return length;
}

bool cfn_name_is_constant(const char *text)
{
    g_autoptr(GArray) parts = parts_of(text);
    for (guint i = 0; i < parts->len; i++) {
        if (constant_length(text, &g_array_index(parts, CfnSubPart, i)) == 0) {
            return false;
        }
    }
    return true;
}

/* ---- Putting it on ---- */

static bool needs_hyphen(const char *text, size_t end)
{
    return end > 0 && strchr("-_/.", text[end - 1]) == NULL;
}

/* FLAT loses the bytes between what it has in common with CUT at both ends. */
static void cut_middle(CfnChange *change, const CfnNode *scalar, const char *flat, const char *cut)
{
    size_t head = 0, tail = 0, length = strlen(cut), whole = strlen(flat);
    while (head < length && flat[head] == cut[head]) {
        head++;
    }
    while (tail < length - head && flat[whole - 1 - tail] == cut[length - 1 - tail]) {
        tail++;
    }
    cfn_edit_splice(change, scalar, (uint32_t)head, (uint32_t)(whole - tail), "");
}

static void put_on_text(CfnChange *change, const CfnNameSuffix *suffix, const CfnNode *scalar,
                        bool may_end)
{
    g_autofree char *text = cfn_node_dup_text(scalar);
    size_t end = scalar->length;
    if (may_end && g_str_has_suffix(text, ".fifo")) {
        end -= strlen(".fifo");
    }
    g_autofree char *added =
        g_strdup_printf("%s${%s}", needs_hyphen(text, end) ? "-" : "", suffix->parameter);
    cfn_edit_splice(change, scalar, (uint32_t)end, (uint32_t)end, added);
}

/* Appends to the last part if that is a literal, else as a part of its own. */
static const char *put_on_join(CfnChange *change, const CfnNameSuffix *suffix,
                               const CfnNode *arguments, bool may_end)
{
    const CfnNode *delimiter = cfn_node_item(arguments, 0);
    const CfnNode *list = cfn_node_item(arguments, 1);
    bool hyphen = cfn_node_equals(delimiter, "-");
    if (cfn_node_is_untagged(cfn_node_last(list)) &&
        !cfn_node_contains(cfn_node_last(list), "${")) {
        put_on_text(change, suffix, cfn_node_last(list), may_end);
        cfn_edit_call(change, cfn_node_last(list), "Sub");
        return NULL;
    }
    if (!hyphen && !cfn_node_equals(delimiter, "")) {
        return "Fn::Join puts something else than a hyphen between its parts";
    }
    g_autofree char *reference = g_strdup_printf("!Ref %s", suffix->parameter);
    if (!hyphen) {
        cfn_edit_append(change, list, "'-'");
    }
    cfn_edit_append(change, list, reference);
    return NULL;
}

const char *cfn_name_suffix_put(CfnPass *pass, CfnFinding *finding, const CfnNameSuffix *suffix,
                                const CfnNode *node, const char *flat, bool may_end,
                                const char *cut)
{
    const CfnNode *text = node, *map = NULL;
    CfnChange *change = cfn_finding_change(pass, finding);
    const CfnNode *join = cfn_argument(node, CFN_FN_JOIN);
    const char *obstacle = NULL;
    if (join != NULL) {
        obstacle = put_on_join(change, suffix, join, may_end);
    } else if (cfn_sub(node, &text, &map)) {
        put_on_text(change, suffix, text, may_end);
    } else {
        if (cut != NULL) {
            cut_middle(change, node, flat, cut);
        }
        put_on_text(change, suffix, node, may_end);
        cfn_edit_call(change, node, "Sub");
    }
    if (obstacle == NULL) {
        require_parameter(pass, finding, suffix);
    }
    return obstacle;
}

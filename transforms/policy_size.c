/*
 * White space does not count for IAM, so it is the shortest JSON whose characters are counted.
 */
#include "transforms/policy_size.h"

/* A logical id's physical name, an ARN and its like. */
#define USUAL_NAME 64
#define USUAL_ATTRIBUTE 100

static const struct {
    const char *name;
    uint64_t length;
} pseudo_parameters[] = {
    { "AWS::AccountId", 12 }, { "AWS::NoValue", 0 },    { "AWS::Partition", 10 },
    { "AWS::Region", 14 },    { "AWS::StackName", 64 }, { "AWS::URLSuffix", 16 },
    { "AWS::StackId", 150 },
};

static uint64_t size_of_name(const char *name, size_t length)
{
    for (size_t i = 0; i < G_N_ELEMENTS(pseudo_parameters); i++) {
        if (strlen(pseudo_parameters[i].name) == length &&
            memcmp(pseudo_parameters[i].name, name, length) == 0) {
            return pseudo_parameters[i].length;
        }
    }
    return USUAL_NAME;
}

/* Characters, not bytes. */
static uint64_t count(const char *text, size_t length)
{
    uint64_t characters = 0;
    for (size_t i = 0; i < length; i++) {
        bool begins = ((unsigned char)text[i] & 0xc0) != 0x80;
        characters += begins && !g_ascii_isspace(text[i]);
    }
    return characters;
}

static uint64_t size_of_sub(const CfnNode *text)
{
    g_autoptr(GArray) parts = cfn_sub_parts(text);
    uint64_t size = 0;
    uint32_t at = 0;
    for (guint i = 0; i < parts->len; i++) {
        const CfnSubPart *part = &g_array_index(parts, CfnSubPart, i);
        bool attribute = part->attribute_end > part->attribute_start;
        size += count(text->text + at, part->start - at);
        size += part->literal ? part->end - part->start
                : attribute   ? USUAL_ATTRIBUTE
                              : size_of_name(text->text + part->name_start,
                                             part->name_end - part->name_start);
        at = part->end;
    }
    return size + count(text->text + at, text->length - at);
}

static uint64_t size_of_longest(const CfnNode *branches)
{
    uint64_t longest = 0;
    for (const CfnNode *branch = branches->first->next; branch != NULL; branch = branch->next) {
        longest = MAX(longest, cfn_policy_size(branch));
    }
    return longest;
}

static uint64_t size_of_call(const CfnNode *node, CfnIntrinsic call)
{
    const CfnNode *text = NULL, *map = NULL;
    g_autofree char *name = cfn_ref_name(node);
    if (name != NULL) {
        return size_of_name(name, strlen(name)) + 2;
    }
    if (cfn_sub(node, &text, &map)) {
        return size_of_sub(text) + 2;
    }
    bool list = cfn_node_is_sequence(call.argument) && cfn_node_count(call.argument) > 0;
    if (list && call.function == CFN_FN_IF) {
        return size_of_longest(call.argument);
    }
    if (list && call.function == CFN_FN_JOIN) {
        return cfn_policy_size(cfn_node_last(call.argument));
    }
    return USUAL_ATTRIBUTE;
}

uint64_t cfn_policy_size(const CfnNode *document)
{
    CfnIntrinsic call = cfn_intrinsic(document);
    if (call.function != CFN_FN_NONE && call.function != CFN_FN_CONDITION) {
        return size_of_call(document, call);
    }
    if (document->kind == CFN_SCALAR) {
        return count(document->text, document->length) + 2;
    }
    uint64_t size = 2 + cfn_node_count(document); /* brackets and commas */
    for (const CfnNode *child = document->first; child != NULL; child = child->next) {
        size += child->is_key ? count(child->text, child->length) + 3 : cfn_policy_size(child);
    }
    return size;
}

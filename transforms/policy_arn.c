/*
 * What differs between the spellings is the partition, at the beginning; path and name are the end
 * of a literal in all of them.
 */
#include "transforms/policy_arn.h"

#include "model/flatten.h"

#define BEGIN "arn:"
#define MIDDLE ":iam::aws:policy/"
#define LEGAL "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=,.@-/"

void cfn_policy_arn_clear(CfnPolicyArn *arn)
{
    g_clear_pointer(&arn->partition, g_free);
    g_clear_pointer(&arn->path, g_free);
}

bool cfn_policy_arn_read(const CfnNode *value, CfnPolicyArn *arn)
{
    g_autofree char *text = cfn_flatten(value);
    if (text == NULL || !g_str_has_prefix(text, BEGIN)) {
        return false;
    }
    const char *partition = text + strlen(BEGIN);
    const char *middle = strstr(partition, MIDDLE);
    const char *path = middle != NULL ? middle + strlen(MIDDLE) : "";
    if (*path == '\0' || path[strspn(path, LEGAL)] != '\0') {
        return false;
    }
    arn->partition = g_strndup(partition, (gsize)(middle - partition));
    arn->path = g_strdup(path);
    return true;
}

/* The scalar that a readable VALUE ends with; NULL if that is an empty list. */
static const CfnNode *last_text(const CfnNode *value)
{
    const CfnNode *text = NULL, *map = NULL;
    while (cfn_is_function(value, CFN_FN_JOIN)) {
        value = cfn_node_last(cfn_node_item(cfn_argument(value, CFN_FN_JOIN), 1));
    }
    return cfn_sub(value, &text, &map) ? text : value;
}

static bool ends_with(const CfnNode *text, const char *end, size_t length)
{
    return text != NULL && text->length >= length &&
           memcmp(text->text + text->length - length, end, length) == 0;
}

bool cfn_policy_arn_set_path(CfnChange *change, const CfnNode *value, const CfnPolicyArn *arn,
                             const char *path)
{
    const char *from = arn->path, *slash;
    while ((slash = strchr(from, '/')) != NULL &&
           strncmp(from, path, (size_t)(slash + 1 - from)) == 0) {
        path += slash + 1 - from; /* the part that they share stays */
        from = slash + 1;
    }
    const CfnNode *text = last_text(value);
    size_t length = strlen(from);
    if (!ends_with(text, from, length)) {
        return false;
    }
    cfn_edit_splice(change, text, text->length - (uint32_t)length, text->length, path);
    return true;
}

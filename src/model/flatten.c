/*
 * Literal, Sub and Join are three spellings of the same text.
 */
#include "model/flatten.h"

static bool put_flat(GString *out, const CfnNode *node);

static bool put_list(GString *out, const CfnNode *list, const char *delimiter)
{
    if (!cfn_node_is_sequence(list) || cfn_node_has_tag(list)) {
        return false;
    }
    cfn_node_each_item(item, list) {
        if (item != list->first) {
            g_string_append(out, delimiter);
        }
        if (!put_flat(out, item)) {
            return false;
        }
    }
    return true;
}

static bool put_join(GString *out, const CfnNode *arguments)
{
    const CfnNode *delimiter = cfn_node_item(arguments, 0);
    if (!cfn_node_is_scalar(delimiter) || cfn_node_has_tag(delimiter)) {
        return false;
    }
    g_autofree char *text = cfn_node_dup_text(delimiter);
    return put_list(out, cfn_node_item(arguments, 1), text);
}

static bool put_sub(GString *out, const CfnNode *node)
{
    const CfnNode *text = NULL, *map = NULL;
    if (!cfn_sub(node, &text, &map) || map != NULL) {
        return false;
    }
    g_string_append_len(out, text->text, text->length);
    return true;
}

static bool put_getatt(GString *out, const CfnNode *node)
{
    g_autofree char *logical_id = NULL, *attribute = NULL;
    if (!cfn_getatt(node, &logical_id, &attribute)) {
        return false;
    }
    g_string_append_printf(out, "${%s.%s}", logical_id, attribute);
    return true;
}

static bool put_flat(GString *out, const CfnNode *node)
{
    CfnIntrinsic call = cfn_intrinsic(node);
    switch (call.function) {
    case CFN_FN_NONE:
        if (!cfn_node_is_scalar(node)) {
            return false;
        }
        g_string_append_len(out, node->text, node->length);
        return true;
    case CFN_FN_REF: {
        g_autofree char *name = cfn_ref_name(node);
        g_string_append_printf(out, "${%s}", name == NULL ? "" : name);
        return name != NULL;
    }
    case CFN_FN_GETATT:
        return put_getatt(out, node);
    case CFN_FN_SUB:
        return put_sub(out, node);
    case CFN_FN_JOIN:
        return put_join(out, call.argument);
    default:
        return false;
    }
}

char *cfn_flatten(const CfnNode *node)
{
    GString *out = g_string_new(NULL);
    bool readable = node != NULL && put_flat(out, node);
    return g_string_free(out, !readable);
}

bool cfn_glob_matches(const char *pattern, const char *text, bool nocase)
{
    const char *star = NULL, *retry = NULL;
    while (*text != '\0') {
        char p = nocase ? g_ascii_tolower(*pattern) : *pattern;
        char t = nocase ? g_ascii_tolower(*text) : *text;
        if (*pattern == '*') {
            star = ++pattern;
            retry = text;
        } else if (*pattern != '\0' && (p == t || *pattern == '?')) {
            pattern++;
            text++;
        } else if (star != NULL) {
            pattern = star;
            text = ++retry;
        } else {
            return false;
        }
    }
    while (*pattern == '*') {
        pattern++;
    }
    return *pattern == '\0';
}

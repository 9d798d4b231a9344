/*
 * Questions to nodes.
 */
#define _GNU_SOURCE 1 /* memmem */
#include "syntax/node.h"

#include <glib.h>
#include <stdarg.h>

bool cfn_node_equals_nocase(const CfnNode *node, const char *text)
{
    return cfn_node_is_scalar(node) && node->length == strlen(text) &&
           g_ascii_strncasecmp(node->text, text, node->length) == 0;
}

bool cfn_node_has_prefix(const CfnNode *node, const char *prefix)
{
    const size_t length = strlen(prefix);
    return cfn_node_is_scalar(node) && node->length >= length &&
           memcmp(node->text, prefix, length) == 0;
}

bool cfn_node_contains(const CfnNode *node, const char *part)
{
    return cfn_node_is_scalar(node) && memmem(node->text, node->length, part, strlen(part)) != NULL;
}

bool cfn_node_same_text(const CfnNode *a, const CfnNode *b)
{
    return cfn_node_is_scalar(a) && cfn_node_is_scalar(b) && a->length == b->length &&
           memcmp(a->text, b->text, a->length) == 0;
}

char *cfn_node_dup_text(const CfnNode *node)
{
    return cfn_node_is_scalar(node) ? g_strndup(node->text, node->length) : NULL;
}

const CfnNode *cfn_node_find_key(const CfnNode *mapping, const char *key)
{
    const size_t length = strlen(key);
    const CfnNode *found = NULL;
    cfn_node_each_key(candidate, mapping) {
        if (candidate->length == length && candidate->kind == CFN_SCALAR &&
            memcmp(candidate->text, key, length) == 0) {
            found = candidate;
            if (!found->duplicate) {
                break;
            }
        }
    }
    return found;
}

const CfnNode *cfn_node_get(const CfnNode *mapping, const char *key)
{
    const CfnNode *found = cfn_node_find_key(mapping, key);
    return found == NULL ? NULL : cfn_node_value(found);
}

const CfnNode *cfn_node_at(const CfnNode *mapping, const char *first_key, ...)
{
    va_list keys;
    va_start(keys, first_key);
    const CfnNode *node = mapping;
    for (const char *key = first_key; key != NULL && node != NULL;
         key = va_arg(keys, const char *)) {
        node = cfn_node_get(node, key);
    }
    va_end(keys);
    return node;
}

const CfnNode *cfn_node_item(const CfnNode *sequence, uint32_t index)
{
    if (!cfn_node_is_sequence(sequence) || index >= cfn_node_count(sequence)) {
        return NULL;
    }
    const CfnNode *item = sequence->first;
    while (item->index < index) {
        item = item->next;
    }
    return item;
}

const CfnNode *cfn_node_key(const CfnNode *value)
{
    if (value == NULL || value->is_key || !cfn_node_is_mapping(value->parent)) {
        return NULL;
    }
    const CfnNode *before = value - 1; /* a scalar key is its value's neighbour in the arena */
    if (before->is_key && before->next == value) {
        return before;
    }
    const CfnNode *key = value->parent->first;
    while (key->index < value->index) {
        key = cfn_node_next_key(key);
    }
    return key;
}

bool cfn_node_is_under(const CfnNode *node, const CfnNode *ancestor)
{
    while (node != NULL && node != ancestor) {
        node = node->parent;
    }
    return node != NULL;
}

/*
 * `SOC2, PCI-DSS` is to become `SOC2-PCI-DSS`, so the white space around a comma goes with it.
 */
#include "transforms/comma_text.h"

static void look_into(CfnCommas *commas, const CfnNode *value);

/* Adds the comma at AT in a text whose part before FLOOR is taken. Returns where to go on. The line
   end that ends a block scalar is none of the white space around a comma. */
static uint32_t add_comma(CfnCommas *commas, const CfnNode *scalar, uint32_t floor, uint32_t at)
{
    CfnComma comma = { scalar, at, at + 1 };
    while (comma.start > floor && g_ascii_isspace(scalar->text[comma.start - 1])) {
        comma.start--;
    }
    while (comma.end < scalar->length && g_ascii_isspace(scalar->text[comma.end])) {
        comma.end++;
    }
    while (comma.end == scalar->length && scalar->text[comma.end - 1] == '\n') {
        comma.end--;
    }
    g_array_append_val(commas->found, comma);
    return comma.end;
}

static void look_into_text(CfnCommas *commas, const CfnNode *scalar, uint32_t start, uint32_t end)
{
    uint32_t floor = start;
    for (uint32_t at = start; at < end;) {
        if (scalar->text[at] == ',') {
            floor = at = add_comma(commas, scalar, floor, at);
        } else {
            at++;
        }
    }
}

static void add_name(CfnCommas *commas, const CfnNode *text, const CfnSubPart *part,
                     const CfnNode *map)
{
    g_autofree char *name =
        g_strndup(text->text + part->name_start, part->name_end - part->name_start);
    bool has_attribute = part->attribute_end > part->attribute_start;
    if (!part->literal && !has_attribute && cfn_node_get(map, name) == NULL) {
        g_ptr_array_add(commas->names, g_steal_pointer(&name));
    }
}

static void look_into_sub(CfnCommas *commas, const CfnNode *value)
{
    const CfnNode *text = NULL;
    const CfnNode *map = NULL;
    if (!cfn_sub(value, &text, &map)) {
        return;
    }
    g_autoptr(GArray) parts = cfn_sub_parts(text);
    uint32_t start = 0;
    for (guint i = 0; i < parts->len; i++) {
        const CfnSubPart *part = &g_array_index(parts, CfnSubPart, i);
        look_into_text(commas, text, start, part->start);
        add_name(commas, text, part, map);
        start = part->end;
    }
    look_into_text(commas, text, start, text->length);
    cfn_node_each_key(key, map) {
        look_into(commas, cfn_node_value(key));
    }
}

static bool is_literal(const CfnNode *node)
{
    return cfn_node_is_scalar(node) && cfn_intrinsic(node).function == CFN_FN_NONE;
}

static void look_into_join(CfnCommas *commas, const CfnNode *arguments)
{
    const CfnNode *delimiter = cfn_node_item(arguments, 0);
    const CfnNode *list = cfn_node_item(arguments, 1);
    guint before = commas->found->len;
    bool is_list = cfn_node_is_sequence(list) && !cfn_node_has_tag(list);
    bool is_alone = is_list && cfn_node_count(list) < 2;
    if (is_literal(delimiter) && !is_alone) {
        look_into_text(commas, delimiter, 0, delimiter->length);
    }
    cfn_node_each_item(item, is_list ? list : NULL) {
        look_into(commas, item);
    }
    commas->joined = commas->joined || commas->found->len > before;
}

static void look_into_leaf(CfnCommas *commas, const CfnNode *leaf)
{
    CfnIntrinsic call = cfn_intrinsic(leaf);
    char *name = NULL;
    switch (call.function) {
    case CFN_FN_NONE:
        if (cfn_node_is_scalar(leaf)) {
            look_into_text(commas, leaf, 0, leaf->length);
        }
        break;
    case CFN_FN_SUB:
        look_into_sub(commas, leaf);
        break;
    case CFN_FN_JOIN:
        look_into_join(commas, call.argument);
        break;
    case CFN_FN_REF:
        name = cfn_ref_name(leaf);
        if (name != NULL) {
            g_ptr_array_add(commas->names, name);
        }
        break;
    case CFN_FN_FIND_IN_MAP:
        g_ptr_array_add(commas->lookups, (gpointer)leaf);
        break;
    default:
        break;
    }
}

static void look_into(CfnCommas *commas, const CfnNode *value)
{
    g_autoptr(GPtrArray) leaves = g_ptr_array_new();
    cfn_branches(value, leaves);
    for (guint i = 0; i < leaves->len; i++) {
        look_into_leaf(commas, leaves->pdata[i]);
    }
}

CfnCommas *cfn_commas_in(const CfnNode *value)
{
    CfnCommas *commas = g_new0(CfnCommas, 1);
    commas->found = g_array_new(FALSE, FALSE, sizeof(CfnComma));
    commas->names = g_ptr_array_new_with_free_func(g_free);
    commas->lookups = g_ptr_array_new();
    look_into(commas, value);
    return commas;
}

void cfn_commas_free(CfnCommas *commas)
{
    if (commas == NULL) {
        return;
    }
    g_array_unref(commas->found);
    g_ptr_array_unref(commas->names);
    g_ptr_array_unref(commas->lookups);
    g_free(commas);
}

void cfn_commas_replace(const CfnCommas *commas, CfnChange *change)
{
    for (guint i = 0; i < commas->found->len; i++) {
        const CfnComma *comma = &g_array_index(commas->found, CfnComma, i);
        cfn_edit_splice(change, comma->scalar, comma->start, comma->end, "-");
    }
}

char *cfn_without_commas(const CfnNode *scalar)
{
    g_autoptr(CfnCommas) commas = cfn_commas_in(scalar);
    GString *text = g_string_new(NULL);
    uint32_t at = 0;
    for (guint i = 0; i < commas->found->len; i++) {
        const CfnComma *comma = &g_array_index(commas->found, CfnComma, i);
        g_string_append_len(text, scalar->text + at, comma->start - at);
        g_string_append_c(text, '-');
        at = comma->end;
    }
    g_string_append_len(text, scalar->text + at, scalar->length - at);
    return g_string_free(text, FALSE);
}

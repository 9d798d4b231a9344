/*
 * The places where a password stands, named to the engine so that nothing printed shows them.
 */
#include "transforms/password_hide.h"

#include "syntax/scalar.h"

/* Of what a password may be made from, a shorter text says nothing. */
#define PIECE_LENGTH 4

/* Bytes START to END of SCALAR's text, and how they stand in the template. */
static void hide_part(CfnPass *pass, const CfnNode *scalar, uint32_t start, uint32_t end)
{
    if (start >= end) {
        return;
    }
    g_autofree char *text = g_strndup(scalar->text + start, end - start);
    cfn_pass_hide_text(pass, text);
    const CfnSource *source = cfn_template_tree(pass->template)->source;
    const char *bytes = source->text + scalar->span.start;
    uint32_t length = cfn_span_length(scalar->span);
    if (scalar->style != CFN_LITERAL &&
        (memchr(bytes, '\n', length) != NULL || memchr(bytes, '\\', length) != NULL)) {
        /* Folded lines are not found in this text, and YAML has escapes that nothing else has. */
        g_autoptr(GArray) map = cfn_scalar_map(source, scalar);
        CfnSpan span = { g_array_index(map, CfnSpan, start).start,
                         g_array_index(map, CfnSpan, end - 1).end };
        cfn_pass_hide_bytes(pass, span);
    }
}

static void hide_scalar(CfnPass *pass, const CfnNode *scalar)
{
    hide_part(pass, scalar, 0, scalar->length);
}

/* What Fn::Join joins, as the lines it stands on: an item may be any word, also a name. */
static void hide_joined(CfnPass *pass, const CfnNode *list)
{
    if (!cfn_node_is_sequence(list)) {
        return;
    }
    cfn_pass_hide_bytes(pass, list->span);
    cfn_node_each_item(item, list) {
        if (item->kind != CFN_SCALAR || cfn_node_has_tag(item)) {
            cfn_hide_unknown_password(pass, item);
        }
    }
}

/* What Fn::FindInMap can find by ARGUMENTS: all that the mapping has under the last of them. */
static void hide_mapped(CfnPass *pass, const CfnNode *arguments)
{
    g_autofree char *mapping = cfn_node_dup_text(cfn_node_item(arguments, 0));
    g_autofree char *key = cfn_node_dup_text(cfn_node_item(arguments, 2));
    if (mapping == NULL || key == NULL) {
        return;
    }
    cfn_node_each_key(top, cfn_template_entry(pass->template, "Mappings", mapping)) {
        const CfnNode *value = cfn_node_get(cfn_node_value(top), key);
        if (cfn_node_is_scalar(value)) {
            hide_scalar(pass, value);
        }
    }
}

void cfn_hide_unknown_password(CfnPass *pass, const CfnNode *value)
{
    CfnIntrinsic call = cfn_intrinsic(value);
    switch (call.function) {
    case CFN_FN_REF:
    case CFN_FN_GETATT:
    case CFN_FN_CONDITION:
    case CFN_FN_IMPORT_VALUE:
        return; /* a name */
    case CFN_FN_FIND_IN_MAP:
        hide_mapped(pass, call.argument);
        return;
    case CFN_FN_JOIN:
        hide_joined(pass, cfn_node_item(call.argument, 1));
        return;
    default:
        break;
    }
    if (value->kind == CFN_SCALAR && value->length >= PIECE_LENGTH) {
        hide_scalar(pass, value);
    }
    cfn_node_each_key(key, value) {
        cfn_hide_unknown_password(pass, cfn_node_value(key));
    }
    cfn_node_each_item(item, value) {
        cfn_hide_unknown_password(pass, item);
    }
}

static void hide_default(CfnPass *pass, const char *parameter)
{
    const CfnNode *entry = cfn_template_entry(pass->template, "Parameters", parameter);
    const CfnNode *preset = cfn_node_get(entry, "Default");
    if (cfn_node_is_scalar(preset)) {
        hide_scalar(pass, preset);
    }
}

void cfn_hide_password(CfnPass *pass, const CfnPasswordGroup *group)
{
    const CfnPassword *password = group->password;
    cfn_pass_hide_text(pass, password->text);
    if (password->parameter != NULL) {
        hide_default(pass, password->parameter);
    }
    for (guint i = 0; i < group->holders->len; i++) {
        const CfnPasswordHolder *holder = group->holders->pdata[i];
        if (cfn_intrinsic(holder->value).function == CFN_FN_NONE) {
            hide_scalar(pass, holder->value);
        } else {
            cfn_hide_unknown_password(pass, holder->value);
        }
    }
    for (guint i = 0; i < password->uses->len; i++) {
        const CfnPasswordUse *use = password->uses->pdata[i];
        if (!use->names_parameter) {
            hide_part(pass, use->text, use->start, use->end);
        }
    }
}

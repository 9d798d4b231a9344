/*
 * The stage «parse»: the tree, by either scanner, the second opinion on it, and the model on top.
 *
 * Asserted are what node.h says of every node and its bytes; that a text which libyaml's own parser
 * can read is read by it as we read libyaml's tokens; that two trees that it agrees with are
 * the same tree; that each text, decoded with its map, is the node's; and that a text that was
 * written, in whatever quotes scalar.h allows, is read back.
 */
#include "harness.h"

#include <string.h>

#include "model/condition.h"
#include "model/flatten.h"
#include "model/intrinsic.h"
#include "model/reference.h"
#include "model/template.h"
#include "syntax/scalar.h"

/* ---- Nodes ---- */

static bool is_within(CfnSpan inner, CfnSpan outer)
{
    return inner.start <= inner.end && inner.start >= outer.start && inner.end <= outer.end;
}

static char byte_at(const CfnTree *tree, uint32_t at)
{
    return at < tree->source->length ? tree->source->text[at] : '\0';
}

static void check_properties(const CfnTree *tree, const CfnNode *node)
{
    const CfnSpan tag = cfn_node_tag(node), anchor = cfn_node_anchor(node);
    const uint32_t content = cfn_node_content(node), start = node->span.start;
    fuzz_check(content >= start && content <= node->span.end, "where the value begins", start);
    if (cfn_node_has_tag(node)) {
        fuzz_check(is_within(tag, (CfnSpan){ start, content }), "the tag's place", start);
        fuzz_check(byte_at(tree, tag.start) == '!', "the tag's sign", start);
        fuzz_check(cfn_node_tag_text(node) == tree->source->text + tag.start, "the tag's text",
                   start);
    }
    if (cfn_node_has_anchor(node)) {
        fuzz_check(is_within(anchor, (CfnSpan){ start, content }), "the anchor's place", start);
        fuzz_check(byte_at(tree, anchor.start) == '&', "the anchor's sign", start);
        fuzz_check(tree->has_anchors, "the tree has anchors", start);
    }
}

static void check_mark(const CfnTree *tree, const CfnNode *node)
{
    const CfnNode *parent = node->parent;
    const uint32_t mark = cfn_node_mark(node);
    const bool is_value = parent->kind == CFN_MAPPING && !node->is_key;
    const char sign = node->is_key ? '?' : is_value ? ':' : '-';
    if (mark != CFN_NOWHERE) {
        fuzz_check(byte_at(tree, mark) == sign && mark < MAX(node->span.start, 1u),
                   "what stands before a node", node->span.start);
    } else {
        fuzz_check(sign != '-' || parent->style == CFN_FLOW, "an item without its '-'",
                   node->span.start);
    }
    const uint32_t comma = is_value ? CFN_NOWHERE : cfn_node_comma(node);
    if (comma != CFN_NOWHERE) {
        const CfnNode *last = node->is_key ? cfn_node_value(node) : node;
        fuzz_check(byte_at(tree, comma) == ',' && comma >= last->span.end, "a comma",
                   node->span.start);
    }
}

static bool has_twin(const CfnNode *key)
{
    cfn_node_each_key(other, key->parent) {
        if (other != key && cfn_node_same_text(key, other)) {
            return true;
        }
    }
    return false;
}

static void check_child(const CfnTree *tree, const CfnNode *child, uint32_t number)
{
    const CfnNode *parent = child->parent;
    const bool is_mapping = parent->kind == CFN_MAPPING;
    const uint32_t start = child->span.start;
    fuzz_check(is_within(child->span, parent->span), "a child outside its parent", start);
    fuzz_check(child->is_key == (is_mapping && number % 2 == 0), "who is a key", start);
    fuzz_check(child->index == (is_mapping ? number / 2 : number), "a child's number", start);
    check_mark(tree, child);
    if (child->is_key && cfn_node_count(parent) < 64) {
        fuzz_check(child->duplicate == has_twin(child), "whether a key is there twice", start);
    }
    if (cfn_node_equals(child, "<<") && child->is_key) {
        fuzz_check(tree->has_merge_keys, "the tree has merge keys", start);
    }
    if (!child->is_key && is_mapping) {
        fuzz_check(cfn_node_key(child) != NULL && cfn_node_value(cfn_node_key(child)) == child,
                   "a value's key", start);
    }
}

static void check_node(const CfnTree *tree, const CfnNode *node, size_t *count);

static void check_children(const CfnTree *tree, const CfnNode *node, size_t *count)
{
    uint32_t number = 0, end = cfn_node_content(node);
    const CfnNode *last = NULL;
    for (const CfnNode *child = node->first; child != NULL; child = child->next) {
        fuzz_check(child->parent == node, "a child's parent", child->span.start);
        fuzz_check(child->span.start >= end, "children are in order", child->span.start);
        check_child(tree, child, number++);
        check_node(tree, child, count);
        end = child->span.end;
        last = child;
    }
    fuzz_check(cfn_node_last(node) == last, "the last child", node->span.start);
    fuzz_check(node->kind != CFN_MAPPING || number % 2 == 0, "keys have values", node->span.start);
    fuzz_check(node->style != CFN_BLOCK || last == NULL || node->span.end == end,
               "a block ends with its last child", node->span.start);
}

/* Brackets, but of a pair without braces. */
static void check_brackets(const CfnTree *tree, const CfnNode *node)
{
    const char first = byte_at(tree, cfn_node_content(node));
    const char last = byte_at(tree, node->span.end - 1);
    const bool is_bare = node->kind == CFN_MAPPING && first != '{' && cfn_node_count(node) == 1;
    fuzz_check(is_bare || (node->kind == CFN_MAPPING ? first == '{' && last == '}'
                                                     : first == '[' && last == ']'),
               "brackets", node->span.start);
}

static void check_text(const CfnTree *tree, const CfnNode *scalar)
{
    g_autoptr(GArray) map = cfn_scalar_map(tree->source, scalar);
    fuzz_check(map->len == scalar->length, "a text and its map", scalar->span.start);
    uint32_t start = cfn_node_content(scalar);
    for (guint i = 0; i < map->len; i++) {
        const CfnSpan from = g_array_index(map, CfnSpan, i);
        fuzz_check(from.start >= start && from.end > from.start &&
                       from.end <= tree->source->length &&
                       (from.end <= scalar->span.end || scalar->style > CFN_DOUBLE_QUOTED),
                   "where a text's byte came from", scalar->span.start);
        start = from.start;
    }
}

static void check_node(const CfnTree *tree, const CfnNode *node, size_t *count)
{
    (*count)++;
    fuzz_check(is_within(node->span, (CfnSpan){ tree->source->start, tree->source->length }),
               "a node outside its text", node->span.start);
    check_properties(tree, node);
    switch ((CfnKind)node->kind) {
    case CFN_ALIAS:
        fuzz_check(byte_at(tree, node->span.start) == '*' && tree->has_anchors, "an alias",
                   node->span.start);
        return;
    case CFN_SCALAR:
        fuzz_check(node->style <= CFN_FOLDED && node->text != NULL, "a scalar", node->span.start);
        check_text(tree, node);
        return;
    default:
        fuzz_check(node->style >= CFN_BLOCK && node->length == 0, "a collection", node->span.start);
        if (node->style == CFN_FLOW) {
            check_brackets(tree, node);
        }
        check_children(tree, node, count);
    }
}

/* ---- Two readings ---- */

/* Our reading of libyaml's tokens is libyaml's own, wherever it has one. */
static bool ask(const CfnTree *tree)
{
    g_autoptr(GError) error = NULL;
    if (cfn_opinion(tree, &error) != CFN_READER_NONE) {
        return true;
    }
    static const char *const differences[] = { ": another ", ": it finds ", ": nothing at all" };
    for (size_t i = 0; i < G_N_ELEMENTS(differences); i++) {
        if (tree->scanner == CFN_SCANNER_LIBYAML && strstr(error->message, differences[i])) {
            fuzz_fail(error->message, 0);
        }
    }
    return false;
}

static bool is_same_span(CfnSpan a, CfnSpan b)
{
    return a.start == b.start && a.end == b.end;
}

static void compare(const CfnNode *one, const CfnNode *other)
{
    fuzz_check(one->kind == other->kind && one->style == other->style &&
                   is_same_span(one->span, other->span) && one->mark == other->mark &&
                   is_same_span(cfn_node_tag(one), cfn_node_tag(other)) &&
                   is_same_span(cfn_node_anchor(one), cfn_node_anchor(other)) &&
                   one->length == other->length && one->duplicate == other->duplicate,
               "two scanners, two trees", one->span.start);
    const CfnNode *twin = other->first;
    for (const CfnNode *child = one->first; child != NULL; child = child->next) {
        if (twin == NULL) {
            fuzz_fail("one tree has less", child->span.start);
        }
        compare(child, twin);
        twin = twin->next;
    }
    fuzz_check(twin == NULL, "one tree has more", one->span.start);
}

/* ---- Texts, written and read back ---- */

/* TEXT, a mapping with the key k, must have VALUE there, a string in STYLE. */
static void check_written(const GString *text, const CfnNode *value, CfnStyle style)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_bytes_new(text->str, text->len);
    g_autoptr(CfnSource) source = cfn_source_new("written", bytes, CFN_SOURCE_HARD_LIMIT, &error);
    g_autoptr(CfnTree) tree =
        source != NULL ? cfn_tree_parse_with(source, CFN_SCANNER_LIBYAML, &error) : NULL;
    if (tree == NULL) {
        fuzz_fail(error->message, value->span.start);
    }
    const CfnNode *read = cfn_node_get(tree->root, "k");
    const CfnNode *item = cfn_node_is_sequence(read) ? read->first : read;
    fuzz_check(item != NULL && item->style == style && cfn_node_same_text(item, value) &&
                   cfn_scalar_meaning(item) == CFN_MEANS_STRING,
               "a text that was written is another one", value->span.start);
}

static bool has_breaks_or_controls(const CfnNode *scalar)
{
    for (uint32_t i = 0; i < scalar->length; i++) {
        if (g_ascii_iscntrl(scalar->text[i])) {
            return true;
        }
    }
    return false;
}

static void check_spellings(const CfnNode *scalar)
{
    g_autoptr(GString) quoted = g_string_new("k: \"");
    cfn_scalar_escape_double(quoted, scalar->text, scalar->length);
    g_string_append(quoted, "\"\n");
    check_written(quoted, scalar, CFN_DOUBLE_QUOTED);
    for (int in_flow = 0; in_flow < 2; in_flow++) {
        if (cfn_scalar_can_be_plain(scalar->text, scalar->length, in_flow != 0)) {
            g_autoptr(GString) plain = g_string_new(in_flow ? "k: [" : "k: ");
            g_string_append_len(plain, scalar->text, scalar->length);
            g_string_append(plain, in_flow ? "]\n" : "\n");
            check_written(plain, scalar, CFN_PLAIN);
        }
    }
    if (cfn_scalar_can_be_plain(scalar->text, scalar->length, false) &&
        !has_breaks_or_controls(scalar)) {
        g_autoptr(GString) single = g_string_new("k: '");
        cfn_scalar_escape_single(single, scalar->text, scalar->length);
        g_string_append(single, "'\n");
        check_written(single, scalar, CFN_SINGLE_QUOTED);
    }
}

/* ---- The model ---- */

static void check_resources(const CfnTemplate *template)
{
    for (uint32_t i = 0; i < cfn_template_resource_count(template); i++) {
        const CfnResource *resource = cfn_template_resource_at(template, i);
        const CfnResource *named = cfn_template_resource(template, resource->logical_id);
        fuzz_check(resource->index == i, "a resource's number", resource->key->span.start);
        fuzz_check(named != NULL && strcmp(named->logical_id, resource->logical_id) == 0,
                   "a resource by its name", resource->key->span.start);
        fuzz_check(cfn_template_owner(template, resource->node) == resource, "a resource's own",
                   resource->key->span.start);
        fuzz_check(!cfn_template_id_is_free(template, resource->logical_id), "a name in use",
                   resource->key->span.start);
        (void)cfn_condition_implies(template, resource->condition, NULL);
        (void)cfn_conditions_exclude(template, resource->condition, "C");
        g_free(cfn_dependencies(template, resource));
    }
}

static void check_references(const CfnTemplate *template)
{
    const CfnTree *tree = cfn_template_tree(template);
    g_autoptr(GPtrArray) references = cfn_references_under(template, tree->root);
    for (guint i = 0; i < references->len; i++) {
        const CfnReference *one = references->pdata[i];
        g_autofree char *text = cfn_node_dup_text(one->node);
        fuzz_check(one->start <= one->end && one->end <= one->node->length &&
                       strncmp(text + one->start, one->name, strlen(one->name)) == 0,
                   "a reference's name", one->node->span.start);
        fuzz_check(cfn_node_is_under(one->node, one->value), "a reference's value",
                   one->node->span.start);
        fuzz_check(g_ptr_array_find((GPtrArray *)cfn_references_to(template, one->name), one, NULL),
                   "a reference by its name", one->node->span.start);
    }
}

static void check_sub(const CfnNode *node)
{
    const CfnNode *text = NULL, *map = NULL;
    if (!cfn_sub(node, &text, &map)) {
        return;
    }
    g_autoptr(GArray) parts = cfn_sub_parts(text);
    uint32_t end = 0;
    for (guint i = 0; i < parts->len; i++) {
        const CfnSubPart *part = &g_array_index(parts, CfnSubPart, i);
        fuzz_check(part->start >= end && part->name_start >= part->start &&
                       part->name_start <= part->name_end && part->name_end <= part->end &&
                       part->attribute_start <= part->attribute_end &&
                       part->attribute_end <= part->end && part->end <= text->length &&
                       memcmp(text->text + part->start, "${", 2) == 0 &&
                       text->text[part->end - 1] == '}',
                   "a part of Fn::Sub", text->span.start);
        end = part->end;
    }
}

static void check_model(const CfnTree *tree)
{
    g_autoptr(CfnTemplate) template = cfn_template_new(tree);
    check_resources(template);
    check_references(template);
    for (size_t i = 0; i < MIN(tree->node_count, 300); i++) {
        const CfnNode *node = &tree->nodes[i];
        g_autofree char *pointer = cfn_pointer(node);
        fuzz_check(*pointer == '\0' || *pointer == '/', "a pointer", node->span.start);
        g_free(cfn_flatten(node));
        g_autoptr(GPtrArray) branches = g_ptr_array_new();
        cfn_branches(node, branches);
        check_sub(node);
    }
}

/* ---- */

static CfnTree *parse(CfnSource *source, CfnScanner scanner, bool *agrees)
{
    g_autoptr(GError) error = NULL;
    CfnTree *tree = cfn_tree_parse_with(source, scanner, &error);
    fuzz_check((tree == NULL) == (error != NULL), "an error or a tree", 0);
    if (tree == NULL) {
        return NULL;
    }
    size_t count = 0;
    check_node(tree, tree->root, &count);
    fuzz_check(count == tree->node_count, "the number of nodes", 0);
    fuzz_check(tree->root->parent == NULL && tree->root->next == NULL, "the root", 0);
    *agrees = ask(tree);
    return tree;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(CfnSource) source = fuzz_source(data, size);
    bool agrees[] = { false, false };
    if (source == NULL) {
        return 0;
    }
    g_autoptr(CfnTree) first = parse(source, CFN_SCANNER_LIBFYAML, &agrees[0]);
    g_autoptr(CfnTree) second = parse(source, CFN_SCANNER_LIBYAML, &agrees[1]);
    if (agrees[0] && agrees[1]) {
        compare(first->root, second->root);
    }
    const CfnTree *tree = first != NULL ? first : second;
    if (tree == NULL) {
        return 0;
    }
    check_model(tree);
    for (size_t i = 0; i < MIN(tree->node_count, 50); i++) {
        if (tree->nodes[i].kind == CFN_SCALAR && tree->nodes[i].length < 2000) {
            check_spellings(&tree->nodes[i]);
        }
    }
    return 0;
}

/*
 * The second opinion: the tree is walked in step with what another parser reads.
 *
 * libyaml comes first, for JSON too: on 1 MB of JSON it takes 7 to 10 ms, as jansson does, but it
 * builds no second tree and gives numbers as they are written. jansson has the last word on
 * JSON that libyaml cannot read: surrogate pairs, keys of over 1024 bytes or away from their colon.
 * libyaml's flow nesting is quadratic, but no tree is deeper than CFN_DEPTH_LIMIT.
 */
#include "syntax/opinion.h"

#include <jansson.h>
#include <string.h>
#include <yaml.h>

/* A node as libyaml has it; NULL is no anchor, tag or text. */
typedef struct {
    CfnKind kind;
    CfnStyle style;
    const yaml_char_t *anchor;
    const yaml_char_t *tag;
    const yaml_char_t *text;
    size_t length;
} Reading;

/* Where in the tree the events have come to. */
typedef struct {
    const CfnTree *tree;
    const CfnNode *parent; /* the open collection */
    const CfnNode *next;   /* NULL at the collection's end, and behind the root */
    GError **error;
} Walk;

static bool differ(const Walk *walk, const char *difference)
{
    const CfnNode *near = walk->next != NULL ? walk->next : walk->parent;
    if (near == NULL) {
        near = walk->tree->root;
    }
    g_assert(near != NULL); /* a tree has a root */
    return cfn_source_error(walk->tree->source, near->span.start, walk->error, CFN_ERROR_SYNTAX,
                            "a second parser reads this differently: %s", difference);
}

static bool is_same_text(const char *ours, size_t length, const yaml_char_t *theirs)
{
    return theirs != NULL && strlen((const char *)theirs) == length &&
           memcmp(ours, theirs, length) == 0;
}

static bool has_same_anchor(const Walk *walk, const CfnNode *node, const yaml_char_t *theirs)
{
    if (!cfn_node_has_anchor(node)) {
        return theirs == NULL;
    }
    return is_same_text(walk->tree->source->text + cfn_node_anchor(node).start + 1,
                        cfn_span_length(cfn_node_anchor(node)) - 1, theirs);
}

/* `!!str` and `!<tag:yaml.org,2002:str>` are the same; %21 is an exclamation mark. */
static char *resolve_tag(const char *raw, size_t length)
{
    bool is_verbatim = length > 2 && raw[1] == '<';
    bool is_standard = length > 1 && raw[1] == '!';
    const char *end = raw + length - (is_verbatim ? 1 : 0);
    g_autofree char *name =
        g_uri_unescape_segment(raw + (is_verbatim || is_standard ? 2 : 0), end, NULL);
    return g_strconcat(is_standard ? "tag:yaml.org,2002:" : "", name, NULL);
}

static bool has_same_tag(const Walk *walk, const CfnNode *node, const yaml_char_t *theirs)
{
    if (!cfn_node_has_tag(node)) {
        return theirs == NULL;
    }
    g_autofree char *tag = resolve_tag(walk->tree->source->text + cfn_node_tag(node).start,
                                       cfn_span_length(cfn_node_tag(node)));
    return is_same_text(tag, strlen(tag), theirs);
}

static bool compare_node(const Walk *walk, const Reading *theirs)
{
    const CfnNode *node = walk->next;
    if (node == NULL) {
        return differ(walk, "it finds more in here");
    }
    if (node->kind != theirs->kind || node->style != theirs->style) {
        return differ(walk, "another kind of value, or in another style");
    }
    if (!has_same_anchor(walk, node, theirs->anchor)) {
        return differ(walk, "another anchor");
    }
    if (!has_same_tag(walk, node, theirs->tag)) {
        return differ(walk, "another tag");
    }
    bool is_same = theirs->text == NULL || (node->length == theirs->length &&
                                            memcmp(node->text, theirs->text, node->length) == 0);
    return is_same || differ(walk, "another text");
}

static CfnStyle style_of_scalar(yaml_scalar_style_t style)
{
    switch (style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
        return CFN_SINGLE_QUOTED;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
        return CFN_DOUBLE_QUOTED;
    case YAML_LITERAL_SCALAR_STYLE:
        return CFN_LITERAL;
    case YAML_FOLDED_SCALAR_STYLE:
        return CFN_FOLDED;
    default:
        return CFN_PLAIN;
    }
}

/* One more child of the open collection. */
static bool pass(Walk *walk, const Reading *theirs)
{
    if (!compare_node(walk, theirs)) {
        return false;
    }
    walk->next = walk->next->next;
    return true;
}

static bool enter(Walk *walk, const Reading *theirs)
{
    if (!compare_node(walk, theirs)) {
        return false;
    }
    walk->parent = walk->next;
    walk->next = walk->parent->first;
    return true;
}

static bool leave(Walk *walk)
{
    g_assert(walk->parent != NULL); /* what ends has begun */
    if (walk->next != NULL) {
        return differ(walk, "it finds less in here");
    }
    walk->next = walk->parent->next;
    walk->parent = walk->parent->parent;
    return true;
}

static bool take_scalar(Walk *walk, const yaml_event_t *event)
{
    const Reading theirs = {
        .kind = CFN_SCALAR,
        .style = style_of_scalar(event->data.scalar.style),
        .anchor = event->data.scalar.anchor,
        .tag = event->data.scalar.tag,
        .text = event->data.scalar.value,
        .length = event->data.scalar.length,
    };
    return pass(walk, &theirs);
}

static bool take_alias(Walk *walk, const yaml_event_t *event)
{
    const Reading theirs = {
        .kind = CFN_ALIAS,
        .text = event->data.alias.anchor,
        .length = strlen((const char *)event->data.alias.anchor),
    };
    return pass(walk, &theirs);
}

static bool take_mapping(Walk *walk, const yaml_event_t *event)
{
    bool is_flow = event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
    const Reading theirs = {
        .kind = CFN_MAPPING,
        .style = is_flow ? CFN_FLOW : CFN_BLOCK,
        .anchor = event->data.mapping_start.anchor,
        .tag = event->data.mapping_start.tag,
    };
    return enter(walk, &theirs);
}

static bool take_sequence(Walk *walk, const yaml_event_t *event)
{
    bool is_flow = event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
    const Reading theirs = {
        .kind = CFN_SEQUENCE,
        .style = is_flow ? CFN_FLOW : CFN_BLOCK,
        .anchor = event->data.sequence_start.anchor,
        .tag = event->data.sequence_start.tag,
    };
    return enter(walk, &theirs);
}

static bool take_event(Walk *walk, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return take_scalar(walk, event);
    case YAML_ALIAS_EVENT:
        return take_alias(walk, event);
    case YAML_MAPPING_START_EVENT:
        return take_mapping(walk, event);
    case YAML_SEQUENCE_START_EVENT:
        return take_sequence(walk, event);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        return leave(walk);
    default:
        return true;
    }
}

static bool walk_events(Walk *walk, yaml_parser_t *parser)
{
    for (bool has_ended = false; !has_ended;) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event)) {
            return differ(walk, parser->problem != NULL ? parser->problem : "out of memory");
        }
        has_ended = event.type == YAML_STREAM_END_EVENT;
        bool is_same = take_event(walk, &event);
        yaml_event_delete(&event);
        if (!is_same) {
            return false;
        }
    }
    return walk->next == NULL || differ(walk, "nothing at all");
}

static bool agrees_with_libyaml(const CfnTree *tree, GError **error)
{
    const CfnSource *source = tree->source;
    Walk walk = { .tree = tree, .next = tree->root, .error = error };
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        return differ(&walk, "out of memory");
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const yaml_char_t *)source->text + source->start,
                                 source->length - source->start);
    bool agrees = walk_events(&walk, &parser);
    yaml_parser_delete(&parser);
    return agrees;
}

static bool is_same_json(const json_t *value, const CfnNode *node);

static bool is_same_string(const char *text, size_t length, const CfnNode *node)
{
    return node->kind == CFN_SCALAR && node->style == CFN_DOUBLE_QUOTED && node->length == length &&
           memcmp(node->text, text, length) == 0;
}

static bool is_same_object(const json_t *object, const CfnNode *node)
{
    if (node->kind != CFN_MAPPING || cfn_node_count(node) != json_object_size(object)) {
        return false;
    }
    void *member = json_object_iter((json_t *)object); /* in the order of the text */
    cfn_node_each_key(key, node) {
        if (member == NULL ||
            !is_same_string(json_object_iter_key(member), json_object_iter_key_len(member), key) ||
            !is_same_json(json_object_iter_value(member), cfn_node_value(key))) {
            return false;
        }
        member = json_object_iter_next((json_t *)object, member);
    }
    return member == NULL;
}

static bool is_same_array(const json_t *array, const CfnNode *node)
{
    if (node->kind != CFN_SEQUENCE || cfn_node_count(node) != json_array_size(array)) {
        return false;
    }
    size_t index = 0;
    cfn_node_each_item(item, node) {
        const json_t *value = json_array_get(array, index++);
        if (value == NULL || !is_same_json(value, item)) {
            return false;
        }
    }
    return index == cfn_node_count(node);
}

static bool is_same_number(const json_t *number, const CfnNode *node)
{
    g_autofree char *text = cfn_node_dup_text(node);
    if (text == NULL || node->style != CFN_PLAIN) {
        return false;
    }
    return json_is_integer(number) ? g_ascii_strtoll(text, NULL, 10) == json_integer_value(number)
                                   : g_ascii_strtod(text, NULL) == json_real_value(number);
}

static bool is_same_word(const char *word, const CfnNode *node)
{
    return node->style == CFN_PLAIN && cfn_node_equals(node, word);
}

/* As deep as the tree, which is capped. */
static bool is_same_json(const json_t *value, const CfnNode *node)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return is_same_object(value, node);
    case JSON_ARRAY:
        return is_same_array(value, node);
    case JSON_STRING:
        return is_same_string(json_string_value(value), json_string_length(value), node);
    case JSON_INTEGER:
    case JSON_REAL:
        return is_same_number(value, node);
    case JSON_TRUE:
        return is_same_word("true", node);
    case JSON_FALSE:
        return is_same_word("false", node);
    default:
        return is_same_word("null", node);
    }
}

static bool agrees_with_jansson(const CfnTree *tree)
{
    const CfnSource *source = tree->source;
    json_t *root = json_loadb(source->text + source->start, source->length - source->start,
                              JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    bool agrees = root != NULL && is_same_json(root, tree->root);
    json_decref(root);
    return agrees;
}

CfnReader cfn_opinion(const CfnTree *tree, GError **error)
{
    g_autoptr(GError) difference = NULL;
    if (agrees_with_libyaml(tree, &difference)) {
        return CFN_READER_LIBYAML;
    }
    if (tree->is_json && agrees_with_jansson(tree)) {
        return CFN_READER_JANSSON;
    }
    g_propagate_error(error, g_steal_pointer(&difference));
    return CFN_READER_NONE;
}

/* The end of the line break at AT, or AT if there is none. */
static const char *pass_break(const char *at, const char *end)
{
    if (at < end && *at == '\r') {
        at++;
        return at < end && *at == '\n' ? at + 1 : at;
    }
    return at < end && *at == '\n' ? at + 1 : at;
}

static const char *pass_any(const char *at, const char *end, const char *set)
{
    while (at < end && *at != '\0' && strchr(set, *at) != NULL) {
        at++;
    }
    return at;
}

static const char *find_line_end(const char *at, const char *end)
{
    while (at < end && *at != '\n' && *at != '\r') {
        at++;
    }
    return at;
}

/* Whether what stands behind a `|` or `>` may be the rest of a block scalar's header, and a blank
   line. NEXT is where the search goes on: other headers on this line have the same line below. */
static bool is_due_header(const char *at, const char *end, const char **next)
{
    const char *rest = pass_any(at, end, "+-0123456789");
    const char *blanks_end = pass_any(rest, end, " \t");
    bool has_comment = blanks_end > rest && blanks_end < end && *blanks_end == '#';
    const char *line_end = has_comment ? find_line_end(blanks_end, end) : blanks_end;
    *next = line_end;
    const char *below = pass_break(line_end, end);
    const char *below_end = pass_any(below, end, " \t");
    return pass_break(below_end, end) > below_end;
}

static bool has_due_header(const char *at, const char *end, char indicator)
{
    while (at < end && (at = memchr(at, indicator, (size_t)(end - at))) != NULL) {
        if (is_due_header(at + 1, end, &at)) {
            return true;
        }
    }
    return false;
}

bool cfn_opinion_is_due(const CfnTree *tree)
{
    if (tree->is_json || tree->scanner != CFN_SCANNER_LIBFYAML) {
        return false;
    }
    const char *start = tree->source->text + tree->source->start;
    const char *end = tree->source->text + tree->source->length;
    return has_due_header(start, end, '|') || has_due_header(start, end, '>');
}

/*
 * The grammar: tokens to nodes, by recursion (the scanners cap the depth).
 *
 * The productions are those of YAML 1.1 as libyaml reads it. Refused is also what a token layer
 * lets through: `a: b: c`, a value that is not indented, a second document, content after the end.
 */
#include "syntax/tree.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "syntax/scalar.h"
#include "text/hash.h"

typedef struct {
    CfnTree *tree;
    CfnSource *source;
    const CfnToken *token; /* the next one; the last is the stream's end, which nobody goes past */
    int64_t column;        /* of the innermost open block collection, -1 outside all */
    CfnNode *free_node;    /* the arena's next one */
    CfnNode *end_node;     /* behind its last */
    CfnNodeProperties *free_properties;
    GString *scratch;
    GError **error;
    bool is_json; /* nothing seen yet that JSON does not have */
} Parser;

static CfnNode *parse_node(Parser *parser, bool is_block, bool may_be_indentless);

static CfnTokenType next_type(const Parser *parser)
{
    return (CfnTokenType)parser->token->type;
}

static CfnNode *refuse_at(Parser *parser, uint32_t offset, const char *message)
{
    cfn_source_error(parser->source, offset, parser->error, CFN_ERROR_SYNTAX, "%s", message);
    return NULL;
}

static CfnNode *refuse(Parser *parser, const char *message)
{
    return refuse_at(parser, parser->token->start, message);
}

static CfnNode *new_node(Parser *parser, CfnKind kind, CfnStyle style, uint32_t start)
{
    g_assert(parser->free_node < parser->end_node);
    CfnNode *node = parser->free_node++;
    /* One by one: what gcc makes of a whole structure of this size is slow. */
    node->parent = node->next = node->first = node->last = NULL;
    node->properties = NULL;
    node->span = (CfnSpan){ start, start };
    node->length = node->index = 0;
    node->mark = CFN_NOWHERE;
    node->kind = (uint8_t)kind;
    node->style = (uint8_t)style;
    node->is_key = node->duplicate = false;
    return node;
}

static CfnNodeProperties *new_properties(Parser *parser, uint32_t content)
{
    CfnNodeProperties *properties = parser->free_properties++;
    *properties =
        (CfnNodeProperties){ .tag_text = "", .content = content, .question = CFN_NOWHERE };
    parser->is_json = false;
    return properties;
}

static CfnNode *new_empty(Parser *parser, uint32_t at)
{
    CfnNode *node = new_node(parser, CFN_SCALAR, CFN_PLAIN, at);
    node->text = parser->source->text + at;
    parser->is_json = false;
    return node;
}

/* The pointers that the tree's users get are const, the arena is not. */
static CfnNode *own(const Parser *parser, const CfnNode *node)
{
    return parser->tree->nodes + (node - parser->tree->nodes);
}

/* The INDEXth item, or the key or value of the INDEXth pair. */
static void append(Parser *parser, CfnNode *parent, CfnNode *child, uint32_t index)
{
    if (parent->last == NULL) {
        parent->first = child;
    } else {
        own(parser, parent->last)->next = child;
    }
    child->parent = parent;
    child->index = index;
    parent->last = child;
    parent->span.end = child->span.end;
}

/* What must be decoded rather than pointed at: breaks (NEL, LS and PS among them), escapes. */
enum { IN_PLAIN = 1, IN_SINGLE = 2, IN_DOUBLE = 4, IN_ALL = 7 };
static const uint8_t special_bytes[256] = {
    ['\n'] = IN_ALL, ['\r'] = IN_ALL,    [0xC2] = IN_ALL,
    [0xE2] = IN_ALL, ['\''] = IN_SINGLE, ['\\'] = IN_DOUBLE,
};

static bool is_verbatim(const char *text, uint32_t length, uint8_t special)
{
    for (uint32_t i = 0; i < length; i++) {
        if ((special_bytes[(unsigned char)text[i]] & special) != 0) {
            return false;
        }
    }
    return true;
}

static void decode_text(Parser *parser, CfnNode *scalar)
{
    const uint32_t indent = (uint32_t)MAX(parser->column, 0);
    g_string_truncate(parser->scratch, 0);
    cfn_scalar_decode(parser->source, scalar, indent, parser->scratch, NULL);
    scalar->length = (uint32_t)parser->scratch->len;
    scalar->text = g_string_chunk_insert_len(parser->tree->texts, parser->scratch->str,
                                             (gssize)parser->scratch->len);
}

static void set_text(Parser *parser, CfnNode *scalar)
{
    static const uint8_t special[] = {
        [CFN_PLAIN] = IN_PLAIN, [CFN_SINGLE_QUOTED] = IN_SINGLE, [CFN_DOUBLE_QUOTED] = IN_DOUBLE
    };
    if (scalar->style > CFN_DOUBLE_QUOTED) {
        decode_text(parser, scalar);
        return;
    }
    const uint32_t quote = scalar->style != CFN_PLAIN;
    scalar->text = parser->source->text + scalar->span.start + quote;
    scalar->length = scalar->span.end - scalar->span.start - 2 * quote;
    if (!is_verbatim(scalar->text, scalar->length, special[scalar->style])) {
        decode_text(parser, scalar);
    }
}

static bool looks_like_json(const CfnNode *scalar)
{
    if (scalar->style != CFN_PLAIN) {
        return scalar->style == CFN_DOUBLE_QUOTED;
    }
    if (cfn_node_equals(scalar, "true") || cfn_node_equals(scalar, "false") ||
        cfn_node_equals(scalar, "null")) {
        return true;
    }
    for (uint32_t i = 0; i < scalar->length; i++) {
        if (memchr("0123456789+-.eE", scalar->text[i], 15) == NULL) {
            return false;
        }
    }
    return true;
}

static CfnNode *parse_scalar(Parser *parser)
{
    const CfnToken *token = parser->token++;
    CfnNode *scalar = new_node(parser, CFN_SCALAR, (CfnStyle)token->style, token->start);
    scalar->span.end = token->end;
    set_text(parser, scalar);
    parser->is_json = parser->is_json && looks_like_json(scalar);
    return scalar;
}

static CfnNode *parse_alias(Parser *parser)
{
    const CfnToken *token = parser->token++;
    CfnNode *alias = new_node(parser, CFN_ALIAS, CFN_PLAIN, token->start);
    alias->span.end = token->end;
    alias->text = parser->source->text + token->start + 1;
    alias->length = token->end - token->start - 1;
    parser->tree->has_anchors = true;
    parser->is_json = false;
    return alias;
}

/* Whether what could be a value is not there. */
static bool is_missing(const Parser *parser, bool is_block)
{
    switch (next_type(parser)) {
    case CFN_TOKEN_KEY:
    case CFN_TOKEN_VALUE:
    case CFN_TOKEN_BLOCK_END:
        return is_block;
    case CFN_TOKEN_FLOW_ENTRY:
    case CFN_TOKEN_FLOW_SEQUENCE_END:
    case CFN_TOKEN_FLOW_MAPPING_END:
        return !is_block;
    default:
        return false;
    }
}

/* In block style a value stands deeper than the collection it is in; libfyaml does not look. */
static bool check_indent(Parser *parser)
{
    switch (next_type(parser)) {
    case CFN_TOKEN_SCALAR:
        if (parser->token->style > CFN_DOUBLE_QUOTED) { /* `|` may stand anywhere */
            return true;
        }
        break;
    case CFN_TOKEN_ALIAS:
    case CFN_TOKEN_ANCHOR:
    case CFN_TOKEN_TAG:
    case CFN_TOKEN_FLOW_SEQUENCE_START:
    case CFN_TOKEN_FLOW_MAPPING_START:
        break;
    default:
        return true;
    }
    if (cfn_tree_column(parser->tree, parser->token->start) > parser->column) {
        return true;
    }
    refuse(parser, "this is neither a key (no ':') nor indented as a value");
    return false;
}

/* The node behind a ':' or '-' in block style. */
static CfnNode *parse_indented(Parser *parser, bool may_be_indentless)
{
    return check_indent(parser) ? parse_node(parser, true, may_be_indentless) : NULL;
}

static CfnNode *parse_key(Parser *parser, bool is_block)
{
    const CfnToken *mark = parser->token;
    if (mark->type != CFN_TOKEN_KEY) { /* `{a}`, which only flow style has */
        return parse_node(parser, false, false);
    }
    parser->token++;
    if (next_type(parser) != CFN_TOKEN_VALUE && !is_missing(parser, is_block)) {
        return parse_node(parser, is_block, is_block);
    }
    if (mark->start == mark->end) {
        return refuse(parser, "a second ':' on this line; quote text that has ': ' in it");
    }
    return new_empty(parser, mark->end);
}

static CfnNode *parse_value(Parser *parser, bool is_block)
{
    const uint32_t colon = parser->token->start;
    parser->token++;
    CfnNode *value = is_missing(parser, is_block) ? new_empty(parser, colon + 1)
                     : is_block                   ? parse_indented(parser, true)
                                                  : parse_node(parser, false, false);
    if (value != NULL) {
        value->mark = colon;
    }
    return value;
}

static void set_question(Parser *parser, CfnNode *key, uint32_t mark)
{
    CfnNodeProperties *properties =
        key->properties != NULL
            ? parser->tree->properties + (key->properties - parser->tree->properties)
            : new_properties(parser, key->span.start);
    properties->question = mark;
    key->properties = properties;
}

/* The key of the pair, both appended; NULL with an error. */
static CfnNode *parse_pair(Parser *parser, CfnNode *mapping, bool is_block)
{
    const bool is_lone = next_type(parser) != CFN_TOKEN_KEY;
    const uint32_t mark = parser->token->start;
    const bool is_implicit = !is_lone && mark == parser->token->end;
    CfnNode *key = parse_key(parser, is_block);
    if (key == NULL) {
        return NULL;
    }
    const uint32_t length = key->span.end - key->span.start;
    if (is_implicit && memchr(parser->source->text + key->span.start, '\n', length) != NULL) {
        return refuse_at(parser, key->span.start, "a key must be on one line");
    }
    if (!is_lone && !is_implicit) {
        set_question(parser, key, mark);
    }
    const uint32_t index = cfn_node_count(mapping);
    key->is_key = true;
    parser->tree->has_merge_keys = parser->tree->has_merge_keys || cfn_node_equals(key, "<<");
    parser->is_json = parser->is_json && key->style == CFN_DOUBLE_QUOTED;
    append(parser, mapping, key, index);
    const bool has_value = !is_lone && next_type(parser) == CFN_TOKEN_VALUE;
    CfnNode *value = has_value ? parse_value(parser, is_block) : new_empty(parser, key->span.end);
    if (value == NULL) {
        return NULL;
    }
    append(parser, mapping, value, index);
    return key;
}

static void flag_both(const Parser *parser, const CfnNode *a, const CfnNode *b)
{
    own(parser, a)->duplicate = own(parser, b)->duplicate = true;
    parser->tree->has_duplicates = true;
}

static void compare_all_keys(const Parser *parser, const CfnNode *mapping)
{
    cfn_node_each_key(key, mapping) {
        for (const CfnNode *other = cfn_node_next_key(key); other != NULL;
             other = cfn_node_next_key(other)) {
            if (cfn_node_same_text(key, other)) {
                flag_both(parser, key, other);
            }
        }
    }
}

typedef struct {
    uint64_t hash;
    const CfnNode *node; /* NULL while the place is free */
} HashedKey;

/* Open addressing, in a table that is at most half full. */
static void compare_hashed_keys(const Parser *parser, const CfnNode *mapping)
{
    const size_t mask = ((size_t)4 << g_bit_storage(cfn_node_count(mapping))) / 2 - 1;
    g_autofree HashedKey *table = g_new0(HashedKey, mask + 1);
    cfn_node_each_key(key, mapping) {
        if (key->kind != CFN_SCALAR) {
            continue;
        }
        const uint64_t hash = cfn_hash(key->text, key->length);
        HashedKey *place = &table[hash & mask];
        while (place->node != NULL &&
               (place->hash != hash || !cfn_node_same_text(place->node, key))) {
            place = &table[(size_t)(place - table + 1) & mask];
        }
        if (place->node != NULL) {
            flag_both(parser, place->node, key);
        } else {
            *place = (HashedKey){ hash, key };
        }
    }
}

static void flag_duplicates(const Parser *parser, const CfnNode *mapping)
{
    if (cfn_node_count(mapping) <= 16) {
        compare_all_keys(parser, mapping);
    } else {
        compare_hashed_keys(parser, mapping);
    }
}

static CfnNode *parse_block_mapping(Parser *parser)
{
    const int64_t outer = parser->column;
    CfnNode *mapping = new_node(parser, CFN_MAPPING, CFN_BLOCK, parser->token->start);
    parser->column = cfn_tree_column(parser->tree, mapping->span.start);
    parser->is_json = false;
    parser->token++;
    while (next_type(parser) == CFN_TOKEN_KEY) {
        if (parse_pair(parser, mapping, true) == NULL) {
            return NULL;
        }
    }
    if (next_type(parser) != CFN_TOKEN_BLOCK_END) {
        return refuse(parser, "a key is expected here: the indentation does not fit the lines "
                              "above, or a text needs quotes");
    }
    parser->token++;
    parser->column = outer;
    flag_duplicates(parser, mapping);
    return mapping;
}

static bool parse_items(Parser *parser, CfnNode *sequence)
{
    while (next_type(parser) == CFN_TOKEN_BLOCK_ENTRY) {
        const CfnToken *dash = parser->token++;
        const bool is_empty =
            next_type(parser) == CFN_TOKEN_BLOCK_ENTRY || is_missing(parser, true);
        CfnNode *item = is_empty ? new_empty(parser, dash->end) : parse_indented(parser, false);
        if (item == NULL) {
            return false;
        }
        item->mark = dash->start;
        append(parser, sequence, item, cfn_node_count(sequence));
    }
    return true;
}

static CfnNode *parse_block_sequence(Parser *parser)
{
    const int64_t outer = parser->column;
    CfnNode *sequence = new_node(parser, CFN_SEQUENCE, CFN_BLOCK, parser->token->start);
    parser->column = cfn_tree_column(parser->tree, sequence->span.start);
    parser->is_json = false;
    parser->token++;
    if (!parse_items(parser, sequence)) {
        return NULL;
    }
    if (next_type(parser) != CFN_TOKEN_BLOCK_END) {
        return refuse(parser, "a list item ('- ') is expected here: the indentation does not fit "
                              "the lines above");
    }
    parser->token++;
    parser->column = outer;
    return sequence;
}

/* The items stand in the column of the key above; no token begins or ends the sequence. */
static CfnNode *parse_indentless_sequence(Parser *parser)
{
    CfnNode *sequence = new_node(parser, CFN_SEQUENCE, CFN_BLOCK, parser->token->start);
    parser->is_json = false;
    return parse_items(parser, sequence) ? sequence : NULL;
}

static CfnNode *parse_flow_pair(Parser *parser)
{
    CfnNode *mapping = new_node(parser, CFN_MAPPING, CFN_FLOW, parser->token->start);
    parser->is_json = false;
    return parse_pair(parser, mapping, false) != NULL ? mapping : NULL;
}

/* The item or the key of the pair, which is appended; NULL with an error. */
static CfnNode *parse_flow_entry(Parser *parser, CfnNode *collection)
{
    if (collection->kind == CFN_MAPPING) {
        return parse_pair(parser, collection, false);
    }
    CfnNode *item = next_type(parser) == CFN_TOKEN_KEY ? parse_flow_pair(parser)
                                                       : parse_node(parser, false, false);
    if (item != NULL) {
        append(parser, collection, item, cfn_node_count(collection));
    }
    return item;
}

/* The bracket is behind us, and neither its end nor a comma comes. */
static CfnNode *refuse_flow(Parser *parser, const CfnNode *collection)
{
    const bool is_mapping = collection->kind == CFN_MAPPING;
    if (next_type(parser) == CFN_TOKEN_STREAM_END) {
        return refuse_at(parser, collection->span.start,
                         is_mapping ? "'{' is never closed" : "'[' is never closed");
    }
    return refuse(parser,
                  is_mapping ? "',' or '}' is expected here" : "',' or ']' is expected here");
}

static CfnNode *parse_flow_collection(Parser *parser, CfnKind kind, CfnTokenType closing)
{
    CfnNode *collection = new_node(parser, kind, CFN_FLOW, parser->token->start);
    parser->token++;
    bool is_open = true; /* to an entry: behind the bracket or a comma */
    while (next_type(parser) != closing) {
        if (!is_open || next_type(parser) == CFN_TOKEN_STREAM_END) {
            return refuse_flow(parser, collection);
        }
        CfnNode *entry = parse_flow_entry(parser, collection);
        if (entry == NULL) {
            return NULL;
        }
        is_open = next_type(parser) == CFN_TOKEN_FLOW_ENTRY;
        if (is_open) {
            entry->mark = parser->token->start;
            parser->token++;
        }
    }
    parser->is_json = parser->is_json && (!is_open || collection->first == NULL);
    collection->span.end = parser->token->end;
    parser->token++;
    if (kind == CFN_MAPPING) {
        flag_duplicates(parser, collection);
    }
    return collection;
}

/* `!name!suffix` needs a %TAG directive, which templates do not have. */
static bool has_named_handle(const CfnSource *source, CfnSpan tag)
{
    uint32_t i = tag.start + 1;
    while (i < tag.end &&
           (g_ascii_isalnum(source->text[i]) || source->text[i] == '_' || source->text[i] == '-')) {
        i++;
    }
    return i > tag.start + 1 && i < tag.end && source->text[i] == '!';
}

/* Takes a tag, an anchor or both: PROPERTIES, whose content is their end for now, or NULL. */
static bool parse_properties(Parser *parser, bool is_block, CfnNodeProperties **properties)
{
    *properties = NULL;
    while (next_type(parser) == CFN_TOKEN_TAG || next_type(parser) == CFN_TOKEN_ANCHOR) {
        const CfnToken *token = parser->token;
        const bool is_tag = token->type == CFN_TOKEN_TAG;
        if (*properties == NULL) {
            *properties = new_properties(parser, token->start);
        }
        CfnSpan *property = is_tag ? &(*properties)->tag : &(*properties)->anchor;
        if (property->start != property->end) {
            break;
        }
        *property = (CfnSpan){ token->start, token->end };
        (*properties)->content = token->end;
        if (is_tag && has_named_handle(parser->source, *property)) {
            refuse(parser, "the tag has an undeclared handle");
            return false;
        }
        if (is_tag) {
            (*properties)->tag_text = parser->source->text + token->start;
        } else {
            parser->tree->has_anchors = true;
        }
        parser->token++;
        if (is_block && !check_indent(parser)) {
            return false;
        }
    }
    return true;
}

static CfnNode *parse_unexpected(Parser *parser, const CfnNodeProperties *properties)
{
    if (properties != NULL) {
        return new_empty(parser, properties->content);
    }
    switch (next_type(parser)) {
    case CFN_TOKEN_FLOW_ENTRY:
        return refuse(parser, "a value is missing before this ','");
    case CFN_TOKEN_VALUE:
        return refuse(parser, "a key is missing before this ':'");
    case CFN_TOKEN_FLOW_SEQUENCE_END:
    case CFN_TOKEN_FLOW_MAPPING_END:
        return refuse(parser, "this bracket does not fit the one that is open, or none is");
    case CFN_TOKEN_BLOCK_ENTRY:
        return refuse(parser, "a list item cannot begin here");
    case CFN_TOKEN_STREAM_END:
        return refuse(parser, "the text ends where a value is expected");
    default:
        return refuse(parser, "a value is expected here");
    }
}

static CfnNode *parse_content(Parser *parser, const CfnNodeProperties *properties, bool is_block,
                              bool may_be_indentless)
{
    switch (next_type(parser)) {
    case CFN_TOKEN_SCALAR:
        return parse_scalar(parser);
    case CFN_TOKEN_FLOW_SEQUENCE_START:
        return parse_flow_collection(parser, CFN_SEQUENCE, CFN_TOKEN_FLOW_SEQUENCE_END);
    case CFN_TOKEN_FLOW_MAPPING_START:
        return parse_flow_collection(parser, CFN_MAPPING, CFN_TOKEN_FLOW_MAPPING_END);
    case CFN_TOKEN_BLOCK_SEQUENCE_START:
        return is_block ? parse_block_sequence(parser) : parse_unexpected(parser, properties);
    case CFN_TOKEN_BLOCK_MAPPING_START:
        return is_block ? parse_block_mapping(parser) : parse_unexpected(parser, properties);
    case CFN_TOKEN_BLOCK_ENTRY:
        return may_be_indentless ? parse_indentless_sequence(parser)
                                 : parse_unexpected(parser, properties);
    default:
        return parse_unexpected(parser, properties);
    }
}

static CfnNode *parse_node(Parser *parser, bool is_block, bool may_be_indentless)
{
    if (next_type(parser) == CFN_TOKEN_ALIAS) {
        return parse_alias(parser);
    }
    const uint32_t start = parser->token->start;
    CfnNodeProperties *properties;
    if (!parse_properties(parser, is_block, &properties)) {
        return NULL;
    }
    CfnNode *node = parse_content(parser, properties, is_block, may_be_indentless);
    if (node != NULL && properties != NULL) {
        properties->content = node->span.start;
        node->properties = properties;
        node->span.start = start;
    }
    return node;
}

static CfnNode *parse_document(Parser *parser)
{
    if (next_type(parser) == CFN_TOKEN_DOCUMENT_START) {
        parser->is_json = false;
        parser->token++;
    }
    const CfnTokenType first = next_type(parser);
    if (first == CFN_TOKEN_STREAM_END || first == CFN_TOKEN_DOCUMENT_END ||
        first == CFN_TOKEN_DOCUMENT_START) {
        return refuse(parser, "the document is empty");
    }
    CfnNode *root = parse_node(parser, true, false);
    if (root == NULL) {
        return NULL;
    }
    while (next_type(parser) == CFN_TOKEN_DOCUMENT_END) {
        parser->is_json = false;
        parser->token++;
    }
    if (next_type(parser) == CFN_TOKEN_DOCUMENT_START) {
        return refuse(parser, "a second document begins here; a template is one document");
    }
    if (next_type(parser) != CFN_TOKEN_STREAM_END) {
        return refuse(parser, "the document has ended before this text; check the indentation "
                              "and the brackets above");
    }
    return root;
}

/* Comments are no tokens: they are what stands in the gaps. */
static bool has_comments(const CfnSource *source, const GArray *tokens)
{
    uint32_t end = source->start;
    for (guint i = 0; source->has_hashes && i < tokens->len; i++) {
        const CfnToken *token = &g_array_index(tokens, CfnToken, i);
        if (token->start > end && memchr(source->text + end, '#', token->start - end) != NULL) {
            return true;
        }
        end = MAX(end, token->end);
    }
    return false;
}

static bool begins_node(const CfnToken *token)
{
    switch ((CfnTokenType)token->type) {
    case CFN_TOKEN_SCALAR:
    case CFN_TOKEN_ALIAS:
    case CFN_TOKEN_TAG:
    case CFN_TOKEN_ANCHOR:
    case CFN_TOKEN_BLOCK_SEQUENCE_START:
    case CFN_TOKEN_BLOCK_MAPPING_START:
    case CFN_TOKEN_FLOW_SEQUENCE_START:
    case CFN_TOKEN_FLOW_MAPPING_START:
        return true;
    default:
        return false;
    }
}

/* The nodes that TOKEN, which another one follows, makes at most. */
static size_t nodes_of(const CfnToken *token)
{
    switch ((CfnTokenType)token->type) {
    case CFN_TOKEN_SCALAR:
    case CFN_TOKEN_ALIAS:
    case CFN_TOKEN_BLOCK_SEQUENCE_START:
    case CFN_TOKEN_BLOCK_MAPPING_START:
        return 1;
    case CFN_TOKEN_FLOW_SEQUENCE_START:
    case CFN_TOKEN_FLOW_MAPPING_START:
        return 2; /* the first entry may be a pair without braces or a key without a value */
    case CFN_TOKEN_FLOW_ENTRY:
        return 1; /* the next one too */
    case CFN_TOKEN_KEY:
        return (token->start != token->end) + !begins_node(token + 1);
    case CFN_TOKEN_VALUE:
    case CFN_TOKEN_BLOCK_ENTRY:
    case CFN_TOKEN_TAG:
    case CFN_TOKEN_ANCHOR:
        return !begins_node(token + 1); /* nothing, or a list in the column of its key */
    default:
        return 0;
    }
}

static size_t properties_of(const CfnToken *token)
{
    return token->type == CFN_TOKEN_TAG || token->type == CFN_TOKEN_ANCHOR ||
           (token->type == CFN_TOKEN_KEY && token->start != token->end);
}

/* How many of both the tokens make at most. */
static void count_nodes(const GArray *tokens, size_t *nodes, size_t *properties)
{
    *nodes = 4; /* what is made before an error shows */
    *properties = 0;
    for (guint i = 0; i + 1 < tokens->len; i++) {
        const CfnToken *token = &g_array_index(tokens, CfnToken, i);
        *nodes += nodes_of(token);
        *properties += properties_of(token);
    }
}

/* A large one comes in large pages where the system has them: fetching it by 4 KB takes as long as
   half of the scan. */
static CfnNode *new_arena(size_t capacity)
{
    const size_t page = (size_t)2 << 20;
    const size_t size = capacity * sizeof(CfnNode);
    CfnNode *arena =
        g_aligned_alloc(capacity, sizeof(CfnNode), size < page ? sizeof(CfnNode) : page);
    if (size >= page) {
        (void)madvise(arena, size, MADV_HUGEPAGE);
    }
    return arena;
}

CfnTree *cfn_tree_parse_with(CfnSource *source, CfnScanner scanner, GError **error)
{
    g_autoptr(GArray) tokens = cfn_scan(source, scanner, error);
    if (tokens == NULL) {
        return NULL;
    }
    g_autoptr(CfnTree) tree = g_new0(CfnTree, 1);
    g_autoptr(GString) scratch = g_string_new(NULL);
    size_t capacity, properties;
    count_nodes(tokens, &capacity, &properties);
    tree->source = source;
    tree->scanner = scanner;
    tree->nodes = new_arena(capacity);
    tree->properties = g_new(CfnNodeProperties, properties);
    tree->texts = g_string_chunk_new(4096);
    Parser parser = {
        .tree = tree,
        .source = source,
        .token = &g_array_index(tokens, CfnToken, 0),
        .free_node = tree->nodes,
        .end_node = tree->nodes + capacity,
        .free_properties = tree->properties,
        .scratch = scratch,
        .error = error,
        .column = -1,
        .is_json = true,
    };
    tree->root = parse_document(&parser);
    if (tree->root == NULL) {
        return NULL;
    }
    tree->node_count = (size_t)(parser.free_node - tree->nodes);
    tree->is_json =
        parser.is_json && tree->root->kind != CFN_SCALAR && !has_comments(source, tokens);
    return g_steal_pointer(&tree);
}

CfnTree *cfn_tree_parse(CfnSource *source, GError **error)
{
    g_autoptr(GError) refusal = NULL;
    CfnTree *tree = cfn_tree_parse_with(source, CFN_SCANNER_LIBFYAML, &refusal);
    if (tree != NULL) {
        return tree;
    }
    if (g_error_matches(refusal, CFN_ERROR, CFN_ERROR_DEPTH)) {
        g_propagate_error(error, g_steal_pointer(&refusal));
        return NULL;
    }
    return cfn_tree_parse_with(source, CFN_SCANNER_LIBYAML, error);
}

void cfn_tree_free(CfnTree *tree)
{
    if (tree == NULL) {
        return;
    }
    g_clear_pointer(&tree->nodes, g_aligned_free);
    g_free(tree->properties);
    g_string_chunk_free(tree->texts);
    g_free(tree);
}

uint32_t cfn_tree_column(const CfnTree *tree, uint32_t offset)
{
    return offset - cfn_source_line_start(tree->source, offset);
}

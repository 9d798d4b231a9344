/*
 * The tree of a template, with the place of everything.
 *
 * Nodes are read-only to all but the parser, live in their tree's arena, and keep the bytes they
 * stand on: nothing is normalized, so an edit can leave alone what it does not mean.
 */
#ifndef CFN_SYNTAX_NODE_H
#define CFN_SYNTAX_NODE_H

#include <glib.h>
#include <stddef.h>
#include <string.h>

#include "text/span.h"

typedef enum {
    CFN_SCALAR,
    CFN_MAPPING,  /* its children are key, value, key, value … */
    CFN_SEQUENCE, /* its children are its items */
    CFN_ALIAS,    /* `*name`; its text is the name */
} CfnKind;

typedef enum {
    CFN_PLAIN, /* also the empty node, whose span has no width */
    CFN_SINGLE_QUOTED,
    CFN_DOUBLE_QUOTED,
    CFN_LITERAL, /* | */
    CFN_FOLDED,  /* > */
    CFN_BLOCK,   /* collections by indentation */
    CFN_FLOW,    /* collections in braces and brackets, all JSON among them */
} CfnStyle;

/* What few nodes have: a tag, an anchor, or the mark of an explicit key. */
typedef struct {
    CfnSpan tag;          /* with its `!`; empty (start == end) when there is none */
    CfnSpan anchor;       /* with its `&`; empty when there is none */
    const char *tag_text; /* the tag's bytes */
    uint32_t content;     /* where the value begins behind both */
    uint32_t question;    /* of an explicit key, its `?`; else CFN_NOWHERE */
} CfnNodeProperties;

typedef struct CfnNode CfnNode;

/* As large as a line of the processor's cache: a template of 50 MB has millions. */
struct CfnNode {
    const CfnNode *parent; /* NULL for the root */
    const CfnNode *next;   /* next key, value or item of the parent; NULL for the last */
    const CfnNode *first;  /* first child: a key or an item */
    union {
        const CfnNode *last; /* of a collection, its last child: a value or an item */
        const char *text;    /* of a scalar, its decoded text, not NUL-terminated, never NULL; of an
                                alias, its name */
    };
    const CfnNodeProperties *properties; /* NULL for most */
    CfnSpan span;    /* all of it, with tag and anchor, quotes and brackets. A block collection
                             ends where its last descendant ends; a block scalar ends behind its
                             last line with content, before that line's newline. */
    uint32_t length; /* of the text, in bytes; 0 for collections */
    uint32_t mark; /* of a block sequence's item: its `-`; of a value: its `:`; of a flow sequence's
                        item or a flow mapping's key: the comma behind the item or pair. CFN_NOWHERE
                        when there is none. */
    uint32_t index; /* which item or pair of its parent, from 0 */
    uint8_t kind;   /* CfnKind */
    uint8_t style;  /* CfnStyle */
    bool is_key;
    bool duplicate; /* of a key: the same key stands in this mapping more than once */
};

/* The value of a key node. */
static inline const CfnNode *cfn_node_value(const CfnNode *key)
{
    return key->next;
}

/* The pair behind the one of KEY, or NULL: the next key. */
static inline const CfnNode *cfn_node_next_key(const CfnNode *key)
{
    g_assert(key->next != NULL); /* its value */
    return key->next->next;
}

/* The tag with its `!`; empty when there is none. */
static inline CfnSpan cfn_node_tag(const CfnNode *node)
{
    return node->properties != NULL ? node->properties->tag : (CfnSpan){ 0, 0 };
}

/* The tag's bytes, as many as cfn_node_tag is long. */
static inline const char *cfn_node_tag_text(const CfnNode *node)
{
    return node->properties != NULL ? node->properties->tag_text : "";
}

/* The anchor with its `&`; empty when there is none. */
static inline CfnSpan cfn_node_anchor(const CfnNode *node)
{
    return node->properties != NULL ? node->properties->anchor : (CfnSpan){ 0, 0 };
}

static inline bool cfn_node_has_tag(const CfnNode *node)
{
    return cfn_span_length(cfn_node_tag(node)) > 0;
}

static inline bool cfn_node_has_anchor(const CfnNode *node)
{
    return cfn_span_length(cfn_node_anchor(node)) > 0;
}

/* Where the value begins behind tag and anchor. */
static inline uint32_t cfn_node_content(const CfnNode *node)
{
    return node->properties != NULL ? node->properties->content : node->span.start;
}

/* The last child of a collection; NULL for all else. */
static inline const CfnNode *cfn_node_last(const CfnNode *node)
{
    return node->first != NULL ? node->last : NULL;
}

/* How many items or pairs a collection has; 0 for all else. */
static inline uint32_t cfn_node_count(const CfnNode *node)
{
    return node->first != NULL ? node->last->index + 1 : 0;
}

/* The comma behind an item of a flow sequence or the pair of a flow mapping's key; CFN_NOWHERE if
   there is none. */
static inline uint32_t cfn_node_comma(const CfnNode *entry)
{
    return entry->parent->style == CFN_FLOW ? entry->mark : CFN_NOWHERE;
}

/* What stands before a node: the `-` of a block sequence's item, the `:` of a value, the `?` of an
   explicit key; CFN_NOWHERE if there is none. */
static inline uint32_t cfn_node_mark(const CfnNode *node)
{
    if (node->is_key) {
        return node->properties != NULL ? node->properties->question : CFN_NOWHERE;
    }
    bool has_comma = node->parent != NULL && node->parent->style == CFN_FLOW &&
                     node->parent->kind == CFN_SEQUENCE;
    return has_comma ? CFN_NOWHERE : node->mark;
}

static inline bool cfn_node_is_mapping(const CfnNode *node)
{
    return node != NULL && node->kind == CFN_MAPPING;
}

static inline bool cfn_node_is_sequence(const CfnNode *node)
{
    return node != NULL && node->kind == CFN_SEQUENCE;
}

static inline bool cfn_node_is_scalar(const CfnNode *node)
{
    return node != NULL && node->kind == CFN_SCALAR;
}

/* A scalar that no tag makes something else. */
static inline bool cfn_node_is_untagged(const CfnNode *node)
{
    return cfn_node_is_scalar(node) && !cfn_node_has_tag(node);
}

/* A node without any bytes, as behind `Key:` with nothing there. */
static inline bool cfn_node_is_empty(const CfnNode *node)
{
    return node != NULL && node->kind == CFN_SCALAR && node->span.start == node->span.end;
}

/* Whether NODE is a scalar whose decoded text is TEXT. NULL is not. Inline, as it is asked more
   than all else, and mostly with a TEXT of known length. */
static inline bool cfn_node_equals(const CfnNode *node, const char *text)
{
    return cfn_node_is_scalar(node) && node->length == strlen(text) &&
           memcmp(node->text, text, node->length) == 0;
}
/* The same, ASCII letters compared without case. */
bool cfn_node_equals_nocase(const CfnNode *node, const char *text);
bool cfn_node_has_prefix(const CfnNode *node, const char *prefix);
bool cfn_node_contains(const CfnNode *node, const char *part);
/* Whether both are scalars with the same decoded text. */
bool cfn_node_same_text(const CfnNode *a, const CfnNode *b);
/* The decoded text as a new string; NULL when NODE is no scalar. g_free it. */
char *cfn_node_dup_text(const CfnNode *node);

/* The key node of KEY in MAPPING; NULL if MAPPING is none (or NULL) or has no such key. The last of
   duplicate keys counts, as most readers have it. Linear in the number of pairs. */
const CfnNode *cfn_node_find_key(const CfnNode *mapping, const char *key);
/* Its value, or NULL. */
const CfnNode *cfn_node_get(const CfnNode *mapping, const char *key);
/* The value at a path of keys, each as cfn_node_get: cfn_node_at(n, "A", "B", NULL). */
const CfnNode *cfn_node_at(const CfnNode *mapping, const char *first_key, ...)
    __attribute__((sentinel));
/* The item at INDEX of a sequence, or NULL. */
const CfnNode *cfn_node_item(const CfnNode *sequence, uint32_t index);
/* Of a value: its key. Of an item or the root: NULL. Constant time is not promised. */
const CfnNode *cfn_node_key(const CfnNode *value);
/* Whether NODE is ANCESTOR or stands under it. */
bool cfn_node_is_under(const CfnNode *node, const CfnNode *ancestor);

/* Iterates over the keys of a mapping (none if it is NULL or another kind). */
#define cfn_node_each_key(key, mapping)                                                            \
    for (const CfnNode *key = cfn_node_is_mapping(mapping) ? (mapping)->first : NULL; key != NULL; \
         key = cfn_node_next_key(key))

/* Iterates over the items of a sequence (none if it is NULL or another kind). */
#define cfn_node_each_item(item, sequence)                                                         \
    for (const CfnNode *item = cfn_node_is_sequence(sequence) ? (sequence)->first : NULL;          \
         item != NULL; item = item->next)

#endif

/*
 * Tokens to a tree of nodes, by a small grammar of our own (YAML 1.1 as templates use it; JSON is
 * read by the same grammar).
 */
#ifndef CFN_SYNTAX_TREE_H
#define CFN_SYNTAX_TREE_H

#include "syntax/node.h"
#include "syntax/scan.h"
#include "text/source.h"

typedef struct CfnTree CfnTree;

struct CfnTree {
    CfnSource *source;   /* borrowed: it outlives the tree */
    const CfnNode *root; /* never NULL */
    CfnScanner scanner;  /* who read it */
    size_t node_count;
    bool is_json;     /* JSON by its looks: flow style throughout, all strings in double quotes, no
                       tags, comments, anchors or trailing commas */
    bool has_anchors; /* or aliases */
    bool has_merge_keys;
    bool has_duplicates;           /* of keys */
    CfnNode *nodes;                /* private: the arena */
    CfnNodeProperties *properties; /* private: those of all nodes that have some */
    GStringChunk *texts;           /* private: decoded texts that differ from their bytes */
};

/*
 * Parses SOURCE with the tokens of SCANNER. Exactly one document; an empty one is an error (a
 * template is a mapping). NULL with ERROR (CFN_ERROR_SYNTAX, CFN_ERROR_DEPTH) if the text is
 * malformed.
 */
CfnTree *cfn_tree_parse_with(CfnSource *source, CfnScanner scanner, GError **error);
/* The same with libfyaml, or, where that refuses, with libyaml; the error is libyaml's. */
CfnTree *cfn_tree_parse(CfnSource *source, GError **error);
void cfn_tree_free(CfnTree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnTree, cfn_tree_free)

/* The column (from 0, in bytes from the line start) of an offset. */
uint32_t cfn_tree_column(const CfnTree *tree, uint32_t offset);

#endif

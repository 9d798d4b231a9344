/*
 * Who names whom: every place of a template that names a resource, parameter or condition.
 */
#ifndef CFN_MODEL_REFERENCE_H
#define CFN_MODEL_REFERENCE_H

#include "model/intrinsic.h"

typedef enum {
    CFN_REFERS_REF,
    CFN_REFERS_GETATT,
    CFN_REFERS_SUB,        /* `${X}` or `${X.Attr}` */
    CFN_REFERS_DEPENDS_ON, /* node is the scalar: the entry, or the only value */
    CFN_REFERS_CONDITION,  /* Condition: on a resource or output, first argument of Fn::If,
                              Fn::Condition */
} CfnReferenceKind;

typedef struct {
    CfnReferenceKind kind;
    char *name;          /* whom: owned */
    char *attribute;     /* "Arn", or NULL; owned */
    const CfnNode *node; /* the scalar with the name in it (of `[A, Arn]` the first item) */
    const CfnNode *
        value; /* the whole value that node is part of: the Ref, GetAtt, Sub node (with a tag around
                  it in `!Base64 {Ref: X}`); for DependsOn and Condition the scalar itself */
    uint32_t start, end;         /* where the name stands in the node's decoded text */
    const CfnResource *resource; /* in which resource, NULL if elsewhere */
    const char *section;         /* the top-level key it stands under: "Outputs" */
    const CfnNode
        *entry; /* the section entry's key: the logical id, the output's name; may be NULL */
} CfnReference;

/* All places that name NAME, in the order of the source: CfnReference*; never NULL, owned by the
   template. The index is made on first use, for all names at once. Names shadowed by a Sub's own
   map and `${!x}` are none. */
const GPtrArray *cfn_references_to(const CfnTemplate *template, const char *name);
/* All places under NODE that name something. The array is the caller's (g_ptr_array_unref), its
   items are not. */
GPtrArray *cfn_references_under(const CfnTemplate *template, const CfnNode *node);
/* Whether FROM names TO, over any number of steps (Ref, GetAtt, Sub, DependsOn): deployed after
   it. */
bool cfn_depends_on(const CfnTemplate *template, const CfnResource *from, const CfnResource *to);
/* The same for all resources at once, by their index. g_free it. */
bool *cfn_dependencies(const CfnTemplate *template, const CfnResource *from);
/* Whether text of this name stands in a `Fn::ForEach` body or key, where names are made that are
   not seen. */
bool cfn_named_in_for_each(const CfnTemplate *template, const char *name);

#endif

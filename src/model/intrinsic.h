/*
 * Intrinsic functions, in their long and short spelling alike.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
 */
#ifndef CFN_MODEL_INTRINSIC_H
#define CFN_MODEL_INTRINSIC_H

#include "model/template.h"

typedef enum {
    CFN_FN_NONE, /* a plain value */
    CFN_FN_REF,
    CFN_FN_GETATT,
    CFN_FN_SUB,
    CFN_FN_JOIN,
    CFN_FN_IF,
    CFN_FN_SPLIT,
    CFN_FN_SELECT,
    CFN_FN_FIND_IN_MAP,
    CFN_FN_IMPORT_VALUE,
    CFN_FN_CONDITION,
    CFN_FN_EQUALS,
    CFN_FN_AND,
    CFN_FN_OR,
    CFN_FN_NOT,
    CFN_FN_BASE64,
    CFN_FN_TRANSFORM,
    CFN_FN_FOR_EACH,
    CFN_FN_OTHER, /* any other tag beginning with `!`, any other key beginning with Fn:: */
} CfnFunction;

typedef struct {
    CfnFunction function;
    const CfnNode *argument; /* `!Ref x`: the node itself (see its text, not its tag); `Ref: x`: the
                                value. NULL for CFN_FN_NONE */
} CfnIntrinsic;

/* What NODE calls. A mapping counts if the function is its only key. NULL gives CFN_FN_NONE. */
CfnIntrinsic cfn_intrinsic(const CfnNode *node);
/* What NODE calls by its only key, whatever its tag: of `!Base64 {Fn::Sub: x}` the Fn::Sub. */
CfnIntrinsic cfn_intrinsic_inside(const CfnNode *node);
bool cfn_is_function(const CfnNode *node, CfnFunction function);
/* The argument if NODE calls FUNCTION, else NULL. */
const CfnNode *cfn_argument(const CfnNode *node, CfnFunction function);
/* The long name of a function's tag: "Fn::Sub" for `!Sub`, "Ref" for `!Ref`; of any other tag `!X`
   "Fn::X". NULL if NODE has no such tag. g_free it. */
char *cfn_tag_long_name(const CfnTree *tree, const CfnNode *node);

/* Whether NODE is `Ref` of NAME ("AWS::NoValue", a logical id, a parameter). */
bool cfn_is_ref(const CfnNode *node, const char *name);
/* The name that NODE refs, as a new string, or NULL. */
char *cfn_ref_name(const CfnNode *node);
/* If NODE is GetAtt with literal arguments ("A.B.C", [A, "B.C"]): sets new strings and returns
   true. */
bool cfn_getatt(const CfnNode *node, char **logical_id, char **attribute);

/* The text of Fn::Sub (the scalar, also where a map goes with it), and the map or NULL. False if
   NODE is no Fn::Sub with a literal text. */
bool cfn_sub(const CfnNode *node, const CfnNode **text, const CfnNode **map);
/* One `${…}` in a Sub text: places in the decoded text. Names are trimmed of white space. */
typedef struct {
    uint32_t start, end;                     /* `${` to behind `}` */
    uint32_t name_start, name_end;           /* the name, without `.Attribute` */
    uint32_t attribute_start, attribute_end; /* empty if there is none */
    bool literal;                            /* `${!x}` */
} CfnSubPart;
/* All of them as a GArray of CfnSubPart (g_array_unref it). */
GArray *cfn_sub_parts(const CfnNode *text);

/* Whether NODE is a mapping that stands for itself, and no intrinsic function. */
bool cfn_is_written_out(const CfnNode *node);

/* The arguments of NODE if that is an Fn::If with three of them: a condition and two branches. NULL
   for all else. */
const CfnNode *cfn_choice(const CfnNode *node);

/*
 * The leaves of NODE through Fn::If, however deep: what it can be. `Fn::If` with three arguments
 * gives its branches; anything else gives itself. AWS::NoValue is left out. Appends const CfnNode*
 * to OUT. An item of a list may itself be an Fn::If of items: call it on each item.
 */
void cfn_branches(const CfnNode *node, GPtrArray *out);

/*
 * NODE itself, or, if it is a Ref to a parameter with a literal default, that default's node. For
 * recognising only: never edit what it returns unless it is NODE.
 */
const CfnNode *cfn_resolve(const CfnTemplate *template, const CfnNode *node);

#endif

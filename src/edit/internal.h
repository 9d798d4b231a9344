/*
 * What edits.c (who may change what) and build.c (how it becomes bytes) share.
 */
#ifndef CFN_EDIT_INTERNAL_H
#define CFN_EDIT_INTERNAL_H

#include "edit/edits.h"
#include "edit/style.h"

/* One thing a change wants done. */
typedef enum {
    CFN_WANT_REMOVE,
    CFN_WANT_REPLACE,
    CFN_WANT_STRING,
    CFN_WANT_SPLICE,
    CFN_WANT_ADD,
    CFN_WANT_WRAP,
    CFN_WANT_RENAME,
    CFN_WANT_FILL, /* an empty node becomes a mapping, or a missing section is made */
} CfnWantKind;

typedef struct CfnWant {
    CfnWantKind kind;
    CfnChange *change;
    const CfnChange
        *unit; /* with what it was accepted: its change, or the one that required that */
    const CfnNode *target; /* FILL of a section: the root */
    const CfnNode
        *after;    /* ADD, FILL: the child to follow; NULL: the end (ADD), the beginning (FILL) */
    bool set_off;  /* ADD: with a blank line where the siblings have one */
    char *section; /* FILL of a missing section */
    char *pair;    /* FILL: the key of what is put in */
    char *key;     /* ADD into a mapping */
    char *yaml;    /* REPLACE, ADD, WRAP, FILL */
    const CfnTree *snippet; /* of yaml, once it is needed */
    char *text;             /* STRING, SPLICE, RENAME */
    uint32_t start, end;    /* SPLICE */
    /* The one that does this, too: a REPLACE accepted before, the first FILL of a place. */
    struct CfnWant *same;
    CfnOperation *operation; /* REPLACE: what it was told as */
    char *function; /* SPLICE: the scalar becomes this function's argument; NULL: it does not */
} CfnWant;

struct CfnChange {
    CfnEdits *edits;
    gpointer owner;
    GPtrArray *wants;    /* CfnWant */
    GPtrArray *requires; /* CfnChange, borrowed */
    char *refusal;
    bool shared; /* some other change requires it */
    bool dropped;
    bool applied;
    bool waits;
};

/* A snippet, parsed. */
typedef struct {
    CfnSource *source;
    CfnTree *tree;
} CfnSnippet;

struct CfnEdits {
    const CfnTree *tree;
    GPtrArray *changes;    /* CfnChange */
    GPtrArray *operations; /* CfnOperation */
    GArray *splices;       /* CfnSplice */
    GHashTable *snippets;  /* YAML text -> CfnSnippet */
    GArray *starts;        /* int64_t: where each splice begins in the text after */
    CfnFileStyle style;
    bool has_odd_breaks;
    bool tracks_owners;  /* splices tell theirs */
    GArray *anchors;     /* CfnSpan, in the order of the source */
    GArray *comments;    /* CfnSplice; NULL: none */
    const CfnNode *flow; /* the outermost of braces that was asked for last; NULL: none was */
    bool flow_has_tabs;  /* lines in it begin with tabs */
    GArray *texts; /* CfnSpan of scalars over several lines, in the order of the source; NULL until
                         asked for */
};

/* Parses YAML, which a transform wrote: malformed text is a bug. The tree is owned by EDITS. */
const CfnTree *cfn_edits_snippet(CfnEdits *edits, const char *yaml);

/* Turns the wants that were accepted (CfnWant, in order) into operations and splices. */
void cfn_edits_build(CfnEdits *edits, const GPtrArray *wants);

/* The text of SOURCE with the splices put in. */
GBytes *cfn_splice_bytes(const CfnSource *source, const GArray *splices);

/* The value for a key or item: what claims and removals are counted on. */
const CfnNode *cfn_claimed_node(const CfnNode *item_or_key);

#endif

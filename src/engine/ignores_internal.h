/*
 * What ignores.c (what the input says) and ignoring.c (what counts in a round) share.
 */
#ifndef CFN_ENGINE_IGNORES_INTERNAL_H
#define CFN_ENGINE_IGNORES_INTERNAL_H

#include "engine/ignores.h"

typedef enum {
    CFN_REACH_WHOLE,  /* the resource whose Metadata it is, or the template */
    CFN_REACH_LINE,   /* what begins on a line; the resource whose logical id is on it */
    CFN_REACH_AROUND, /* the resource around a comment */
} CfnReach;

/* One id in one place. */
typedef struct {
    const CfnTransform *transform;
    CfnReach reach;
    CfnSpan line;   /* of CFN_REACH_LINE and CFN_REACH_AROUND: in the input */
    uint32_t place; /* in the input: of the id */
} CfnIgnore;

struct CfnIgnores {
    const CfnOptions *options;
    GArray *comments; /* CfnIgnore: CFN_REACH_LINE and CFN_REACH_AROUND, by place of their lines */
    GArray *files;    /* CfnIgnore: ignore-file, CFN_REACH_WHOLE */
    GHashTable *brackets; /* start of a line -> place of the `]` of the last comment about it */
    GArray *watched;      /* CfnIgnore: what is to be told if it is of no use */
    GHashTable *used;     /* the places of those that were */
    GHashTable *unheard;  /* with --no-ignores: "resource/id" of the input's Metadata */
    GPtrArray *notices;   /* CfnNotice: what is wrong with them */
    bool has_metadata;    /* it has been read */
};

/* The repair called TEXT, or NULL. */
const CfnTransform *cfn_ignores_transform(const CfnOptions *options, const char *text,
                                          size_t length);

/* Whether it kept something from being told. */
bool cfn_ignore_is_used(const CfnIgnores *ignores, const CfnIgnore *ignore);
void cfn_ignore_use(CfnIgnores *ignores, const CfnIgnore *ignore);

/* ---- Metadata ---- */

/* That of RESOURCE (NULL: of the template), or NULL. */
const CfnNode *cfn_ignores_metadata(const CfnTemplate *template, const CfnResource *resource);
/* Calls TAKE with each id under cfnfix: {ignore: …}: a text, a mapping with an `id`, or a list of
   both. NULL where there should be one. */
void cfn_ignores_each_own_id(const CfnNode *metadata,
                             void (*take)(gpointer data, const CfnNode *id, const CfnNode *item),
                             gpointer data);
/* What an id in the Metadata of RESOURCE is known by. g_free it. */
char *cfn_ignores_name(const CfnResource *resource, const char *id, size_t length);
/* Reads what the Metadata of the input names, of which TEMPLATE is: once, with the first round. */
void cfn_ignores_read_metadata(CfnIgnores *ignores, const CfnTemplate *template);

#endif

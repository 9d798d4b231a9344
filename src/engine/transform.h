/*
 * What a repair is: a const descriptor, and what it may say.
 *
 * A transform never fails, prints, frees or reads a file. It looks at the model and reports
 * findings; a finding may carry edits. docs/adding-a-transform.md shows how to write one.
 */
#ifndef CFN_ENGINE_TRANSFORM_H
#define CFN_ENGINE_TRANSFORM_H

#include "edit/edits.h"
#include "engine/finding.h"
#include "engine/kept.h"
#include "model/condition.h"
#include "model/intrinsic.h"
#include "model/reference.h"
#include "model/template.h"

typedef struct CfnPass CfnPass;

typedef enum {
    CFN_GROUP_DEPLOY,   /* deployment fails without it */
    CFN_GROUP_DESTROY,  /* the stack cannot be deleted without it */
    CFN_GROUP_SECURITY, /* open to the world, or not encrypted */
    CFN_GROUP_HYGIENE,  /* nothing fails */
} CfnGroup;

/* A setting of a repair, as `--set repair.key=value` names it. Only booleans so far. */
typedef struct {
    const char *key;
    bool preset;
    const char *summary;
} CfnSetting;

struct CfnTransform {
    const char *id; /* kebab-case; golden folder, docs page and option value have the same name */
    const char *summary;   /* one line, imperative, no full stop */
    const char *rationale; /* paragraphs for the docs page: why AWS makes this true */
    const char *url;       /* the AWS document it relies on */
    CfnGroup group;
    CfnEffects effects;  /* what its findings do unless they say otherwise */
    bool unsafe;         /* every finding needs consent */
    bool by_name;        /* off unless selected */
    bool quotes_nothing; /* its messages name places only: no secret is in them */
    bool runs_last; /* after the others: where they, too, change a place, theirs is made first */
    /*
     * Without them there is nothing to find: one of the types is a resource's, and the bytes have
     * one of the words, as a key or value spelled without escapes (engine/quick_look.h). Each is
     * NULL-terminated; NULL: any, but not both.
     */
    const char *const *resource_types;
    const char *const *words;
    const CfnSetting *settings; /* ended by a NULL key; NULL: none */
    /* Called for each resource of the types, in the order of the source. */
    void (*apply)(CfnPass *pass, const CfnResource *resource);
    /* Or called once per template, instead. */
    void (*apply_template)(CfnPass *pass);
};

/* One transform on one template in one round. */
struct CfnPass {
    const CfnTransform *transform;
    const CfnTemplate *template;
    CfnEdits *edits;
    struct CfnRound *round; /* private to the engine */
};

/* A new finding at NODE (its resource and pointer are found from it). The engine owns it. */
CfnFinding *cfn_report(CfnPass *pass, const CfnNode *node, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/*
 * What is printed about the template shows no secret that was named here: neither messages, this
 * transform's or another's, nor the diff, nor operations. Repaired templates and the file of
 * --patch keep it, as they must. Name it whenever it is found, be it repaired or not.
 *
 * TEXT is hidden however it is spelled (quoted, escaped, in JSON text); the bytes of SPAN, a place
 * in this round's text, as they stand. Both line by line, as a diff has them.
 */
void cfn_pass_hide_text(CfnPass *pass, const char *text);
void cfn_pass_hide_bytes(CfnPass *pass, CfnSpan span);
/* The change of a finding, made on first use: what to hand to the functions of edit/edits.h. */
CfnChange *cfn_finding_change(CfnPass *pass, CfnFinding *finding);
/* The change called KEY that several findings share, and whether it was made by this call (then
   fill it). FINDING's change requires it. */
CfnChange *cfn_finding_shared_change(CfnPass *pass, CfnFinding *finding, const char *key,
                                     bool *is_new);
/* A logical id like BASE that nothing in the template has and no one else was given this round.
   g_free it. Of a KEY that was named before in this round the same id again. */
char *cfn_pass_new_id(CfnPass *pass, const char *key, const char *base);
/* The value of a setting of this transform. */
bool cfn_pass_setting(const CfnPass *pass, const char *key);
/* The resource of TYPE that the account of this template and of others has, or NULL if nothing is
   known of an account. Borrowed. */
const CfnKept *cfn_pass_kept(const CfnPass *pass, const char *type);
/* Whether RESOURCE ignores this transform, or cfnfix itself wrote it. The engine asks before
   `apply`; `apply_template` and looks at other resources ask themselves. */
bool cfn_pass_skips(const CfnPass *pass, const CfnResource *resource);
/* Whether TRANSFORM leaves RESOURCE, or something in it, alone because the template says so. */
bool cfn_pass_spares(const CfnPass *pass, const CfnResource *resource,
                     const CfnTransform *transform);
/* Whether TRANSFORM sees this template, too. */
bool cfn_pass_runs(const CfnPass *pass, const CfnTransform *transform);

#endif

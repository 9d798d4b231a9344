/*
 * One template through all rounds: parse, find, edit, parse again, until nothing is left; then the
 * proof.
 */
#ifndef CFN_ENGINE_RUN_H
#define CFN_ENGINE_RUN_H

#include "engine/acceptance.h"
#include "engine/done.h"
#include "engine/kept.h"
#include "engine/other_tools.h"
#include "engine/suggestion.h"
#include "engine/transform.h"
#include "syntax/opinion.h"

typedef enum { CFN_PROFILE_STANDARD, CFN_PROFILE_PRODUCTION, CFN_PROFILE_EPHEMERAL } CfnProfile;

typedef struct {
    const CfnTransform *const *transforms; /* NULL-terminated, in their order; borrowed */
    GHashTable *select; /* set of ids to run instead of the default ones; NULL: the default ones */
    GHashTable *ignore; /* set of ids not to run; NULL: none */
    GHashTable *settings; /* "repair.key" -> "true" or "false"; NULL: presets */
    bool unsafe_fixes;
    const CfnOtherId *other_ids; /* ended by a NULL tool; borrowed; NULL: none */
    bool add_ignores;            /* instead of repairing: have the template ignore what is found */
    bool no_ignores;             /* what the template itself says to ignore does not count */
    bool without_operations;     /* nobody will ask the outcome for them */
    bool with_suggestions;       /* the outcome is to have them; of repairs, not of ignores */
    CfnProfile profile;
    const CfnAcceptance *acceptance; /* NULL: nothing is accepted; borrowed */
    const CfnKept *kept; /* ended by a NULL type; borrowed; NULL: each template stands alone */
} CfnOptions;

/* Something legal that is left alone and should be known: an anchor, a merge key, a duplicate
   key. */
typedef struct {
    CfnPlace place;
    char *message;
} CfnNotice;

typedef struct {
    CfnSource *source;      /* the input; owned */
    GBytes *after;          /* the text after; NULL if nothing changed; owned */
    GPtrArray *findings;    /* CfnFinding* by place in the input; owned */
    GPtrArray *accepted;    /* CfnFinding* that are neither told nor repaired, by place; owned */
    GPtrArray *operations;  /* CfnDone* in order of round and source; owned */
    GPtrArray *suggestions; /* CfnSuggestion*, if they were asked for, else NULL; owned */
    GPtrArray *notices;     /* CfnNotice*; owned */
    GHashTable *secrets;    /* set of lines of text that must not be shown; owned */
    GError *error;          /* why the file is left alone, or NULL; owned */
    uint32_t rounds;        /* rounds that changed something */
    bool is_template;
    unsigned readers; /* CfnReaders that found the same in its texts. Two where something changed;
                         libyaml alone if libfyaml refuses or misreads them; none where no one
                         had to read */
} CfnOutcome;

/* Never NULL. SOURCE is taken over. A source that is no template has `is_template` false and no
   error. */
CfnOutcome *cfn_run(CfnSource *source, const CfnOptions *options);
/* One of which nothing is known yet but its SOURCE, which is taken over; NULL: not even that. */
CfnOutcome *cfn_outcome_new(CfnSource *source);
/* That of a template in which nothing is found, as a quick look (engine/quick_look.h) or a journal
   told. */
CfnOutcome *cfn_outcome_without_run(CfnSource *source);
void cfn_outcome_free(CfnOutcome *outcome);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnOutcome, cfn_outcome_free)

#endif

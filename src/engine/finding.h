/*
 * What a repair found, and what became of it.
 */
#ifndef CFN_ENGINE_FINDING_H
#define CFN_ENGINE_FINDING_H

#include <glib.h>

#include "text/source.h"

typedef struct CfnTransform CfnTransform;

/* What deploying the change does. Bits. */
typedef enum {
    CFN_EFFECT_IN_PLACE = 1 << 0,
    CFN_EFFECT_INTERRUPTION = 1 << 1,
    CFN_EFFECT_REPLACEMENT = 1 << 2,
    CFN_EFFECT_ACCESS_NARROWED = 1 << 3,
    CFN_EFFECT_ACCESS_WIDENED = 1 << 4,
    CFN_EFFECT_DATA_DELETABLE = 1 << 5,
    CFN_EFFECT_NEW_RESOURCE = 1 << 6,
    CFN_EFFECT_NEW_PARAMETER = 1 << 7,
    CFN_EFFECT_NEEDS_CAPABILITY = 1 << 8,
    CFN_EFFECT_REMOVAL = 1 << 9,
} CfnEffects;

/* How many there are. */
enum { CFN_EFFECT_COUNT = 10 };

/* "data-deletable, new-resource". g_free it. */
char *cfn_effects_text(CfnEffects effects);
/* The names of the effects that are set, NULL-terminated; g_free the array, not the names. */
const char **cfn_effects_names(CfnEffects effects);

typedef enum {
    CFN_FIXED,         /* the text after has it repaired (in a dry run: would have) */
    CFN_NEEDS_CONSENT, /* could be repaired, but someone must say so: see reason */
    CFN_CANNOT_FIX,    /* see reason */
} CfnState;

const char *cfn_state_name(CfnState state); /* "fixed", "needs-consent", "cannot-fix" */

typedef struct CfnFinding {
    const CfnTransform *transform;
    CfnState state;
    bool unsafe;    /* needs, or needed, consent */
    bool forbidden; /* by the profile: no consent of this run helps */
    CfnEffects effects;
    char *message;    /* what is wrong, one line, no full stop at its end */
    char *reason;     /* why it was not fixed, or why it needed consent; NULL if neither */
    char *logical_id; /* NULL outside resources */
    char *pointer; /* JSON Pointer in the input; of what an earlier round wrote, in the tree of its
                      own */
    CfnSpan span;  /* in the input text */
    CfnPlace start, end;      /* the same as people count; end is exclusive */
    uint32_t round;           /* in which it was found, from 1 */
    uint32_t accepted_before; /* of equal fingerprints but for the order: how many accepted ones
                                  stand before it */
    char *fingerprint;        /* of an accepted one (engine/acceptance.h), else NULL */
    const struct CfnResource *resource; /* private to the engine; NULL once the round is over */
    struct CfnChange *change;           /* private to the engine; NULL once the round is over */
} CfnFinding;

void cfn_finding_free(CfnFinding *finding);

/* The finding is to be fixed only with --unsafe-fixes. The reason is one clause ("someone chose
   Retain"). */
void cfn_finding_needs_consent(CfnFinding *finding, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* The finding is told, never fixed. */
void cfn_finding_cannot_fix(CfnFinding *finding, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif

/*
 * A look at the bytes of a template that spares the parser those in which nothing can be found.
 *
 * A repair says which resource types and which words it cannot do without (engine/transform.h). In
 * the tree they are keys and values; in the bytes they stand as they are, since no word has a
 * blank: lines are folded at blanks only, and what else can hide a word is an escape.
 */
#ifndef CFN_ENGINE_QUICK_LOOK_H
#define CFN_ENGINE_QUICK_LOOK_H

#include "engine/run.h"

/*
 * Whether anything that a run with OPTIONS tells of a template can be in LENGTH bytes of TEXT, be
 * it a finding or an ignore without use. "No" is certain, whatever YAML or JSON they are; "yes" is
 * only a guess: also where escapes hide what the bytes say.
 */
bool cfn_quick_look(const char *text, size_t length, const CfnOptions *options);

/* The same for the findings of TRANSFORM alone. */
bool cfn_quick_look_for(const char *text, size_t length, const CfnTransform *transform);

/* Whether TEXT has an escape that can stand for a letter or hide a line break: `\u0041`, `\x41`, a
   backslash at the end of a line. */
bool cfn_has_escapes(const char *text, size_t length);

#endif

/*
 * How long a text gets at deployment, as far as that is known before.
 */
#ifndef CFN_TRANSFORMS_SHORTEST_TEXT_H
#define CFN_TRANSFORMS_SHORTEST_TEXT_H

#include "model/template.h"

/* The bytes of TEXT, in which `${…}` are variables as cfn_flatten has them, with the shortest
   value of each. A parameter with a default counts as having that. */
size_t cfn_shortest_text(const CfnTemplate *template, const char *text);

#endif

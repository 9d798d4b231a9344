/*
 * Which names the rules of .gitignore may be about at all, so that git need not be asked about the
 * others.
 *
 * Only the last name of a pattern is looked at, and of that only what is sure. A hint may be wrong
 * in one way: that git has to be asked in vain.
 */
#ifndef CFN_CLI_IGNORE_HINTS_H
#define CFN_CLI_IGNORE_HINTS_H

#include <glib.h>
#include <stdbool.h>

typedef struct CfnIgnoreHints CfnIgnoreHints;

CfnIgnoreHints *cfn_ignore_hints_new(void);
void cfn_ignore_hints_free(CfnIgnoreHints *hints);

/* Adds the rules in TEXT. Whether any name will do for one of them: then all that they are about
   is to be asked for. */
bool cfn_ignore_hints_add(CfnIgnoreHints *hints, GBytes *text);

/* Whether a rule may be about something called NAME. */
bool cfn_ignore_hints_match(const CfnIgnoreHints *hints, const char *name);
/* Whether a rule may be about anything in a folder called NAME, as "NAME/" with a star is. */
bool cfn_ignore_hints_match_in(const CfnIgnoreHints *hints, const char *name);

#endif

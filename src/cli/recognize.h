/*
 * Telling templates from what else folders hold.
 */
#ifndef CFN_CLI_RECOGNIZE_H
#define CFN_CLI_RECOGNIZE_H

#include <glib.h>
#include <stdbool.h>

/*
 * Whether these may be the bytes of a template, however broken. It spares the parser what a folder
 * holds besides, and people the errors of it (charts with `{{`, streams of many documents).
 */
bool cfn_looks_like_template(GBytes *bytes);

/*
 * Whether LENGTH bytes of TEXT, if they can be read at all, are a template for certain: in JSON by
 * its members, in block YAML by the keys in the first column. "No" means that only the parser can
 * tell. There must be no escapes in it (engine/quick_look.h).
 */
bool cfn_is_surely_template(const char *text, size_t length);

/* The same as the first, asked of the parser: what it cannot read may still be meant as one. */
bool cfn_may_be_template(GBytes *bytes);

#endif

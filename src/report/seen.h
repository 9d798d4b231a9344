/*
 * What an earlier review said already, so that a bot does not repeat itself.
 *
 * Whatever a review tells has a key: 40 hexadecimal digits, made of the findings and of what is
 * proposed for them. Each comment ends with a line that nobody sees, `<!-- cfnfix:KEY KEY -->`: the
 * keys of what is told in it.
 */
#ifndef CFN_REPORT_SEEN_H
#define CFN_REPORT_SEEN_H

#include <glib.h>
#include <stdbool.h>

typedef struct CfnSeen CfnSeen;

/*
 * The keys in LENGTH bytes of TEXT: JSON as GitHub's API gives it (arrays of objects that have a
 * "body", one behind the other), or else the text of all bodies, one behind the other. Only whole
 * lines count, so that nothing that a comment quotes from a template is taken for a key. Never
 * NULL.
 */
CfnSeen *cfn_seen_new(const char *text, gsize length);
/* The same from a file; NULL with ERROR ("path: …"). */
CfnSeen *cfn_seen_read(const char *path, GError **error);
void cfn_seen_free(CfnSeen *seen);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnSeen, cfn_seen_free)

/* SEEN may be NULL: then nothing was. */
bool cfn_seen_has(const CfnSeen *seen, const char *key);

/* The key of what is made of TEXT. g_free it. */
char *cfn_seen_key(const char *text);
/* Appends the line for KEYS (char*), if there are any. */
void cfn_seen_append(GString *out, const GPtrArray *keys);
/* Whether a line of TEXT would be taken for one. */
bool cfn_seen_is_forged(const char *text);

#endif

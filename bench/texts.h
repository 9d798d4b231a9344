/*
 * Templates of any size, made up for measuring.
 */
#ifndef CFN_BENCH_TEXTS_H
#define CFN_BENCH_TEXTS_H

#include <glib.h>

/* A template of at least SIZE bytes that needs no repair. */
GString *cfn_text_clean(size_t size, gboolean json);
/* One of at least SIZE bytes in which nearly every resource needs repair. */
GString *cfn_text_faulty(size_t size, gboolean json);
/* One that needs every repair once, and is fine otherwise. */
GString *cfn_text_faulty_once(size_t size, gboolean json);
/* A mapping of KEYS keys. */
GString *cfn_text_wide(guint keys);
/* RESOURCES small resources. */
GString *cfn_text_resources(guint resources);
/* FINDINGS tags with a comma, each in a resource of its own. */
GString *cfn_text_findings(guint findings);

#endif

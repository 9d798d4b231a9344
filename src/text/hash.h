/*
 * Hashes of texts that come from templates.
 *
 * GLib's g_str_hash is known to everybody, so that a hostile template can have thousands of names
 * with the same hash, each of which is then compared with all others. These hashes differ from run
 * to run.
 */
#ifndef CFN_TEXT_HASH_H
#define CFN_TEXT_HASH_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/* The hash of LENGTH bytes, in this process. */
uint64_t cfn_hash(const char *text, size_t length);

/* For GHashTables whose keys are strings, with g_str_equal. */
guint cfn_hash_string(gconstpointer string);

#endif

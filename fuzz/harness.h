/*
 * What the harnesses share. Each of them is one stage: bytes in, what a floor promises asserted.
 */
#ifndef CFN_FUZZ_HARNESS_H
#define CFN_FUZZ_HARNESS_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "syntax/opinion.h"

/* libFuzzer's name for it: always 0; a promise that is broken aborts. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the texts are limited to: most finds need a few lines, and those are quick. */
enum { FUZZ_LIMIT = 1 << 16 };

/* The bytes as a source; NULL if they are refused before anything is scanned. */
static inline CfnSource *fuzz_source(const uint8_t *data, size_t size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    return cfn_source_new("input", bytes, FUZZ_LIMIT, NULL);
}

/* Ends the run, as g_assert does, with what is wrong and where. */
G_GNUC_NORETURN static inline void fuzz_fail(const char *what, uint32_t where)
{
    g_printerr("broken promise at byte %u: %s\n", where, what);
    abort();
}

static inline void fuzz_check(bool holds, const char *what, uint32_t where)
{
    if (!holds) {
        fuzz_fail(what, where);
    }
}

#endif

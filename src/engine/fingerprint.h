/*
 * What a finding is known by from one run to the next, on any machine, when lines have moved.
 */
#ifndef CFN_ENGINE_FINGERPRINT_H
#define CFN_ENGINE_FINGERPRINT_H

#include "engine/finding.h"

#define CFN_FINGERPRINT_DIGITS 40

/*
 * For each of FINDINGS (CfnFinding, in the order of the input) a string of so many hexadecimal
 * digits: char*, in their order, g_ptr_array_unref it. It depends on PATH (as diffs name the file),
 * the repair, the logical id, and the property path, in which places in lists do not count; of
 * several that have all this in common the first one, the second one and so on (accepted ones that
 * are not among them count). It does not depend on lines, on what the finding says, or on whether
 * it can be repaired.
 */
GPtrArray *cfn_fingerprints(const char *path, const GPtrArray *findings);

/* What findings have in common that only their order tells apart. g_free it. */
char *cfn_fingerprint_key(const CfnFinding *finding);

#endif

/*
 * A result on its way from one process to another: packed as a GVariant, unpacked as it was.
 *
 * Who packs has read a template that nobody knows, and may have been taken over by it. So what is
 * unpacked is looked at first: nothing in it can point beside what is there.
 */
#ifndef CFN_REPORT_PARCEL_H
#define CFN_REPORT_PARCEL_H

#include "report/reporter.h"

/* What a parcel has to have for what is told of it. Bits. */
typedef enum {
    CFN_PARCEL_TEXT = 1 << 0, /* the text before, even where nothing was found in it */
    CFN_PARCEL_NAME = 1 << 1,
    CFN_PARCEL_DIFF = 1 << 2, /* where something has changed */
} CfnParcelParts;

/*
 * Everything of RESULT but its path, what is hidden in it, and what it touches: before that is
 * known. TRANSFORMS are those of its findings. g_bytes_unref it.
 */
GBytes *cfn_parcel_pack(const CfnResult *result, const CfnTransform *const *transforms,
                        CfnParcelParts parts);

/*
 * The result that PARCEL has, of the file PATH. NULL if it makes no sense, lacks one of PARTS, or
 * if its text is no source of at most LIMIT bytes. cfn_result_free it.
 */
CfnResult *cfn_parcel_unpack(GBytes *parcel, const char *path,
                             const CfnTransform *const *transforms, size_t limit,
                             CfnParcelParts parts);

#endif

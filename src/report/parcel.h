/*
 * A result on its way from one process to another: packed as a GVariant, unpacked as it was.
 *
 * Who packs has read a template that nobody knows, and may have been taken over by it. So what is
 * unpacked is looked at first: nothing in it can point beside what is there.
 */
#ifndef CFN_REPORT_PARCEL_H
#define CFN_REPORT_PARCEL_H

#include "report/reporter.h"

/*
 * Everything of RESULT but its path, what is hidden in it, and what it touches: before that is
 * known. TRANSFORMS are those of its findings. WITH_TEXT: the text before goes along even where
 * nothing was found in it. g_bytes_unref it.
 */
GBytes *cfn_parcel_pack(const CfnResult *result, const CfnTransform *const *transforms,
                        bool with_text);

/*
 * The result that PARCEL has, of the file PATH. NULL if it makes no sense, or if its text is no
 * source of at most LIMIT bytes. cfn_result_free it.
 */
CfnResult *cfn_parcel_unpack(GBytes *parcel, const char *path,
                             const CfnTransform *const *transforms, size_t limit);

#endif

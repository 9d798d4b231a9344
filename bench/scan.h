/*
 * The unit of all figures: what libfyaml takes to scan a text into tokens and throw these away.
 */
#ifndef CFN_BENCH_SCAN_H
#define CFN_BENCH_SCAN_H

#include <stddef.h>

void cfn_scan_only(const char *text, size_t length);

#endif

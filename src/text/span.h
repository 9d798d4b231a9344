/*
 * A half-open range of bytes in a source, by value.
 */
#ifndef CFN_TEXT_SPAN_H
#define CFN_TEXT_SPAN_H

#include <stdbool.h>
#include <stdint.h>

/* The offset of something that is not there. */
#define CFN_NOWHERE UINT32_MAX

typedef struct {
    uint32_t start; /* first byte */
    uint32_t end;   /* the byte after the last one */
} CfnSpan;

static inline uint32_t cfn_span_length(CfnSpan span)
{
    return span.end - span.start;
}

static inline bool cfn_span_overlaps(CfnSpan a, CfnSpan b)
{
    return a.start < b.end && b.start < a.end;
}

#endif

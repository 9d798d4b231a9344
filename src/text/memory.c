/*
 * How the memory of one text is had again for the next.
 */
#include "text/memory.h"

#include <malloc.h>

void cfn_memory_keep(void)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, -1);
#endif
}

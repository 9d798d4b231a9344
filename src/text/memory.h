/*
 * How the memory of one text is had again for the next.
 */
#ifndef CFN_TEXT_MEMORY_H
#define CFN_TEXT_MEMORY_H

#include <stddef.h>

/*
 * From now on memory that was freed stays with the program. By default glibc gives it back and gets
 * it again, page by page, for each tree: a tenth of all time where many files are repaired. Call it
 * in main.
 */
void cfn_memory_keep(void);

/*
 * Asks for SIZE bytes from ADDRESS on (NULL: for nothing), which will be looked at soon: what a
 * large template made earlier has left the processor's caches.
 */
static inline void cfn_memory_fetch(const void *address, size_t size)
{
    for (size_t i = 0; address != NULL && i < size; i += 64) {
        __builtin_prefetch((const char *)address + i);
    }
}

#endif

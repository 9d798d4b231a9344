/*
 * How the memory of one text is had again for the next.
 */
#ifndef CFN_TEXT_MEMORY_H
#define CFN_TEXT_MEMORY_H

/*
 * From now on memory that was freed stays with the program. By default glibc gives it back and gets
 * it again, page by page, for each tree: a tenth of all time where many files are repaired. Call it
 * in main, before threads are there.
 */
void cfn_memory_keep(void);

#endif

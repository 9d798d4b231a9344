/*
 * How the memory of one text is had again for the next.
 */
#ifndef CFN_TEXT_MEMORY_H
#define CFN_TEXT_MEMORY_H

/*
 * From now on memory that was freed stays with the program. By default glibc gives large blocks
 * back and gets them again, page by page, for each tree; on a text of some megabytes that takes as
 * long as parsing. Call it in main, before threads are there.
 */
void cfn_memory_keep(void);

#endif

/*
 * Reads the files whose names come in lines on standard input, and scans each with libfyaml: what
 * bench/batch.py compares with.
 */
#include <stdio.h>

#include <glib.h>

#include "bench/scan.h"
#include "text/memory.h"

int main(void)
{
    char line[4096];
    cfn_memory_keep(); /* as the program itself does */
    while (fgets(line, sizeof line, stdin) != NULL) {
        g_autofree char *text = NULL;
        gsize length = 0;
        g_strchomp(line);
        if (!g_file_get_contents(line, &text, &length, NULL)) {
            return 1;
        }
        cfn_scan_only(text, length);
    }
    return 0;
}

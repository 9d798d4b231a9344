/*
 * A harness without libFuzzer: each input of a folder once.
 *
 *   fuzz_STAGE FOLDER
 *
 * A broken promise aborts; the last input that was named is the one that broke it.
 */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>

static void replay(const char *path)
{
    g_autofree char *bytes = NULL;
    gsize size = 0;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(path, &bytes, &size, &error)) {
        (void)fprintf(stderr, "%s\n", error->message);
        exit(EXIT_FAILURE);
    }
    (void)printf("%s\n", path);
    (void)fflush(stdout);
    (void)LLVMFuzzerTestOneInput((const uint8_t *)bytes, size);
}

int main(int argc, char **argv)
{
    g_autoptr(GDir) folder = argc == 2 ? g_dir_open(argv[1], 0, NULL) : NULL;
    guint count = 0;
    for (const char *name; folder != NULL && (name = g_dir_read_name(folder)) != NULL; count++) {
        g_autofree char *path = g_build_filename(argv[1], name, NULL);
        replay(path);
    }
    (void)printf("%u inputs\n", count);
    return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/*
 * Words that must be one of a few.
 */
#include "text/names.h"

#include <string.h>

#include "text/error.h"

/* Longer words are not compared: nobody mistypes an id into them. */
enum { WORD_LIMIT = 64 };

/* How many letters must be put in, taken out or changed (Levenshtein's distance). */
static guint measure_distance(const char *a, const char *b)
{
    size_t length = strlen(b);
    guint row[WORD_LIMIT + 1];
    for (guint j = 0; j <= length; j++) {
        row[j] = j;
    }
    for (guint i = 0; a[i] != '\0'; i++) {
        guint diagonal = row[0];
        row[0] = i + 1;
        for (guint j = 0; j < length; j++) {
            guint change = diagonal + (a[i] != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = MIN(change, MIN(row[j], row[j + 1]) + 1);
        }
    }
    return row[length];
}

const char *cfn_name_nearest(const char *word, const char *const *names)
{
    if (strlen(word) > WORD_LIMIT) {
        return NULL;
    }
    const char *nearest = NULL;
    guint least = G_MAXUINT;
    for (; *names != NULL; names++) {
        guint distance = strlen(*names) <= WORD_LIMIT ? measure_distance(word, *names) : G_MAXUINT;
        if (distance < least) {
            least = distance;
            nearest = *names;
        }
    }
    return nearest != NULL && least <= strlen(nearest) / 2 ? nearest : NULL;
}

int cfn_name_find(const char *what, const char *word, const char *const *names, GError **error)
{
    for (int i = 0; names[i] != NULL; i++) {
        if (strcmp(names[i], word) == 0) {
            return i;
        }
    }
    const char *nearest = cfn_name_nearest(word, names);
    if (nearest != NULL) {
        g_set_error(error, CFN_ERROR, CFN_ERROR_USAGE, "%s '%s' is unknown; did you mean '%s'?",
                    what, word, nearest);
    } else {
        g_autofree char *all = g_strjoinv(", ", (char **)names);
        g_set_error(error, CFN_ERROR, CFN_ERROR_USAGE, "%s '%s' is unknown; there is: %s", what,
                    word, all);
    }
    return -1;
}

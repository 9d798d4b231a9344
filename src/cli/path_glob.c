/*
 * Globs over paths, as .gitignore has them.
 *
 * A glob is a list of names, fnmatch(3)'s business, and of `**`, which stands for any number of
 * names. What .gitignore says about slashes is turned into more of these when a glob is read, so
 * that there is one way to match.
 */
#include "cli/path_glob.h"

#include <fnmatch.h>
#include <string.h>

#include "text/error.h"

struct CfnPathGlob {
    GPtrArray *parts; /* char*; ended by NULL */
};

static bool is_any_depth(const char *part)
{
    return strcmp(part, "**") == 0;
}

/* The names in TEXT; one slash at each end is no name. */
static char **split(const char *text)
{
    size_t start = text[0] == '/' ? 1 : 0;
    size_t length = strlen(text + start);
    length -= length > 0 && text[start + length - 1] == '/' ? 1 : 0;
    g_autofree char *middle = g_strndup(text + start, length);
    return g_strsplit(middle, "/", -1);
}

static bool check_names(char *const *names, GError **error)
{
    bool is_good = names[0] != NULL;
    for (; *names != NULL; names++) {
        is_good =
            is_good && **names != '\0' && strcmp(*names, ".") != 0 && strcmp(*names, "..") != 0;
    }
    if (!is_good) {
        g_set_error_literal(error, CFN_ERROR, CFN_ERROR_CONFIG,
                            "a glob is made of names, without '.', '..' or '//'");
    }
    return is_good;
}

CfnPathGlob *cfn_path_glob_new(const char *text, GError **error)
{
    if (text[0] == '!') {
        g_set_error_literal(error, CFN_ERROR, CFN_ERROR_CONFIG,
                            "a glob takes nothing back: there is no '!'");
        return NULL;
    }
    g_auto(GStrv) names = split(text);
    if (!check_names(names, error)) {
        return NULL;
    }
    guint count = g_strv_length(names);
    CfnPathGlob *glob = g_new0(CfnPathGlob, 1);
    glob->parts = g_ptr_array_new_with_free_func(g_free);
    if (text[0] != '/' && count == 1) {
        g_ptr_array_add(glob->parts, g_strdup("**"));
    }
    for (guint i = 0; i < count; i++) {
        g_ptr_array_add(glob->parts, g_strdup(names[i]));
    }
    /* What is in a folder, not the folder itself. */
    for (int i = is_any_depth(names[count - 1]) + g_str_has_suffix(text, "/"); i > 0; i--) {
        g_ptr_array_add(glob->parts, g_strdup("*"));
    }
    g_ptr_array_add(glob->parts, g_strdup("**"));
    g_ptr_array_add(glob->parts, NULL);
    return glob;
}

void cfn_path_glob_free(CfnPathGlob *glob)
{
    if (glob != NULL) {
        g_ptr_array_unref(glob->parts);
        g_free(glob);
    }
}

/* The last `**` takes one name more whenever what is behind it does not match: none before it need
   ever be tried again. */
static bool match(char *const *parts, char *const *names)
{
    char *const *retry_parts = NULL;
    char *const *retry_names = NULL;
    while (*names != NULL) {
        if (*parts != NULL && is_any_depth(*parts)) {
            retry_parts = ++parts;
            retry_names = names;
        } else if (*parts != NULL && fnmatch(*parts, *names, 0) == 0) {
            parts++;
            names++;
        } else if (retry_parts != NULL) {
            parts = retry_parts;
            names = ++retry_names;
        } else {
            return false;
        }
    }
    while (*parts != NULL && is_any_depth(*parts)) {
        parts++;
    }
    return *parts == NULL;
}

bool cfn_path_glob_matches(const CfnPathGlob *glob, const char *path)
{
    g_auto(GStrv) names = g_strsplit(path, "/", -1);
    return match((char *const *)glob->parts->pdata, names);
}

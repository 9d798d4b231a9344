/*
 * Which names the rules of .gitignore may be about at all.
 */
#include "cli/ignore_hints.h"

#include <string.h>

#include "text/hash.h"

/* Each name is tried with each of them. */
enum { PATTERN_LIMIT = 64 };

typedef struct {
    GHashTable *literals; /* set of names */
    GPtrArray *patterns;  /* GPatternSpec* */
} CfnNames;

struct CfnIgnoreHints {
    CfnNames names;   /* that a rule is about */
    CfnNames folders; /* that a rule has a star behind */
};

static CfnNames new_names(void)
{
    return (CfnNames){
        .literals = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL),
        .patterns = g_ptr_array_new_with_free_func((GDestroyNotify)g_pattern_spec_free),
    };
}

static void release_names(CfnNames *names)
{
    g_hash_table_unref(names->literals);
    g_ptr_array_unref(names->patterns);
}

CfnIgnoreHints *cfn_ignore_hints_new(void)
{
    CfnIgnoreHints *hints = g_new0(CfnIgnoreHints, 1);
    hints->names = new_names();
    hints->folders = new_names();
    return hints;
}

void cfn_ignore_hints_free(CfnIgnoreHints *hints)
{
    if (hints != NULL) {
        release_names(&hints->names);
        release_names(&hints->folders);
        g_free(hints);
    }
}

/* From a bracket or backslash on it is anything. False if there are too many patterns. */
static bool add_name(CfnNames *names, const char *name)
{
    size_t plain = strcspn(name, "[\\");
    if (name[strcspn(name, "*?[\\")] == '\0') {
        g_hash_table_add(names->literals, g_strdup(name));
        return true;
    }
    g_autofree char *pattern = g_strndup(name, plain);
    g_autofree char *open = g_strconcat(pattern, name[plain] != '\0' ? "*" : "", NULL);
    if (names->patterns->len >= PATTERN_LIMIT || open[strspn(open, "*")] == '\0') {
        return false;
    }
    g_ptr_array_add(names->patterns, g_pattern_spec_new(open));
    return true;
}

static void cut_slashes(char *pattern)
{
    for (size_t length = strlen(pattern); length > 0 && pattern[length - 1] == '/'; length--) {
        pattern[length - 1] = '\0';
    }
}

/* The last name of PATTERN, which is cut there. */
static const char *cut_name(char *pattern)
{
    char *slash = strrchr(pattern, '/');
    if (slash == NULL) {
        return pattern;
    }
    *slash = '\0';
    return slash + 1;
}

/* False if any name will do. */
static bool add_pattern(CfnIgnoreHints *hints, char *pattern)
{
    CfnNames *names = &hints->names;
    cut_slashes(pattern);
    const char *slash = strrchr(pattern, '/');
    if (slash != NULL && pattern + strcspn(pattern, "[\\") < slash) {
        return false; /* where its last name begins is not sure */
    }
    while (pattern[0] != '\0') {
        const char *name = cut_name(pattern);
        if (name[strspn(name, "*")] != '\0') {
            return add_name(names, name);
        }
        if (name == pattern) {
            return false;
        }
        names = &hints->folders;
        cut_slashes(pattern);
    }
    return false;
}

/* False if any name will do. */
static bool add_line(CfnIgnoreHints *hints, char *line)
{
    g_strchomp(line);
    /* What is taken back is not ignored anyway. */
    bool is_rule = line[0] != '\0' && line[0] != '#' && line[0] != '!';
    return !is_rule || (!g_ascii_isspace(line[0]) && add_pattern(hints, line));
}

bool cfn_ignore_hints_add(CfnIgnoreHints *hints, GBytes *text)
{
    static const char mark[] = "\xef\xbb\xbf"; /* a byte order mark, which git passes over */
    gsize length;
    const char *bytes = g_bytes_get_data(text, &length);
    g_autofree char *copy = g_strndup(bytes != NULL ? bytes : "", length);
    g_auto(GStrv) lines = g_strsplit(g_str_has_prefix(copy, mark) ? copy + 3 : copy, "\n", -1);
    bool is_any = strlen(copy) != length;
    for (char **line = lines; *line != NULL; line++) {
        is_any = !add_line(hints, *line) || is_any;
    }
    return is_any;
}

/* What git and GLib may read differently. */
static bool is_odd(const char *name)
{
    const char *last = name;
    for (; *name != '\0'; name++) {
        if ((unsigned char)*name >= 0x7f || (unsigned char)*name < ' ') {
            return true;
        }
        last = name;
    }
    return *last == ' ';
}

static bool match(const CfnNames *names, const char *name)
{
    if (is_odd(name) || g_hash_table_contains(names->literals, name)) {
        return true;
    }
    for (guint i = 0; i < names->patterns->len; i++) {
        if (g_pattern_spec_match_string(names->patterns->pdata[i], name)) {
            return true;
        }
    }
    return false;
}

bool cfn_ignore_hints_match(const CfnIgnoreHints *hints, const char *name)
{
    return match(&hints->names, name);
}

bool cfn_ignore_hints_match_in(const CfnIgnoreHints *hints, const char *name)
{
    return match(&hints->folders, name);
}

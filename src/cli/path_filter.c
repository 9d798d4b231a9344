/*
 * Which of the files that a folder has are wanted: --include and --exclude.
 */
#include "cli/path_filter.h"

#include <fnmatch.h>
#include <string.h>

#include "cli/path_glob.h"
#include "text/error.h"
#include "text/file.h"

typedef struct {
    CfnPathGlob *glob;
    char *name; /* the last name in it if that spells a suffix, else NULL */
} CfnWish;

struct CfnPathFilter {
    GArray *include; /* CfnWish */
    GArray *exclude; /* CfnWish */
};

static void clear_wish(gpointer data)
{
    CfnWish *wish = data;
    cfn_path_glob_free(wish->glob);
    g_free(wish->name);
}

static GArray *new_wishes(void)
{
    GArray *wishes = g_array_new(FALSE, FALSE, sizeof(CfnWish));
    g_array_set_clear_func(wishes, clear_wish);
    return wishes;
}

static bool read_wishes(GArray *wishes, const char *option, char *const *texts, GError **error)
{
    for (; texts != NULL && *texts != NULL; texts++) {
        g_autoptr(GError) reason = NULL;
        CfnWish wish = { .glob = cfn_path_glob_new(*texts, &reason) };
        if (wish.glob == NULL) {
            g_set_error(error, CFN_ERROR, CFN_ERROR_USAGE, "%s '%s': %s", option, *texts,
                        reason->message);
            return false;
        }
        const char *name = cfn_path_name(*texts);
        wish.name = strchr(name, '.') != NULL ? g_strdup(name) : NULL;
        g_array_append_val(wishes, wish);
    }
    return true;
}

CfnPathFilter *cfn_path_filter_new(char *const *include, char *const *exclude, GError **error)
{
    g_autoptr(CfnPathFilter) filter = g_new0(CfnPathFilter, 1);
    filter->include = new_wishes();
    filter->exclude = new_wishes();
    if (!read_wishes(filter->include, "--include", include, error) ||
        !read_wishes(filter->exclude, "--exclude", exclude, error)) {
        return NULL;
    }
    return g_steal_pointer(&filter);
}

void cfn_path_filter_free(CfnPathFilter *filter)
{
    if (filter != NULL) {
        g_array_unref(filter->include);
        g_array_unref(filter->exclude);
        g_free(filter);
    }
}

static bool has_template_suffix(const char *name)
{
    static const char *const suffixes[] = { ".yaml", ".yml", ".json", ".template" };
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot != NULL && i < G_N_ELEMENTS(suffixes); i++) {
        if (g_ascii_strcasecmp(dot, suffixes[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool includes(const CfnPathFilter *filter, const char *below)
{
    const char *name = cfn_path_name(below);
    bool has_suffix = has_template_suffix(name);
    for (guint i = 0; i < filter->include->len; i++) {
        const CfnWish *wish = &g_array_index(filter->include, CfnWish, i);
        bool is_spelled = has_suffix || (wish->name != NULL && fnmatch(wish->name, name, 0) == 0);
        if (is_spelled && cfn_path_glob_matches(wish->glob, below)) {
            return true;
        }
    }
    return filter->include->len == 0 && has_suffix;
}

/* A folder goes by its name with a slash at its end. */
static bool excludes(const CfnPathFilter *filter, const char *below)
{
    for (guint i = 0; i < filter->exclude->len; i++) {
        if (cfn_path_glob_matches(g_array_index(filter->exclude, CfnWish, i).glob, below)) {
            return true;
        }
    }
    return false;
}

bool cfn_path_filter_takes(const CfnPathFilter *filter, const char *below)
{
    return includes(filter, below) && !excludes(filter, below);
}

bool cfn_path_filter_enters(const CfnPathFilter *filter, const char *below)
{
    return !excludes(filter, below);
}

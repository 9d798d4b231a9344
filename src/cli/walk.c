/*
 * Searching a folder for templates.
 *
 * A folder is read and sorted before anything in it is looked at. What readdir says of types spares
 * a look at each file, and the real path of a folder is that of the one above and its name, since
 * none is a link: so a file costs no system call here.
 */
#include "cli/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/config.h"
#include "cli/ignored.h"
#include "text/error.h"
#include "text/file.h"
#include "text/temporary.h"

/* What an entry of a folder is. */
typedef enum { NOTHING, REGULAR, FOLDER, LINK, UNKNOWN } CfnEntryKind;

/* One that may be wanted. */
typedef struct {
    char *name; /* owned */
    CfnEntryKind kind;
    int reason; /* why it is UNKNOWN: an errno */
} CfnEntry;

/* What is in a folder, and what may be wanted. */
typedef struct {
    GArray *entries; /* CfnEntry */
    bool has_rules;  /* a .gitignore */
    bool has_git;    /* a repository of its own, maybe */
    bool has_left;   /* what a killed run has left, maybe */
} CfnListing;

/* One search. */
typedef struct {
    const CfnWalk *wish;
    GString *path;    /* of what is looked at */
    gsize below;      /* where in that the part below the folder begins */
    const char *root; /* that folder: absolute, without links */
} CfnWalker;

/* A folder. */
typedef struct {
    char *real; /* absolute, without links; a GRefString */
    CfnIgnoring ignoring;
} CfnFolder;

bool cfn_walk_enters(const char *name)
{
    return name[0] != '.' && strcmp(name, "node_modules") != 0;
}

char *cfn_walk_prefix(const char *folder)
{
    const char *end = folder + strlen(folder);
    while (end > folder && end[-1] == '/') {
        end--;
    }
    return strcmp(folder, ".") == 0 ? g_strdup("")
                                    : g_strdup_printf("%.*s/", (int)(end - folder), folder);
}

/* ---- Listing ---- */

static CfnEntryKind kind_of_type(unsigned char type)
{
    switch (type) {
    case DT_REG:
        return REGULAR;
    case DT_DIR:
        return FOLDER;
    case DT_LNK:
        return LINK;
    default:
        return NOTHING;
    }
}

/* What ENTRY of the folder FD is, with the reason in errno if that cannot be told. What went away
   meanwhile is nothing. */
static CfnEntryKind kind_of(int fd, const struct dirent *entry)
{
    struct stat status;
    if (entry->d_type != DT_UNKNOWN) {
        return kind_of_type(entry->d_type);
    }
    if (fstatat(fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0) {
        return kind_of_type((unsigned char)IFTODT(status.st_mode));
    }
    return errno == ENOENT ? NOTHING : UNKNOWN;
}

static bool is_wanted_folder(const CfnPathFilter *filter, const char *below, const char *name)
{
    g_autofree char *folder = g_strconcat(below, "/", NULL);
    return cfn_walk_enters(name) && cfn_path_filter_enters(filter, folder);
}

static bool is_wanted_file(const CfnPathFilter *filter, const char *below, const char *name)
{
    return strcmp(name, CFN_CONFIG_NAME) != 0 && cfn_path_filter_takes(filter, below);
}

/* Whether what is called BELOW may be wanted, as far as its name says. */
static bool is_wanted(const CfnPathFilter *filter, const char *below, const char *name,
                      CfnEntryKind kind)
{
    switch (kind) {
    case NOTHING:
        return false;
    case FOLDER:
        return is_wanted_folder(filter, below, name);
    case UNKNOWN:
        return is_wanted_file(filter, below, name) || is_wanted_folder(filter, below, name);
    default:
        return is_wanted_file(filter, below, name);
    }
}

static void list_entry(CfnWalker *walker, CfnListing *listing, int fd, const struct dirent *entry)
{
    const char *name = entry->d_name;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        return;
    }
    CfnEntry one = { .kind = kind_of(fd, entry) };
    one.reason = errno;
    listing->has_left = listing->has_left || g_str_has_prefix(name, CFN_TEMPORARY_PREFIX);
    listing->has_git = listing->has_git || strcmp(name, ".git") == 0;
    listing->has_rules =
        listing->has_rules || (strcmp(name, ".gitignore") == 0 && one.kind != FOLDER);
    gsize length = walker->path->len;
    g_string_append(walker->path, name);
    if (is_wanted(walker->wish->filter, walker->path->str + walker->below, name, one.kind)) {
        one.name = g_strdup(name);
        g_array_append_val(listing->entries, one);
    }
    g_string_truncate(walker->path, length);
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(((const CfnEntry *)a)->name, ((const CfnEntry *)b)->name);
}

static void clear_entry(gpointer entry)
{
    g_free(((CfnEntry *)entry)->name);
}

/* False with the reason in errno. */
static bool read_listing(CfnWalker *walker, DIR *dir, CfnListing *listing)
{
    const struct dirent *entry;
    while (errno = 0, (entry = readdir(dir)) != NULL) {
        list_entry(walker, listing, dirfd(dir), entry);
    }
    if (errno != 0) {
        return false;
    }
    g_array_sort(listing->entries, compare_names);
    return true;
}

/* The path of the folder that is looked at, as messages have it. Owned. */
static char *name_folder(const CfnWalker *walker)
{
    gsize length = walker->path->len;
    return length == 0   ? g_strdup(".")
           : length == 1 ? g_strdup(walker->path->str)
                         : g_strndup(walker->path->str, length - 1);
}

/* A folder below the named one is no link, even if it has become one meanwhile. With a slash at its
   end the system would follow it. */
static DIR *open_folder(const CfnWalker *walker)
{
    bool is_below = walker->path->len > walker->below;
    g_autofree char *path = name_folder(walker);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (is_below ? O_NOFOLLOW : 0));
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (fd >= 0 && dir == NULL) {
        close(fd);
    }
    return dir;
}

static bool list_folder(CfnWalker *walker, CfnListing *listing)
{
    DIR *dir = open_folder(walker);
    if (dir == NULL) {
        return false;
    }
    listing->entries = g_array_new(FALSE, FALSE, sizeof(CfnEntry));
    g_array_set_clear_func(listing->entries, clear_entry);
    bool is_read = read_listing(walker, dir, listing);
    int reason = errno;
    closedir(dir);
    errno = reason;
    return is_read;
}

/* ---- Looking ---- */

static void take(const CfnWalker *walker, const char *path, const CfnFolder *place, char *identity,
                 GError *error)
{
    CfnFind find = { path, place->real, identity, error };
    walker->wish->take(&find, walker->wish->data);
}

/* Takes ERROR. */
static void take_error(const CfnWalker *walker, const CfnFolder *place, GError *error)
{
    g_autofree char *path = name_folder(walker);
    take(walker, path, place, g_strdup(place->real), error);
}

/* Links are followed to files in the folder that is searched; broken ones, devices and FIFOs are
   nothing one would search. */
static void take_link(const CfnWalker *walker, const CfnFolder *place)
{
    struct stat status;
    g_autofree char *target = realpath(walker->path->str, NULL); /* g_free is free */
    if (target != NULL && cfn_path_below(target, walker->root) != NULL &&
        stat(target, &status) == 0 && S_ISREG(status.st_mode)) {
        take(walker, walker->path->str, place, g_steal_pointer(&target), NULL);
    }
}

static void walk(CfnWalker *walker, const CfnFolder *place);

static void walk_below(CfnWalker *walker, const CfnFolder *place, const char *name)
{
    bool is_top = strcmp(place->real, "/") == 0;
    g_autofree char *real = g_strconcat(is_top ? "" : place->real, "/", name, NULL);
    if (g_strcmp0(real, walker->wish->avoid) != 0) {
        CfnFolder below = { .real = g_ref_string_new(real), .ignoring = place->ignoring };
        g_string_append_c(walker->path, '/');
        walk(walker, &below);
        g_ref_string_release(below.real);
    }
}

/* An entry of which the system does not tell what it is: it may be a template. */
static void take_unknown(const CfnWalker *walker, const CfnFolder *place, int reason)
{
    const char *path = walker->path->str;
    take(walker, path, place, NULL,
         g_error_new(CFN_ERROR, CFN_ERROR_READ, "%s: cannot be looked at: %s", path,
                     g_strerror(reason)));
}

static void look_at_entry(CfnWalker *walker, const CfnFolder *place, const CfnEntry *entry)
{
    switch (entry->kind) {
    case FOLDER:
        walk_below(walker, place, entry->name);
        return;
    case LINK:
        take_link(walker, place);
        return;
    case UNKNOWN:
        take_unknown(walker, place, entry->reason);
        return;
    default:
        take(walker, walker->path->str, place, NULL, NULL);
    }
}

static void look_at(CfnWalker *walker, const CfnFolder *place, const CfnEntry *entry)
{
    if (cfn_ignoring_has(&place->ignoring, place->real, entry->name, entry->kind == FOLDER)) {
        return;
    }
    gsize length = walker->path->len;
    g_string_append(walker->path, entry->name);
    look_at_entry(walker, place, entry);
    g_string_truncate(walker->path, length);
}

static bool enter(const CfnWalker *walker, const CfnListing *listing, CfnFolder *place,
                  GError **error)
{
    return walker->wish->no_gitignore ||
           ((!listing->has_git || cfn_ignoring_begin_here(place->real, &place->ignoring, error)) &&
            cfn_ignoring_enter(&place->ignoring, place->real, listing->has_rules, error));
}

static void look_at_all(CfnWalker *walker, const CfnListing *listing, const CfnFolder *above)
{
    CfnFolder place = *above;
    GError *error = NULL;
    if (enter(walker, listing, &place, &error)) {
        for (guint i = 0; i < listing->entries->len; i++) {
            look_at(walker, &place, &g_array_index(listing->entries, CfnEntry, i));
        }
    } else {
        take_error(walker, &place, error);
    }
    if (place.ignoring.rules != above->ignoring.rules) {
        cfn_ignored_free(place.ignoring.rules);
    }
}

/* As deep as a path can be long: the kernel refuses what is longer. */
static void walk(CfnWalker *walker, const CfnFolder *place)
{
    CfnListing listing = { 0 };
    if (list_folder(walker, &listing)) {
        if (listing.has_left) {
            g_ptr_array_add(walker->wish->left, g_strdup(place->real));
        }
        look_at_all(walker, &listing, place);
    } else {
        int reason = errno;
        g_autofree char *path = name_folder(walker);
        take_error(walker, place,
                   g_error_new(CFN_ERROR, CFN_ERROR_READ, "%s: folder cannot be searched: %s", path,
                               g_strerror(reason)));
    }
    g_clear_pointer(&listing.entries, g_array_unref);
}

void cfn_walk_folder(const CfnWalk *wish, const char *folder)
{
    g_autofree char *prefix = cfn_walk_prefix(folder);
    g_autofree char *root = realpath(folder, NULL); /* g_free is free */
    CfnFolder place = { .real = g_ref_string_new(root != NULL ? root : folder) };
    CfnWalker walker = {
        .wish = wish,
        .path = g_string_new(prefix),
        .below = strlen(prefix),
        .root = place.real,
    };
    GError *error = NULL;
    if (wish->no_gitignore || cfn_ignoring_begin(place.real, &place.ignoring, &error)) {
        walk(&walker, &place);
        cfn_ignored_free(place.ignoring.rules);
    } else {
        take_error(&walker, &place, error);
    }
    g_string_free(walker.path, TRUE);
    g_ref_string_release(place.real);
}

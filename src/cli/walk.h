/*
 * Searching a folder for templates.
 */
#ifndef CFN_CLI_WALK_H
#define CFN_CLI_WALK_H

#include <glib.h>
#include <stdbool.h>

#include "cli/path_filter.h"

/* What a search comes across. */
typedef struct {
    const char *path; /* behind the folder that was named; a folder's where there is an ERROR */
    char *folder;     /* that it is in: absolute, without links; a GRefString */
    char *identity;   /* what a link leads to, absolute, without links; NULL: it is none. To be
                           taken */
    GError *error;    /* why a folder cannot be searched, or what it has cannot be looked at, or
                         NULL. To be taken */
} CfnFind;

typedef struct {
    const CfnPathFilter *filter;
    const char *avoid; /* a folder not to search: absolute, without links; or NULL */
    bool no_gitignore; /* what git ignores is searched, too */
    GPtrArray *left;   /* gets the folders (char*: absolute, without links) with names as temporary
                          files have (text/temporary.h) */
    void (*take)(CfnFind *find, gpointer data);
    gpointer data;
} CfnWalk;

/*
 * Tells WALK of the files below FOLDER that its filter takes, sorted by name in each folder, each
 * folder at its place among its neighbours. Left out are what git ignores (cli/ignored.h), hidden
 * folders, node_modules, configurations of cfnfix, and whatever is no regular file. No link to a
 * folder is followed; one to a file is if that lies in FOLDER. So nothing outside of FOLDER comes
 * up, and no search goes in circles.
 */
void cfn_walk_folder(const CfnWalk *walk, const char *folder);

/* The part of the path of anything found in FOLDER that stands before what it is called there:
   "trees/", and nothing for ".". g_free it. */
char *cfn_walk_prefix(const char *folder);
/* Whether a search enters folders called NAME: not if they are hidden, or node_modules. */
bool cfn_walk_enters(const char *name);

#endif

/*
 * One .cfnfix.yaml: what it says, and on which line. docs/configuration.md describes the format.
 */
#ifndef CFN_CLI_CONFIG_FILE_H
#define CFN_CLI_CONFIG_FILE_H

#include "cli/options.h"
#include "cli/path_glob.h"

/* More than a thousand lines of rules; and nothing else that a large file could be is read. */
#define CFN_CONFIG_LIMIT (64u << 10)

/*
 * What one part of a configuration says: its top level, one of its overrides, or the command line.
 * Where there is a place, it is text for people: ".cfnfix.yaml:3" or "command line".
 */
typedef struct {
    GPtrArray *paths;     /* CfnPathGlob*: the files it is for; NULL: all */
    GHashTable *select;   /* id -> its place; NULL: not said */
    GHashTable *ignore;   /* id -> its place; never NULL */
    GHashTable *settings; /* "repair.key" -> "true" or "false"; never NULL */
    GHashTable *places;   /* "select", "profile", "unsafe-fixes", "repair.key" -> its place */
    int profile;          /* CfnProfile; -1: not said */
    int unsafe_fixes;     /* boolean; -1: not said */
} CfnRules;

CfnRules *cfn_rules_new(void);
void cfn_rules_free(CfnRules *rules);
/* What the command line says of repairs. */
CfnRules *cfn_rules_of_command(const CfnCommand *command);

/* A glob of `exclude`. */
typedef struct {
    CfnPathGlob *glob;
    char *text;
    char *place;
} CfnExclusion;

typedef struct {
    char *path;         /* as messages name it */
    char *folder;       /* that globs are relative to: absolute, without links */
    GPtrArray *rules;   /* CfnRules*: the top level's, then those of the overrides */
    GPtrArray *exclude; /* CfnExclusion* */
} CfnConfig;

/*
 * Reads the file PATH, whose globs are relative to FOLDER (absolute, without links). NULL with
 * ERROR (always CFN_ERROR_CONFIG): "path:line:column: …", or "path: …" about the file as a whole.
 */
CfnConfig *cfn_config_read(const char *path, const char *folder,
                           const CfnTransform *const *transforms, GError **error);
void cfn_config_free(CfnConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnConfig, cfn_config_free)

/* Where CONFIG excludes the file at PATH (relative to its folder); NULL if it does not. */
const char *cfn_config_excludes(const CfnConfig *config, const char *path);

/* The rules that apply to a file, merged. */
typedef struct {
    CfnOptions options; /* its sets are owned here */
    GHashTable *places; /* as CfnRules has them; what is not in it is a preset */
} CfnMerged;

/* RULES (CfnRules*), the later ones winning, on top of what COMMAND has besides repairs. */
CfnMerged *cfn_rules_merge(const GPtrArray *rules, const CfnCommand *command);
void cfn_merged_free(CfnMerged *merged);

#endif

/*
 * The command line, read and checked: what is asked for, and that it makes sense.
 */
#ifndef CFN_CLI_OPTIONS_H
#define CFN_CLI_OPTIONS_H

#include "cli/path_filter.h"
#include "report/reporter.h"

typedef enum { CFN_COLOR_AUTO, CFN_COLOR_ALWAYS, CFN_COLOR_NEVER } CfnColor;

/* What standard output is for. Exactly one of these. */
typedef enum {
    CFN_STDOUT_NOTHING,
    CFN_STDOUT_TEMPLATE,
    CFN_STDOUT_DOCUMENT, /* of --format */
    CFN_STDOUT_DIFF,
} CfnStdout;

/* A report that goes into a file: --report FORMAT:FILE. */
typedef struct {
    const CfnReporter *reporter; /* borrowed */
    char *path;                  /* owned */
} CfnReportWish;

/* What is done with the baseline. */
typedef enum {
    CFN_BASELINE_NONE,   /* there is none */
    CFN_BASELINE_APPLY,  /* --baseline */
    CFN_BASELINE_CREATE, /* --create-baseline */
    CFN_BASELINE_PRUNE,  /* --prune-baseline */
} CfnBaselineUse;

typedef struct {
    CfnOptions engine; /* its sets are owned here */
    char **inputs;     /* as typed; never NULL */
    bool in_place, check, quiet, strict, skip_non_templates, statistics, same_account;
    char *output;          /* -o; "-" is standard output; NULL */
    char *output_dir;      /* NULL if not given */
    char *patch;           /* "-" is standard output; NULL */
    char *diff_base;       /* the revision to compare with; NULL if not given */
    bool staged;           /* the index is read, not the work tree */
    CfnPathFilter *filter; /* of what is found in folders; never NULL */
    bool no_gitignore;     /* what git ignores is found, too */
    char *files_from;      /* the list of files; "-" is standard input; NULL */
    bool null_separated;   /* its names end in NUL bytes */
    guint shard, shards;   /* only the one of so many parts is looked at, counted from 0 */
    bool thorough;         /* every template is parsed, whatever its bytes look like */
    bool stream;           /* lines of standard input are answered, and nothing else is done */
    char *journal;         /* of what is done; NULL if not given */
    CfnBaselineUse baseline_use;
    char *baseline;   /* NULL if there is none */
    char *stdin_name; /* how standard input is called; never NULL */
    const CfnReporter *format;
    GArray *reports; /* CfnReportWish; never NULL */
    CfnNeeds needs;  /* of all reporters together */
    char *seen;      /* the file of what earlier reviews said; NULL */
    CfnColor color;
    size_t max_size;
    guint jobs;         /* worker processes, where there are several inputs */
    guint64 timeout;    /* seconds that a worker may take for a file */
    guint64 max_memory; /* bytes of address space that a worker may use */
    CfnStdout standard_output;
    char *config;      /* the one configuration for all inputs; NULL: the nearest of each */
    bool no_config;    /* none at all */
    char *show_config; /* the file to tell it of, and nothing else; NULL */
    bool has_profile;  /* it was given, so that it wins over configurations */
    bool dry_run;      /* no template is written anywhere */
    bool help, version, list;
    const CfnTransform *explain; /* NULL if not asked for */
} CfnCommand;

/* Reads ARGV (which is left as it is). NULL with ERROR (CFN_ERROR_USAGE) if it makes no sense. */
CfnCommand *cfn_command_parse(char **argv, const CfnTransform *const *transforms, GError **error);
void cfn_command_free(CfnCommand *command);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnCommand, cfn_command_free)

#endif

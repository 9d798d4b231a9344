/*
 * What one input has of what an account has only once (cli/same_account.h).
 *
 * The repair itself is asked what it could remove: it is run alone, as if the one that stays were
 * somewhere else. What it leaves there (because others refer to it, because the template or a
 * baseline says so) is preferred as the one that stays.
 *
 * The template is nobody's friend, so this is done in a worker process, and what comes back from it
 * is looked at before it is used.
 */
#ifndef CFN_CLI_ACCOUNT_SITES_H
#define CFN_CLI_ACCOUNT_SITES_H

#include "cli/inputs.h"
#include "cli/options.h"

/* The resource types of the repair. */
enum { CFN_ACCOUNT_KINDS = 2 };

/* The resource of a kind that an input would keep. */
typedef struct {
    char *logical_id; /* owned; NULL: the input has none */
    guint32 line;     /* of its key, counted from 1 */
    bool is_certain;  /* it is under no condition */
    bool stays;       /* the repair does not remove it */
} CfnAccountSite;

/* Fills in those of INPUT, in the order of the types of REPAIR, which is what knows of them. One
   that cannot be read, or that goes by a setting of its own, has none. */
void cfn_account_sites_find(const CfnCommand *command, const CfnTransform *repair,
                            const CfnInput *input, CfnAccountSite sites[CFN_ACCOUNT_KINDS]);
/* Frees what they own; none is there then. */
void cfn_account_sites_clear(CfnAccountSite sites[CFN_ACCOUNT_KINDS]);

/* SITES on their way from one process to another. Never empty. g_bytes_unref it. */
GBytes *cfn_account_sites_pack(const CfnAccountSite sites[CFN_ACCOUNT_KINDS]);
/* Fills in what was PACKED. False if it makes no sense: none is there then. */
bool cfn_account_sites_unpack(GBytes *packed, CfnAccountSite sites[CFN_ACCOUNT_KINDS]);

#endif

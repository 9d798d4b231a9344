/*
 * The passwords that stand in a template, and the databases that have them.
 */
#ifndef CFN_TRANSFORMS_PASSWORD_GROUPS_H
#define CFN_TRANSFORMS_PASSWORD_GROUPS_H

#include "transforms/database_password.h"
#include "transforms/password_uses.h"

/* A database, and one value of its password that stands in the template. */
typedef struct {
    const CfnResource *database;
    const CfnDatabaseType *type;
    const CfnNode *key;   /* of the password's property */
    const CfnNode *value; /* what is behind it, or a branch of that */
    CfnPasswordWay way;
    const char *why_it_goes;
} CfnPasswordHolder;

/* One password, and all databases that have it. They are repaired together or not at all: the
   parameter goes only when no one names it. */
typedef struct {
    CfnPassword *password;
    GPtrArray *holders; /* CfnPasswordHolder, owned; at least one */
    bool is_generated;  /* some holder gets a new one from a secret of the template */
    char *secret;       /* its logical id, or NULL */
} CfnPasswordGroup;

/* All groups (CfnPasswordGroup) in the order of the source, with the uses of their passwords and
   what becomes of them. Reports the values that cannot be judged. All of them are hidden from what
   is printed. g_ptr_array_unref it. */
GPtrArray *cfn_password_groups(CfnPass *pass);

#endif

/*
 * Databases that have a password, whether it stands in the template, and who else could make it.
 */
#ifndef CFN_TRANSFORMS_DATABASE_PASSWORD_H
#define CFN_TRANSFORMS_DATABASE_PASSWORD_H

#include "engine/transform.h"

typedef struct {
    const char *type;
    const char *password;             /* the property that says it */
    const char *managed;              /* the property that leaves it to the service, or NULL */
    const char *username;             /* or NULL */
    const char *const *never_managed; /* properties beside which the service does not make it */
} CfnDatabaseType;

/* NULL if TYPE is none with a password. */
const CfnDatabaseType *cfn_database_type(const char *type);

/* What can become of a password. */
typedef enum {
    CFN_PASSWORD_GOES,      /* it counts for nothing */
    CFN_PASSWORD_MANAGED,   /* the service makes and keeps it */
    CFN_PASSWORD_GENERATED, /* a secret of this template makes it */
} CfnPasswordWay;

/* The best way for DATABASE; sets WHY_IT_GOES to a clause if it goes. */
CfnPasswordWay cfn_password_way(const CfnResource *database, const CfnDatabaseType *type,
                                const char **why_it_goes);

typedef enum {
    CFN_PASSWORD_ELSEWHERE,
    CFN_PASSWORD_IN_TEMPLATE,
    CFN_PASSWORD_UNKNOWN
} CfnPasswordPlace;

/* Where the password VALUE comes from, a branch of a password property. If it stands in the
   template, TEXT is set to it, and PARAMETER to the name of the parameter whose default it is, or
   NULL. g_free both. */
CfnPasswordPlace cfn_password_place(const CfnTemplate *template, const CfnNode *value, char **text,
                                    char **parameter);

/* The key of the property of RESOURCE that NODE stands in, or of the attribute. */
const CfnNode *cfn_property_around(const CfnResource *resource, const CfnNode *node);

#endif

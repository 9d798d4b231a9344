/*
 * Who else in a template uses a password that stands in it.
 */
#ifndef CFN_TRANSFORMS_PASSWORD_USES_H
#define CFN_TRANSFORMS_PASSWORD_USES_H

#include "engine/transform.h"

typedef struct {
    const CfnNode *value;        /* the Ref, the Fn::Sub or the plain scalar */
    const CfnNode *text;         /* the scalar that says it */
    uint32_t start, end;         /* where in its decoded text */
    const CfnResource *resource; /* NULL outside of resources */
    char *label;                 /* "Api.Environment", "the output Url" */
    bool names_parameter;        /* else it has the same text */
    bool follows;                /* a reference to a new password can stand here */
} CfnPasswordUse;

/* A password that stands in the template, as a text or as the default of a parameter. */
typedef struct {
    char *text;
    char *parameter; /* or NULL */
    GPtrArray *uses; /* CfnPasswordUse, owned */
} CfnPassword;

/* Takes TEXT and PARAMETER over. */
CfnPassword *cfn_password_new(char *text, char *parameter);
void cfn_password_free(gpointer password);

/* A use at PLACE, whose value, text, start, end and names_parameter are set; the rest is found. */
CfnPasswordUse *cfn_add_password_use(CfnPass *pass, CfnPassword *password,
                                     const CfnPasswordUse *place);

/* Adds the uses of PASSWORD's parameter, but for the values in the set REPAIRED. */
void cfn_find_parameter_uses(CfnPass *pass, CfnPassword *password, GHashTable *repaired);

/* Adds the uses of the texts of PASSWORDS (CfnPassword), in one walk for all of them. Nothing under
   the nodes of the set OWN is a use: the databases, the entries of the parameters. */
void cfn_find_text_uses(CfnPass *pass, const GPtrArray *passwords, GHashTable *own);

/* USE, which follows, says REFERENCE instead, the inside of a Fn::Sub. */
void cfn_follow_password(CfnChange *change, const CfnPasswordUse *use, const char *reference);

/* Whether NODE can be edited at all. */
bool cfn_can_edit(CfnPass *pass, const CfnNode *node);

#endif

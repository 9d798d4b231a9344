/*
 * What people want to know of a resource once it is deployed.
 */
#ifndef CFN_TRANSFORMS_MAIN_OUTPUTS_H
#define CFN_TRANSFORMS_MAIN_OUTPUTS_H

typedef struct {
    const char *type;
    const char *attribute; /* for GetAtt; NULL: Ref */
    const char *suffix;    /* of the output's name */
    const char *what;      /* "name of the bucket" */
} CfnMainOutput;

/* The one of TYPE, or NULL: a resource that serves others. */
const CfnMainOutput *cfn_main_output(const char *type);

#endif

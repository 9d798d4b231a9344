/*
 * The secret that makes a new password for a group of databases.
 */
#ifndef CFN_TRANSFORMS_PASSWORD_SECRET_H
#define CFN_TRANSFORMS_PASSWORD_SECRET_H

#include "transforms/password_groups.h"

/* Adds the secret that GROUP has named. */
void cfn_write_password_secret(CfnPass *pass, CfnChange *change, const CfnPasswordGroup *group);

#endif

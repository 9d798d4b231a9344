/*
 * What a password is made from must not be shown.
 */
#ifndef CFN_TRANSFORMS_PASSWORD_HIDE_H
#define CFN_TRANSFORMS_PASSWORD_HIDE_H

#include "transforms/password_groups.h"

/* Hides the password of GROUP wherever it is known to stand: at its databases, as the default of
   its parameter, at its uses. */
void cfn_hide_password(CfnPass *pass, const CfnPasswordGroup *group);

/* Hides the texts in VALUE, of which a password may be made that cannot be read. */
void cfn_hide_unknown_password(CfnPass *pass, const CfnNode *value);

#endif

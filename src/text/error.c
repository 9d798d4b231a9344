/*
 * The error domain.
 */
#include "text/error.h"

G_DEFINE_QUARK(cfn - error - quark, cfn_error)

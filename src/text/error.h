/*
 * The errors a file can have, in one GError domain.
 *
 * A message about a place in a text already begins with "path:line:column: ", one about a file as a
 * whole with "path: "; nobody adds to it on the way up.
 */
#ifndef CFN_TEXT_ERROR_H
#define CFN_TEXT_ERROR_H

#include <glib.h>

#define CFN_ERROR cfn_error_quark()

typedef enum {
    CFN_ERROR_READ,     /* the file cannot be read, or is no regular file */
    CFN_ERROR_SIZE,     /* over the size cap */
    CFN_ERROR_ENCODING, /* not UTF-8, or a control byte */
    CFN_ERROR_SYNTAX,   /* neither scanner takes it */
    CFN_ERROR_DEPTH,    /* nested too deeply */
    CFN_ERROR_TEMPLATE, /* well-formed, but no CloudFormation template */
    CFN_ERROR_INTERNAL, /* a proof failed: our fault, the file is left alone */
    CFN_ERROR_WRITE,    /* the result cannot be written */
    CFN_ERROR_CHANGED,  /* the file changed while cfnfix worked */
    CFN_ERROR_USAGE,    /* the command line asks for something that makes no sense */
    CFN_ERROR_CONFIG,   /* a .cfnfix.yaml is wrong: the message has its place, not the input's */
    CFN_ERROR_LOST,     /* the process that worked on it did not come to an end */
} CfnErrorCode;

GQuark cfn_error_quark(void);

#endif

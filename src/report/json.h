/*
 * Parts of the report for programs (docs/report.schema.json) that other documents have, too.
 */
#ifndef CFN_REPORT_JSON_H
#define CFN_REPORT_JSON_H

#include <jansson.h>

#include "report/reporter.h"

/* The findings of RESULT, whose `name` must be known, as an array; json_decref it. */
json_t *cfn_json_findings(const CfnResult *result);
/* An error as an object of "line", "column" (null for 0, where there is none) and "message";
   json_decref it. */
json_t *cfn_json_error(const char *message, CfnPlace place);

#endif

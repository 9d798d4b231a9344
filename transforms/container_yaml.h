/*
 * Container definitions in JSON, written as the list that CloudFormation wants.
 */
#ifndef CFN_TRANSFORMS_CONTAINER_YAML_H
#define CFN_TRANSFORMS_CONTAINER_YAML_H

#include "transforms/container_text.h"

typedef struct {
    char *yaml;    /* the snippet; NULL if there is none */
    char *problem; /* why there is none */
    /* The first key that no container definition has and that stays as it is, or NULL. */
    char *unknown;
} CfnContainerYaml;

/* All containers of TEXT as a list, or, if ONE, the only one as a mapping. */
CfnContainerYaml cfn_container_yaml(const CfnContainerText *text, bool one);
void cfn_container_yaml_clear(CfnContainerYaml *yaml);

#endif

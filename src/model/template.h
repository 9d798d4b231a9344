/*
 * A tree seen as a CloudFormation template: sections, resources, conditions.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
 */
#ifndef CFN_MODEL_TEMPLATE_H
#define CFN_MODEL_TEMPLATE_H

#include "syntax/tree.h"

typedef struct CfnTemplate CfnTemplate;
typedef struct CfnResource CfnResource;

/* A resource: a view on its nodes. */
struct CfnResource {
    const CfnTemplate *template;
    char *logical_id;          /* owned by the template */
    char *type;                /* owned by the template; "" if there is none */
    const CfnNode *key;        /* the logical id's node */
    const CfnNode *node;       /* the resource's mapping */
    const CfnNode *properties; /* NULL if there are none or they are no mapping */
    const CfnNode *metadata;   /* NULL if it has none */
    char *condition;           /* the name under Condition:, owned by the template; NULL if none */
    uint32_t index;            /* its place among the resources */
};

/* A view on TREE, which is borrowed and outlives it. Never fails: what is not there is empty. */
CfnTemplate *cfn_template_new(const CfnTree *tree);
void cfn_template_free(CfnTemplate *template);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnTemplate, cfn_template_free)

/* A mapping with `AWSTemplateFormatVersion`, or with a `Resources` mapping in which some Type
   contains `::`. */
bool cfn_tree_is_template(const CfnTree *tree);

const CfnTree *cfn_template_tree(const CfnTemplate *template);
/* The mapping of a top-level section ("Outputs"), or NULL. */
const CfnNode *cfn_template_section(const CfnTemplate *template, const char *name);
/* The value of an entry of a section: cfn_template_entry(t, "Parameters", "Env"), or NULL. Constant
   time. */
const CfnNode *cfn_template_entry(const CfnTemplate *template, const char *section,
                                  const char *name);

uint32_t cfn_template_resource_count(const CfnTemplate *template);
/* In the order of the source. */
const CfnResource *cfn_template_resource_at(const CfnTemplate *template, uint32_t index);
/* By logical id, or NULL. Constant time. */
const CfnResource *cfn_template_resource(const CfnTemplate *template, const char *logical_id);
/* All resources of TYPE in the order of the source, as CfnResource*; never NULL, owned by the
   template. */
const GPtrArray *cfn_template_resources_of(const CfnTemplate *template, const char *type);
/* The resource that NODE stands in, or NULL. */
const CfnResource *cfn_template_owner(const CfnTemplate *template, const CfnNode *node);

/* Whether the template says `Transform: AWS::Serverless-2016-10-31` (SAM), or names it in a
   list. */
bool cfn_template_has_transform(const CfnTemplate *template, const char *name);
/* Whether some other macro than SAM, LanguageExtensions or CodeDeploy's transforms the whole
   template, so that what is not seen here may exist. */
bool cfn_template_has_macro(const CfnTemplate *template);
/* Made by the CDK: an `aws:cdk:path` in some metadata, or the BootstrapVersion parameter. */
bool cfn_template_is_cdk(const CfnTemplate *template);

/* The JSON Pointer (RFC 6901) of NODE in the template's long form: `!Sub` counts as a mapping with
   the key Fn::Sub. Of a key: that of its value. g_free it. */
char *cfn_pointer(const CfnNode *node);
/* The same for what stands behind NODE's own tag: of the text of `!Sub a` at /R/P it is
   /R/P/Fn::Sub. Without a function's tag it is cfn_pointer. */
char *cfn_pointer_inside(const CfnNode *node);

/* Whether NAME is free as a logical id: no parameter, resource, condition, mapping or output has
   it. */
bool cfn_template_id_is_free(const CfnTemplate *template, const char *name);

/* Whether cfnfix itself wrote the resource: its Metadata says cfnfix: {written-by: ID}. */
bool cfn_resource_is_ours(const CfnResource *resource);

/* Whether ID has letters and digits only, as CloudFormation wants names:
   https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html
 */
bool cfn_is_alphanumeric(const char *id);
/* Whether it is of TYPE ("AWS::S3::Bucket"). */
bool cfn_resource_has_type(const CfnResource *resource, const char *type);
/* A value under Properties: cfn_resource_property(r, "KeyPolicy"), or NULL. */
const CfnNode *cfn_resource_property(const CfnResource *resource, const char *name);

#endif

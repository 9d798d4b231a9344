/*
 * The data is built in; scripts/update-managed-policies writes it anew.
 *
 * What a policy became is no part of that: AWS says it in the documents of each service. It never
 * changes a policy so that it allows less, but makes a new one and deprecates the old one, which
 * cannot be attached from then on.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-deprecated.html
 */
#include "transforms/managed_policies.h"

#include <glib.h>
#include <string.h>

#include "text/file.h"
#include "text/hash.h"
#include "transforms/data/managed_policies.txt.h"

static const struct {
    const char *name;
    const char *successor;
} renamed[] = {
    { "AWSBackupAdminPolicy", "AWSBackupFullAccess" },
    { "AWSBackupOperatorPolicy", "AWSBackupOperatorAccess" },
    { "AWSCloudTrailFullAccess", "AWSCloudTrail_FullAccess" },
    { "AWSCloudTrailReadOnlyAccess", "AWSCloudTrail_ReadOnlyAccess" },
    { "AWSCodePipelineFullAccess", "AWSCodePipeline_FullAccess" },
    { "AWSCodePipelineReadOnlyAccess", "AWSCodePipeline_ReadOnlyAccess" },
    { "AWSConfigRole", "AWS_ConfigRole" },
    { "AWSConfigServiceRolePolicy", "AWS_ConfigRole" }, /* of the service-linked role */
    { "AWSElasticBeanstalkFullAccess", "AdministratorAccess-AWSElasticBeanstalk" },
    { "AWSElasticBeanstalkReadOnlyAccess", "AWSElasticBeanstalkReadOnly" },
    { "AWSLambdaFullAccess", "AWSLambda_FullAccess" },
    { "AWSLambdaReadOnlyAccess", "AWSLambda_ReadOnlyAccess" },
    { "AWSRoboMakerFullAccess", "AWSRoboMaker_FullAccess" },
    { "AmazonConnectFullAccess", "AmazonConnect_FullAccess" },
    { "AmazonEC2ContainerServiceFullAccess", "AmazonECS_FullAccess" },
    { "AmazonEC2SpotFleetRole", "AmazonEC2SpotFleetTaggingRole" },
    { "AmazonGuardDutyFullAccess", "AmazonGuardDutyFullAccess_v2" },
    { "ConfigRole", "AWS_ConfigRole" }, /* what the console once named its role */
};

typedef struct {
    char *date;
    char **lines;
    GHashTable *by_name; /* lower-case name -> its line */
} Catalogue;

/* The first line is `# DATE: …`. */
static void read_catalogue(Catalogue *catalogue)
{
    catalogue->lines = g_strsplit(managed_policies_txt, "\n", -1);
    catalogue->date = g_strndup(catalogue->lines[0] + 2, strcspn(catalogue->lines[0] + 2, ":"));
    catalogue->by_name = g_hash_table_new(cfn_hash_string, g_str_equal);
    for (char **line = catalogue->lines + 1; *line != NULL && **line != '\0'; line++) {
        g_hash_table_insert(catalogue->by_name, g_ascii_strdown(cfn_path_name(*line), -1), *line);
    }
}

/* Made once, for all threads, and kept as long as the program runs. */
static const Catalogue *get_catalogue(void)
{
    static gsize ready;
    static Catalogue catalogue;
    if (g_once_init_enter(&ready)) {
        read_catalogue(&catalogue);
        g_once_init_leave(&ready, 1);
    }
    return &catalogue;
}

static const char *look_up(const char *name)
{
    g_autofree char *key = g_ascii_strdown(name, -1);
    return g_hash_table_lookup(get_catalogue()->by_name, key);
}

const char *cfn_managed_policy(const char *name)
{
    const char *path = look_up(name);
    if (path != NULL && cfn_managed_policy_attachable(path)) {
        return path;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(renamed); i++) {
        if (g_ascii_strcasecmp(renamed[i].name, name) == 0) {
            return look_up(renamed[i].successor);
        }
    }
    return path;
}

bool cfn_managed_policy_attachable(const char *path)
{
    return !g_str_has_prefix(path, "aws-service-role/") && !g_str_has_prefix(path, "root-task/");
}

const char *cfn_managed_policies_date(void)
{
    return get_catalogue()->date;
}

/*
 * A database that is to go without a final snapshot.
 *
 * CloudFormation has no SkipFinalSnapshot; what the API calls so is said by the deletion policy.
 * RDS is the one service whose default is to take a snapshot, and deletion protection stops the
 * deletion altogether.
 */
#include "engine/transform.h"
#include "syntax/scalar.h"
#include "transforms/attributes.h"

static void apply(CfnPass *pass, const CfnResource *database);

const CfnTransform cfn_transform_skip_final_snapshot = {
    .id = "skip-final-snapshot",
    .summary = "Let databases go with their stack, without a final snapshot",
    .rationale =
        "Terraform's `skip_final_snapshot` has no counterpart among the properties of any resource "
        "type, and writing it makes "
        "deployment fail. In CloudFormation the deletion policy decides: `Delete` skips the final "
        "snapshot, `Snapshot` takes one. "
        "For AWS::RDS::DBCluster, and for AWS::RDS::DBInstance outside a cluster, `Snapshot` is "
        "the default. Deletion protection "
        "makes the deletion of the stack fail whatever the policy says.\n\n"
        "The repair sets `DeletionPolicy` and `UpdateReplacePolicy` to `Delete` and turns off "
        "`DeletionProtection` where the type has "
        "it. Where the template chose protection in so many words it waits for consent.\n\n"
        "Deletion uses the template that is deployed, so deploy the change before you delete the "
        "stack.",
    .url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/"
           "aws-attribute-deletionpolicy.html",
    .group = CFN_GROUP_DESTROY,
    .effects = CFN_EFFECT_IN_PLACE | CFN_EFFECT_DATA_DELETABLE,
    .resource_types =
        (const char *const[]){
            "AWS::RDS::DBCluster", "AWS::RDS::DBInstance", "AWS::DocDB::DBCluster",
            "AWS::DocDB::DBInstance", "AWS::Neptune::DBCluster", "AWS::Neptune::DBInstance",
            "AWS::Redshift::Cluster", "AWS::ElastiCache::CacheCluster",
            "AWS::ElastiCache::ReplicationGroup", "AWS::MemoryDB::Cluster",
            "AWS::ElastiCache::ServerlessCache", "AWS::RedshiftServerless::Namespace", NULL },
    .apply = apply,
};

/* What a policy attribute says. */
typedef enum {
    POLICY_ABSENT,
    POLICY_DELETE,
    POLICY_SNAPSHOT,
    POLICY_RETAIN,
    POLICY_UNKNOWN
} Policy;

/* What DeletionProtection says. */
typedef enum { PROTECTION_ABSENT, PROTECTION_OFF, PROTECTION_ON, PROTECTION_UNKNOWN } Protection;

/* All that is to be known of one database. */
typedef struct {
    const CfnResource *resource;
    Policy deletion, replacement;
    const CfnNode *protection;
    Protection protected;
    bool snapshots_by_default; /* no policy means Snapshot */
    bool snapshot_is_invalid;  /* AWS rejects or ignores Snapshot on it */
    bool has_protection;       /* the type has DeletionProtection */
    bool made_up;              /* has a property that no type has … */
    bool wants_snapshot;       /* … and that asks for a snapshot */
} Database;

static Policy read_policy(const CfnResource *resource, const char *attribute)
{
    const CfnNode *node = cfn_node_get(resource->node, attribute);
    if (node == NULL) {
        return POLICY_ABSENT;
    }
    if (!cfn_node_is_scalar(node) || cfn_node_has_tag(node)) {
        return POLICY_UNKNOWN;
    }
    if (cfn_node_equals(node, "Delete")) {
        return POLICY_DELETE;
    }
    return cfn_node_equals(node, "Snapshot") ? POLICY_SNAPSHOT : POLICY_RETAIN;
}

static Protection read_protection(const CfnTemplate *template, const CfnNode *node)
{
    bool on = false;
    if (node == NULL || cfn_is_ref(node, "AWS::NoValue")) {
        return PROTECTION_ABSENT;
    }
    if (!cfn_node_is_scalar(node) || !cfn_scalar_boolean(node, &on)) {
        return PROTECTION_UNKNOWN;
    }
    return on ? PROTECTION_ON : PROTECTION_OFF;
}

/* ---- Properties that do not exist ---- */

static const char *const made_up_properties[] = { "SkipFinalSnapshot", "FinalSnapshotIdentifier",
                                                  "FinalDBSnapshotIdentifier" };

static void read_made_up(Database *database)
{
    const CfnNode *skip = cfn_resource_property(database->resource, made_up_properties[0]);
    bool skips = skip != NULL;
    if (cfn_node_is_scalar(skip)) {
        cfn_scalar_boolean(skip, &skips);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(made_up_properties); i++) {
        if (cfn_resource_property(database->resource, made_up_properties[i]) != NULL) {
            database->made_up = true;
        }
    }
    database->wants_snapshot = database->made_up && !skips;
}

static void remove_made_up(CfnChange *change, const CfnResource *resource)
{
    for (size_t i = 0; i < G_N_ELEMENTS(made_up_properties); i++) {
        const CfnNode *key = cfn_node_find_key(resource->properties, made_up_properties[i]);
        if (key != NULL) {
            cfn_edit_remove(change, key);
        }
    }
}

/* ---- Types ---- */

static bool is_custom_engine(const CfnTemplate *template, const CfnResource *resource)
{
    return cfn_node_has_prefix(cfn_resolve(template, cfn_resource_property(resource, "Engine")),
                               "custom-");
}

static Database read_database(const CfnTemplate *template, const CfnResource *resource)
{
    bool instance = cfn_resource_has_type(resource, "AWS::RDS::DBInstance");
    bool cluster = cfn_resource_has_type(resource, "AWS::RDS::DBCluster");
    bool member = instance && cfn_resource_property(resource, "DBClusterIdentifier") != NULL;
    bool replica =
        instance && (cfn_resource_property(resource, "SourceDBInstanceIdentifier") != NULL ||
                     cfn_resource_property(resource, "SourceDBClusterIdentifier") != NULL);
    Database database = {
        .resource = resource,
        .deletion = read_policy(resource, "DeletionPolicy"),
        .replacement = read_policy(resource, "UpdateReplacePolicy"),
        .snapshots_by_default = cluster || (instance && !member),
        .snapshot_is_invalid =
            member || replica || (instance && is_custom_engine(template, resource)),
        .has_protection = cluster || (instance && !member) ||
                          cfn_resource_has_type(resource, "AWS::DocDB::DBCluster") ||
                          cfn_resource_has_type(resource, "AWS::Neptune::DBCluster"),
        .protection = cfn_resource_property(resource, "DeletionProtection"),
    };
    database.protected = database.has_protection ? read_protection(template, database.protection)
                                                 : PROTECTION_ABSENT;
    read_made_up(&database);
    return database;
}

/* ---- The repair ---- */

static void turn_protection_off(CfnChange *change, const Database *database)
{
    if (database->protected == PROTECTION_ON) {
        if (cfn_scalar_meaning(database->protection) == CFN_MEANS_STRING) {
            cfn_edit_set_string(change, database->protection, "false");
        } else {
            cfn_edit_replace(change, database->protection, "false");
        }
    } else if (database->protected == PROTECTION_ABSENT && database->has_protection &&
               database->protection == NULL && database->resource->properties != NULL) {
        cfn_edit_add(change, database->resource->properties, NULL, "DeletionProtection", "false");
    }
}

static void make_deletable(CfnPass *pass, CfnFinding *finding, const Database *database)
{
    CfnChange *change = cfn_finding_change(pass, finding);
    cfn_set_attribute(pass, change, database->resource, "DeletionPolicy", "Delete");
    cfn_set_attribute(pass, change, database->resource, "UpdateReplacePolicy", "Delete");
    turn_protection_off(change, database);
    remove_made_up(change, database->resource);
}

/* The property that asks for a snapshot becomes the policy that takes one. */
static void make_snapshot_explicit(CfnPass *pass, const Database *database)
{
    const CfnResource *resource = database->resource;
    CfnFinding *finding =
        cfn_report(pass, resource->key,
                   "no resource type has SkipFinalSnapshot or FinalSnapshotIdentifier: "
                   "the deletion policy Snapshot says the same");
    finding->effects = CFN_EFFECT_IN_PLACE;
    CfnChange *change = cfn_finding_change(pass, finding);
    remove_made_up(change, resource);
    if (database->deletion == POLICY_ABSENT && !database->snapshot_is_invalid) {
        cfn_set_attribute(pass, change, resource, "DeletionPolicy", "Snapshot");
    }
    if (database->replacement == POLICY_ABSENT && !database->snapshot_is_invalid) {
        cfn_set_attribute(pass, change, resource, "UpdateReplacePolicy", "Snapshot");
    }
    if (cfn_template_is_cdk(pass->template) && cfn_node_get(resource->node, "Metadata") != NULL) {
        cfn_edit_add(change, cfn_node_get(resource->node, "Metadata"), NULL, "cfnfix",
                     "ignore: [skip-final-snapshot]\n");
    } else if (cfn_template_is_cdk(pass->template)) {
        cfn_edit_add(change, resource->node, NULL, "Metadata",
                     "cfnfix:\n  ignore: [skip-final-snapshot]\n");
    }
}

/* The attribute or property by which someone chose to protect the database, or NULL. */
static const char *chosen_protection(const CfnTemplate *template, const Database *database)
{
    bool by_default = database->snapshot_is_invalid ||
                      (cfn_template_is_cdk(template) && database->snapshots_by_default);
    if (database->protected == PROTECTION_ON) {
        return "DeletionProtection";
    }
    if (database->deletion == POLICY_RETAIN ||
        (database->deletion == POLICY_SNAPSHOT && !by_default)) {
        return "DeletionPolicy";
    }
    if (database->replacement == POLICY_RETAIN ||
        (database->replacement == POLICY_SNAPSHOT && !by_default)) {
        return "UpdateReplacePolicy";
    }
    return NULL;
}

/* The finding waits for consent, and says what CHOSEN has. */
static void ask_for_consent(CfnFinding *finding, const Database *database, const char *chosen)
{
    const CfnNode *value = cfn_node_get(database->resource->node, chosen);
    g_autofree char *text = cfn_node_dup_text(value != NULL ? value : database->protection);
    cfn_finding_needs_consent(finding, "someone chose %s: %s", chosen, text);
}

static bool is_deletable(const Database *database)
{
    bool by_policy = database->deletion == POLICY_DELETE ||
                     (database->deletion == POLICY_ABSENT && !database->snapshots_by_default);
    return by_policy && database->protected != PROTECTION_ON && !database->made_up;
}

/* What happens today when the stack is deleted. */
static const char *outcome_of_deletion(const Database *database)
{
    if (database->protected == PROTECTION_ON) {
        return "the database is protected from deletion";
    }
    if (database->made_up) {
        return "no resource type has SkipFinalSnapshot: the deletion policy Delete says the same";
    }
    return database->deletion == POLICY_RETAIN ? "the database stays when the stack is deleted"
                                               : "deleting the database leaves a final snapshot";
}

static void report_unknown(CfnPass *pass, const Database *database)
{
    CfnFinding *finding = cfn_report(pass, database->resource->key,
                                     "whether a final snapshot is taken cannot be seen");
    cfn_finding_cannot_fix(finding, "the deletion policy is behind an intrinsic function");
}

/* Types whose property FinalSnapshotName asks for a snapshot. */
static void check_snapshot_name(CfnPass *pass, const CfnResource *resource)
{
    const CfnNode *key = cfn_node_find_key(resource->properties, "FinalSnapshotName");
    if (key == NULL) {
        return;
    }
    CfnFinding *finding = cfn_report(pass, key, "a final snapshot is taken when this is deleted");
    cfn_finding_needs_consent(finding, "someone gave the snapshot a name");
    cfn_edit_remove(cfn_finding_change(pass, finding), key);
}

static bool has_snapshot_name(const CfnResource *resource)
{
    return cfn_resource_has_type(resource, "AWS::MemoryDB::Cluster") ||
           cfn_resource_has_type(resource, "AWS::ElastiCache::ServerlessCache") ||
           cfn_resource_has_type(resource, "AWS::RedshiftServerless::Namespace");
}

static void apply(CfnPass *pass, const CfnResource *resource)
{
    if (has_snapshot_name(resource)) {
        check_snapshot_name(pass, resource);
        return;
    }
    Database database = read_database(pass->template, resource);
    if (database.deletion == POLICY_UNKNOWN || database.replacement == POLICY_UNKNOWN) {
        report_unknown(pass, &database);
    } else if (database.wants_snapshot) {
        make_snapshot_explicit(pass, &database);
    } else if (!is_deletable(&database)) {
        const char *chosen = chosen_protection(pass->template, &database);
        CfnFinding *finding =
            cfn_report(pass, resource->key,
                       "%s (deploy this before deleting: deletion uses the deployed template)",
                       outcome_of_deletion(&database));
        if (chosen != NULL) {
            ask_for_consent(finding, &database, chosen);
        }
        make_deletable(pass, finding, &database);
    }
}

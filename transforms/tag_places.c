/*
 * The tables follow the resource schemas. What is called tags there and is a filter (LFTags,
 * TagFilters, TagValues, ResourceTags on some types) is missing on purpose.
 */
#include "transforms/tag_places.h"

#include "transforms/policy.h"

/* Properties that are tags on whatever type has them. All end in "Tags". */
static const char *const tag_properties[] = {
    "Tags",
    "AccessPointTags",
    "AllocationResourceTags",
    "AmiTags",
    "BackupPlanTags",
    "BackupVaultTags",
    "BotAliasTags",
    "BotTags",
    "DeviceCreationTags",
    "FileSystemTags",
    "FrameworkTags",
    "HealthCheckTags",
    "HostedZoneTags",
    "IdentityPoolTags",
    "PipelineTags",
    "ProjectResourceTags",
    "ReportPlanTags",
    "TestAliasTags",
    "TestBotAliasTags",
    "TieringConfigurationTags",
    "UserPoolTags",
};

/* Tags further down, and under names that mean something else on other types; in the order of the
   types. */
static const struct {
    const char *type;
    const char *path;
} tag_paths[] = {
    { "AWS::ApiGateway::Deployment", "StageDescription/Tags" },
    { "AWS::Backup::BackupPlan", "BackupPlan/BackupPlanRule/RecoveryPointTags" },
    { "AWS::Batch::ComputeEnvironment", "ComputeResources/Tags" },
    { "AWS::Budgets::Budget", "ResourceTags" },
    { "AWS::Budgets::BudgetsAction", "ResourceTags" },
    { "AWS::CE::AnomalyMonitor", "ResourceTags" },
    { "AWS::CE::AnomalySubscription", "ResourceTags" },
    { "AWS::Cassandra::Table", "CdcSpecification/Tags" },
    { "AWS::CloudFront::AnycastIpList", "Tags/Items" },
    { "AWS::DLM::LifecyclePolicy", "PolicyDetails/Schedules/TagsToAdd" },
    { "AWS::DataZone::Project", "ResourceTags" },
    { "AWS::DynamoDB::GlobalTable", "Replicas/Tags" },
    { "AWS::EC2::CapacityReservation", "TagSpecifications/Tags" },
    { "AWS::EC2::CapacityReservationFleet", "TagSpecifications/Tags" },
    { "AWS::EC2::ClientVpnEndpoint", "TagSpecifications/Tags" },
    { "AWS::EC2::EC2Fleet", "TagSpecifications/Tags" },
    { "AWS::EC2::LaunchTemplate", "LaunchTemplateData/TagSpecifications/Tags" },
    { "AWS::EC2::LaunchTemplate", "TagSpecifications/Tags" },
    { "AWS::EC2::SpotFleet",
      "SpotFleetRequestConfigData/LaunchSpecifications/TagSpecifications/Tags" },
    { "AWS::EC2::SpotFleet", "SpotFleetRequestConfigData/TagSpecifications/Tags" },
    { "AWS::ECR::RepositoryCreationTemplate", "ResourceTags" },
    { "AWS::ECS::Service", "VolumeConfigurations/ManagedEBSVolume/TagSpecifications/Tags" },
    { "AWS::Events::Rule", "Targets/EcsParameters/TagList" },
    { "AWS::FraudDetector::Detector", "EventType/EntityTypes/Tags" },
    { "AWS::FraudDetector::Detector", "EventType/EventVariables/Tags" },
    { "AWS::FraudDetector::Detector", "EventType/Labels/Tags" },
    { "AWS::FraudDetector::Detector", "EventType/Tags" },
    { "AWS::FraudDetector::Detector", "Rules/Outcomes/Tags" },
    { "AWS::FraudDetector::Detector", "Rules/Tags" },
    { "AWS::FraudDetector::EventType", "EntityTypes/Tags" },
    { "AWS::FraudDetector::EventType", "EventVariables/Tags" },
    { "AWS::FraudDetector::EventType", "Labels/Tags" },
    { "AWS::ImageBuilder::DistributionConfiguration",
      "Distributions/AmiDistributionConfiguration/AmiTags" },
    { "AWS::ImageBuilder::InfrastructureConfiguration", "ResourceTags" },
    { "AWS::Invoicing::InvoiceUnit", "ResourceTags" },
    { "AWS::MediaConnect::Flow", "MediaStreams/Tags" },
    { "AWS::MediaConnect::Flow", "Source/Tags" },
    { "AWS::MediaConnect::Flow", "VpcInterfaces/Tags" },
    { "AWS::ODB::CloudVmCluster", "DbNodes/Tags" },
    { "AWS::ObservabilityAdmin::TelemetryPipelines", "Pipeline/Tags" },
    { "AWS::Pipes::Pipe", "TargetParameters/EcsTaskParameters/Tags" },
    { "AWS::SSMIncidents::ResponsePlan", "IncidentTemplate/IncidentTags" },
    { "AWS::Scheduler::Schedule", "Target/EcsParameters/Tags" },
    { "AWS::WorkspacesInstances::Volume", "TagSpecifications/Tags" },
    { "AWS::WorkspacesInstances::WorkspaceInstance", "ManagedInstance/TagSpecifications/Tags" },
};

/* Beginnings of types. The API models of most give the pattern [\p{L}\p{Z}\p{N}_.:/=+\-@]* for a
   tag value; the documents of the database services give it in words; KMS and S3 reject commas
   without announcing it. SAM copies the tags of functions and state machines to the roles it
   makes. */
static const char *const comma_rejecting[] = {
    "AWS::ACMPCA::",
    "AWS::AIOps::",
    "AWS::APS::",
    "AWS::Amplify::",
    "AWS::AppStream::",
    "AWS::ApplicationInsights::",
    "AWS::Bedrock::",
    "AWS::BedrockAgentCore::",
    "AWS::CertificateManager::",
    "AWS::CloudFront::",
    "AWS::CodeStarNotifications::",
    "AWS::DSQL::",
    "AWS::DataSync::",
    "AWS::DataZone::",
    "AWS::DirectoryService::",
    "AWS::DocDB::",
    "AWS::ECS::",
    "AWS::EFS::",
    "AWS::EMRServerless::",
    "AWS::ElasticLoadBalancing::",
    "AWS::ElasticLoadBalancingV2::",
    "AWS::FMS::",
    "AWS::FSx::",
    "AWS::Forecast::",
    "AWS::HealthLake::",
    "AWS::IAM::",
    "AWS::IVS::",
    "AWS::KMS::",
    "AWS::KinesisFirehose::",
    "AWS::KinesisVideo::",
    "AWS::Logs::",
    "AWS::MWAA::",
    "AWS::Neptune::",
    "AWS::Organizations::",
    "AWS::Personalize::",
    "AWS::RDS::",
    "AWS::Rbin::",
    "AWS::Rekognition::",
    "AWS::ResourceGroups::",
    "AWS::RolesAnywhere::",
    "AWS::S3::",
    "AWS::SSM::",
    "AWS::SSMContacts::",
    "AWS::SSO::",
    "AWS::SageMaker::",
    "AWS::Serverless::Function",
    "AWS::Serverless::StateMachine",
    "AWS::ServiceCatalog::",
    "AWS::ServiceCatalogAppRegistry::",
    "AWS::WAFv2::",
    "AWS::WorkSpacesWeb::",
};

/* Types whose tags are among the schema's createOnlyProperties. */
static const char *const fixed_tags[] = {
    "AWS::ApiGateway::DomainNameAccessAssociation",
    "AWS::AppConfig::Deployment",
    "AWS::AppRunner::AutoScalingConfiguration",
    "AWS::AppRunner::ObservabilityConfiguration",
    "AWS::AppRunner::Service",
    "AWS::AppRunner::VpcConnector",
    "AWS::AppRunner::VpcIngressConnection",
    "AWS::BackupGateway::Hypervisor",
    "AWS::Batch::ComputeEnvironment",
    "AWS::Batch::ConsumableResource",
    "AWS::Batch::JobQueue",
    "AWS::Batch::SchedulingPolicy",
    "AWS::CE::AnomalyMonitor",
    "AWS::CE::AnomalySubscription",
    "AWS::CodeGuruReviewer::RepositoryAssociation",
    "AWS::EC2::CapacityReservation",
    "AWS::EC2::CapacityReservationFleet",
    "AWS::EC2::ClientVpnEndpoint",
    "AWS::EC2::EC2Fleet",
    "AWS::EC2::KeyPair",
    "AWS::EC2::PlacementGroup",
    "AWS::EC2::SpotFleet",
    "AWS::FinSpace::Environment",
    "AWS::HealthImaging::Datastore",
    "AWS::InspectorV2::CodeSecurityIntegration",
    "AWS::InspectorV2::CodeSecurityScanConfiguration",
    "AWS::IoT::JobTemplate",
    "AWS::IoTTwinMaker::SyncJob",
    "AWS::Kinesis::StreamConsumer",
    "AWS::MSK::ServerlessCluster",
    "AWS::MediaLive::CloudWatchAlarmTemplate",
    "AWS::MediaLive::CloudWatchAlarmTemplateGroup",
    "AWS::MediaLive::EventBridgeRuleTemplate",
    "AWS::MediaLive::EventBridgeRuleTemplateGroup",
    "AWS::MediaLive::InputSecurityGroup",
    "AWS::MediaLive::SignalMap",
    "AWS::MediaPackage::Asset",
    "AWS::MediaPackage::Channel",
    "AWS::MediaPackage::PackagingGroup",
    "AWS::NimbleStudio::Studio",
    "AWS::Notifications::NotificationConfiguration",
    "AWS::NotificationsContacts::EmailContact",
    "AWS::Omics::AnnotationStore",
    "AWS::Omics::ReferenceStore",
    "AWS::Omics::VariantStore",
    "AWS::OpenSearchServerless::Collection",
    "AWS::QuickSight::Topic",
    "AWS::RedshiftServerless::Snapshot",
    "AWS::Route53RecoveryControl::Cluster",
    "AWS::Route53RecoveryControl::ControlPanel",
    "AWS::Route53Resolver::ResolverQueryLoggingConfig",
    "AWS::Wisdom::AIAgent",
    "AWS::Wisdom::AIGuardrail",
    "AWS::Wisdom::AIPrompt",
    "AWS::Wisdom::Assistant",
    "AWS::Wisdom::AssistantAssociation",
    "AWS::Wisdom::KnowledgeBase",
    "AWS::WorkSpaces::ConnectionAlias",
    "AWS::WorkspacesInstances::Volume",
};

bool cfn_type_rejects_commas(const char *type)
{
    for (size_t i = 0; i < G_N_ELEMENTS(comma_rejecting); i++) {
        if (g_str_has_prefix(type, comma_rejecting[i])) {
            return true;
        }
    }
    return false;
}

bool cfn_type_has_fixed_tags(const char *type)
{
    for (size_t i = 0; i < G_N_ELEMENTS(fixed_tags); i++) {
        if (strcmp(type, fixed_tags[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- Pairs ---- */

static bool is_plain_mapping(const CfnNode *node)
{
    return cfn_node_is_mapping(node) && cfn_intrinsic(node).function == CFN_FN_NONE;
}

/* Whether MAPPING has both KEY and VALUE: then they are one pair. */
static bool add_pair(const CfnNode *mapping, CfnTag pair, const char *key, const char *value,
                     GArray *out)
{
    pair.key = cfn_node_get(mapping, key);
    pair.value = cfn_node_get(mapping, value);
    if (pair.key == NULL || pair.value == NULL) {
        return false;
    }
    g_array_append_val(out, pair);
    return true;
}

static void add_pairs_of(const CfnNode *mapping, CfnTag pair, GArray *out)
{
    cfn_node_each_key(key, mapping) {
        pair.key = key;
        pair.value = cfn_node_value(key);
        g_array_append_val(out, pair);
    }
}

static void add_pairs_in(const CfnNode *list, CfnTag pair, const char *key, const char *value,
                         GArray *out)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    cfn_policy_values(list, items);
    for (guint i = 0; i < items->len; i++) {
        add_pair(items->pdata[i], pair, key, value, out);
    }
}

void cfn_tag_pairs(const CfnNode *collection, const char *type, const char *key, const char *value,
                   GArray *out)
{
    g_autoptr(GPtrArray) branches = g_ptr_array_new();
    CfnTag pair = { .type = type };
    cfn_branches(collection, branches);
    for (guint i = 0; i < branches->len; i++) {
        const CfnNode *branch = branches->pdata[i];
        if (cfn_node_is_sequence(branch) && !cfn_node_has_tag(branch)) {
            add_pairs_in(branch, pair, key, value, out);
        } else if (is_plain_mapping(branch) && !add_pair(branch, pair, key, value, out)) {
            add_pairs_of(branch, pair, out);
        }
    }
}

/* ---- Places ---- */

static void step_down(const CfnNode *mapping, const char *step, GPtrArray *out)
{
    if (!is_plain_mapping(mapping)) {
        return;
    }
    if (strcmp(step, "*") != 0) {
        const CfnNode *value = cfn_node_get(mapping, step);
        if (value != NULL) {
            g_ptr_array_add(out, (gpointer)value);
        }
        return;
    }
    cfn_node_each_key(key, mapping) {
        g_ptr_array_add(out, (gpointer)cfn_node_value(key));
    }
}

void cfn_values_at(const CfnNode *mapping, const char *path, GPtrArray *out)
{
    g_auto(GStrv) steps = g_strsplit(path, "/", -1);
    g_autoptr(GPtrArray) here = g_ptr_array_new();
    g_ptr_array_add(here, (gpointer)mapping);
    for (char **step = steps; *step != NULL; step++) {
        g_autoptr(GPtrArray) mappings = g_ptr_array_new();
        for (guint i = 0; i < here->len; i++) {
            cfn_policy_values(here->pdata[i], mappings);
        }
        g_ptr_array_set_size(here, 0);
        for (guint i = 0; i < mappings->len; i++) {
            step_down(mappings->pdata[i], *step, here);
        }
    }
    g_ptr_array_extend(out, here, NULL, NULL);
}

static bool is_tag_property(const CfnNode *key)
{
    if (!cfn_node_is_scalar(key) || key->length < strlen("Tags") ||
        memcmp(key->text + key->length - strlen("Tags"), "Tags", strlen("Tags")) != 0) {
        return false;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(tag_properties); i++) {
        if (cfn_node_equals(key, tag_properties[i])) {
            return true;
        }
    }
    return false;
}

static void add_tags_at(const CfnResource *resource, const char *path, GArray *out)
{
    g_autoptr(GPtrArray) collections = g_ptr_array_new();
    cfn_values_at(resource->properties, path, collections);
    for (guint i = 0; i < collections->len; i++) {
        cfn_tag_pairs(collections->pdata[i], resource->type, "Key", "Value", out);
    }
}

static bool is_custom(const CfnResource *resource)
{
    return g_str_has_prefix(resource->type, "Custom::") ||
           cfn_resource_has_type(resource, "AWS::CloudFormation::CustomResource");
}

/* The first of the tag paths whose type is not before TYPE. */
static size_t find_paths(const char *type)
{
    size_t low = 0, high = G_N_ELEMENTS(tag_paths);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(tag_paths[middle].type, type) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

void cfn_tags_of(const CfnResource *resource, GArray *out)
{
    if (resource->properties == NULL || is_custom(resource)) {
        return;
    }
    cfn_node_each_key(key, resource->properties) {
        if (is_tag_property(key)) {
            cfn_tag_pairs(cfn_node_value(key), resource->type, "Key", "Value", out);
        }
    }
    for (size_t i = find_paths(resource->type);
         i < G_N_ELEMENTS(tag_paths) && strcmp(resource->type, tag_paths[i].type) == 0; i++) {
        add_tags_at(resource, tag_paths[i].path, out);
    }
}

void cfn_tags_of_globals(const CfnTemplate *template, GArray *out)
{
    cfn_node_each_key(key, cfn_template_section(template, "Globals")) {
        bool is_function = cfn_node_equals(key, "Function");
        const char *type = is_function ? "AWS::Serverless::Function" : "AWS::Serverless";
        cfn_tag_pairs(cfn_node_get(cfn_node_value(key), "Tags"), type, "Key", "Value", out);
    }
}

/*
 * One table for each kind of mapping in a container definition.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
 * aws-properties-ecs-taskdefinition-containerdefinition.html
 */
#include "transforms/container_schema.h"

#include <glib.h>

static const CfnContainerKey pairs[] = { { .name = "Name" },
                                         { .name = "Value" },
                                         { .name = NULL } };

static const CfnContainerKey secrets[] = { { .name = "Name" },
                                           { .name = "ValueFrom" },
                                           { .name = NULL } };

static const CfnContainerKey files[] = { { .name = "Type" },
                                         { .name = "Value" },
                                         { .name = NULL } };

static const CfnContainerKey dependencies[] = {
    { .name = "Condition" },
    { .name = "ContainerName" },
    { .name = NULL },
};

static const CfnContainerKey hosts[] = {
    { .name = "Hostname" },
    { .name = "IpAddress" },
    { .name = NULL },
};

static const CfnContainerKey firelens[] = { { .name = "Options" },
                                            { .name = "Type" },
                                            { .name = NULL } };

static const CfnContainerKey health_check[] = {
    { .name = "Command" },
    { .name = "Interval", .number = true },
    { .name = "Retries", .number = true },
    { .name = "StartPeriod", .number = true },
    { .name = "Timeout", .number = true },
    { .name = NULL },
};

static const CfnContainerKey capabilities[] = { { .name = "Add" },
                                                { .name = "Drop" },
                                                { .name = NULL } };

static const CfnContainerKey devices[] = {
    { .name = "ContainerPath" },
    { .name = "HostPath" },
    { .name = "Permissions" },
    { .name = NULL },
};

static const CfnContainerKey tmpfs[] = {
    { .name = "ContainerPath" },
    { .name = "MountOptions" },
    { .name = "Size", .number = true },
    { .name = NULL },
};

static const CfnContainerKey linux_parameters[] = {
    { .name = "Capabilities", .of = capabilities },
    { .name = "Devices", .of = devices },
    { .name = "InitProcessEnabled", .number = true },
    { .name = "MaxSwap", .number = true },
    { .name = "SharedMemorySize", .number = true },
    { .name = "Swappiness", .number = true },
    { .name = "Tmpfs", .of = tmpfs },
    { .name = NULL },
};

static const CfnContainerKey logging[] = {
    { .name = "LogDriver" },
    { .name = "Options" },
    { .name = "SecretOptions", .of = secrets },
    { .name = NULL },
};

static const CfnContainerKey mount_points[] = {
    { .name = "ContainerPath" },
    { .name = "ReadOnly", .number = true },
    { .name = "SourceVolume" },
    { .name = NULL },
};

static const CfnContainerKey port_mappings[] = {
    { .name = "AppProtocol" },
    { .name = "ContainerPort", .number = true },
    { .name = "ContainerPortRange" },
    { .name = "HostPort", .number = true },
    { .name = "Name" },
    { .name = "Protocol" },
    { .name = NULL },
};

static const CfnContainerKey credentials[] = { { .name = "CredentialsParameter" },
                                               { .name = NULL } };

static const CfnContainerKey nvidia_mps[] = {
    { .name = "MaxComputePercent", .number = true },
    { .name = "Memory", .number = true },
    { .name = NULL },
};

static const CfnContainerKey sharing[] = { { .name = "NvidiaMps", .of = nvidia_mps },
                                           { .name = NULL } };

static const CfnContainerKey resources[] = {
    { .name = "SharingStrategy", .of = sharing },
    { .name = "Type" },
    { .name = "Value" },
    { .name = NULL },
};

static const CfnContainerKey restart[] = {
    { .name = "Enabled", .number = true },
    { .name = "IgnoredExitCodes", .number = true },
    { .name = "RestartAttemptPeriod", .number = true },
    { .name = NULL },
};

static const CfnContainerKey controls[] = { { .name = "Namespace" },
                                            { .name = "Value" },
                                            { .name = NULL } };

static const CfnContainerKey limits[] = {
    { .name = "HardLimit", .number = true },
    { .name = "Name" },
    { .name = "SoftLimit", .number = true },
    { .name = NULL },
};

static const CfnContainerKey volumes[] = {
    { .name = "ReadOnly", .number = true },
    { .name = "SourceContainer" },
    { .name = NULL },
};

const CfnContainerKey cfn_container_keys[] = {
    { .name = "Command" },
    { .name = "Cpu", .number = true },
    { .name = "CredentialSpecs" },
    { .name = "DependsOn", .of = dependencies },
    { .name = "DisableNetworking", .number = true },
    { .name = "DnsSearchDomains" },
    { .name = "DnsServers" },
    { .name = "DockerLabels" },
    { .name = "DockerSecurityOptions" },
    { .name = "EntryPoint" },
    { .name = "Environment", .of = pairs },
    { .name = "EnvironmentFiles", .of = files },
    { .name = "Essential", .number = true },
    { .name = "ExtraHosts", .of = hosts },
    { .name = "FirelensConfiguration", .of = firelens },
    { .name = "HealthCheck", .of = health_check },
    { .name = "Hostname" },
    { .name = "Image" },
    { .name = "Interactive", .number = true },
    { .name = "Links" },
    { .name = "LinuxParameters", .of = linux_parameters },
    { .name = "LogConfiguration", .of = logging },
    { .name = "Memory", .number = true },
    { .name = "MemoryReservation", .number = true },
    { .name = "MountPoints", .of = mount_points },
    { .name = "Name" },
    { .name = "PortMappings", .of = port_mappings },
    { .name = "Privileged", .number = true },
    { .name = "PseudoTerminal", .number = true },
    { .name = "ReadonlyRootFilesystem", .number = true },
    { .name = "RepositoryCredentials", .of = credentials },
    { .name = "ResourceRequirements", .of = resources },
    { .name = "RestartPolicy", .of = restart },
    { .name = "Secrets", .of = secrets },
    { .name = "StartTimeout", .number = true },
    { .name = "StopTimeout", .number = true },
    { .name = "SystemControls", .of = controls },
    { .name = "Ulimits", .of = limits },
    { .name = "User" },
    { .name = "VersionConsistency" },
    { .name = "VolumesFrom", .of = volumes },
    { .name = "WorkingDirectory" },
    { .name = NULL },
};

static bool means(const CfnNode *key, const char *name)
{
    size_t length = strlen(name);
    return cfn_node_is_scalar(key) && key->length == length &&
           g_ascii_toupper(key->text[0]) == name[0] &&
           memcmp(key->text + 1, name + 1, length - 1) == 0;
}

const CfnContainerKey *cfn_container_key(const CfnContainerKey *keys, const CfnNode *key)
{
    for (; keys != NULL && keys->name != NULL; keys++) {
        if (means(key, keys->name)) {
            return keys;
        }
    }
    return NULL;
}

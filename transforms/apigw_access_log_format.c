/*
 * Access logs of API Gateway need a format as well as a destination.
 *
 * Deployment fails without one. The format must be one line and name the request.
 */
#include "engine/transform.h"
#include "model/flatten.h"

static void apply(CfnPass *pass, const CfnResource *resource);

const CfnTransform cfn_transform_apigw_access_log_format = {
    .id = "apigw-access-log-format",
    .summary = "Give access logs of API Gateway a format",
    .rationale =
        "Access logging needs both a destination and a format: one line, with at least "
        "`$context.requestId` in it. A stage whose settings name only the destination fails to "
        "deploy.\n\n"
        "The repair writes the common log format as API Gateway words it for that kind of API: "
        "REST, HTTP and WebSocket APIs have different variables. Where the kind cannot be seen in "
        "the template, nothing is written.",
    .url = "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-access-logging.html"
           "#apigateway-cloudwatch-log-formats",
    .group = CFN_GROUP_DEPLOY,
    .effects = CFN_EFFECT_IN_PLACE,
    .resource_types =
        (const char *const[]){ "AWS::ApiGateway::Stage", "AWS::ApiGateway::Deployment",
                               "AWS::ApiGatewayV2::Stage", NULL },
    .words = (const char *const[]){ "AccessLogSetting", "AccessLogSettings", NULL },
    .apply = apply,
};

static const char rest_format[] =
    "$context.identity.sourceIp $context.identity.caller $context.identity.user "
    "[$context.requestTime] \"$context.httpMethod $context.resourcePath $context.protocol\" "
    "$context.status $context.responseLength $context.requestId";

static const char http_format[] = "$context.identity.sourceIp - - [$context.requestTime] "
                                  "\"$context.httpMethod $context.routeKey $context.protocol\" "
                                  "$context.status $context.responseLength $context.requestId";

static const char websocket_format[] =
    "$context.identity.sourceIp $context.identity.caller $context.identity.user "
    "[$context.requestTime] \"$context.eventType $context.routeKey $context.connectionId\" "
    "$context.status $context.requestId";

/* ---- Which API ---- */

/* The resource whose id VALUE is, a Ref of it or its attribute ApiId in any spelling, or NULL. */
static const CfnResource *named_api(const CfnTemplate *template, const CfnNode *value)
{
    g_autofree char *text = cfn_flatten(value);
    if (text == NULL || !g_str_has_prefix(text, "${") || !g_str_has_suffix(text, "}")) {
        return NULL;
    }
    text[strlen(text) - 1] = '\0';
    char *attribute = strchr(text, '.');
    if (attribute != NULL && strcmp(attribute, ".ApiId") == 0) {
        *attribute = '\0';
    }
    return cfn_template_resource(template, text + strlen("${"));
}

/* The format for a version 2 API, or NULL. One imported from a definition is an HTTP API. */
static const char *format_of(const CfnResource *api)
{
    if (api == NULL || !cfn_resource_has_type(api, "AWS::ApiGatewayV2::Api")) {
        bool is_http = api != NULL && cfn_resource_has_type(api, "AWS::Serverless::HttpApi");
        return is_http ? http_format : NULL;
    }
    const CfnNode *protocol = cfn_resource_property(api, "ProtocolType");
    bool is_imported = cfn_resource_property(api, "Body") != NULL ||
                       cfn_resource_property(api, "BodyS3Location") != NULL;
    if (cfn_node_equals(protocol, "HTTP") || (protocol == NULL && is_imported)) {
        return http_format;
    }
    return cfn_node_equals(protocol, "WEBSOCKET") ? websocket_format : NULL;
}

/* The format for all APIs that STAGE can belong to, or NULL. */
static const char *format_for(const CfnResource *stage)
{
    if (!cfn_resource_has_type(stage, "AWS::ApiGatewayV2::Stage")) {
        return rest_format;
    }
    g_autoptr(GPtrArray) ids = g_ptr_array_new();
    cfn_branches(cfn_resource_property(stage, "ApiId"), ids);
    const char *format = NULL;
    for (guint i = 0; i < ids->len; i++) {
        const char *wanted = format_of(named_api(stage->template, ids->pdata[i]));
        if (wanted == NULL || (format != NULL && format != wanted)) {
            return NULL;
        }
        format = wanted;
    }
    return format;
}

/* ---- What it lacks ---- */

static bool is_missing(const CfnNode *value)
{
    return value == NULL || cfn_is_ref(value, "AWS::NoValue") ||
           (cfn_node_is_scalar(value) && !cfn_node_has_tag(value) && value->length == 0);
}

static void repair(CfnPass *pass, const CfnResource *stage, const CfnNode *settings)
{
    const CfnNode *destination = cfn_node_find_key(settings, "DestinationArn");
    const CfnNode *old = cfn_node_get(settings, "Format");
    if (destination == NULL || is_missing(cfn_node_value(destination)) || !is_missing(old)) {
        return;
    }
    const char *format = format_for(stage);
    CfnFinding *finding = cfn_report(pass, settings, "access log with a destination and no format");
    if (format == NULL) {
        cfn_finding_cannot_fix(finding, "the formats of HTTP and WebSocket APIs differ, and of "
                                        "which kind this one is cannot be seen");
        return;
    }
    CfnChange *change = cfn_finding_change(pass, finding);
    g_autofree char *yaml = cfn_snippet_string(format);
    if (old != NULL) {
        cfn_edit_replace(change, old, yaml);
    } else {
        cfn_edit_add(change, settings, destination, "Format", yaml);
    }
}

static void check(CfnPass *pass, const CfnResource *stage, const CfnNode *value)
{
    g_autoptr(GPtrArray) settings = g_ptr_array_new();
    cfn_branches(value, settings);
    for (guint i = 0; i < settings->len; i++) {
        repair(pass, stage, settings->pdata[i]);
    }
}

static void apply(CfnPass *pass, const CfnResource *resource)
{
    bool second = cfn_resource_has_type(resource, "AWS::ApiGatewayV2::Stage");
    g_autoptr(GPtrArray) descriptions = g_ptr_array_new();
    cfn_branches(cfn_resource_property(resource, "StageDescription"), descriptions);
    check(pass, resource,
          cfn_resource_property(resource, second ? "AccessLogSettings" : "AccessLogSetting"));
    for (guint i = 0; i < descriptions->len; i++) {
        check(pass, resource, cfn_node_get(descriptions->pdata[i], "AccessLogSetting"));
    }
}

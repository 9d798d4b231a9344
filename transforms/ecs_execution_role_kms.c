/*
 * A task does not start when its execution role cannot decrypt the secrets it is given.
 *
 * ECS stops it with "ResourceInitializationError: unable to pull secrets or registry auth …
 * AccessDeniedException … not authorized to perform: kms:Decrypt". Which keys are behind a task is
 * looked for in task_keys.c, what the role may do in role_policies.c.
 */
#include "text/hash.h"
#include "transforms/attachments.h"
#include "transforms/attributes.h"
#include "transforms/policy.h"
#include "transforms/role_policies.h"
#include "transforms/task_keys.h"

static void apply_template(CfnPass *pass);

const CfnTransform cfn_transform_ecs_execution_role_kms = {
    .id = "ecs-execution-role-kms",
    .summary = "Let the execution role of a task decrypt with the keys behind it",
    .rationale =
        "Before a container runs, ECS reads its secrets and registry credentials in the name of "
        "the task's execution role. AWS's policy for that role, AmazonECSTaskExecutionRolePolicy, "
        "does not allow decryption. With secrets under a customer managed key the task stops with "
        "\"ResourceInitializationError: unable to pull secrets or registry auth\", and the service "
        "never becomes stable.\n\n"
        "The repair allows `kms:Decrypt` and `kms:DescribeKey` on that key alone, in a policy "
        "document that the role already has for itself, or else in a managed policy of its own. "
        "Task definitions then depend on it where it is not in the role. Log groups under a key "
        "count, too: CloudWatch "
        "Logs encrypts them by its own principal, but roles that read back what they wrote need "
        "it.\n\n"
        "It goes by what the template shows: secrets by `Ref` or in `Fn::Sub`, managed database "
        "passwords, log groups by `Ref` or name. A key that does not leave the decision to IAM, a "
        "policy that denies, or one that cannot be read, is told.",
    .url = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/"
           "task_execution_IAM_role.html",
    .group = CFN_GROUP_DEPLOY,
    .effects = CFN_EFFECT_IN_PLACE | CFN_EFFECT_ACCESS_WIDENED,
    .by_name = true,
    .resource_types = (const char *const[]){ "AWS::ECS::TaskDefinition", NULL },
    .words = (const char *const[]){ "ExecutionRoleArn", NULL },
    .apply_template = apply_template,
};

/* A role that needs a key, for some tasks. */
typedef struct {
    CfnPass *pass;
    const CfnResource *role, *key; /* NULL for a key that is not in the template */
    const CfnResource *user;       /* what the key encrypts */
    GPtrArray *tasks;              /* const CfnResource* */
    const CfnRolePolicies *policies;
} Need;

/* All of a template, each pair of a role and a key once. */
typedef struct {
    CfnPass *pass;
    GPtrArray *list;    /* Need, owned */
    GHashTable *by_key; /* "role key" to Need */
} Needs;

static void need_free(gpointer data)
{
    Need *need = data;
    g_ptr_array_unref(need->tasks);
    g_free(need);
}

/* ---- The statement ---- */

static char *arn_of(const CfnResource *key)
{
    g_autofree char *path = g_strconcat(key->logical_id, ".Arn", NULL);
    g_autofree char *quoted = cfn_snippet_string(path);
    return g_strconcat("!GetAtt ", quoted, NULL);
}

static char *statement_for(const CfnResource *key)
{
    g_autofree char *arn = arn_of(key);
    return g_strdup_printf("Effect: Allow\n"
                           "Action:\n"
                           "  - kms:Decrypt\n"
                           "  - kms:DescribeKey\n"
                           "Resource: %s\n",
                           arn);
}

/* YAML as an item of a list. */
static char *as_item(const char *yaml)
{
    g_auto(GStrv) lines = g_strsplit(yaml, "\n", -1);
    g_autofree char *joined = g_strjoinv("\n  ", lines);
    return g_strdup_printf("- %s\n", g_strchomp(joined));
}

/* The statement for a policy of HOLDER, which may exist without the key. */
static char *statement_in(const Need *need, const CfnResource *holder)
{
    const CfnResource *key = need->key;
    g_autofree char *statement = statement_for(key);
    if (cfn_condition_implies(key->template, holder->condition, key->condition) == CFN_YES) {
        return g_steal_pointer(&statement);
    }
    g_autofree char *condition = cfn_snippet_string(key->condition);
    g_autofree char *item = as_item(statement);
    return g_strdup_printf("!If\n- %s\n%s- !Ref AWS::NoValue\n", condition, item);
}

/* ---- A document that is there ---- */

/* Whether a statement can be appended: in this document, for this role alone, without a cycle. */
static bool takes_statement(const Need *need, const CfnRolePolicy *policy)
{
    const CfnNode *statements = cfn_node_get(policy->document, "Statement");
    bool plain = cfn_node_is_mapping(policy->document) && !cfn_node_has_tag(policy->document) &&
                 statements != NULL && statements->kind != CFN_SCALAR &&
                 cfn_intrinsic(statements).function == CFN_FN_NONE;
    return plain && !policy->shared && !cfn_resource_is_ours(policy->holder) &&
           !cfn_depends_on(need->key->template, need->key, policy->holder);
}

static const CfnRolePolicy *find_policy(const Need *need)
{
    for (guint i = 0; i < need->policies->policies->len; i++) {
        const CfnRolePolicy *policy = &g_array_index(need->policies->policies, CfnRolePolicy, i);
        if (takes_statement(need, policy)) {
            return policy;
        }
    }
    return NULL;
}

/* ---- A policy of its own ---- */

/* Sets the condition under which both are there (NULL: always); false if there is none by name. */
static bool common_condition(const Need *need, const char **condition)
{
    const CfnTemplate *template = need->pass->template;
    const char *role = need->role->condition;
    const char *key = need->key->condition;
    bool by_role = cfn_condition_implies(template, role, key) == CFN_YES;
    *condition = by_role ? role : key;
    return by_role || cfn_condition_implies(template, key, role) == CFN_YES;
}

static char *obstacle_to_policy(const Need *need)
{
    const CfnTemplate *template = need->pass->template;
    g_autoptr(CfnAttachments) attachments = cfn_attachments_new(need->pass);
    const char *condition;
    if (cfn_attachments_of(attachments, need->role) >= CFN_ATTACHMENT_LIMIT) {
        return g_strdup("the role has as many policies as IAM takes");
    }
    if (!common_condition(need, &condition)) {
        return g_strdup("the role and the key exist under different conditions");
    }
    for (guint i = 0; i < need->tasks->len; i++) {
        const CfnResource *task = need->tasks->pdata[i];
        if (cfn_depends_on(template, need->key, task) ||
            cfn_depends_on(template, need->role, task)) {
            return g_strdup("the role or the key depends on the task definition");
        }
    }
    return NULL;
}

static void depend_on(CfnPass *pass, CfnChange *change, const CfnResource *task, const char *id)
{
    const CfnNode *old = cfn_node_get(task->node, "DependsOn");
    g_autofree char *quoted = cfn_snippet_string(id);
    if (old == NULL || cfn_node_is_empty(old)) {
        cfn_set_attribute(pass, change, task, "DependsOn", id);
    } else {
        cfn_edit_wrap_append(change, old, quoted);
    }
}

/* Whether TASK should, and can, wait for HOLDER, a policy that is there: it may be there only since
   the round before, for another key. */
static bool waits_for(const Need *need, const CfnResource *task, const CfnResource *holder)
{
    const CfnTemplate *template = need->pass->template;
    return holder != need->role && !cfn_depends_on(template, task, holder) &&
           !cfn_depends_on(template, holder, task) && !cfn_depends_on(template, need->key, task) &&
           cfn_condition_implies(template, task->condition, holder->condition) == CFN_YES;
}

static void extend_policy(const Need *need, CfnFinding *finding, const CfnRolePolicy *policy)
{
    CfnChange *change = cfn_finding_change(need->pass, finding);
    g_autofree char *statement = statement_in(need, policy->holder);
    cfn_edit_wrap_append(change, cfn_node_get(policy->document, "Statement"), statement);
    for (guint i = 0; i < need->tasks->len; i++) {
        const CfnResource *task = need->tasks->pdata[i];
        if (waits_for(need, task, policy->holder)) {
            depend_on(need->pass, change, task, policy->holder->logical_id);
        }
    }
}

static char *policy_for(const Need *need, const char *condition)
{
    g_autofree char *role = cfn_snippet_string(need->role->logical_id);
    g_autofree char *statement = statement_for(need->key);
    g_autofree char *item = as_item(statement);
    g_autofree char *list = cfn_snippet_pair("Statement", item);
    g_autofree char *version = g_strconcat("Version: '2012-10-17'\n", list, NULL);
    g_autofree char *document = cfn_snippet_pair("PolicyDocument", version);
    g_autofree char *attached = g_strdup_printf("%sRoles:\n  - !Ref %s\n", document, role);
    g_autofree char *properties = cfn_snippet_pair("Properties", attached);
    g_autofree char *name = condition != NULL ? cfn_snippet_string(condition) : NULL;
    return g_strconcat("Type: AWS::IAM::ManagedPolicy\n", name != NULL ? "Condition: " : "",
                       name != NULL ? name : "", name != NULL ? "\n" : "", properties, NULL);
}

static void write_policy(const Need *need, CfnFinding *finding)
{
    g_autofree char *base =
        g_strconcat(need->role->logical_id, need->key->logical_id, "Policy", NULL);
    g_autofree char *id = cfn_pass_new_id(need->pass, base, base);
    const char *condition = NULL;
    common_condition(need, &condition);
    g_autofree char *yaml = policy_for(need, condition);
    CfnChange *change = cfn_finding_change(need->pass, finding);
    cfn_edit_add_to_section(change, "Resources", id, yaml);
    for (guint i = 0; i < need->tasks->len; i++) {
        const CfnResource *task = need->tasks->pdata[i];
        if (cfn_condition_implies(need->pass->template, task->condition, condition) == CFN_YES) {
            depend_on(need->pass, change, task, id);
        }
    }
    finding->effects |= CFN_EFFECT_NEW_RESOURCE | CFN_EFFECT_NEEDS_CAPABILITY;
}

/* ---- Findings ---- */

static void allow(const Need *need, CfnFinding *finding)
{
    const CfnRolePolicy *policy = find_policy(need);
    if (!cfn_key_trusts_iam(need->key)) {
        cfn_finding_cannot_fix(finding,
                               "the key's policy does not leave it to IAM who may decrypt");
        return;
    }
    if (policy != NULL) {
        extend_policy(need, finding, policy);
        return;
    }
    g_autofree char *obstacle = obstacle_to_policy(need);
    if (obstacle != NULL) {
        cfn_finding_cannot_fix(finding, "%s", obstacle);
    } else {
        write_policy(need, finding);
    }
}

/* ", needed for Mail, Worker, too": the tasks behind the first one, which may have other secrets
   under the key. */
static char *other_tasks(const Need *need)
{
    GString *text = g_string_new(NULL);
    for (guint i = 1; i < need->tasks->len; i++) {
        const CfnResource *task = need->tasks->pdata[i];
        g_string_append_printf(text, "%s%s", i == 1 ? ", needed for " : ", ", task->logical_id);
    }
    g_string_append(text, text->len > 0 ? ", too" : "");
    return g_string_free(text, FALSE);
}

static void look_at(const Need *need)
{
    CfnDecrypt decrypt = cfn_role_decrypts(need->policies, need->role, need->key);
    if (decrypt == CFN_DECRYPT_YES) {
        return;
    }
    const CfnResource *task = need->tasks->pdata[0];
    g_autofree char *others = other_tasks(need);
    CfnFinding *finding = cfn_report(need->pass, need->role->key,
                                     "the execution role of %s may not decrypt %s with its key%s",
                                     task->logical_id, need->user->logical_id, others);
    if (cfn_template_has_macro(need->pass->template)) {
        cfn_finding_cannot_fix(finding, "the template goes through a macro, which may allow it");
    } else if (decrypt == CFN_DECRYPT_DENIED) {
        cfn_finding_cannot_fix(finding, "a statement denies it");
    } else if (decrypt == CFN_DECRYPT_UNKNOWN) {
        cfn_finding_cannot_fix(finding, "a policy of the role cannot be read here");
    } else if (need->key == NULL) {
        cfn_finding_cannot_fix(finding, "the key is not in this template");
    } else {
        allow(need, finding);
    }
}

/* ---- Who needs what ---- */

static Need *need_of(Needs *needs, const CfnResource *role, const CfnTaskKey *one)
{
    const CfnResource *subject = one->key != NULL ? one->key : one->user;
    g_autofree char *pair = g_strdup_printf("%u %u", role->index, subject->index);
    Need *need = g_hash_table_lookup(needs->by_key, pair);
    if (need == NULL) {
        need = g_new0(Need, 1);
        *need = (Need){ needs->pass, role, one->key, one->user, g_ptr_array_new(), NULL };
        g_ptr_array_add(needs->list, need);
        g_hash_table_insert(needs->by_key, g_steal_pointer(&pair), need);
    }
    return need;
}

/* Tasks come one after the other, so one that has the role twice is the last of the list. */
static void note_role(Needs *needs, const CfnResource *task, const CfnResource *role,
                      const GArray *keys)
{
    for (guint i = 0; i < keys->len; i++) {
        Need *need = need_of(needs, role, &g_array_index(keys, CfnTaskKey, i));
        guint count = need->tasks->len;
        if (count == 0 || need->tasks->pdata[count - 1] != task) {
            g_ptr_array_add(need->tasks, (gpointer)task);
        }
    }
}

static void note_task(Needs *needs, const CfnResource *task)
{
    const CfnTemplate *template = needs->pass->template;
    g_autoptr(GPtrArray) values = g_ptr_array_new();
    g_autoptr(GArray) keys = cfn_task_keys(task);
    cfn_branches(cfn_resource_property(task, "ExecutionRoleArn"), values);
    for (guint i = 0; i < values->len; i++) {
        g_autofree char *text = cfn_flatten(values->pdata[i]);
        g_autofree char *id = text != NULL && g_str_has_prefix(text, "${")
                                  ? g_strndup(text + 2, strcspn(text + 2, ".}"))
                                  : NULL;
        const CfnResource *role = id != NULL ? cfn_template_resource(template, id) : NULL;
        if (role != NULL && cfn_resource_has_type(role, "AWS::IAM::Role") &&
            !cfn_pass_skips(needs->pass, role)) {
            note_role(needs, task, role, keys);
        }
    }
}

static void apply_template(CfnPass *pass)
{
    const GPtrArray *tasks = cfn_template_resources_of(pass->template, "AWS::ECS::TaskDefinition");
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(need_free);
    g_autoptr(GHashTable) by_key =
        g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL);
    Needs needs = { pass, list, by_key };
    for (guint i = 0; i < tasks->len; i++) {
        if (!cfn_pass_skips(pass, tasks->pdata[i])) {
            note_task(&needs, tasks->pdata[i]);
        }
    }
    for (guint i = 0; i < list->len; i++) {
        Need *need = list->pdata[i];
        CfnRolePolicies policies = cfn_role_policies(need->role);
        need->policies = &policies;
        look_at(need);
        cfn_role_policies_clear(&policies);
    }
}

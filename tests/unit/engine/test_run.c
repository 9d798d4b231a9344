/*
 * The rounds, with small repairs made for the purpose: they look at the property `Name` of
 * resources of the type Test::Thing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/run.h"

/* ---- Repairs ---- */

static const char *const thing_types[] = { "Test::Other", "Test::Thing", NULL };

static const CfnNode *name_of(const CfnResource *resource)
{
    return cfn_resource_property(resource, "Name");
}

/* Renames what is called FROM. */
static CfnFinding *rename_thing(CfnPass *pass, const CfnResource *resource, const char *from,
                                const char *to)
{
    const CfnNode *name = name_of(resource);
    if (!cfn_node_equals(name, from)) {
        return NULL;
    }
    CfnFinding *finding = cfn_report(pass, name, "'%s' should be '%s'", from, to);
    cfn_edit_set_string(cfn_finding_change(pass, finding), name, to);
    return finding;
}

static void apply_fix(CfnPass *pass, const CfnResource *resource)
{
    rename_thing(pass, resource, "wrong", "right");
}

static const CfnTransform fix = {
    .id = "fix",
    .effects = CFN_EFFECT_IN_PLACE,
    .resource_types = thing_types,
    .apply = apply_fix,
};

static void apply_careful(CfnPass *pass, const CfnResource *resource)
{
    CfnFinding *finding = rename_thing(pass, resource, "kept", "dropped");
    if (finding != NULL) {
        finding->effects |= CFN_EFFECT_DATA_DELETABLE;
        cfn_finding_needs_consent(finding, "someone chose '%s'", "kept");
    }
}

static void apply_hide(CfnPass *pass, const CfnResource *resource)
{
    g_autofree char *text = cfn_node_dup_text(name_of(resource));
    cfn_pass_hide_text(pass, text);
    cfn_pass_hide_bytes(pass, name_of(resource)->span);
}

static const CfnTransform hide = {
    .id = "hide",
    .effects = CFN_EFFECT_IN_PLACE,
    .resource_types = thing_types,
    .apply = apply_hide,
};

static const CfnTransform careful = {
    .id = "careful",
    .effects = CFN_EFFECT_IN_PLACE,
    .resource_types = thing_types,
    .apply = apply_careful,
};

static void apply_deleting(CfnPass *pass, const CfnResource *resource)
{
    rename_thing(pass, resource, "data", "no data");
}

static const CfnTransform deleting = {
    .id = "deleting",
    .effects = CFN_EFFECT_DATA_DELETABLE,
    .resource_types = thing_types,
    .apply = apply_deleting,
};

static void apply_risky(CfnPass *pass, const CfnResource *resource)
{
    rename_thing(pass, resource, "open", "closed");
}

static const CfnTransform risky = {
    .id = "risky",
    .effects = CFN_EFFECT_ACCESS_NARROWED,
    .unsafe = true,
    .resource_types = thing_types,
    .apply = apply_risky,
};

static void apply_hopeless(CfnPass *pass, const CfnResource *resource)
{
    CfnFinding *finding = rename_thing(pass, resource, "lost", "found");
    if (finding != NULL) {
        cfn_finding_cannot_fix(finding, "nobody knows where it is");
    }
}

static const CfnTransform hopeless = { .id = "hopeless",
                                       .resource_types = thing_types,
                                       .apply = apply_hopeless };

/* Two that want the same scalar: one must wait for the next round. */
static void apply_first(CfnPass *pass, const CfnResource *resource)
{
    rename_thing(pass, resource, "ab", "Ab");
}

static const CfnTransform first = { .id = "first",
                                    .resource_types = thing_types,
                                    .apply = apply_first };

static void apply_second(CfnPass *pass, const CfnResource *resource)
{
    rename_thing(pass, resource, "ab", "aB");
    rename_thing(pass, resource, "Ab", "AB");
}

static const CfnTransform second = { .id = "second",
                                     .resource_types = thing_types,
                                     .apply = apply_second };

static void apply_restless(CfnPass *pass, const CfnResource *resource)
{
    bool on = cfn_node_equals(name_of(resource), "tick");
    rename_thing(pass, resource, on ? "tick" : "tock", on ? "tock" : "tick");
}

static const CfnTransform restless = { .id = "restless",
                                       .resource_types = thing_types,
                                       .apply = apply_restless };

/* Adds a resource of its own for each thing that wants one, and one for all of them. */
static void apply_helper(CfnPass *pass, const CfnResource *resource)
{
    const CfnNode *name = name_of(resource);
    if (!cfn_node_equals(name, "alone")) {
        return;
    }
    CfnFinding *finding = cfn_report(pass, name, "it is alone");
    bool is_new;
    CfnChange *shared = cfn_finding_shared_change(pass, finding, "role", &is_new);
    g_autofree char *role = cfn_pass_new_id(pass, "role", "Role");
    g_autofree char *again = cfn_pass_new_id(pass, "role", "Role");
    assert_string_equal(role, again);
    if (is_new) {
        cfn_edit_add_to_section(shared, "Resources", role,
                                "Type: Test::Role\nMetadata:\n  cfnfix: {written-by: helper}\n");
    }
    g_autofree char *friend = cfn_pass_new_id(pass, resource->logical_id, "Friend");
    g_autofree char *value = g_strdup_printf("!Ref %s", friend);
    g_autofree char *body =
        g_strdup_printf("Type: Test::Thing\nProperties:\n  Name: alone\n  Role: !Ref %s\n"
                        "Metadata:\n  cfnfix: {written-by: helper}\n",
                        role);
    CfnChange *change = cfn_finding_change(pass, finding);
    cfn_edit_replace(change, name, value);
    cfn_edit_add_to_section(change, "Resources", friend, body);
}

static const CfnTransform helper = { .id = "helper",
                                     .resource_types = thing_types,
                                     .apply = apply_helper };

/* Writes the name into a snippet, whatever is in it. */
static void apply_careless(CfnPass *pass, const CfnResource *resource)
{
    const CfnNode *name = name_of(resource);
    g_autofree char *text = cfn_node_dup_text(name);
    g_autofree char *yaml = g_strdup_printf("!Sub '${%s}'", text);
    CfnFinding *finding = cfn_report(pass, name, "it is no call");
    cfn_edit_replace(cfn_finding_change(pass, finding), name, yaml);
}

static const CfnTransform careless = { .id = "careless",
                                       .resource_types = thing_types,
                                       .apply = apply_careless };

/* Looks at everything, has a setting, and runs only when it is named. */
static void apply_named(CfnPass *pass)
{
    bool loud = cfn_pass_setting(pass, "loud");
    for (uint32_t i = 0; i < cfn_template_resource_count(pass->template); i++) {
        const CfnResource *resource = cfn_template_resource_at(pass->template, i);
        if (!cfn_pass_skips(pass, resource)) {
            CfnFinding *finding = cfn_report(pass, resource->key, loud ? "LOUD" : "quiet");
            cfn_finding_cannot_fix(finding, "it is only looked at");
        }
    }
}

static const CfnTransform named = {
    .id = "named",
    .by_name = true,
    .settings = (const CfnSetting[]){ { "loud", true, "Shout" }, { NULL, false, NULL } },
    .apply_template = apply_named,
};

static const CfnTransform *const all[] = { &fix,   &careful, &deleting, &risky, &hopeless,
                                           &first, &second,  &helper,   &named, NULL };
static const CfnTransform *const never_resting[] = { &restless, NULL };
static const CfnOptions standard = { .transforms = all };

/* ---- Running ---- */

static CfnOutcome *run_with(const char *text, const CfnOptions *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    CfnSource *source = cfn_source_new("test.yaml", bytes, CFN_SOURCE_DEFAULT_LIMIT, &error);
    assert_null(error);
    return cfn_run(source, options);
}

/* A template with a resource for each of NAMES (comma-separated). */
static char *things(const char *names)
{
    g_auto(GStrv) each = g_strsplit(names, ",", -1);
    GString *text = g_string_new("Resources:\n");
    for (guint i = 0; each[i] != NULL; i++) {
        g_string_append_printf(
            text, "  T%u:\n    Type: Test::Thing\n    Properties:\n      Name: %s\n", i, each[i]);
    }
    return g_string_free(text, FALSE);
}

static void after_is(const CfnOutcome *outcome, const char *expected)
{
    assert_string_equal(outcome->error != NULL ? outcome->error->message : "", "");
    assert_int_equal(outcome->after != NULL, expected != NULL);
    if (expected != NULL) {
        gsize length;
        const char *text = g_bytes_get_data(outcome->after, &length);
        g_autofree char *copy = g_strndup(text, length);
        assert_string_equal(copy, expected);
    }
}

/* One line for each finding: id, state, pointer, reason. */
static void findings_are(const CfnOutcome *outcome, const char *expected)
{
    g_autoptr(GString) lines = g_string_new(NULL);
    for (guint i = 0; i < outcome->findings->len; i++) {
        const CfnFinding *finding = outcome->findings->pdata[i];
        g_string_append_printf(lines, "%s %s %s%s%s\n", finding->transform->id,
                               cfn_state_name(finding->state), finding->pointer,
                               finding->reason != NULL ? ": " : "",
                               finding->reason != NULL ? finding->reason : "");
        assert_null(finding->change);
    }
    assert_string_equal(lines->str, expected);
}

/* Runs over one thing called NAME: it is called AFTER then (NULL: nothing changes). */
static void renames(const CfnOptions *options, const char *name, const char *after,
                    const char *findings)
{
    g_autofree char *before = things(name);
    g_autofree char *expected = after != NULL ? things(after) : NULL;
    g_autoptr(CfnOutcome) outcome = run_with(before, options);
    after_is(outcome, expected);
    findings_are(outcome, findings);
    assert_int_equal(outcome->readers,
                     CFN_READER_LIBFYAML | (after != NULL ? CFN_READER_LIBYAML : 0));
}

static GHashTable *set_of(const char *id)
{
    GHashTable *set = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_add(set, (gpointer)id);
    return set;
}

/* ---- Tests ---- */

static void test_fix(void **state)
{
    g_autofree char *before = things("fine,wrong");
    g_autofree char *expected = things("fine,right");
    g_autoptr(CfnOutcome) outcome = run_with(before, &standard);
    after_is(outcome, expected);
    findings_are(outcome, "fix fixed /Resources/T1/Properties/Name\n");
    assert_true(outcome->is_template);
    assert_int_equal(outcome->rounds, 1);
    const CfnFinding *finding = outcome->findings->pdata[0];
    assert_string_equal(finding->logical_id, "T1");
    assert_string_equal(finding->message, "'wrong' should be 'right'");
    assert_int_equal(finding->effects, CFN_EFFECT_IN_PLACE);
    assert_int_equal(finding->round, 1);
    assert_int_equal(finding->start.line, 9);
    assert_int_equal(finding->start.column, 13);
    assert_int_equal(finding->end.column, 18);
    assert_memory_equal(before + finding->span.start, "wrong", 5);
    assert_int_equal(outcome->operations->len, 1);
    const CfnDone *done = outcome->operations->pdata[0];
    assert_string_equal(done->op, "replace");
    assert_string_equal(done->path, "/Resources/T1/Properties/Name");
    assert_string_equal(done->value, "\"right\"");
    assert_int_equal(done->round, 1);
    assert_int_equal(done->findings->len, 1);
    assert_int_equal(g_array_index(done->findings, guint, 0), 0);
}

static void test_nothing_to_do(void **state)
{
    renames(&standard, "fine", NULL, "");
}

static void test_cannot_fix(void **state)
{
    renames(&standard, "lost", NULL,
            "hopeless cannot-fix /Resources/T0/Properties/Name: nobody knows where it is\n");
}

static void test_consent(void **state)
{
    static const CfnOptions consenting = { .transforms = all, .unsafe_fixes = true };
    renames(&standard, "kept", NULL,
            "careful needs-consent /Resources/T0/Properties/Name: someone chose 'kept'\n");
    renames(&consenting, "kept", "dropped",
            "careful fixed /Resources/T0/Properties/Name: someone chose 'kept'\n");
    renames(&standard, "open", NULL,
            "risky needs-consent /Resources/T0/Properties/Name: such a change is made only with "
            "consent\n");
    renames(&consenting, "open", "closed", "risky fixed /Resources/T0/Properties/Name\n");
    renames(&consenting, "lost", NULL,
            "hopeless cannot-fix /Resources/T0/Properties/Name: nobody knows where it is\n");
}

static void test_production(void **state)
{
    static const CfnOptions production = { .transforms = all,
                                           .profile = CFN_PROFILE_PRODUCTION,
                                           .unsafe_fixes = true };
    renames(&production, "wrong", "right", "fix fixed /Resources/T0/Properties/Name\n");
    renames(&production, "open", "closed", "risky fixed /Resources/T0/Properties/Name\n");
    renames(&production, "data", NULL,
            "deleting needs-consent /Resources/T0/Properties/Name: the production profile makes no "
            "data deletable\n");
    renames(&production, "kept", NULL,
            "careful needs-consent /Resources/T0/Properties/Name: someone chose 'kept'; the "
            "production profile makes no data deletable\n");
}

static void test_ephemeral(void **state)
{
    static const CfnOptions ephemeral = { .transforms = all, .profile = CFN_PROFILE_EPHEMERAL };
    renames(&ephemeral, "kept", "dropped",
            "careful fixed /Resources/T0/Properties/Name: someone chose 'kept'\n");
    renames(&ephemeral, "open", NULL,
            "risky needs-consent /Resources/T0/Properties/Name: such a change is made only with "
            "consent\n");
}

static void test_refused_edit(void **state)
{
    g_autoptr(CfnOutcome) outcome = run_with("Resources:\n"
                                             "  A:\n"
                                             "    Type: Test::Thing\n"
                                             "    Properties: &p\n"
                                             "      Name: wrong\n",
                                             &standard);
    after_is(outcome, NULL);
    assert_int_equal(outcome->findings->len, 1);
    const CfnFinding *finding = outcome->findings->pdata[0];
    assert_int_equal(finding->state, CFN_CANNOT_FIX);
    assert_non_null(strstr(finding->reason, "anchor"));
}

static void test_odd_names(void **state)
{
    static const CfnTransform *const only[] = { &careless, NULL };
    static const CfnOptions options = { .transforms = only };
    g_autofree char *before = things("\"it's\"");
    g_autoptr(CfnOutcome) outcome = run_with(before, &options);
    after_is(outcome, NULL);
    findings_are(outcome, "careless cannot-fix /Resources/T0/Properties/Name: a name that the "
                          "repair would write has quotes or the like in it\n");
}

static void test_odd_logical_id(void **state)
{
    g_autoptr(CfnOutcome) outcome = run_with("Resources:\n"
                                             "  It's:\n"
                                             "    Type: Test::Thing\n"
                                             "    Properties:\n"
                                             "      Name: wrong\n",
                                             &standard);
    after_is(outcome, NULL);
    const CfnFinding *finding = outcome->findings->pdata[0];
    assert_int_equal(finding->state, CFN_CANNOT_FIX);
    assert_non_null(strstr(finding->reason, "logical id"));
}

static void test_two_rounds(void **state)
{
    g_autofree char *before = things("ab");
    g_autofree char *expected = things("AB");
    g_autoptr(CfnOutcome) outcome = run_with(before, &standard);
    after_is(outcome, expected);
    findings_are(outcome, "first fixed /Resources/T0/Properties/Name\n"
                          "second fixed /Resources/T0/Properties/Name\n");
    assert_int_equal(outcome->rounds, 2);
    const CfnFinding *later = outcome->findings->pdata[1];
    assert_int_equal(later->round, 2);
    assert_string_equal(later->message, "'Ab' should be 'AB'");
    const CfnDone *done = outcome->operations->pdata[1];
    assert_int_equal(done->round, 2);
    assert_int_equal(g_array_index(done->findings, guint, 0), 1);
}

/* What is secret is known of all rounds, line by line, as text and as it stands. */
static void test_secrets(void **state)
{
    static const CfnTransform *const hiding[] = { &hide, &fix, NULL };
    static const CfnOptions options = { .transforms = hiding };
    g_autoptr(CfnOutcome) outcome = run_with("Resources:\n"
                                             "  T0:\n"
                                             "    Type: Test::Thing\n"
                                             "    Properties:\n"
                                             "      Name: wrong\n"
                                             "  T1:\n"
                                             "    Type: Test::Thing\n"
                                             "    Properties:\n"
                                             "      Name: \"one \\u0074wo\n"
                                             "        three\\n  }\\n\\n four \"\n",
                                             &options);
    static const char *const secrets[] = {
        "wrong", "right", "one two three", "four", "\"one \\u0074wo", "three\\n  }\\n\\n four \""
    };
    for (size_t i = 0; i < G_N_ELEMENTS(secrets); i++) {
        assert_true(g_hash_table_contains(outcome->secrets, secrets[i]));
    }
    assert_int_equal(g_hash_table_size(outcome->secrets), G_N_ELEMENTS(secrets));
}

static void test_never_at_rest(void **state)
{
    static const CfnOptions options = { .transforms = never_resting };
    g_autofree char *before = things("tick");
    g_autoptr(CfnOutcome) outcome = run_with(before, &options);
    assert_true(g_error_matches(outcome->error, CFN_ERROR, CFN_ERROR_INTERNAL));
    assert_true(g_str_has_prefix(outcome->error->message, "test.yaml: "));
    assert_null(outcome->after);
    assert_int_equal(outcome->findings->len, 0);
    assert_int_equal(outcome->operations->len, 0);
}

/* What is found in a later text has its place in the first one. */
static void test_places_of_later_rounds(void **state)
{
    g_autofree char *before = things("alone,lost,alone");
    g_autoptr(CfnOutcome) outcome = run_with(before, &standard);
    findings_are(outcome,
                 "helper fixed /Resources/T0/Properties/Name\n"
                 "hopeless cannot-fix /Resources/T1/Properties/Name: nobody knows where it is\n"
                 "helper fixed /Resources/T2/Properties/Name\n");
    const CfnFinding *lost = outcome->findings->pdata[1];
    assert_memory_equal(before + lost->span.start, "lost", 4);
    assert_int_equal(cfn_span_length(lost->span), 4);
    assert_int_equal(lost->start.line, 9);
}

/* Shared changes are made once; new logical ids differ. */
static void test_shared_changes(void **state)
{
    g_autofree char *before = things("alone,alone");
    g_autoptr(CfnOutcome) outcome = run_with(before, &standard);
    assert_null(outcome->error);
    g_autoptr(GString) added = g_string_new(NULL);
    for (guint i = 0; i < outcome->operations->len; i++) {
        const CfnDone *done = outcome->operations->pdata[i];
        if (strcmp(done->op, "add") == 0) {
            g_string_append_printf(added, "%s ", done->path + strlen("/Resources/"));
        }
    }
    g_auto(GStrv) ids = g_strsplit(added->str, " ", -1);
    assert_int_equal(g_strv_length(ids), 4);
    assert_true(g_strv_contains((const char *const *)ids, "Role"));
    assert_true(g_strv_contains((const char *const *)ids, "Friend"));
    assert_true(g_strv_contains((const char *const *)ids, "Friend2"));
}

static void test_selection(void **state)
{
    g_autoptr(GHashTable) set = set_of("named");
    g_autoptr(GHashTable) fix_set = set_of("fix");
    g_autoptr(GHashTable) settings = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_insert(settings, (gpointer) "named.loud", (gpointer) "false");
    const CfnOptions selected = { .transforms = all, .select = set };
    const CfnOptions ignored = { .transforms = all, .ignore = fix_set };
    const CfnOptions both = { .transforms = all, .select = fix_set, .ignore = fix_set };
    const CfnOptions quiet = { .transforms = all, .select = set, .settings = settings };
    renames(&selected, "wrong", NULL, "named cannot-fix /Resources/T0: it is only looked at\n");
    renames(&ignored, "wrong", NULL, "");
    renames(&both, "wrong", NULL, "");
    g_autofree char *text = things("x");
    g_autoptr(CfnOutcome) one = run_with(text, &selected);
    g_autoptr(CfnOutcome) other = run_with(text, &quiet);
    assert_string_equal(((CfnFinding *)one->findings->pdata[0])->message, "LOUD");
    assert_string_equal(((CfnFinding *)other->findings->pdata[0])->message, "quiet");
}

static void test_ignore_metadata(void **state)
{
    static const char format[] = "%sResources:\n"
                                 "  A:\n"
                                 "    Type: Test::Thing\n"
                                 "%s"
                                 "    Properties:\n"
                                 "      Name: wrong\n";
    static const struct {
        const char *top, *own;
        bool ignored;
    } cases[] = {
        { "", "", false },
        { "", "    Metadata: {cfnfix: {ignore: [fix]}}\n", true },
        { "", "    Metadata: {cfnfix: {ignore: [careful]}}\n", false },
        { "", "    Metadata: {cfnfix: {written-by: force-destroy}}\n", true },
        { "Metadata: {cfnfix: {ignore: [fix]}}\n", "", true },
        { "Metadata: {cfnfix: {ignore: [careful]}}\n", "", false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        g_string_printf(text, format, cases[i].top, cases[i].own);
        g_autoptr(CfnOutcome) outcome = run_with(text->str, &standard);
        assert_null(outcome->error);
        assert_int_equal(outcome->after == NULL, cases[i].ignored);
        assert_int_equal(outcome->findings->len, cases[i].ignored ? 0 : 1);
    }
}

static const char *const comment_forms[][2] = {
    /* what follows the name, what stands above it */
    { " # cfnfix: ignore[fix]", "" },
    { " # why # cfnfix: ignore[first, fix] because", "" },
    { "", "      # cfnfix: ignore[fix]\n" },
    { "", "      # cfnfix: ignore[fix]\n      # more\n# less\n" },
    { "", "#cfnfix:ignore [fix]\n" },
};

static const char *const comment_misses[][2] = {
    { " # cfnfix: ignore[first]", "" },
    { "", "      # cfnfix: ignore[fix]\n\n" },
    { "", "      # cfnfix: ignore[fix\n" },
    { "", "      # cfnfix: ignore fix\n" },
    { "", "      Other: | \n        # cfnfix: ignore[fix]\n" },
    { "", "      Other: '\n        # cfnfix: ignore[fix]\n        '\n" },
    { "\n# cfnfix: ignore[fix]", "" },
};

static void comments_ignore(const char *const (*forms)[2], size_t count, bool ignored)
{
    for (size_t i = 0; i < count; i++) {
        g_autofree char *text =
            g_strdup_printf("Resources:\n  A:\n    Type: Test::Thing\n    Properties:\n%s"
                            "      Name: wrong%s\n",
                            forms[i][1], forms[i][0]);
        g_autoptr(CfnOutcome) outcome = run_with(text, &standard);
        assert_null(outcome->error);
        assert_int_equal(outcome->after == NULL, ignored);
    }
}

static void test_ignore_comments(void **state)
{
    comments_ignore(comment_forms, G_N_ELEMENTS(comment_forms), true);
    comments_ignore(comment_misses, G_N_ELEMENTS(comment_misses), false);
}

static void test_order_over_types(void **state)
{
    g_autoptr(CfnOutcome) outcome =
        run_with("Resources:\n"
                 "  A: {Type: Test::Thing, Properties: {Name: wrong}}\n"
                 "  B: {Type: Test::Other, Properties: {Name: wrong}}\n"
                 "  C: {Type: Test::Thing, Properties: {Name: wrong}}\n"
                 "  D: {Type: Test::Third, Properties: {Name: wrong}}\n",
                 &standard);
    findings_are(outcome, "fix fixed /Resources/A/Properties/Name\n"
                          "fix fixed /Resources/B/Properties/Name\n"
                          "fix fixed /Resources/C/Properties/Name\n");
}

static void test_notices(void **state)
{
    g_autoptr(CfnOutcome) outcome = run_with("Resources:\n"
                                             "  A: &a {Type: Test::Thing, Type: x}\n"
                                             "  B: {<<: *a}\n"
                                             "  C: {<<: *a}\n"
                                             "AWSTemplateFormatVersion: '2010-09-09'\n",
                                             &standard);
    static const char *const expected[] = { "2:6: anchors", "2:10: the key 'Type'",
                                            "3:7: mappings" };
    assert_int_equal(outcome->notices->len, G_N_ELEMENTS(expected));
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
        const CfnNotice *notice = outcome->notices->pdata[i];
        g_autofree char *line =
            g_strdup_printf("%u:%u: %s", notice->place.line, notice->place.column, notice->message);
        if (!g_str_has_prefix(line, expected[i])) {
            assert_string_equal(line, expected[i]);
        }
    }
}

static void test_no_template(void **state)
{
    g_autoptr(CfnOutcome) outcome = run_with("a: wrong\n", &standard);
    assert_false(outcome->is_template);
    assert_null(outcome->error);
    assert_null(outcome->after);
}

static void test_malformed(void **state)
{
    g_autoptr(CfnOutcome) outcome = run_with("Resources: [\n", &standard);
    assert_true(g_error_matches(outcome->error, CFN_ERROR, CFN_ERROR_SYNTAX));
    assert_true(g_str_has_prefix(outcome->error->message, "test.yaml:"));
    assert_null(outcome->after);
}

/* libfyaml takes what follows an empty block scalar in a sequence for its content. */
static void test_misread_by_libfyaml(void **state)
{
    static const char before[] = "Resources:\n"
                                 "  A:\n"
                                 "    Type: Test::Thing\n"
                                 "    Properties:\n"
                                 "      Lines:\n"
                                 "      - |+\n"
                                 "\n"
                                 "      - next\n"
                                 "      Name: %s\n";
    g_autofree char *wrong = g_strdup_printf(before, "wrong");
    g_autofree char *right = g_strdup_printf(before, "right");
    g_autofree char *fine = g_strdup_printf(before, "fine");
    g_autoptr(CfnOutcome) changed = run_with(wrong, &standard);
    after_is(changed, right);
    assert_int_equal(changed->readers, CFN_READER_LIBYAML);
    g_autoptr(CfnOutcome) unchanged = run_with(fine, &standard);
    after_is(unchanged, NULL);
    assert_int_equal(unchanged->readers, CFN_READER_LIBYAML);
}

static void test_refused_by_libfyaml(void **state)
{
    g_autoptr(CfnOutcome) outcome = run_with("Resources:\n"
                                             "  ? A\n"
                                             "  : Type: Test::Thing\n"
                                             "    Properties: {Name: wrong}\n",
                                             &standard);
    after_is(outcome, "Resources:\n"
                      "  ? A\n"
                      "  : Type: Test::Thing\n"
                      "    Properties: {Name: right}\n");
    assert_int_equal(outcome->readers, CFN_READER_LIBYAML);
}

static void test_names(void **state)
{
    g_autofree char *text = cfn_effects_text(CFN_EFFECT_DATA_DELETABLE | CFN_EFFECT_NEW_RESOURCE);
    assert_string_equal(text, "data-deletable, new-resource");
    g_autofree const char **names = cfn_effects_names(CFN_EFFECT_IN_PLACE | CFN_EFFECT_REMOVAL);
    assert_string_equal(names[0], "in-place");
    assert_string_equal(names[1], "removal");
    assert_null(names[2]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fix),
        cmocka_unit_test(test_nothing_to_do),
        cmocka_unit_test(test_cannot_fix),
        cmocka_unit_test(test_consent),
        cmocka_unit_test(test_production),
        cmocka_unit_test(test_ephemeral),
        cmocka_unit_test(test_refused_edit),
        cmocka_unit_test(test_odd_names),
        cmocka_unit_test(test_odd_logical_id),
        cmocka_unit_test(test_two_rounds),
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_never_at_rest),
        cmocka_unit_test(test_places_of_later_rounds),
        cmocka_unit_test(test_shared_changes),
        cmocka_unit_test(test_selection),
        cmocka_unit_test(test_ignore_metadata),
        cmocka_unit_test(test_ignore_comments),
        cmocka_unit_test(test_order_over_types),
        cmocka_unit_test(test_notices),
        cmocka_unit_test(test_no_template),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_misread_by_libfyaml),
        cmocka_unit_test(test_refused_by_libfyaml),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

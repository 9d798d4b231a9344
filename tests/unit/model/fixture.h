/*
 * A template from a text, for the tests of this room.
 */
#ifndef CFN_TESTS_MODEL_FIXTURE_H
#define CFN_TESTS_MODEL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "model/template.h"

typedef struct {
    CfnSource *source;
    CfnTree *tree;
    CfnTemplate *template;
} Fixture;

static inline Fixture *fixture_new(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    Fixture *fixture = g_new0(Fixture, 1);
    fixture->source = cfn_source_new("test.yaml", bytes, CFN_SOURCE_DEFAULT_LIMIT, &error);
    assert_non_null(fixture->source);
    fixture->tree = cfn_tree_parse(fixture->source, &error);
    if (error != NULL) {
        fail_msg("%s", error->message);
    }
    fixture->template = cfn_template_new(fixture->tree);
    return fixture;
}

static inline void fixture_free(Fixture *fixture)
{
    cfn_template_free(fixture->template);
    cfn_tree_free(fixture->tree);
    cfn_source_free(fixture->source);
    g_free(fixture);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fixture, fixture_free)

/* The value of the top-level key NAME. */
static inline const CfnNode *fixture_get(const Fixture *fixture, const char *name)
{
    const CfnNode *node = cfn_node_get(fixture->tree->root, name);
    assert_non_null(node);
    return node;
}

/* Asserts on a string that the caller was given, and frees it. */
static inline void assert_taken(char *text, const char *expected)
{
    assert_non_null(text);
    assert_string_equal(text, expected);
    g_free(text);
}

static inline void assert_text(const CfnNode *node, const char *expected)
{
    assert_non_null(node);
    g_autofree char *text = cfn_node_dup_text(node);
    assert_non_null(text);
    assert_string_equal(text, expected);
}

#endif

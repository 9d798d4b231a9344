/*
 * Keys of the ECS API become CloudFormation's, values stay what they are in JSON, and a string with
 * `${…}` keeps it: as Ref or GetAtt if it is nothing else, else under Fn::Sub.
 */
#include "transforms/container_yaml.h"

#include "syntax/scalar.h"
#include "text/hash.h"
#include "transforms/container_schema.h"

/* Container definitions are five levels deep. More is not theirs, and would not fit the template's
   own limit. */
#define DEEPEST 40

typedef struct {
    const CfnContainerText *text;
    GString *out;
    guint substitutions; /* those that were written */
    CfnContainerYaml result;
} Writer;

static void fail(Writer *writer, const char *problem)
{
    if (writer->result.problem == NULL) {
        writer->result.problem = g_strdup(problem);
    }
}

static bool is_null(const CfnNode *node)
{
    return cfn_node_is_scalar(node) && cfn_scalar_meaning(node) == CFN_MEANS_NULL;
}

/* ---- Scalars ---- */

static void put_quoted(GString *out, const char *text, size_t length)
{
    g_string_append_c(out, '"');
    cfn_scalar_escape_double(out, text, length);
    g_string_append_c(out, '"');
}

/* `${Name}` or `${Name.Attribute}`, and nothing else. */
static void put_reference(GString *out, const CfnNode *scalar, const CfnSubPart *part)
{
    bool attribute = part->attribute_start != part->attribute_end;
    uint32_t end = attribute ? part->attribute_end : part->name_end;
    g_string_append(out, attribute ? "!GetAtt " : "!Ref ");
    put_quoted(out, scalar->text + part->name_start, end - part->name_start);
}

static void put_string(Writer *writer, const CfnNode *scalar)
{
    g_autoptr(GArray) parts =
        writer->text->substitutes ? cfn_sub_parts(scalar) : g_array_new(FALSE, FALSE, 1);
    writer->substitutions += parts->len;
    const CfnSubPart *first = parts->len > 0 ? &g_array_index(parts, CfnSubPart, 0) : NULL;
    if (first != NULL && !first->literal && first->start == 0 && first->end == scalar->length) {
        put_reference(writer->out, scalar, first);
        return;
    }
    g_string_append(writer->out, first != NULL ? "!Sub " : "");
    put_quoted(writer->out, scalar->text, scalar->length);
}

static void put_scalar(Writer *writer, const CfnNode *scalar, const CfnContainerKey *known)
{
    bool bare = cfn_container_text_is_bare(writer->text, scalar);
    if (bare && (known == NULL || !known->number)) {
        fail(writer,
             "a substitution stands outside of quotes, where it may bring more than one value");
    } else if (is_null(scalar)) {
        fail(writer, "a list in it has the item null");
    } else if (memchr(scalar->text, '\0', scalar->length) != NULL) {
        fail(writer, "a string in it has a null character");
    } else if (scalar->style == CFN_PLAIN) {
        g_string_append_len(writer->out, scalar->text, scalar->length);
    } else {
        put_string(writer, scalar);
    }
}

/* ---- Collections ---- */

static void put_value(Writer *writer, const CfnNode *value, const CfnContainerKey *known,
                      guint depth);

static void put_line_start(Writer *writer, guint depth)
{
    g_string_append_printf(writer->out, "\n%*s", (int)(2 * depth), "");
}

/* Two spellings of a property would become the same key. */
static void note_key(Writer *writer, GHashTable *seen, const char *name)
{
    if (!g_hash_table_add(seen, g_strdup(name))) {
        fail(writer, "a property stands in it twice");
    }
}

/* A value that is there is written, null is what is not there. */
static void put_pair(Writer *writer, const CfnNode *key, const CfnContainerKey *keys,
                     GHashTable *seen, guint depth)
{
    const CfnContainerKey *known = cfn_container_key(keys, key);
    g_autofree char *own = cfn_node_dup_text(key);
    note_key(writer, seen, known != NULL ? known->name : own);
    if (is_null(cfn_node_value(key))) {
        return;
    }
    if (known == NULL && keys != NULL && writer->result.unknown == NULL) {
        writer->result.unknown = g_strdup(own);
    }
    put_line_start(writer, depth);
    if (known != NULL) {
        g_string_append(writer->out, known->name);
    } else {
        put_quoted(writer->out, key->text, key->length);
    }
    g_string_append_c(writer->out, ':');
    put_value(writer, cfn_node_value(key), known, depth + 1);
}

static void put_mapping(Writer *writer, const CfnNode *mapping, const CfnContainerKey *keys,
                        guint depth)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL);
    gsize before = writer->out->len;
    cfn_node_each_key(key, mapping) {
        put_pair(writer, key, keys, seen, depth);
    }
    if (writer->out->len == before) {
        g_string_append(writer->out, " {}");
    }
}

static void put_sequence(Writer *writer, const CfnNode *list, const CfnContainerKey *known,
                         guint depth)
{
    cfn_node_each_item(item, list) {
        put_line_start(writer, depth);
        g_string_append_c(writer->out, '-');
        put_value(writer, item, known, depth + 1);
    }
    if (cfn_node_count(list) == 0) {
        g_string_append(writer->out, " []");
    }
}

/* What stands behind a colon or a dash. */
static void put_value(Writer *writer, const CfnNode *value, const CfnContainerKey *known,
                      guint depth)
{
    if (depth > DEEPEST) {
        fail(writer, "it is nested too deeply");
    } else if (value->kind == CFN_MAPPING) {
        put_mapping(writer, value, known == NULL ? NULL : known->of, depth);
    } else if (value->kind == CFN_SEQUENCE) {
        put_sequence(writer, value, known, depth);
    } else {
        g_string_append_c(writer->out, ' ');
        put_scalar(writer, value, known);
    }
}

/* ---- The whole ---- */

static bool is_container(const CfnNode *node)
{
    cfn_node_each_key(key, node) {
        const CfnContainerKey *known = cfn_container_key(cfn_container_keys, key);
        if (known != NULL && strcmp(known->name, "Name") == 0) {
            return true;
        }
    }
    return false;
}

static bool all_containers(const CfnNode *list)
{
    cfn_node_each_item(item, list) {
        if (!cfn_node_is_mapping(item)) {
            return false;
        }
    }
    return cfn_node_is_sequence(list);
}

static void put_root(Writer *writer, bool one)
{
    static const CfnContainerKey container = { .of = cfn_container_keys };
    const CfnNode *root = writer->text->tree->root;
    bool is_meant = one ? cfn_node_is_mapping(root) : all_containers(root);
    if (is_meant) {
        put_value(writer, root, &container, 0);
    } else if (!one && is_container(root)) {
        g_string_append_c(writer->out, '-');
        put_value(writer, root, &container, 1);
    } else {
        fail(writer, one ? "its text is no container definition"
                         : "its text is no list of container definitions");
    }
}

CfnContainerYaml cfn_container_yaml(const CfnContainerText *text, bool one)
{
    Writer writer = { .text = text, .out = g_string_new(NULL) };
    put_root(&writer, one);
    if (writer.substitutions != text->substitutions) {
        fail(&writer, "a substitution stands where a list can have none");
    }
    g_string_append_c(writer.out, '\n');
    if (writer.result.problem == NULL) {
        writer.result.yaml = g_string_free(writer.out, FALSE);
    } else {
        g_string_free(writer.out, TRUE);
    }
    return writer.result;
}

void cfn_container_yaml_clear(CfnContainerYaml *yaml)
{
    g_free(yaml->yaml);
    g_free(yaml->problem);
    g_free(yaml->unknown);
}

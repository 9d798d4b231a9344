/*
 * A tree seen as a template. Making one reads only the top level and each resource's own keys;
 * everything else is made when someone asks.
 */
#include "model/template.h"

#include "model/private.h"
#include "text/hash.h"
#include "text/memory.h"

#define SERVERLESS "AWS::Serverless-2016-10-31"
#define LANGUAGE_EXTENSIONS "AWS::LanguageExtensions"
#define CODE_DEPLOY_PREFIX "AWS::CodeDeploy"

typedef struct {
    const CfnNode *value;
    GHashTable *entries; /* name to value node; NULL until asked for */
} Section;

/* What is made on first use. */
typedef struct {
    CfnReferenceIndex *references;
    bool cdk_known;
    bool is_cdk;
} Lazy;

struct CfnTemplate {
    const CfnTree *tree;
    GStringChunk *names;
    GHashTable *sections;   /* name to Section */
    const CfnNode *entries; /* the Resources mapping, or NULL */
    CfnResource *resources; /* room for as many as there are entries */
    CfnResource **by_entry; /* by the entry's index; NULL where it is no resource */
    uint32_t resource_count;
    GHashTable *by_id;
    GHashTable *by_type; /* to GPtrArray of CfnResource */
    GPtrArray *none;
    Lazy *lazy;
};

static char *keep_text(GStringChunk *names, const CfnNode *scalar)
{
    return g_string_chunk_insert_len(names, scalar->text, scalar->length);
}

static void free_section(gpointer data)
{
    Section *section = data;
    g_clear_pointer(&section->entries, g_hash_table_unref);
    g_free(section);
}

static void read_sections(CfnTemplate *template)
{
    cfn_node_each_key(key, template->tree->root) {
        if (cfn_node_is_scalar(key)) {
            Section *section = g_new0(Section, 1);
            section->value = cfn_node_value(key);
            g_hash_table_replace(template->sections, keep_text(template->names, key), section);
        }
    }
}

/* `Fn::ForEach::X` and `Fn::Transform` make resources, a merge key brings some: they are none. */
static bool is_resource(const CfnNode *key)
{
    return cfn_is_literal(key) && !cfn_node_has_prefix(key, "Fn::") &&
           !cfn_node_equals(key, "<<") && cfn_node_is_mapping(cfn_node_value(key));
}

static void add_to_type(CfnTemplate *template, CfnResource *resource)
{
    GPtrArray *list = g_hash_table_lookup(template->by_type, resource->type);
    if (list == NULL) {
        list = g_ptr_array_new();
        g_hash_table_insert(template->by_type, resource->type, list);
    }
    g_ptr_array_add(list, resource);
}

static void add_resource(CfnTemplate *template, const CfnNode *key)
{
    CfnResource *resource = &template->resources[template->resource_count];
    const CfnNode *node = cfn_node_value(key);
    const CfnNode *type = cfn_node_get(node, "Type");
    const CfnNode *properties = cfn_node_get(node, "Properties");
    const CfnNode *condition = cfn_node_get(node, "Condition");
    resource->template = template;
    resource->logical_id = keep_text(template->names, key);
    resource->type = cfn_is_literal(type) ? keep_text(template->names, type) : (char *)"";
    resource->key = key;
    resource->node = node;
    resource->properties = cfn_node_is_mapping(properties) ? properties : NULL;
    resource->metadata = cfn_node_get(node, "Metadata");
    resource->condition = cfn_is_literal(condition) ? keep_text(template->names, condition) : NULL;
    resource->index = template->resource_count++;
    template->by_entry[key->index] = resource;
    g_hash_table_replace(template->by_id, resource->logical_id, resource);
    add_to_type(template, resource);
}

static void read_resources(CfnTemplate *template)
{
    template->entries = cfn_template_section(template, "Resources");
    if (template->entries == NULL) {
        return;
    }
    template->resources = g_new0(CfnResource, cfn_node_count(template->entries));
    template->by_entry = g_new0(CfnResource *, cfn_node_count(template->entries));
    cfn_node_each_key(key, template->entries) {
        const CfnNode *value = cfn_node_value(key);
        cfn_memory_fetch(value->next, 8 * sizeof(CfnNode));
        cfn_memory_fetch(template->tree->source->text + value->span.end, 192);
        if (is_resource(key)) {
            add_resource(template, key);
        }
    }
}

CfnTemplate *cfn_template_new(const CfnTree *tree)
{
    CfnTemplate *template = g_new0(CfnTemplate, 1);
    template->tree = tree;
    template->names = g_string_chunk_new(4096);
    template->sections = g_hash_table_new_full(cfn_hash_string, g_str_equal, NULL, free_section);
    template->by_id = g_hash_table_new(cfn_hash_string, g_str_equal);
    template->by_type = g_hash_table_new_full(cfn_hash_string, g_str_equal, NULL,
                                              (GDestroyNotify)g_ptr_array_unref);
    template->none = g_ptr_array_new();
    template->lazy = g_new0(Lazy, 1);
    read_sections(template);
    read_resources(template);
    return template;
}

void cfn_template_free(CfnTemplate *template)
{
    if (template == NULL) {
        return;
    }
    g_clear_pointer(&template->lazy->references, cfn_reference_index_free);
    g_free(template->lazy);
    g_ptr_array_unref(template->none);
    g_hash_table_unref(template->by_type);
    g_hash_table_unref(template->by_id);
    g_free(template->by_entry);
    g_free(template->resources);
    g_hash_table_unref(template->sections);
    g_string_chunk_free(template->names);
    g_free(template);
}

bool cfn_tree_is_template(const CfnTree *tree)
{
    if (cfn_node_get(tree->root, "AWSTemplateFormatVersion") != NULL) {
        return true;
    }
    cfn_node_each_key(key, cfn_node_get(tree->root, "Resources")) {
        if (cfn_node_contains(cfn_node_get(cfn_node_value(key), "Type"), "::")) {
            return true;
        }
    }
    return false;
}

const CfnTree *cfn_template_tree(const CfnTemplate *template)
{
    return template->tree;
}

const CfnReferenceIndex *cfn_template_references(const CfnTemplate *template)
{
    if (template->lazy->references == NULL) {
        template->lazy->references = cfn_reference_index_new(template);
    }
    return template->lazy->references;
}

/* ---- Sections ---- */

/* The value of a top-level key, of any kind, or NULL. */
static const CfnNode *top_level(const CfnTemplate *template, const char *name)
{
    const Section *section = g_hash_table_lookup(template->sections, name);
    return section != NULL ? section->value : NULL;
}

const CfnNode *cfn_template_section(const CfnTemplate *template, const char *name)
{
    const CfnNode *value = top_level(template, name);
    return cfn_node_is_mapping(value) ? value : NULL;
}

static GHashTable *index_entries(const CfnTemplate *template, const CfnNode *mapping)
{
    GHashTable *entries = g_hash_table_new(cfn_hash_string, g_str_equal);
    cfn_node_each_key(key, mapping) {
        if (cfn_node_is_scalar(key)) {
            g_hash_table_replace(entries, keep_text(template->names, key),
                                 (gpointer)cfn_node_value(key));
        }
    }
    return entries;
}

const CfnNode *cfn_template_entry(const CfnTemplate *template, const char *section,
                                  const char *name)
{
    Section *found = g_hash_table_lookup(template->sections, section);
    if (found == NULL) {
        return NULL;
    }
    if (found->entries == NULL) {
        found->entries = index_entries(template, found->value);
    }
    return g_hash_table_lookup(found->entries, name);
}

bool cfn_template_id_is_free(const CfnTemplate *template, const char *name)
{
    static const char *const sections[] = { "Parameters", "Mappings", "Conditions", "Resources",
                                            "Outputs" };
    for (size_t i = 0; i < G_N_ELEMENTS(sections); i++) {
        if (cfn_template_entry(template, sections[i], name) != NULL) {
            return false;
        }
    }
    return true;
}

/* ---- Resources ---- */

uint32_t cfn_template_resource_count(const CfnTemplate *template)
{
    return template->resource_count;
}

const CfnResource *cfn_template_resource_at(const CfnTemplate *template, uint32_t index)
{
    g_assert(index < template->resource_count);
    if (index + 1 < template->resource_count) {
        cfn_memory_fetch(template->resources[index + 1].properties, 8 * sizeof(CfnNode));
    }
    return &template->resources[index];
}

const CfnResource *cfn_template_resource(const CfnTemplate *template, const char *logical_id)
{
    return g_hash_table_lookup(template->by_id, logical_id);
}

const GPtrArray *cfn_template_resources_of(const CfnTemplate *template, const char *type)
{
    const GPtrArray *list = g_hash_table_lookup(template->by_type, type);
    return list != NULL ? list : template->none;
}

const CfnResource *cfn_template_owner(const CfnTemplate *template, const CfnNode *node)
{
    if (template->entries == NULL) {
        return NULL;
    }
    while (node != NULL && node->parent != template->entries) {
        node = node->parent;
    }
    return node != NULL ? template->by_entry[node->index] : NULL;
}

bool cfn_is_alphanumeric(const char *id)
{
    return id[0] != '\0' && id[strspn(id, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS)] == '\0';
}

bool cfn_resource_has_type(const CfnResource *resource, const char *type)
{
    return strcmp(resource->type, type) == 0;
}

const CfnNode *cfn_resource_property(const CfnResource *resource, const char *name)
{
    return cfn_node_get(resource->properties, name);
}

/* ---- Transforms ---- */

/* The name of one entry of Transform: a text, or {Name: text}. */
static const CfnNode *transform_name(const CfnNode *entry)
{
    const CfnNode *name = cfn_node_is_mapping(entry) ? cfn_node_get(entry, "Name") : entry;
    return cfn_node_is_scalar(name) ? name : NULL;
}

/* Transform holds one entry or a list of them; `Fn::Transform` at the top level is another one.
   Calls ASK on each name (NULL where it is none) until it says yes. */
static bool any_transform(const CfnTemplate *template, bool (*ask)(const CfnNode *, const char *),
                          const char *argument)
{
    static const char *const keys[] = { "Transform", "Fn::Transform" };
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        const CfnNode *value = top_level(template, keys[i]);
        cfn_node_each_item(item, value) {
            if (ask(transform_name(item), argument)) {
                return true;
            }
        }
        if (value != NULL && !cfn_node_is_sequence(value) && ask(transform_name(value), argument)) {
            return true;
        }
    }
    return false;
}

static bool is_named(const CfnNode *name, const char *wanted)
{
    return cfn_node_equals(name, wanted);
}

static bool is_macro(const CfnNode *name, const char *unused)
{
    return !cfn_node_equals(name, SERVERLESS) && !cfn_node_equals(name, LANGUAGE_EXTENSIONS) &&
           !cfn_node_has_prefix(name, CODE_DEPLOY_PREFIX);
}

bool cfn_template_has_transform(const CfnTemplate *template, const char *name)
{
    return any_transform(template, is_named, name);
}

bool cfn_template_has_macro(const CfnTemplate *template)
{
    return any_transform(template, is_macro, NULL) ||
           cfn_template_entry(template, "Resources", "Fn::Transform") != NULL;
}

static bool find_cdk(const CfnTemplate *template)
{
    if (cfn_template_entry(template, "Parameters", "BootstrapVersion") != NULL) {
        return true;
    }
    for (uint32_t i = 0; i < template->resource_count; i++) {
        if (cfn_node_get(template->resources[i].metadata, "aws:cdk:path") != NULL) {
            return true;
        }
    }
    return false;
}

bool cfn_template_is_cdk(const CfnTemplate *template)
{
    if (!template->lazy->cdk_known) {
        template->lazy->is_cdk = find_cdk(template);
        template->lazy->cdk_known = true;
    }
    return template->lazy->is_cdk;
}

/* ---- What cfnfix itself reads in Metadata ---- */

bool cfn_resource_is_ours(const CfnResource *resource)
{
    return cfn_node_at(resource->metadata, "cfnfix", "written-by", NULL) != NULL;
}

/* ---- JSON Pointers ---- */

/* RFC 6901: `~` and `/` are written ~0 and ~1. */
static void append_escaped(GString *out, const CfnNode *key)
{
    for (uint32_t i = 0; i < key->length; i++) {
        if (key->text[i] == '~') {
            g_string_append(out, "~0");
        } else if (key->text[i] == '/') {
            g_string_append(out, "~1");
        } else {
            g_string_append_c(out, key->text[i]);
        }
    }
}

/* The step that a tag makes in the long form. */
static void append_tag(GString *out, const CfnNode *node)
{
    if (!cfn_node_has_tag(node)) {
        return;
    }
    g_autoptr(GString) name = g_string_new("/");
    if (cfn_append_long_name(name, node)) {
        g_string_append_len(out, name->str, (gssize)name->len);
    }
}

/* The step from a node's parent to it. */
static void append_step(GString *out, const CfnNode *node)
{
    if (cfn_node_is_sequence(node->parent)) {
        g_string_append_printf(out, "/%" G_GUINT32_FORMAT, node->index);
        return;
    }
    const CfnNode *key = node->is_key ? node : cfn_node_key(node);
    g_string_append_c(out, '/');
    if (cfn_node_is_scalar(key)) {
        append_escaped(out, key);
    }
}

static GString *build_pointer(const CfnNode *node)
{
    g_autoptr(GPtrArray) path = g_ptr_array_new();
    for (; node->parent != NULL; node = node->parent) {
        g_ptr_array_add(path, (gpointer)node);
    }
    GString *pointer = g_string_new(NULL);
    for (guint i = path->len; i > 0; i--) {
        const CfnNode *step = g_ptr_array_index(path, i - 1);
        append_tag(pointer, step->parent);
        append_step(pointer, step);
    }
    return pointer;
}

char *cfn_pointer(const CfnNode *node)
{
    return g_string_free(build_pointer(node), FALSE);
}

char *cfn_pointer_inside(const CfnNode *node)
{
    GString *pointer = build_pointer(node);
    append_tag(pointer, node);
    return g_string_free(pointer, FALSE);
}

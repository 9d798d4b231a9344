/*
 * The text is put together as Fn::Sub and Fn::Join would, with `${…}` for what is known at
 * deployment only. Such a substitution may stand outside of quotes, as in `"memory": ${Memory}`: it
 * gets quotes to make JSON of it.
 */
#include "transforms/container_text.h"

#include "model/flatten.h"

/* ---- Putting the text together ---- */

/* In a text that Fn::Sub never went over, `${` means itself. */
static bool has_other_dollars(const CfnNode *node)
{
    if (cfn_node_is_untagged(node)) {
        return cfn_node_contains(node, "${");
    }
    const CfnNode *join = cfn_argument(node, CFN_FN_JOIN);
    if (join == NULL) {
        return false;
    }
    if (has_other_dollars(cfn_node_item(join, 0))) {
        return true;
    }
    cfn_node_each_item(item, cfn_node_item(join, 1)) {
        if (has_other_dollars(item)) {
            return true;
        }
    }
    return false;
}

/* NODE as text for Fn::Sub, or NULL. */
static char *flatten(const CfnNode *node)
{
    return has_other_dollars(node) ? NULL : cfn_flatten(node);
}

/* TEXT with the names of MAP replaced by their values. */
static char *fill_in(const CfnNode *text, const CfnNode *map, char **problem)
{
    g_autoptr(GArray) parts = cfn_sub_parts(text);
    g_autoptr(GString) out = g_string_new(NULL);
    uint32_t done = 0;
    for (guint i = 0; i < parts->len; i++) {
        const CfnSubPart *part = &g_array_index(parts, CfnSubPart, i);
        g_autofree char *name =
            g_strndup(text->text + part->name_start, part->name_end - part->name_start);
        const CfnNode *value = part->literal ? NULL : cfn_node_get(map, name);
        if (value == NULL) {
            continue;
        }
        g_autofree char *flat = flatten(value);
        if (flat == NULL) {
            *problem =
                g_strdup_printf("what its Fn::Sub puts in for ${%s} cannot be read here", name);
            return NULL;
        }
        g_string_append_len(out, text->text + done, part->start - done);
        g_string_append(out, flat);
        done = part->end;
    }
    g_string_append_len(out, text->text + done, text->length - done);
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static char *read_text(const CfnNode *node, bool *substitutes, char **problem)
{
    const CfnNode *text = NULL, *map = NULL;
    *substitutes = !cfn_node_is_untagged(node);
    if (!*substitutes) {
        return cfn_node_dup_text(node);
    }
    if (cfn_sub(node, &text, &map)) {
        return fill_in(text, map, problem);
    }
    if (cfn_is_function(node, CFN_FN_JOIN)) {
        char *flat = flatten(node);
        *problem =
            flat == NULL ? g_strdup("what its Fn::Join puts together cannot be read here") : NULL;
        return flat;
    }
    return NULL;
}

/* ---- Making JSON of it ---- */

static void quote_bare(CfnContainerText *self, GString *out, const char *text, size_t length)
{
    g_hash_table_add(self->bare, GSIZE_TO_POINTER(out->len));
    g_string_append_c(out, '"');
    g_string_append_len(out, text, (gssize)length);
    g_string_append_c(out, '"');
}

static char *with_quotes(CfnContainerText *self, const char *text)
{
    GString *out = g_string_new(NULL);
    const char *last_close = self->substitutes ? strrchr(text, '}') : NULL;
    bool in_string = false;
    for (const char *at = text; *at != '\0'; at++) {
        if (!in_string && last_close != NULL && at < last_close && g_str_has_prefix(at, "${") &&
            at[2] != '!') {
            const char *close = strchr(at, '}');
            quote_bare(self, out, at, (size_t)(close + 1 - at));
            at = close;
            continue;
        }
        g_string_append_c(out, *at);
        if (in_string && *at == '\\' && at[1] != '\0') {
            g_string_append_c(out, *++at);
        } else if (*at == '"') {
            in_string = !in_string;
        }
    }
    return g_string_free(out, FALSE);
}

static bool parse(CfnContainerText *self, const char *text)
{
    g_autofree char *json = with_quotes(self, text);
    g_autoptr(GBytes) bytes = g_bytes_new(json, strlen(json));
    self->source = cfn_source_new("containers", bytes, CFN_SOURCE_HARD_LIMIT, NULL);
    self->tree = self->source == NULL ? NULL : cfn_tree_parse(self->source, NULL);
    return self->tree != NULL && self->tree->is_json;
}

static guint count_substitutions(const char *text)
{
    CfnNode scalar = { .kind = CFN_SCALAR, .text = text, .length = (uint32_t)strlen(text) };
    g_autoptr(GArray) parts = cfn_sub_parts(&scalar);
    return parts->len;
}

CfnContainerText *cfn_container_text_new(const CfnNode *node, char **problem)
{
    bool substitutes = false;
    g_autofree char *text = read_text(node, &substitutes, problem);
    if (text == NULL) {
        return NULL;
    }
    g_autoptr(CfnContainerText) self = g_new0(CfnContainerText, 1);
    self->bare = g_hash_table_new(NULL, NULL);
    self->substitutes = substitutes;
    self->substitutions = substitutes ? count_substitutions(text) : 0;
    if (!parse(self, text)) {
        *problem = g_strdup("its text is not valid JSON");
        return NULL;
    }
    return g_steal_pointer(&self);
}

void cfn_container_text_free(CfnContainerText *text)
{
    if (text == NULL) {
        return;
    }
    cfn_tree_free(text->tree);
    cfn_source_free(text->source);
    g_clear_pointer(&text->bare, g_hash_table_unref);
    g_free(text);
}

bool cfn_container_text_is_bare(const CfnContainerText *text, const CfnNode *scalar)
{
    return g_hash_table_contains(text->bare, GSIZE_TO_POINTER((gsize)scalar->span.start));
}

/*
 * Texts are indexed by their words (letters, digits, `-` and `_`), so that a look-up does not go
 * over the template.
 */
#include "transforms/name_mentions.h"

#include "model/flatten.h"
#include "text/hash.h"

/* A word in more texts than this is not told apart any more: the name counts as mentioned. */
#define MOST_TEXTS 100

typedef struct {
    char *text;
    const CfnNode *node;
    bool is_name;
} Text;

struct CfnMentions {
    GPtrArray *texts;  /* Text */
    GHashTable *words; /* word -> GPtrArray of Text, borrowed */
};

typedef struct {
    CfnMentions *mentions;
    GHashTable *names;
    GHashTable *labels;
} Walk;

/* Keys of prose, of logical ids, and of names that mean something only where they stand. */
static const char *const skipped_keys[] = {
    "Comment",  "ContainerName", "DependsOn", "DisplayName", "Export",  "Family",
    "Metadata", "PolicyName",    "Sid",       "Type",        "Version",
};

static void free_text(gpointer data)
{
    Text *text = data;
    g_free(text->text);
    g_free(text);
}

static void free_texts(gpointer data)
{
    g_ptr_array_unref(data);
}

/* ---- Words ---- */

static bool is_word(char c)
{
    return g_ascii_isalnum(c) || c == '-' || c == '_';
}

/* The next word at or behind AT; an empty one if there is none. */
static const char *next_word(const char *at, size_t *length)
{
    while (*at != '\0' && !is_word(*at)) {
        at++;
    }
    *length = 0;
    while (is_word(at[*length])) {
        (*length)++;
    }
    return at;
}

static void index_text(CfnMentions *mentions, Text *text)
{
    size_t length;
    for (const char *word = next_word(text->text, &length); length > 0;
         word = next_word(word + length, &length)) {
        g_autofree char *key = g_strndup(word, length);
        GPtrArray *texts = g_hash_table_lookup(mentions->words, key);
        if (texts == NULL) {
            texts = g_ptr_array_new();
            g_hash_table_insert(mentions->words, g_steal_pointer(&key), texts);
        }
        if (texts->len <= MOST_TEXTS && (texts->len == 0 || texts->pdata[texts->len - 1] != text)) {
            g_ptr_array_add(texts, text);
        }
    }
}

/* ---- Texts ---- */

static void take_text(const Walk *walk, const CfnNode *node, char *flat)
{
    Text *text = g_new0(Text, 1);
    text->text = flat;
    text->node = node;
    text->is_name = g_hash_table_contains(walk->names, node);
    g_ptr_array_add(walk->mentions->texts, text);
    index_text(walk->mentions, text);
}

static bool is_skipped(const CfnNode *key)
{
    for (size_t i = 0; i < G_N_ELEMENTS(skipped_keys); i++) {
        if (cfn_node_equals(key, skipped_keys[i])) {
            return true;
        }
    }
    g_autofree char *text = cfn_node_dup_text(key);
    return text != NULL && g_str_has_suffix(text, "Description");
}

static bool says_text(const CfnNode *node)
{
    CfnFunction function = cfn_intrinsic(node).function;
    return function == CFN_FN_SUB || function == CFN_FN_JOIN ||
           (function == CFN_FN_NONE && cfn_node_is_scalar(node));
}

static void walk_node(const Walk *walk, const CfnNode *node)
{
    CfnFunction function = cfn_intrinsic(node).function;
    if (function == CFN_FN_REF || function == CFN_FN_GETATT || function == CFN_FN_CONDITION ||
        g_hash_table_contains(walk->labels, node)) {
        return;
    }
    char *flat = says_text(node) ? cfn_flatten(node) : NULL;
    if (flat != NULL) {
        take_text(walk, node, flat);
        return;
    }
    for (const CfnNode *child = node->first; child != NULL; child = child->next) {
        if (child->is_key && is_skipped(child)) {
            child = cfn_node_value(child);
        } else if (!child->is_key) {
            walk_node(walk, child);
        }
    }
}

CfnMentions *cfn_mentions_new(const CfnTemplate *template, GHashTable *names, GHashTable *labels)
{
    CfnMentions *mentions = g_new0(CfnMentions, 1);
    mentions->texts = g_ptr_array_new_with_free_func(free_text);
    mentions->words = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, free_texts);
    const Walk walk = { mentions, names, labels };
    walk_node(&walk, cfn_template_tree(template)->root);
    return mentions;
}

void cfn_mentions_free(CfnMentions *mentions)
{
    if (mentions == NULL) {
        return;
    }
    g_hash_table_unref(mentions->words);
    g_ptr_array_unref(mentions->texts);
    g_free(mentions);
}

/* ---- Looking up ---- */

static char *longest_word(const char *name)
{
    const char *best = name;
    size_t best_length = 0, length;
    for (const char *word = next_word(name, &length); length > 0;
         word = next_word(word + length, &length)) {
        if (length > best_length) {
            best = word;
            best_length = length;
        }
    }
    return g_strndup(best, best_length);
}

/* NAME in TEXT, with nothing around it that would make another name of it, and not as that in
   `${…}`. */
static bool says(const char *text, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = strstr(text, name); at != NULL; at = strstr(at + 1, name)) {
        bool begins = at == text || !is_word(at[-1]) || !is_word(name[0]);
        bool substituted = at - text >= 2 && at[-1] == '{' && at[-2] == '$';
        if (begins && !substituted && !is_word(at[length])) {
            return true;
        }
    }
    return false;
}

static bool mentions_name(const Text *text, const char *name)
{
    if (text->is_name && !g_str_has_prefix(text->text, "/aws/")) {
        return false;
    }
    return says(text->text, name);
}

/* `Key: tag:Name` or `Name: tag:Name` beside a list of values. */
static bool names_tag(const CfnNode *node)
{
    return cfn_node_has_prefix(cfn_node_get(node, "Key"), "tag:") ||
           cfn_node_has_prefix(cfn_node_get(node, "Name"), "tag:");
}

/* Below `TagFilters`, `TargetTags`, `aws:ResourceTag/Name`, or beside the name of a tag. */
static bool mentions_tag(const Text *text, const char *value)
{
    if (strcmp(text->text, value) != 0) {
        return false;
    }
    for (const CfnNode *at = text->node; at != NULL; at = at->parent) {
        const CfnNode *key = cfn_node_key(at);
        if ((key != NULL && (cfn_node_contains(key, "Tag") || cfn_node_contains(key, "tag"))) ||
            names_tag(at)) {
            return true;
        }
    }
    return false;
}

static const CfnNode *look_up(const CfnMentions *mentions, const char *name,
                              bool (*matches)(const Text *text, const char *name))
{
    g_autofree char *word = longest_word(name);
    const GPtrArray *texts = g_hash_table_lookup(mentions->words, word);
    if (texts == NULL) {
        return NULL;
    }
    for (guint i = 0; i < texts->len; i++) {
        const Text *text = texts->pdata[i];
        if (i == MOST_TEXTS || matches(text, name)) {
            return text->node;
        }
    }
    return NULL;
}

const CfnNode *cfn_mention_of_name(const CfnMentions *mentions, const char *name)
{
    return look_up(mentions, name, mentions_name);
}

const CfnNode *cfn_mention_of_tag(const CfnMentions *mentions, const char *value)
{
    return look_up(mentions, value, mentions_tag);
}

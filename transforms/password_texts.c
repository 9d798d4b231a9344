/*
 * The text of a password, wherever in a template it stands as one.
 *
 * A word such as `postgres` is also the name of other things, and counts only where a password is
 * expected. What no one writes by accident (`Winter-2024`) counts everywhere.
 */
#include "transforms/password_uses.h"

typedef struct {
    CfnPass *pass;
    GHashTable *by_prefix; /* guint64 to GPtrArray of CfnPassword */
    GHashTable *own;
} Search;

/* The first eight bytes of a text, by which it is looked up at every place of every other text. */
static guint64 prefix_of(const char *text, size_t length)
{
    guint64 prefix = 0;
    memcpy(&prefix, text, MIN(length, sizeof prefix));
    return prefix;
}

static bool is_word(char byte)
{
    return g_ascii_isalnum(byte) || byte == '_' || (byte & 0x80) != 0;
}

/* Whether no one writes TEXT but as this password. */
static bool is_unmistakable(const CfnTemplate *template, const char *text)
{
    bool has_other = false;
    for (const char *at = text; *at != '\0'; at++) {
        has_other = has_other || !g_ascii_isalpha(*at);
    }
    return has_other && strlen(text) >= 8 && cfn_template_id_is_free(template, text);
}

static bool means_password(const CfnNode *name)
{
    g_autofree char *text = cfn_node_dup_text(name);
    g_autofree char *lower = text != NULL ? g_ascii_strdown(text, -1) : NULL;
    return lower != NULL && (strstr(lower, "pass") != NULL || strstr(lower, "pwd") != NULL ||
                             strstr(lower, "secret") != NULL || strstr(lower, "token") != NULL);
}

/* Whether SCALAR stands under a key that says password, or is the Value to such a Name. */
static bool is_called_password(const CfnNode *scalar)
{
    const CfnNode *key = cfn_node_key(scalar);
    return means_password(key) ||
           ((cfn_node_equals(key, "Value") || cfn_node_equals(key, "ParameterValue")) &&
            (means_password(cfn_node_get(scalar->parent, "Name")) ||
             means_password(cfn_node_get(scalar->parent, "ParameterKey")) ||
             means_password(cfn_node_get(scalar->parent, "Key"))));
}

/* Whether bytes START to END of SCALAR are a password and no part of another word. */
static bool is_use(const CfnTemplate *template, const CfnNode *scalar, uint32_t start, uint32_t end,
                   const char *text)
{
    const char *bytes = scalar->text;
    bool joins_before = start > 0 && is_word(bytes[start - 1]) && is_word(bytes[start]);
    bool joins_behind = end < scalar->length && is_word(bytes[end - 1]) && is_word(bytes[end]);
    if (joins_before || joins_behind) {
        return false;
    }
    bool is_whole = start == 0 && end == scalar->length;
    bool in_url = start > 0 && bytes[start - 1] == ':' && end < scalar->length && bytes[end] == '@';
    return in_url || is_unmistakable(template, text) || (is_whole && is_called_password(scalar));
}

/* The Fn::Sub that SCALAR is the text of, else SCALAR itself. */
static const CfnNode *value_around(const CfnNode *scalar)
{
    const CfnNode *at = scalar;
    for (int i = 0; i < 3 && at != NULL; i++, at = at->parent) {
        const CfnNode *text = NULL, *map = NULL;
        if (cfn_sub(at, &text, &map) && text == scalar) {
            return at;
        }
    }
    return scalar;
}

/* Finds those of PASSWORDS that stand at START, and returns where the longest ends, or START. */
static uint32_t find_at(Search *search, const GPtrArray *passwords, const CfnNode *scalar,
                        uint32_t start)
{
    const CfnTemplate *template = search->pass->template;
    uint32_t behind = start;
    CfnPasswordUse *first = NULL;
    for (guint i = 0; i < passwords->len; i++) {
        CfnPassword *password = passwords->pdata[i];
        size_t length = strlen(password->text);
        if (length > scalar->length - start ||
            memcmp(scalar->text + start, password->text, length) != 0 ||
            !is_use(template, scalar, start, start + (uint32_t)length, password->text)) {
            continue;
        }
        CfnPasswordUse place = { .value = value_around(scalar),
                                 .text = scalar,
                                 .start = start,
                                 .end = start + (uint32_t)length };
        CfnPasswordUse *use = cfn_add_password_use(search->pass, password, &place);
        /* Whose password it is cannot be known if two databases have the same. */
        use->follows = use->follows && first == NULL;
        if (first != NULL) {
            first->follows = false;
        }
        first = use;
        behind = MAX(behind, place.end);
    }
    return behind;
}

static void search_text(Search *search, const CfnNode *scalar)
{
    uint32_t at = 0;
    do {
        uint32_t rest = scalar->length - at;
        guint64 prefix = prefix_of(scalar->text + at, rest);
        const GPtrArray *passwords = g_hash_table_lookup(search->by_prefix, &prefix);
        uint32_t behind = passwords != NULL ? find_at(search, passwords, scalar, at) : at;
        at = MAX(behind, at + 1);
    } while (at + sizeof(guint64) <= scalar->length);
}

/* Whether NODE's own text is a name and not a value. */
static bool is_name(const CfnNode *node)
{
    CfnFunction function = cfn_intrinsic(node).function;
    return function == CFN_FN_REF || function == CFN_FN_GETATT || function == CFN_FN_CONDITION ||
           function == CFN_FN_FIND_IN_MAP || function == CFN_FN_IMPORT_VALUE;
}

static void visit(Search *search, const CfnNode *node)
{
    if (is_name(node) || g_hash_table_contains(search->own, node)) {
        return;
    }
    if (node->kind == CFN_SCALAR && node->length > 0) {
        search_text(search, node);
    }
    cfn_node_each_key(key, node) {
        visit(search, cfn_node_value(key));
    }
    cfn_node_each_item(item, node) {
        visit(search, item);
    }
}

static void index_password(GHashTable *by_prefix, CfnPassword *password)
{
    guint64 prefix = prefix_of(password->text, strlen(password->text));
    GPtrArray *same = g_hash_table_lookup(by_prefix, &prefix);
    if (same == NULL) {
        same = g_ptr_array_new();
        g_hash_table_insert(by_prefix, g_memdup2(&prefix, sizeof prefix), same);
    }
    g_ptr_array_add(same, password);
}

void cfn_find_text_uses(CfnPass *pass, const GPtrArray *passwords, GHashTable *own)
{
    Search search = {
        .pass = pass,
        .by_prefix = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free,
                                           (GDestroyNotify)g_ptr_array_unref),
        .own = own,
    };
    for (guint i = 0; i < passwords->len; i++) {
        index_password(search.by_prefix, passwords->pdata[i]);
    }
    visit(&search, cfn_template_tree(pass->template)->root);
    g_hash_table_unref(search.by_prefix);
}

/*
 * The stage «edit»: a template, a NUL, and a program of edits, four bytes each: what is done (and
 * whether it belongs to the change before it), to which node (two bytes), and with which value.
 *
 * Asserted is what a repair relies on, whatever it wants: the result can be read, by two readers
 * alike; it differs from what was there in nothing but what was declared, as bytes and as a tree
 * (engine/verify.h); each change is either applied, told, and all there, or it waits, or it is
 * refused; and, with libyaml's tokens where libfyaml's mislead, always so.
 */
#include "harness.h"

#include <string.h>

#include "edit/edits.h"
#include "engine/verify.h"

enum { STEP_SIZE = 4, MOST_BYTES = 12 * STEP_SIZE };

typedef enum { REMOVE, APPEND, WRAP, ADD, SECTION, SET, REPLACE, SPLICE, RENAME, CALL } Verb;
enum { VERBS = CALL + 1 };

/* What is written: values as snippets, texts, names. */
static const char *const values[] = {
    "x",
    "'2012-10-17'",
    "true",
    "12",
    "!Ref AWS::NoValue",
    "!GetAtt K.Arn",
    "!Sub 'arn:${AWS::Partition}:iam::aws:policy/x'",
    "a: 1\nb:\n  - c\n  - d: !If [C, !Ref R, '']\n",
    "- a\n- b: c\n",
    "[]",
    "{}",
    "!Sub |\n  one\n  two ${x}\n",
    "\"a\\tb\\u0007\"",
    "''",
    "Type: AWS::S3::Bucket\nProperties:\n  Tags: [{Key: a, Value: b}]\n",
    "\"one\\n two\\n\\n\"",
};
static const char *const texts[] = {
    "x",        "",         "a: b",  "# no comment", "ON",   "12",   "it's", "\"q\"",
    "one\ntwo", "\xC3\xA9", " lead", "trail ",       "${X}", "a,b]", "- a",  "\t",
};
static const char *const names[] = { "New", "Fn::Sub", "a b",      "x: y",
                                     "12",  "it's",    "\xC3\xA9", "true" };
static const char *const sections[] = { "Parameters", "Resources", "Outputs", "Metadata" };

/* One step, taken apart. */
typedef struct {
    Verb verb;
    bool joins; /* the change before */
    const CfnNode *node;
    uint8_t choice;
} Step;

static Step read_step(const CfnTree *tree, const uint8_t *bytes)
{
    const size_t number = (size_t)(bytes[1] << 8 | bytes[2]) % tree->node_count;
    return (Step){ (Verb)(bytes[0] % VERBS), (bytes[0] & 0x80) != 0, &tree->nodes[number],
                   bytes[3] };
}

/* ---- What may be asked for ---- */

static bool has_key(const CfnNode *mapping, const char *key)
{
    return cfn_node_find_key(mapping, key) != NULL;
}

/* Whether a tag without a value stands before ITEM: libyaml takes `[!T, a]`, but no `[!T]`. */
static bool follows_tag(const CfnNode *item)
{
    const CfnNode *before = item->parent->first;
    while (before != item && before->next != item) {
        before = before->next;
    }
    return cfn_node_has_tag(before) && cfn_node_content(before) == before->span.end;
}

/* Whether a repair may want this at all: what edits.h asks of nodes, kind by kind. */
static bool makes_sense(const CfnTree *tree, const Step *step)
{
    const CfnNode *node = step->node;
    switch (step->verb) {
    case REMOVE: /* of sections, only what is in them goes */
        return node->parent != NULL && node->parent != tree->root &&
               (node->is_key || node->parent->kind == CFN_SEQUENCE) && !follows_tag(node);
    case APPEND:
        return node->kind == CFN_SEQUENCE;
    case WRAP:
    case REPLACE:
        return !node->is_key && node->parent != NULL;
    case ADD:
        return !node->is_key && node->kind != CFN_SEQUENCE &&
               !has_key(node, names[step->choice % G_N_ELEMENTS(names)]);
    case SECTION:
        return tree->root->kind == CFN_MAPPING;
    case SET:
    case SPLICE:
    case CALL:
        return !node->is_key && node->kind == CFN_SCALAR;
    case RENAME:
        return node->is_key && node->kind == CFN_SCALAR &&
               !has_key(node->parent, names[step->choice % G_N_ELEMENTS(names)]);
    }
    return false;
}

static bool begins_character(const CfnNode *scalar, uint32_t at)
{
    return at == scalar->length || ((unsigned char)scalar->text[at] & 0xC0) != 0x80;
}

/* A part of the scalar's text that begins and ends between characters. Lines are spliced only into
   lines. */
static void splice(CfnChange *change, const Step *step)
{
    uint32_t start = step->node->length * (step->choice >> 4) / 15;
    uint32_t end = MIN(start + (step->choice & 3), step->node->length);
    while (!begins_character(step->node, start)) {
        start--;
    }
    while (!begins_character(step->node, end)) {
        end++;
    }
    const char *text = texts[step->choice % G_N_ELEMENTS(texts)];
    const bool fits = step->node->style == CFN_LITERAL || strpbrk(text, "\n\t") == NULL;
    cfn_edit_splice(change, step->node, start, end, fits ? text : "y");
}

/* What it adds is called, or a key that the section does not have. */
static void add_to_section(CfnChange *change, const CfnTree *tree, const Step *step)
{
    const char *section = sections[step->choice % G_N_ELEMENTS(sections)];
    const char *value = values[step->choice % G_N_ELEMENTS(values)];
    const CfnNode *entries = cfn_node_get(tree->root, section);
    const char *name = names[(step->choice >> 4) % G_N_ELEMENTS(names)];
    if (!has_key(entries, name)) {
        cfn_edit_add_to_section(change, section, name, value);
    }
}

static void add(CfnChange *change, const Step *step)
{
    const CfnNode *after = NULL;
    uint32_t skipped = 0;
    cfn_node_each_key(key, step->node) {
        after = skipped++ < step->choice >> 5 ? key : after;
    }
    const char *value = values[(step->choice >> 2) % G_N_ELEMENTS(values)];
    const bool fits = step->node->kind == CFN_MAPPING || strchr(value, '|') == NULL;
    cfn_edit_add(change, step->node, after, names[step->choice % G_N_ELEMENTS(names)],
                 fits ? value : "x");
}

static void take(CfnChange *change, const CfnTree *tree, const Step *step)
{
    const char *value = values[step->choice % G_N_ELEMENTS(values)];
    switch (step->verb) {
    case REMOVE:
        cfn_edit_remove(change, step->node);
        return;
    case APPEND:
        cfn_edit_append(change, step->node, value);
        return;
    case WRAP:
        cfn_edit_wrap_append(change, step->node, value);
        return;
    case ADD:
        add(change, step);
        return;
    case SECTION:
        add_to_section(change, tree, step);
        return;
    case SET:
        cfn_edit_set_string(change, step->node, texts[step->choice % G_N_ELEMENTS(texts)]);
        return;
    case REPLACE: /* nobody replaces by lines of text */
        cfn_edit_replace(change, step->node, strchr(value, '|') == NULL ? value : "x");
        return;
    case SPLICE:
        splice(change, step);
        return;
    case RENAME:
        cfn_edit_rename(change, step->node, names[step->choice % G_N_ELEMENTS(names)]);
        return;
    case CALL:
        splice(change, step);
        cfn_edit_call(change, step->node, "Sub");
        return;
    }
}

/* ---- The program ---- */

/* One that was made, and the nodes that it is about. */
typedef struct {
    CfnEdits *edits;
    const CfnTree *tree;
    GPtrArray *changes; /* CfnChange */
    GPtrArray *touched; /* nodes of the last one */
} Program;

/* A change says each thing once: its wants must not stand in each other's way. */
static bool may_join(const Program *program, const CfnNode *node)
{
    for (guint i = 0; i < program->touched->len; i++) {
        const CfnNode *other = program->touched->pdata[i];
        if (cfn_node_is_under(node, other) || cfn_node_is_under(other, node)) {
            return false;
        }
    }
    return program->touched->len > 0;
}

/* What a step is about: of a key also its value. */
static const CfnNode *claimed(const CfnTree *tree, const Step *step)
{
    const CfnNode *node = step->verb == SECTION ? tree->root : step->node;
    return node->is_key ? cfn_node_value(node) : node;
}

static void run_step(Program *program, const Step *step)
{
    const CfnNode *node = claimed(program->tree, step);
    if (!step->joins || !may_join(program, node)) {
        g_ptr_array_set_size(program->touched, 0);
        g_ptr_array_add(
            program->changes,
            cfn_change_new(program->edits, GUINT_TO_POINTER(program->changes->len + 1)));
    }
    g_ptr_array_add(program->touched, (gpointer)node);
    take(program->changes->pdata[program->changes->len - 1], program->tree, step);
}

static void run_steps(Program *program, const uint8_t *steps, size_t size)
{
    for (size_t i = 0; i + STEP_SIZE <= MIN(size, MOST_BYTES); i += STEP_SIZE) {
        const Step step = read_step(program->tree, steps + i);
        if (makes_sense(program->tree, &step)) {
            run_step(program, &step);
        }
    }
}

/* ---- What came of it ---- */

static bool is_told(const CfnEdits *edits, guint owner)
{
    const GPtrArray *operations = cfn_edits_operations(edits);
    for (guint i = 0; i < operations->len; i++) {
        const CfnOperation *one = operations->pdata[i];
        if (g_ptr_array_find(one->owners, GUINT_TO_POINTER(owner), NULL)) {
            return true;
        }
    }
    return false;
}

static void check_changes(const Program *program, bool is_changed)
{
    bool any = false;
    for (guint i = 0; i < program->changes->len; i++) {
        const CfnChange *change = program->changes->pdata[i];
        const bool is_refused = cfn_change_refusal(change) != NULL;
        const bool is_applied = cfn_change_applied(change);
        const bool waits = cfn_change_waits(change);
        fuzz_check(is_refused + is_applied + waits ==
                       (cfn_change_is_empty(change) ? is_refused : 1),
                   "a change is applied, or waits, or is refused", i);
        fuzz_check(!is_applied || is_told(program->edits, i + 1), "what was applied is told", i);
        any = any || is_applied;
    }
    fuzz_check(any == is_changed, "a text after, where something was applied", 0);
    fuzz_check(program->changes->len == 0 || !cfn_change_waits(program->changes->pdata[0]),
               "the first change need not wait", 0);
}

static void check_way_back(const CfnEdits *edits, const CfnTree *before, const CfnTree *after)
{
    uint32_t last = 0;
    for (uint32_t at = 0; at <= after->source->length; at++) {
        const uint32_t from = cfn_edits_map_back(edits, at);
        fuzz_check(from >= last && from <= before->source->length, "the way back", at);
        last = from;
    }
}

/* NULL, or what is wrong with the text that EDITS made. g_free it. */
static char *judge(const CfnEdits *edits, const CfnTree *before, GBytes *bytes)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CfnSource) source = cfn_source_new("after", bytes, CFN_SOURCE_HARD_LIMIT, &error);
    g_autoptr(CfnTree) after =
        source != NULL ? cfn_tree_parse_with(source, before->scanner, &error) : NULL;
    if (after == NULL) {
        return g_strdup(error->message);
    }
    g_autoptr(GPtrArray) done = g_ptr_array_new_with_free_func((GDestroyNotify)cfn_done_free);
    g_autoptr(GPtrArray) owners = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    if (!cfn_verify(before, edits, after, done, owners, &error)) {
        return g_strdup(error->message);
    }
    check_way_back(edits, before, after);
    return cfn_opinion(after, &error) != CFN_READER_NONE ? NULL : g_strdup(error->message);
}

/* What is wrong after the program ran on TREE; NULL: nothing. */
static char *run_on(const CfnTree *tree, const uint8_t *steps, size_t size)
{
    g_autoptr(CfnEdits) edits = cfn_edits_new(tree);
    g_autoptr(GPtrArray) changes = g_ptr_array_new();
    g_autoptr(GPtrArray) touched = g_ptr_array_new();
    Program program = { edits, tree, changes, touched };
    run_steps(&program, steps, size);
    g_autoptr(GBytes) bytes = cfn_edits_apply(edits);
    check_changes(&program, bytes != NULL);
    char *wrong = bytes != NULL ? judge(edits, tree, bytes) : NULL;
    if (wrong != NULL) {
        gsize length;
        const char *text = g_bytes_get_data(bytes, &length);
        g_printerr("---- %s ----\n%.*s\n----\n", wrong, (int)length, text);
    }
    return wrong;
}

/* Whether SCANNER reads resources in SOURCE, and libyaml's parser likewise. Then *WRONG is what is
   wrong after the program ran on it, or NULL. */
static bool run_with(CfnSource *source, CfnScanner scanner, const uint8_t *steps, size_t size,
                     char **wrong)
{
    g_autoptr(CfnTree) tree = cfn_tree_parse_with(source, scanner, NULL);
    if (tree == NULL || !cfn_node_is_mapping(cfn_node_get(tree->root, "Resources")) ||
        cfn_opinion(tree, NULL) == CFN_READER_NONE) {
        return false;
    }
    g_free(*wrong);
    *wrong = run_on(tree, steps, size);
    return true;
}

/* As the engine does it: what goes wrong with libfyaml's tokens is left to libyaml's. */
static void run(CfnSource *source, const uint8_t *steps, size_t size)
{
    g_autofree char *wrong = NULL;
    if (!run_with(source, CFN_SCANNER_LIBFYAML, steps, size, &wrong) || wrong != NULL) {
        (void)run_with(source, CFN_SCANNER_LIBYAML, steps, size, &wrong);
    }
    if (wrong != NULL) {
        fuzz_fail(wrong, 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, '\0', size) : NULL;
    if (end == NULL) {
        return 0;
    }
    const size_t length = (size_t)(end - data);
    g_autoptr(CfnSource) source = fuzz_source(data, length);
    if (source == NULL) {
        return 0;
    }
    run(source, end + 1, size - length - 1);
    return 0;
}

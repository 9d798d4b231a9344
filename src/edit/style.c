/*
 * Habits are counted once for a file; what stands nearest to a place outvotes them.
 */
#include "edit/style.h"

#include "syntax/scalar.h"

bool cfn_on_one_line(const CfnTree *tree, uint32_t start, uint32_t end)
{
    return memchr(tree->source->text + start, '\n', end - start) == NULL;
}

bool cfn_is_first_on_line(const CfnTree *tree, uint32_t offset)
{
    const char *text = tree->source->text;
    while (offset > tree->source->start && (text[offset - 1] == ' ' || text[offset - 1] == '\t')) {
        offset--;
    }
    return offset == tree->source->start || text[offset - 1] == '\n' || text[offset - 1] == '\r';
}

char *cfn_line_indent(const CfnTree *tree, uint32_t offset)
{
    const CfnSource *source = tree->source;
    uint32_t start = cfn_source_line_start(source, offset);
    uint32_t end = start;
    while (end < source->length && (source->text[end] == ' ' || source->text[end] == '\t')) {
        end++;
    }
    return g_strndup(source->text + start, end - start);
}

uint32_t cfn_child_start(const CfnNode *child)
{
    const uint32_t mark = cfn_node_mark(child);
    return mark != CFN_NOWHERE ? mark : child->span.start;
}

uint32_t cfn_child_end(const CfnNode *child)
{
    const CfnNode *last = child->is_key ? cfn_node_value(child) : child;
    uint32_t end = last->span.end;
    if (cfn_node_mark(last) != CFN_NOWHERE && end <= cfn_node_mark(last)) {
        end = cfn_node_mark(last) + 1;
    }
    return MAX(end, child->span.end);
}

static void vote(CfnVote *ballot, bool yes)
{
    if (yes) {
        ballot->yes++;
    } else {
        ballot->no++;
    }
}

static bool wins(const CfnVote *ballot, bool preset)
{
    return ballot->yes == ballot->no ? preset : ballot->yes > ballot->no;
}

/* The columns between a collection's line and its children's lines; 0 if they share one, or by
   tabs. */
static uint32_t step_of(const CfnTree *tree, const CfnNode *node)
{
    const CfnNode *child = node->first;
    if (child == NULL || node->parent == NULL) {
        return 0;
    }
    if (node->style == CFN_BLOCK) {
        if (node->kind != CFN_MAPPING || node->parent->kind != CFN_MAPPING ||
            node->parent->style != CFN_BLOCK) {
            return 0;
        }
        uint32_t inner = cfn_tree_column(tree, cfn_child_start(child));
        uint32_t outer = cfn_tree_column(tree, cfn_child_start(node->parent->first));
        return inner > outer ? inner - outer : 0;
    }
    if (cfn_on_one_line(tree, cfn_node_content(node), child->span.start) ||
        !cfn_is_first_on_line(tree, child->span.start)) {
        return 0;
    }
    g_autofree char *inner = cfn_line_indent(tree, child->span.start);
    g_autofree char *outer = cfn_line_indent(tree, cfn_node_content(node));
    size_t deeper = strlen(inner), above = strlen(outer);
    return deeper > above ? (uint32_t)(deeper - above) : 0;
}

static void count_collection(CfnFileStyle *style, const CfnNode *node)
{
    uint32_t step = step_of(style->tree, node);
    if (step > 0 && step < CFN_STYLE_STEPS) {
        style->steps[step]++;
        const char *text = style->tree->source->text;
        vote(&style->tabs, text[node->first->span.start - 1] == '\t');
    }
}

static bool all_scalars(const CfnNode *node)
{
    for (const CfnNode *child = node->first; child != NULL; child = child->next) {
        if (child->kind != CFN_SCALAR) {
            return false;
        }
    }
    return true;
}

static void count_flow(CfnFileStyle *style, const CfnNode *node)
{
    const CfnTree *tree = style->tree;
    const char *text = tree->source->text;
    if (node->first == NULL) {
        return;
    }
    bool mapping = node->kind == CFN_MAPPING;
    uint32_t first = node->first->span.start;
    if (cfn_on_one_line(tree, cfn_node_content(node), first)) {
        vote(mapping ? &style->space_in_braces : &style->space_in_brackets,
             first > cfn_node_content(node) + 1);
    }
    if (all_scalars(node) && (cfn_node_count(node) == 1) == mapping) {
        vote(mapping ? &style->inline_small : &style->inline_lists,
             cfn_on_one_line(tree, cfn_node_content(node), node->span.end));
    }
    for (const CfnNode *child = node->first; child != NULL; child = child->next) {
        const bool is_entry = child->is_key || !mapping;
        const uint32_t comma = is_entry ? cfn_node_comma(child) : CFN_NOWHERE;
        if (comma != CFN_NOWHERE && child->index + 1 < cfn_node_count(node)) {
            char behind = text[comma + 1];
            if (behind != '\n' && behind != '\r') {
                vote(&style->space_behind_comma, behind == ' ');
            }
        }
    }
}

static void count_sequence(CfnFileStyle *style, const CfnNode *node)
{
    const CfnTree *tree = style->tree;
    if (node->parent != NULL && node->parent->kind == CFN_MAPPING && !node->is_key) {
        uint32_t dash = cfn_tree_column(tree, cfn_node_mark(node->first));
        vote(&style->indented_sequences,
             dash > cfn_tree_column(tree, cfn_child_start(node->parent->first)));
    }
    uint32_t gap = node->first->span.start - cfn_node_mark(node->first) - 1;
    if (gap > 0 && gap < G_N_ELEMENTS(style->gaps) &&
        cfn_on_one_line(tree, cfn_node_mark(node->first), node->first->span.start)) {
        style->gaps[gap]++;
    }
}

static void count_long_function(CfnFileStyle *style, const CfnNode *key)
{
    if (!cfn_node_equals(key, "Ref") && !cfn_node_has_prefix(key, "Fn::")) {
        return;
    }
    vote(&style->short_functions, false);
    const CfnNode *mapping = key->parent;
    if (mapping->style == CFN_BLOCK ||
        (mapping->parent != NULL && mapping->parent->style == CFN_BLOCK)) {
        vote(&style->long_in_braces, mapping->style == CFN_FLOW);
    }
    const CfnNode *value = cfn_node_value(key);
    if (cfn_node_equals(key, "Fn::GetAtt") && value->kind == CFN_SEQUENCE) {
        vote(&style->long_lists_inline, value->style == CFN_FLOW);
    }
}

static void count_scalar(CfnFileStyle *style, const CfnNode *node)
{
    bool is_double = node->style == CFN_DOUBLE_QUOTED;
    bool quoted = is_double || node->style == CFN_SINGLE_QUOTED;
    if (node->is_key) {
        count_long_function(style, node);
        if (node->parent->style == CFN_FLOW) {
            const CfnNode *value = cfn_node_value(node);
            if (cfn_node_mark(value) != CFN_NOWHERE && cfn_node_mark(value) >= node->span.end) {
                vote(&style->space_before_colon, cfn_node_mark(value) > node->span.end);
                vote(&style->space_behind_colon, value->span.start > cfn_node_mark(value) + 1);
            }
        }
        return;
    }
    if (quoted) {
        vote(&style->double_quotes, is_double);
    }
    if (cfn_node_has_tag(node) && cfn_span_length(cfn_node_tag(node)) == strlen("!Sub") &&
        strncmp(cfn_node_tag_text(node), "!Sub", 4) == 0 && (quoted || node->style == CFN_PLAIN)) {
        vote(&style->quoted_sub, quoted);
    }
}

void cfn_file_style_init(CfnFileStyle *style, const CfnTree *tree)
{
    *style = (CfnFileStyle){ .tree = tree };
    for (size_t i = 0; i < tree->node_count; i++) {
        const CfnNode *node = &tree->nodes[i];
        if (cfn_node_has_tag(node)) {
            vote(&style->short_functions, true);
        }
        if (node->kind == CFN_SCALAR) {
            count_scalar(style, node);
        } else if (node->style == CFN_FLOW) {
            count_collection(style, node);
            count_flow(style, node);
        } else if (node->kind == CFN_SEQUENCE && node->first != NULL) {
            count_sequence(style, node);
        } else if (node->kind == CFN_MAPPING) {
            count_collection(style, node);
        }
    }
}

/* ---- The look at one place ---- */

static uint32_t most(const uint32_t *counts, uint32_t length, uint32_t preset)
{
    uint32_t best = preset;
    uint32_t best_count = 0;
    for (uint32_t i = 1; i < length; i++) {
        if (counts[i] > best_count) {
            best = i;
            best_count = counts[i];
        }
    }
    return best;
}

/* The nearest collection around that shows a step, else the file's habit. */
static void set_step(const CfnFileStyle *style, const CfnNode *container, CfnLook *look)
{
    uint32_t step = 0;
    for (const CfnNode *node = container; node != NULL && step == 0; node = node->parent) {
        step = step_of(style->tree, node);
    }
    if (step == 0 || step >= CFN_STYLE_STEPS) {
        step = most(style->steps, CFN_STYLE_STEPS, 2);
    }
    bool tabs = look->flow && wins(&style->tabs, false);
    memset(look->step, tabs ? '\t' : ' ', step);
    look->step[step] = '\0';
}

#define LOOK_AT_MOST 64

/* The first block sequence that is a value in MAPPING, or NULL. */
static const CfnNode *first_sequence_in(const CfnNode *mapping)
{
    cfn_node_each_key(key, mapping) {
        const CfnNode *value = cfn_node_value(key);
        if (value->kind == CFN_SEQUENCE && value->style == CFN_BLOCK) {
            return value;
        }
        if (key->index >= LOOK_AT_MOST) {
            break;
        }
    }
    return NULL;
}

/* Whether sequences near the container are indented: the siblings' ones first, then the parents';
   whole sections are left to the file's habit. */
static bool sequences_indented(const CfnFileStyle *style, const CfnNode *container)
{
    for (const CfnNode *node = container; node->parent != NULL && node->parent->parent != NULL;
         node = node->parent) {
        const CfnNode *sequence = first_sequence_in(node);
        if (sequence != NULL) {
            return cfn_tree_column(style->tree, cfn_node_mark(sequence->first)) >
                   cfn_tree_column(style->tree, cfn_child_start(node->first));
        }
    }
    return wins(&style->indented_sequences, true);
}

typedef struct {
    uint32_t plain, single, doubled;
    uint32_t budget;
} QuoteCount;

/* Counts how strings that need no quotes are written below NODE. */
static void count_quotes(const CfnNode *node, QuoteCount *count)
{
    for (const CfnNode *child = node->first; child != NULL && count->budget > 0;
         child = child->next) {
        count->budget--;
        if (child->kind != CFN_SCALAR) {
            count_quotes(child, count);
        } else if (child->is_key || cfn_node_has_tag(child)) {
            continue;
        } else if (child->style == CFN_DOUBLE_QUOTED) {
            count->doubled++;
        } else if (child->style == CFN_SINGLE_QUOTED) {
            count->single++;
        } else if (cfn_scalar_meaning(child) == CFN_MEANS_STRING) {
            count->plain++;
        }
    }
}

static void set_quotes(const CfnFileStyle *style, const CfnNode *container, CfnLook *look)
{
    if (look->json) {
        look->quote = '"';
        look->quote_always = true;
        look->quote_keys = true;
        return;
    }
    QuoteCount near = { .budget = 60 };
    const CfnNode *around = container->parent != NULL && container->parent->parent != NULL
                                ? container->parent
                                : container;
    count_quotes(container, &near);
    uint32_t own = near.single + near.doubled + near.plain;
    if (own < 2) {
        count_quotes(around, &near);
    }
    uint32_t quoted = near.single + near.doubled;
    look->quote_always = quoted >= 2 && near.plain == 0;
    bool doubled = near.single != near.doubled ? near.doubled > near.single
                                               : wins(&style->double_quotes, false);
    look->quote = doubled ? '"' : '\'';
    look->quote_keys = container->kind == CFN_MAPPING && container->first != NULL &&
                       (container->first->style == CFN_DOUBLE_QUOTED ||
                        container->first->style == CFN_SINGLE_QUOTED);
}

static void set_gaps(const CfnFileStyle *style, CfnLook *look)
{
    static const char *const colons[2][2] = { { ":", ": " }, { " :", " : " } };
    bool behind = wins(&style->space_behind_colon, true) || !look->json;
    look->colon = colons[wins(&style->space_before_colon, false)][behind];
    look->comma = wins(&style->space_behind_comma, behind) ? ", " : ",";
    look->space_in_braces = wins(&style->space_in_braces, false);
    look->space_in_brackets = wins(&style->space_in_brackets, false);
    look->gap = (uint8_t)most(style->gaps, G_N_ELEMENTS(style->gaps), 1);
}

static bool stands_on_one_line(const CfnTree *tree, const CfnNode *container)
{
    return container->style == CFN_FLOW && container->first != NULL &&
           cfn_on_one_line(tree, cfn_node_content(container), container->span.end);
}

CfnLook cfn_look_in(const CfnFileStyle *style, const CfnNode *container)
{
    const CfnTree *tree = style->tree;
    CfnLook look = {
        .json = tree->is_json,
        .flow = container->style == CFN_FLOW,
        .newline = cfn_source_newline(tree->source, container->span.start),
        .inline_small = wins(&style->inline_small, !tree->is_json),
        .inline_lists = wins(&style->inline_lists, !tree->is_json),
        .short_functions = !tree->is_json && wins(&style->short_functions, true),
        .long_in_braces = wins(&style->long_in_braces, false),
        .long_lists_inline = wins(&style->long_lists_inline, true),
        .quoted_sub = wins(&style->quoted_sub, true),
    };
    look.one_line = stands_on_one_line(tree, container);
    look.indented_sequences = !look.flow && sequences_indented(style, container);
    set_step(style, container, &look);
    set_quotes(style, container, &look);
    set_gaps(style, &look);
    return look;
}

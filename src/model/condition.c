/*
 * What can be known about conditions without the parameters' values.
 *
 * The conditions in question become terms over variables. A variable is what some Equals compare
 * with literals (a parameter, mostly); it has one choice for each literal and one for "another
 * value". All assignments are tried.
 */
#include "model/condition.h"

#include "model/private.h"
#include "syntax/scalar.h"
#include "text/hash.h"

/* More assignments than this are not tried. */
#define ASSIGNMENT_LIMIT 4096
/* More evaluations of terms than this are not done. */
#define WORK_LIMIT (1u << 20)
/* How deep functions may stand in each other, through all conditions that name each other. */
#define READ_DEPTH_LIMIT 1000

typedef enum { TERM_CONSTANT, TERM_CHOICE, TERM_AND, TERM_OR, TERM_NOT } TermKind;

/* A term's operands come before it, so one pass in order evaluates all. */
typedef struct {
    TermKind kind;
    bool value;
    uint32_t variable, choice; /* of TERM_CHOICE */
    uint32_t operands, count;  /* of AND, OR, NOT: a range of Solver.operands */
} Term;

typedef struct {
    GPtrArray *literals; /* char*: choice i is literal i; the one behind the last is any other */
    GHashTable *allowed; /* the AllowedValues, or NULL if any value is */
    GArray *possible;    /* uint32_t: the choices there can be */
    uint32_t current;    /* which of the possible ones */
} Variable;

typedef struct {
    const CfnTemplate *template;
    GArray *terms;          /* Term */
    GArray *operands;       /* int: terms */
    GPtrArray *variables;   /* Variable */
    GHashTable *by_key;     /* text of what is compared, to its variable's index + 1 */
    GHashTable *conditions; /* name to its term + 1; 0 while it is being read */
    guint depth;
} Solver;

#define NOT_UNDERSTOOD (-1)

static int read_term(Solver *solver, const CfnNode *node);

static void free_variable(gpointer data)
{
    Variable *variable = data;
    g_ptr_array_unref(variable->literals);
    g_array_unref(variable->possible);
    g_clear_pointer(&variable->allowed, g_hash_table_unref);
    g_free(variable);
}

static void clear_solver(Solver *solver)
{
    g_array_unref(solver->terms);
    g_array_unref(solver->operands);
    g_ptr_array_unref(solver->variables);
    g_hash_table_unref(solver->by_key);
    g_hash_table_unref(solver->conditions);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Solver, clear_solver)

static Solver new_solver(const CfnTemplate *template)
{
    return (Solver){
        .template = template,
        .terms = g_array_new(FALSE, TRUE, sizeof(Term)),
        .operands = g_array_new(FALSE, FALSE, sizeof(int)),
        .variables = g_ptr_array_new_with_free_func(free_variable),
        .by_key = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL),
        .conditions = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL),
    };
}

static int add_term(Solver *solver, Term term)
{
    g_array_append_val(solver->terms, term);
    return (int)solver->terms->len - 1;
}

static int add_constant(Solver *solver, bool value)
{
    return add_term(solver, (Term){ .kind = TERM_CONSTANT, .value = value });
}

/* ---- What is compared ---- */

/* The string that CloudFormation makes of a scalar: unquoted booleans are "true" and "false". NULL
   where that is not its spelling and no one promises what it is (012, 1_000, a date). */
static char *scalar_string(const CfnNode *scalar)
{
    g_autofree char *text = cfn_node_dup_text(scalar);
    g_autofree char *decimal = NULL;
    int64_t number = 0;
    switch (cfn_scalar_meaning(scalar)) {
    case CFN_MEANS_STRING:
        return g_steal_pointer(&text);
    case CFN_MEANS_TRUE:
        return g_strdup("true");
    case CFN_MEANS_FALSE:
        return g_strdup("false");
    case CFN_MEANS_INT:
        cfn_scalar_integer(scalar, &number);
        decimal = g_strdup_printf("%" G_GINT64_FORMAT, number);
        return strcmp(text, decimal) == 0 ? g_steal_pointer(&text) : NULL;
    default:
        return NULL;
    }
}

/* The same, or NULL if NODE is no literal. */
static char *literal_text(const CfnNode *node)
{
    return cfn_is_literal(node) ? scalar_string(node) : NULL;
}

/* ---- One text for the same value ---- */

static void write_text(GString *out, char kind, const char *text, gsize length)
{
    g_string_append_printf(out, "%c%" G_GSIZE_FORMAT ":", kind, length);
    g_string_append_len(out, text, (gssize)length);
}

static void write_scalar(GString *out, const CfnNode *scalar)
{
    g_autofree char *string = scalar_string(scalar);
    if (string != NULL) {
        write_text(out, '"', string, strlen(string));
    } else {
        write_text(out, '?', scalar->text, scalar->length);
    }
}

static void write_key(GString *out, const CfnNode *node);

static void write_content(GString *out, const CfnNode *node)
{
    if (node->kind == CFN_SCALAR) {
        write_scalar(out, node);
        return;
    }
    if (node->kind == CFN_ALIAS) {
        write_text(out, '*', node->text, node->length);
        return;
    }
    g_string_append_c(out, node->kind == CFN_MAPPING ? '{' : '[');
    for (const CfnNode *child = node->first; child != NULL; child = child->next) {
        write_key(out, child);
    }
    g_string_append_c(out, node->kind == CFN_MAPPING ? '}' : ']');
}

/* Writes NODE so that the same value in either spelling gives the same text, and no other does. */
static void write_key(GString *out, const CfnNode *node)
{
    g_autoptr(GString) name = g_string_new(NULL);
    if (!cfn_append_long_name(name, node)) {
        write_content(out, node);
        return;
    }
    g_string_append_c(out, '{');
    write_text(out, '"', name->str, name->len);
    write_content(out, node);
    g_string_append_c(out, '}');
}

static char *key_of(const CfnNode *node)
{
    GString *key = g_string_new(NULL);
    write_key(key, node);
    return g_string_free(key, FALSE);
}

/* ---- Variables ---- */

/* The AllowedValues of the parameter that NODE refs, as a set of strings; NULL if unknown. */
static GHashTable *allowed_values(const CfnTemplate *template, const CfnNode *node)
{
    g_autofree char *name = cfn_ref_name(node);
    const CfnNode *parameter =
        name != NULL ? cfn_template_entry(template, "Parameters", name) : NULL;
    const CfnNode *list = cfn_node_get(parameter, "AllowedValues");
    if (!cfn_node_is_sequence(list) || cfn_node_count(list) == 0) {
        return NULL;
    }
    g_autoptr(GHashTable) allowed =
        g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL);
    cfn_node_each_item(item, list) {
        char *text = literal_text(item);
        if (text == NULL) {
            return NULL;
        }
        g_hash_table_add(allowed, text);
    }
    return g_steal_pointer(&allowed);
}

/* The variable of what NODE says, by its index. Takes KEY. */
static uint32_t find_variable(Solver *solver, char *key, const CfnNode *node)
{
    gpointer known = g_hash_table_lookup(solver->by_key, key);
    if (known != NULL) {
        g_free(key);
        return GPOINTER_TO_UINT(known) - 1;
    }
    Variable *variable = g_new0(Variable, 1);
    variable->literals = g_ptr_array_new_with_free_func(g_free);
    variable->possible = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    variable->allowed = allowed_values(solver->template, node);
    g_ptr_array_add(solver->variables, variable);
    g_hash_table_insert(solver->by_key, key, GUINT_TO_POINTER(solver->variables->len));
    return solver->variables->len - 1;
}

/* The term that VARIABLE has the value LITERAL. Takes LITERAL. */
static int add_choice(Solver *solver, uint32_t index, char *literal)
{
    Variable *variable = g_ptr_array_index(solver->variables, index);
    guint choice;
    if (g_ptr_array_find_with_equal_func(variable->literals, literal, g_str_equal, &choice)) {
        g_free(literal);
    } else if (variable->literals->len == ASSIGNMENT_LIMIT) {
        g_free(literal);
        return NOT_UNDERSTOOD;
    } else {
        choice = variable->literals->len;
        g_ptr_array_add(variable->literals, literal);
    }
    return add_term(solver, (Term){ .kind = TERM_CHOICE, .variable = index, .choice = choice });
}

/* Which choices there can be, now that all literals are known. */
static void settle(Variable *variable)
{
    guint listed = 0;
    for (guint i = 0; i < variable->literals->len; i++) {
        const char *literal = g_ptr_array_index(variable->literals, i);
        if (variable->allowed == NULL || g_hash_table_contains(variable->allowed, literal)) {
            g_array_append_val(variable->possible, i);
            listed++;
        }
    }
    guint other = variable->literals->len;
    if (variable->allowed == NULL || g_hash_table_size(variable->allowed) > listed) {
        g_array_append_val(variable->possible, other);
    }
}

/* ---- Terms ---- */

/* Two values that are no literals: equal or not, as a fact of its own. */
static int read_comparison(Solver *solver, const CfnNode *left, const CfnNode *right)
{
    g_autofree char *a = key_of(left);
    g_autofree char *b = key_of(right);
    int order = strcmp(a, b);
    if (order == 0) {
        return add_constant(solver, true);
    }
    char *key = g_strconcat("=", order < 0 ? a : b, order < 0 ? b : a, NULL);
    return add_choice(solver, find_variable(solver, key, NULL), g_strdup("equal"));
}

static int read_equals(Solver *solver, const CfnNode *sides)
{
    if (!cfn_node_is_sequence(sides) || cfn_node_count(sides) != 2) {
        return NOT_UNDERSTOOD;
    }
    const CfnNode *left = sides->first;
    const CfnNode *right = cfn_node_last(sides);
    g_autofree char *a = literal_text(left);
    g_autofree char *b = literal_text(right);
    if (a != NULL && b != NULL) {
        return add_constant(solver, strcmp(a, b) == 0);
    }
    if (a == NULL && b == NULL) {
        return read_comparison(solver, left, right);
    }
    const CfnNode *open = a == NULL ? left : right;
    uint32_t variable = find_variable(solver, key_of(open), open);
    return add_choice(solver, variable, a == NULL ? g_steal_pointer(&b) : g_steal_pointer(&a));
}

static int read_operands(Solver *solver, TermKind kind, const CfnNode *list)
{
    if (!cfn_node_is_sequence(list) || cfn_node_count(list) == 0 ||
        (kind == TERM_NOT && cfn_node_count(list) != 1)) {
        return NOT_UNDERSTOOD;
    }
    g_autoptr(GArray) operands = g_array_new(FALSE, FALSE, sizeof(int));
    cfn_node_each_item(item, list) {
        int operand = read_term(solver, item);
        if (operand == NOT_UNDERSTOOD) {
            return NOT_UNDERSTOOD;
        }
        g_array_append_val(operands, operand);
    }
    Term term = { .kind = kind, .operands = solver->operands->len, .count = operands->len };
    g_array_append_vals(solver->operands, operands->data, operands->len);
    return add_term(solver, term);
}

/* The condition called NAME. One that is undefined, or stands in itself, is not understood. */
static int read_condition(Solver *solver, const char *name)
{
    gpointer known;
    if (g_hash_table_lookup_extended(solver->conditions, name, NULL, &known)) {
        return GPOINTER_TO_INT(known) - 1;
    }
    const CfnNode *node = cfn_template_entry(solver->template, "Conditions", name);
    if (node == NULL) {
        return NOT_UNDERSTOOD;
    }
    g_hash_table_insert(solver->conditions, g_strdup(name), GINT_TO_POINTER(0));
    int term = read_term(solver, node);
    g_hash_table_insert(solver->conditions, g_strdup(name), GINT_TO_POINTER(term + 1));
    return term;
}

static int read_call(Solver *solver, CfnIntrinsic call)
{
    switch (call.function) {
    case CFN_FN_EQUALS:
        return read_equals(solver, call.argument);
    case CFN_FN_AND:
        return read_operands(solver, TERM_AND, call.argument);
    case CFN_FN_OR:
        return read_operands(solver, TERM_OR, call.argument);
    case CFN_FN_NOT:
        return read_operands(solver, TERM_NOT, call.argument);
    case CFN_FN_CONDITION: {
        g_autofree char *name = cfn_node_dup_text(call.argument);
        return name != NULL ? read_condition(solver, name) : NOT_UNDERSTOOD;
    }
    default:
        return NOT_UNDERSTOOD;
    }
}

static int read_term(Solver *solver, const CfnNode *node)
{
    if (solver->depth == READ_DEPTH_LIMIT) {
        return NOT_UNDERSTOOD;
    }
    solver->depth++;
    int term = read_call(solver, cfn_intrinsic(node));
    solver->depth--;
    return term;
}

/* ---- Trying all assignments ---- */

/* Whether there are few enough; a variable without any possible value cannot be. */
static bool settle_all(Solver *solver)
{
    uint64_t assignments = 1;
    for (guint i = 0; i < solver->variables->len; i++) {
        Variable *variable = g_ptr_array_index(solver->variables, i);
        settle(variable);
        assignments *= variable->possible->len;
        if (assignments == 0 || assignments > ASSIGNMENT_LIMIT) {
            return false;
        }
    }
    return assignments * solver->terms->len <= WORK_LIMIT;
}

/* On to the next assignment; false behind the last. */
static bool advance(Solver *solver)
{
    for (guint i = 0; i < solver->variables->len; i++) {
        Variable *variable = g_ptr_array_index(solver->variables, i);
        if (++variable->current < variable->possible->len) {
            return true;
        }
        variable->current = 0;
    }
    return false;
}

static bool holds(const Solver *solver, const Term *term)
{
    if (term->kind == TERM_CONSTANT) {
        return term->value;
    }
    if (term->kind == TERM_CHOICE) {
        const Variable *variable = g_ptr_array_index(solver->variables, term->variable);
        return g_array_index(variable->possible, uint32_t, variable->current) == term->choice;
    }
    for (uint32_t i = 0; i < term->count; i++) {
        int operand = g_array_index(solver->operands, int, term->operands + i);
        bool value = g_array_index(solver->terms, Term, operand).value;
        if (term->kind == TERM_NOT || value == (term->kind == TERM_OR)) {
            return term->kind == TERM_NOT ? !value : value;
        }
    }
    return term->kind == TERM_AND;
}

static void evaluate(Solver *solver)
{
    for (guint i = 0; i < solver->terms->len; i++) {
        Term *term = &g_array_index(solver->terms, Term, i);
        term->value = holds(solver, term);
    }
}

static int read_named(Solver *solver, const char *name)
{
    return name != NULL ? read_condition(solver, name) : add_constant(solver, true);
}

/* Whether it never happens that A is true and B is WANTED. */
static CfnAnswer never(const CfnTemplate *template, const char *a, const char *b, bool wanted)
{
    g_auto(Solver) solver = new_solver(template);
    int first = read_named(&solver, a);
    int second = read_named(&solver, b);
    if (first == NOT_UNDERSTOOD || second == NOT_UNDERSTOOD || !settle_all(&solver)) {
        return CFN_UNKNOWN;
    }
    do {
        evaluate(&solver);
        if (g_array_index(solver.terms, Term, first).value &&
            g_array_index(solver.terms, Term, second).value == wanted) {
            return CFN_NO;
        }
    } while (advance(&solver));
    return CFN_YES;
}

CfnAnswer cfn_conditions_exclude(const CfnTemplate *template, const char *a, const char *b)
{
    return never(template, a, b, true);
}

CfnAnswer cfn_condition_implies(const CfnTemplate *template, const char *a, const char *b)
{
    if (b == NULL || g_strcmp0(a, b) == 0) {
        return CFN_YES;
    }
    return never(template, a, b, false);
}

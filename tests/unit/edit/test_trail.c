/*
 * Rounds of splices as hunks of whole lines: which lines, and on whose account.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "edit/trail.h"

/* ---- Rounds ---- */

typedef struct {
    CfnTrail *trail;
    GString *first, *text; /* as it was, and as it is */
    GArray *splices;       /* of the round at hand */
    int64_t shift;         /* of what is behind the last splice */
} Rounds;

static void clear_splice(gpointer data)
{
    g_ptr_array_unref(((CfnSplice *)data)->owners);
}

static Rounds begin(const char *text)
{
    Rounds rounds = { cfn_trail_new((uint32_t)strlen(text)), g_string_new(text), g_string_new(text),
                      g_array_new(FALSE, FALSE, sizeof(CfnSplice)), 0 };
    g_array_set_clear_func(rounds.splices, clear_splice);
    return rounds;
}

/* TEXT for bytes START to END of the text before the round, on OWNER's account. In order. */
static void splice(Rounds *rounds, uint32_t start, uint32_t end, const char *text,
                   const char *owner)
{
    CfnSplice made = { { start, end }, (char *)text, (uint32_t)strlen(text), g_ptr_array_new() };
    g_ptr_array_add(made.owners, (gpointer)owner);
    g_array_append_val(rounds->splices, made);
    g_string_erase(rounds->text, start + rounds->shift, end - start);
    g_string_insert(rounds->text, start + rounds->shift, text);
    rounds->shift += (int64_t)strlen(text) - (end - start);
}

/* The same for the one place where WHAT stands. */
static void change(Rounds *rounds, const char *what, const char *text, const char *owner)
{
    const char *at = strstr(rounds->text->str, what);
    assert_non_null(at);
    uint32_t start = (uint32_t)(at - rounds->text->str - rounds->shift);
    splice(rounds, start, start + (uint32_t)strlen(what), text, owner);
}

static void next_round(Rounds *rounds)
{
    cfn_trail_follow(rounds->trail, rounds->splices);
    g_array_set_size(rounds->splices, 0);
    rounds->shift = 0;
}

static CfnSource *source_of(const GString *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text->str, text->len);
    CfnSource *source = cfn_source_new("text", bytes, CFN_SOURCE_HARD_LIMIT, NULL);
    assert_non_null(source);
    return source;
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "2-3 a b: new|lines|" for each hunk: from the start of line 2 to that of line 3. */
static char *end(Rounds *rounds)
{
    next_round(rounds);
    g_autoptr(CfnSource) first = source_of(rounds->first), last = source_of(rounds->text);
    g_autoptr(GArray) hunks = cfn_trail_hunks(rounds->trail, first, last);
    GString *out = g_string_new(NULL);
    g_autoptr(GString) applied = g_string_new(rounds->first->str);
    for (guint i = hunks->len; i > 0; i--) {
        CfnHunk *hunk = &g_array_index(hunks, CfnHunk, i - 1);
        g_autofree char *text =
            g_strndup(last->text + hunk->after.start, cfn_span_length(hunk->after));
        g_string_erase(applied, hunk->before.start, cfn_span_length(hunk->before));
        g_string_insert(applied, hunk->before.start, text);
        g_ptr_array_sort(hunk->owners, by_name);
        g_ptr_array_add(hunk->owners, NULL);
        g_autofree char *owners = g_strjoinv(" ", (char **)hunk->owners->pdata);
        g_autofree char *told = g_strdup_printf(
            "%u-%u %s: %s;", cfn_source_place(first, hunk->before.start).line,
            cfn_source_place(first, hunk->before.end).line, owners, g_strdelimit(text, "\n", '|'));
        g_string_prepend(out, told);
    }
    assert_string_equal(applied->str, rounds->text->str);
    cfn_trail_free(rounds->trail);
    g_string_free(rounds->first, TRUE);
    g_string_free(rounds->text, TRUE);
    g_array_unref(rounds->splices);
    return g_string_free(out, FALSE);
}

#define assert_hunks(rounds, wanted)                                                               \
    do {                                                                                           \
        g_autofree char *found = end(rounds);                                                      \
        assert_string_equal(found, wanted);                                                        \
    } while (0)

/* ---- Tests ---- */

static void lines_are_whole(void **state)
{
    Rounds rounds = begin("one\ntwo\nthree\n");
    change(&rounds, "w", "W", "a");
    assert_hunks(&rounds, "2-3 a: tWo|;");
}

static void neighbours_stay_apart(void **state)
{
    Rounds rounds = begin("one\ntwo\nthree\n");
    change(&rounds, "one", "1", "a");
    change(&rounds, "two", "2", "b");
    assert_hunks(&rounds, "1-2 a: 1|;2-3 b: 2|;");
}

static void one_line_is_one_hunk(void **state)
{
    Rounds rounds = begin("[1, 2, 3]\nx\n");
    change(&rounds, "1", "", "a");
    change(&rounds, "3", "33", "b");
    assert_hunks(&rounds, "1-2 a b: [, 2, 33]|;");
}

static void lines_are_put_in(void **state)
{
    Rounds behind = begin("one\ntwo\n");
    change(&behind, "one", "one\nnew", "a"); /* told without the line that stays */
    assert_hunks(&behind, "2-2 a: new|;");
    Rounds before = begin("one\ntwo\n");
    splice(&before, 4, 4, "new\n", "a");
    assert_hunks(&before, "2-2 a: new|;");
    Rounds last = begin("one\ntwo");
    splice(&last, 7, 7, "\nnew", "a"); /* the last line gets a line break */
    assert_hunks(&last, "2-2 a: two|new;");
}

static void lines_go(void **state)
{
    Rounds whole = begin("one\ntwo\nthree\n");
    change(&whole, "two\n", "", "a");
    assert_hunks(&whole, "2-3 a: ;");
    Rounds inside = begin("one\ntwo\nthree\n");
    change(&inside, "\ntwo", "", "a");
    assert_hunks(&inside, "2-3 a: ;");
    Rounds joined = begin("one\ntwo\nthree\n");
    change(&joined, "o\nt", "", "a"); /* "twthree" */
    change(&joined, "re", "re", "b");
    assert_hunks(&joined, "2-4 a b: twhree|;");
}

/* Lines put in beside another change: who came first would be open. */
static void what_is_put_in_beside_joins(void **state)
{
    Rounds rounds = begin("one\ntwo\nthree\n");
    change(&rounds, "one", "1", "a");
    splice(&rounds, 4, 4, "new\n", "b");
    change(&rounds, "three", "3", "c");
    assert_hunks(&rounds, "1-2 a b: 1|new|;3-4 c: 3|;");
}

static void later_rounds_count(void **state)
{
    Rounds rounds = begin("one\ntwo\nthree\n");
    splice(&rounds, 4, 4, "new\nnewer\n", "a");
    next_round(&rounds);
    change(&rounds, "newer", "newest", "b");
    change(&rounds, "three", "3", "c");
    assert_hunks(&rounds, "2-2 a b: new|newest|;3-4 c: 3|;");
}

/* Who wanted what another one took away is still told. */
static void what_goes_keeps_its_owners(void **state)
{
    Rounds rounds = begin("one\ntwo\nthree\n");
    change(&rounds, "two", "2", "a");
    next_round(&rounds);
    change(&rounds, "2\n", "", "b");
    assert_hunks(&rounds, "2-3 a b: ;");
    Rounds gone = begin("one\ntwo\nthree\n");
    change(&gone, "w", "", "a");
    next_round(&gone);
    change(&gone, "to", "tow", "b");
    assert_hunks(&gone, "2-3 a b: tow|;");
}

static void what_is_taken_back_is_nothing(void **state)
{
    Rounds rounds = begin("one\ntwo\n");
    splice(&rounds, 4, 4, "new\n", "a");
    next_round(&rounds);
    change(&rounds, "new\n", "", "b");
    assert_hunks(&rounds, "");
}

static const char *const names[] = { "a", "b", "c", "d" };
static const char *const pieces[] = { "", "x", "\n", "y\n", "\nz", "p\nq\n" };

/* Whatever is done, the hunks give the text: `end` applies them. */
static void random_rounds_give_the_text(void **state)
{
    g_autoptr(GRand) chance = g_rand_new_with_seed(7);
    for (int i = 0; i < 3000; i++) {
        Rounds rounds = begin("one\ntwo\n\nthree [1, 2]\nfour\nfive");
        for (int round = g_rand_int_range(chance, 1, 4); round > 0; round--) {
            uint32_t length = (uint32_t)rounds.text->len, at = 0;
            while ((at += (uint32_t)g_rand_int_range(chance, 0, 9)) <= length) {
                uint32_t until = at + (uint32_t)g_rand_int_range(chance, 0, 6);
                until = MIN(length, until);
                splice(&rounds, at, until, pieces[g_rand_int_range(chance, 0, 6)],
                       names[g_rand_int_range(chance, 0, 4)]);
                at = until + 1;
            }
            next_round(&rounds);
        }
        g_free(end(&rounds));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_whole),
        cmocka_unit_test(neighbours_stay_apart),
        cmocka_unit_test(one_line_is_one_hunk),
        cmocka_unit_test(lines_are_put_in),
        cmocka_unit_test(lines_go),
        cmocka_unit_test(what_is_put_in_beside_joins),
        cmocka_unit_test(later_rounds_count),
        cmocka_unit_test(what_goes_keeps_its_owners),
        cmocka_unit_test(what_is_taken_back_is_nothing),
        cmocka_unit_test(random_rounds_give_the_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * What a scalar means: YAML 1.1's types by their patterns, and which texts need quotes.
 *
 * The patterns are PyYAML's, with what else https://yaml.org/type/ (y, n, -.5) and JSON (1e3) take
 * for more than a string. A text that any reader in use may take so is quoted when we write it.
 */
#include "syntax/scalar.h"

#define DIGITS "0123456789"

static bool is_one_of(const char *text, size_t length, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (strlen(*words) == length && memcmp(*words, text, length) == 0) {
            return true;
        }
    }
    return false;
}

static const char *const true_words[] = {
    "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON", NULL,
};
static const char *const false_words[] = {
    "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF", NULL,
};
static const char *const null_words[] = { "", "~", "null", "Null", "NULL", NULL };
static const char *const infinity_words[] = { "inf", "Inf", "INF", NULL };
static const char *const nan_words[] = { ".nan", ".NaN", ".NAN", NULL };

/* The rest of a text that is being matched. */
typedef struct {
    const char *at;
    const char *end;
} Cursor;

static bool at_end(const Cursor *cursor)
{
    return cursor->at == cursor->end;
}

static bool is_next(const Cursor *cursor, const char *set)
{
    return !at_end(cursor) && *cursor->at != '\0' && strchr(set, *cursor->at) != NULL;
}

/* Passes one byte if it is in SET. */
static bool take(Cursor *cursor, const char *set)
{
    bool taken = is_next(cursor, set);
    cursor->at += taken ? 1 : 0;
    return taken;
}

/* Passes all bytes that are in SET, and counts them. */
static size_t take_all(Cursor *cursor, const char *set)
{
    const char *start = cursor->at;
    while (take(cursor, set)) {
    }
    return (size_t)(cursor->at - start);
}

/* Between MIN and MAX digits, as many as there are. */
static bool take_digits(Cursor *cursor, int min, int max)
{
    int count = 0;
    while (count < max && take(cursor, DIGITS)) {
        count++;
    }
    return count >= min;
}

/* The `:30:00` of sexagesimal numbers: at least one part, each from 0 to 59. */
static bool take_sixtieths(Cursor *cursor)
{
    bool taken = false;
    while (take(cursor, ":")) {
        bool two = is_next(cursor, "012345") && take_digits(cursor, 1, 2);
        if (!two && !take(cursor, "6789")) {
            return false;
        }
        taken = true;
    }
    return taken;
}

static bool is_int(Cursor cursor)
{
    take(&cursor, "+-");
    if (take(&cursor, "0")) {
        const char *digits = take(&cursor, "b")   ? "01_"
                             : take(&cursor, "x") ? DIGITS "abcdefABCDEF_"
                                                  : NULL;
        if (digits == NULL) {
            take_all(&cursor, "01234567_");
            return at_end(&cursor);
        }
        return take_all(&cursor, digits) > 0 && at_end(&cursor);
    }
    if (!take(&cursor, "123456789")) {
        return false;
    }
    take_all(&cursor, DIGITS "_");
    return at_end(&cursor) || (take_sixtieths(&cursor) && at_end(&cursor));
}

static bool take_exponent(Cursor *cursor)
{
    if (!take(cursor, "eE")) {
        return false;
    }
    take(cursor, "+-");
    return take_all(cursor, DIGITS) > 0;
}

/* Behind the point; ENOUGH tells whether the number may end here. */
static bool is_fraction(Cursor cursor, bool enough)
{
    enough = take(&cursor, DIGITS) || enough;
    take_all(&cursor, DIGITS "_");
    return enough && (at_end(&cursor) || (take_exponent(&cursor) && at_end(&cursor)));
}

static bool is_float(Cursor cursor)
{
    if (is_one_of(cursor.at, (size_t)(cursor.end - cursor.at), nan_words)) {
        return true;
    }
    take(&cursor, "+-");
    if (take(&cursor, ".")) {
        return is_one_of(cursor.at, (size_t)(cursor.end - cursor.at), infinity_words) ||
               is_fraction(cursor, false);
    }
    if (!take(&cursor, DIGITS)) {
        return false;
    }
    take_all(&cursor, DIGITS "_");
    if (is_next(&cursor, "eE")) {
        return take_exponent(&cursor) && at_end(&cursor);
    }
    if (is_next(&cursor, ":")) {
        bool has_point = take_sixtieths(&cursor) && take(&cursor, ".");
        take_all(&cursor, DIGITS "_");
        return has_point && at_end(&cursor);
    }
    return take(&cursor, ".") && is_fraction(cursor, true);
}

static bool take_time(Cursor *cursor)
{
    bool is_time = take_digits(cursor, 1, 2) && take(cursor, ":") && take_digits(cursor, 2, 2) &&
                   take(cursor, ":") && take_digits(cursor, 2, 2);
    if (is_time && take(cursor, ".")) {
        take_all(cursor, DIGITS);
    }
    return is_time;
}

/* `Z`, `+1`, `-05:30` or nothing, up to the end. */
static bool is_zone(Cursor cursor)
{
    if (at_end(&cursor)) {
        return true;
    }
    take_all(&cursor, " \t");
    if (take(&cursor, "Z")) {
        return at_end(&cursor);
    }
    return take(&cursor, "+-") && take_digits(&cursor, 1, 2) &&
           (!take(&cursor, ":") || take_digits(&cursor, 2, 2)) && at_end(&cursor);
}

static bool is_timestamp(Cursor cursor)
{
    const char *start = cursor.at;
    bool is_date = take_digits(&cursor, 4, 4) && take(&cursor, "-") && take_digits(&cursor, 1, 2) &&
                   take(&cursor, "-") && take_digits(&cursor, 1, 2);
    if (!is_date) {
        return false;
    }
    if (at_end(&cursor)) {
        return cursor.at - start == 10;
    }
    return (take(&cursor, "Tt") || take_all(&cursor, " \t") > 0) && take_time(&cursor) &&
           is_zone(cursor);
}

CfnMeaning cfn_scalar_plain_meaning(const char *text, size_t length)
{
    const size_t longest_word = strlen("false");
    Cursor cursor = { text, text + length };
    if (length <= longest_word && is_one_of(text, length, null_words)) {
        return CFN_MEANS_NULL;
    }
    if (length <= longest_word && is_one_of(text, length, true_words)) {
        return CFN_MEANS_TRUE;
    }
    if (length <= longest_word && is_one_of(text, length, false_words)) {
        return CFN_MEANS_FALSE;
    }
    if (length == 2 && memcmp(text, "<<", 2) == 0) {
        return CFN_MEANS_MERGE;
    }
    if (!is_next(&cursor, DIGITS "+-.")) {
        return CFN_MEANS_STRING;
    }
    return is_int(cursor)         ? CFN_MEANS_INT
           : is_float(cursor)     ? CFN_MEANS_FLOAT
           : is_timestamp(cursor) ? CFN_MEANS_TIMESTAMP
                                  : CFN_MEANS_STRING;
}

CfnMeaning cfn_scalar_meaning(const CfnNode *scalar)
{
    if (scalar->style != CFN_PLAIN || cfn_node_has_tag(scalar)) {
        return CFN_MEANS_STRING;
    }
    return cfn_scalar_plain_meaning(scalar->text, scalar->length);
}

bool cfn_scalar_is_string(const CfnNode *node)
{
    return cfn_node_is_untagged(node) && cfn_scalar_meaning(node) == CFN_MEANS_STRING;
}

/* Some reader may take a text of nothing else for a number: 012345678, 0o17, 1.2.3, 1:60. */
static bool looks_numeric(const char *text, size_t length)
{
    Cursor cursor = { text, text + length };
    take(&cursor, "+-.");
    if (!is_next(&cursor, DIGITS)) {
        return false;
    }
    take_all(&cursor, DIGITS "_.:+-eEoO");
    return at_end(&cursor);
}

static bool is_breaking(gunichar code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 ||
           code == 0xfeff || code >= 0xfffe;
}

/* One line of characters that a reader takes as they stand. */
static bool is_printable_line(const char *text, size_t length)
{
    for (const char *at = text; at < text + length; at = g_utf8_next_char(at)) {
        if (g_ascii_isprint(*at)) {
            continue;
        }
        gunichar code = *at == '\0' ? 0 : g_utf8_get_char_validated(at, text + length - at);
        if (is_breaking(code) && !(code >= 0x10000 && code <= 0x10ffff)) {
            return false;
        }
    }
    return true;
}

/* Whether a plain scalar would end, or go wrong, before the end of TEXT. */
static bool has_indicator(const char *text, size_t length, bool in_flow)
{
    for (size_t i = 0; i < length; i++) {
        bool ends = text[i] == ':' && (i + 1 == length || text[i + 1] == ' ');
        bool comments = text[i] == '#' && i > 0 && text[i - 1] == ' ';
        /* Flow style: libyaml 0.1 stops at any colon and at a question mark. */
        bool flows = in_flow && text[i] != '\0' && strchr(",[]{}:?", text[i]) != NULL;
        if (ends || comments || flows) {
            return true;
        }
    }
    return false;
}

bool cfn_scalar_can_be_plain(const char *text, size_t length, bool in_flow)
{
    Cursor start = { text, text + length };
    if (length == 0 || text[0] == ' ' || text[length - 1] == ' ' ||
        is_next(&start, "-?:,[]{}#&*!|>'\"%@`=")) {
        return false;
    }
    return (length < 3 || memcmp(text, "...", 3) != 0) && is_printable_line(text, length) &&
           cfn_scalar_plain_meaning(text, length) == CFN_MEANS_STRING &&
           !looks_numeric(text, length) && !has_indicator(text, length, in_flow);
}

bool cfn_scalar_boolean(const CfnNode *scalar, bool *value)
{
    if (!cfn_node_is_untagged(scalar)) {
        return false;
    }
    CfnMeaning meaning = cfn_scalar_meaning(scalar);
    if (meaning == CFN_MEANS_TRUE || cfn_node_equals_nocase(scalar, "true")) {
        *value = true;
        return true;
    }
    if (meaning == CFN_MEANS_FALSE || cfn_node_equals_nocase(scalar, "false")) {
        *value = false;
        return true;
    }
    return false;
}

bool cfn_scalar_integer(const CfnNode *scalar, int64_t *value)
{
    if (!cfn_node_is_untagged(scalar) || scalar->length > 20) {
        return false;
    }
    Cursor cursor = { scalar->text, scalar->text + scalar->length };
    take(&cursor, "+-");
    if (!take(&cursor, "0")) { /* a leading zero would be octal */
        take_all(&cursor, DIGITS);
    }
    if (!at_end(&cursor)) {
        return false;
    }
    char *end;
    g_autofree char *text = g_strndup(scalar->text, scalar->length);
    /* Too large a number is seen by its text, not by errno, which GLib's own first call in a thread
       may set. */
    gint64 number = g_ascii_strtoll(text, &end, 10);
    g_autofree char *limit = g_strdup_printf("%" G_GINT64_FORMAT, number);
    bool at_limit = number == G_MAXINT64 || number == G_MININT64;
    if (end == text || (at_limit && strcmp(limit, text + (*text == '+')) != 0)) {
        return false;
    }
    *value = number;
    return true;
}

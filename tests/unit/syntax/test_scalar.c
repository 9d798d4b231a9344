/*
 * Scalars against libyaml: every small text in every style must decode to what libyaml reads, each
 * decoded byte must be traceable to its raw bytes, and what is called plain must be read back as
 * it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>
#include <yaml.h>

#include "syntax/scalar.h"

/* --- libyaml's reading ---------------------------------------------------------------------- */

typedef struct {
    yaml_event_t event; /* the last scalar of the text */
    int nodes;          /* scalars and collections in it */
    bool is_valid;
} Reading;

static void read_with_libyaml(Reading *reading, const char *text, size_t length)
{
    memset(reading, 0, sizeof *reading);
    yaml_parser_t parser;
    yaml_parser_initialize(&parser);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    for (bool ended = false; !ended;) {
        yaml_event_t event;
        reading->is_valid = yaml_parser_parse(&parser, &event) != 0;
        ended = !reading->is_valid || event.type == YAML_STREAM_END_EVENT;
        if (!reading->is_valid) {
            break;
        }
        reading->nodes += event.type == YAML_SCALAR_EVENT || event.type == YAML_ALIAS_EVENT ||
                          event.type == YAML_MAPPING_START_EVENT ||
                          event.type == YAML_SEQUENCE_START_EVENT;
        if (event.type == YAML_SCALAR_EVENT) {
            yaml_event_delete(&reading->event);
            reading->event = event;
        } else {
            yaml_event_delete(&event);
        }
    }
    yaml_parser_delete(&parser);
}

static CfnStyle style_of(const yaml_event_t *event)
{
    switch (event->data.scalar.style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
        return CFN_SINGLE_QUOTED;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
        return CFN_DOUBLE_QUOTED;
    case YAML_LITERAL_SCALAR_STYLE:
        return CFN_LITERAL;
    case YAML_FOLDED_SCALAR_STYLE:
        return CFN_FOLDED;
    default:
        return CFN_PLAIN;
    }
}

/* --- decoding ------------------------------------------------------------------------------- */

static size_t compared;
static size_t spliced;

static GString *decode(const CfnSource *source, const CfnNode *node, uint32_t indent, GArray *map)
{
    GString *out = g_string_new(NULL);
    cfn_scalar_decode(source, node, indent, out, map);
    return out;
}

static void fail_with(const char *what, const char *text, const GString *ours, const char *theirs,
                      size_t theirs_length)
{
    g_autofree char *input = g_strescape(text, NULL);
    g_autofree char *mine = g_strescape(ours->str, NULL);
    g_autofree char *yours = g_strndup(theirs, theirs_length);
    g_autofree char *other = g_strescape(yours, NULL);
    fail_msg("%s: input \"%s\" ours \"%s\" libyaml \"%s\"", what, input, mine, other);
}

/* The same text from libyaml once the raw bytes of one decoded letter are a Z. */
static void check_splice(const char *text, size_t length, const GString *decoded, const GArray *map,
                         size_t at)
{
    CfnSpan span = g_array_index(map, CfnSpan, at);
    g_autoptr(GString) raw = g_string_new_len(text, (gssize)length);
    g_string_erase(raw, span.start, cfn_span_length(span));
    g_string_insert(raw, span.start, "Z");
    size_t from = at;
    size_t to = at + 1;
    while (from > 0 && g_array_index(map, CfnSpan, from - 1).start == span.start) {
        from--;
    }
    while (to < map->len && g_array_index(map, CfnSpan, to).start == span.start) {
        to++;
    }
    g_autoptr(GString) expected = g_string_new_len(decoded->str, (gssize)decoded->len);
    g_string_erase(expected, (gssize)from, (gssize)(to - from));
    g_string_insert(expected, (gssize)from, "Z");
    Reading reading;
    read_with_libyaml(&reading, raw->str, raw->len);
    if (!reading.is_valid || reading.event.data.scalar.length != expected->len ||
        memcmp(reading.event.data.scalar.value, expected->str, expected->len) != 0) {
        fail_with("spliced", raw->str, expected, (const char *)reading.event.data.scalar.value,
                  reading.event.data.scalar.length);
    }
    yaml_event_delete(&reading.event);
    spliced++;
}

/* Breaks that do not fold depend on what is around them. */
static bool has_odd_break(const char *text)
{
    return strstr(text, "\xe2\x80") != NULL || strstr(text, "\\\n") != NULL ||
           strstr(text, "\\\r") != NULL;
}

/* Whether a Z in the place of this byte changes nothing around it. */
static bool is_spliceable(const char *text, const CfnNode *node, const GString *decoded, size_t at)
{
    char byte = decoded->str[at];
    if (node->style == CFN_LITERAL) {
        bool is_between = at > 0 && decoded->str[at - 1] != '\n' && at + 1 < decoded->len &&
                          decoded->str[at + 1] != '\n';
        return (byte == '\n' && is_between && !has_odd_break(text)) || byte == 'x';
    }
    if (node->style == CFN_FOLDED) {
        return byte == 'x';
    }
    if (byte == '\n' || byte == ' ') {
        return !has_odd_break(text);
    }
    return ((unsigned char)byte & 0x80) == 0; /* half a character is not one */
}

static void check_map(const char *text, size_t length, const CfnNode *node, const GString *decoded,
                      const GArray *map)
{
    assert_int_equal(map->len, decoded->len);
    bool is_block = node->style == CFN_LITERAL || node->style == CFN_FOLDED;
    CfnSpan before = { cfn_node_content(node), cfn_node_content(node) };
    for (size_t i = 0; i < map->len; i++) {
        CfnSpan span = g_array_index(map, CfnSpan, i);
        bool is_same = span.start == before.start && span.end == before.end;
        assert_true(span.start < span.end);
        assert_true(is_same || span.start >= before.end);
        assert_true(span.end <= (is_block ? length : node->span.end));
        before = span;
        if (is_spliceable(text, node, decoded, i)) {
            check_splice(text, length, decoded, map, i);
        }
    }
}

static uint32_t byte_offset(const char *text, size_t characters)
{
    return (uint32_t)(g_utf8_offset_to_pointer(text, (glong)characters) - text);
}

/* Decodes the last scalar of TEXT if libyaml reads TEXT as NODES nodes. */
static void compare(const char *text, size_t length, uint32_t indent, int nodes, bool with_map)
{
    Reading reading;
    read_with_libyaml(&reading, text, length);
    if (!reading.is_valid || reading.nodes != nodes) {
        yaml_event_delete(&reading.event);
        return;
    }
    CfnSource source = { .text = text, .length = (uint32_t)length };
    CfnNode node = {
        .style = style_of(&reading.event),
        .span.start = byte_offset(text, reading.event.start_mark.index),
        .span.end = byte_offset(text, reading.event.end_mark.index),
    };
    if (g_str_has_prefix(text + node.span.start, "!t ")) {
        node.span.start += 3; /* libyaml's event begins at the tag */
    }
    const char *value = (const char *)reading.event.data.scalar.value;
    size_t value_length = reading.event.data.scalar.length;
    g_autoptr(GArray) map = g_array_new(FALSE, FALSE, sizeof(CfnSpan));
    g_autoptr(GString) decoded = decode(&source, &node, indent, with_map ? map : NULL);
    if (decoded->len != value_length || memcmp(decoded->str, value, value_length) != 0) {
        fail_with("decoded", text, decoded, value, value_length);
    }
    if (with_map) {
        check_map(text, length, &node, decoded, map);
    }
    compared++;
    yaml_event_delete(&reading.event);
}

static const char *const line_ends[] = { "\n", "\r\n", "\r" };

/* Replaces each newline by another line end. */
static GString *with_line_ends(const char *text, size_t length, const char *line_end)
{
    GString *out = g_string_sized_new(length);
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n') {
            g_string_append(out, line_end);
        } else {
            g_string_append_c(out, text[i]);
        }
    }
    return out;
}

/* A place where a scalar may stand: what comes before it, before each of its lines, behind it. */
typedef struct {
    const char *before;
    const char *margin;
    const char *after;
    uint32_t indent;
    int nodes;
} Context;

/* The Nth string of COUNT pieces of an alphabet. */
static void append_pieces(GString *out, const char *const *alphabet, size_t size, size_t number,
                          int count)
{
    for (int i = 0; i < count; i++, number /= size) {
        g_string_append(out, alphabet[number % size]);
    }
}

static size_t power(size_t base, int exponent)
{
    size_t result = 1;
    while (exponent-- > 0) {
        result *= base;
    }
    return result;
}

/* Every string of up to LONGEST pieces, between QUOTES, in CONTEXT. */
static void compare_flow(const Context *context, const char *quote, const char *const *alphabet,
                         size_t size, int longest)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int count = 0; count <= longest; count++) {
        for (size_t number = 0; number < power(size, count); number++) {
            g_string_printf(text, "%s%s", context->before, quote);
            append_pieces(text, alphabet, size, number, count);
            g_string_append_printf(text, "%s%s", quote, context->after);
            size_t kinds = strchr(text->str, '\n') != NULL ? G_N_ELEMENTS(line_ends) : 1;
            for (size_t end = 0; end < kinds; end++) {
                g_autoptr(GString) input = with_line_ends(text->str, text->len, line_ends[end]);
                compare(input->str, input->len, context->indent, context->nodes,
                        (number + end) % 3 == 0);
            }
        }
    }
}

static void plain_scalars_decode_as_in_libyaml(void **state)
{
    static const char *const pieces[] = {
        "a", " ", "\t", "\n ", "\n\n  ", "#", ":", "\xc3\xa9", "\\n", "''", "-", "\n \xe2\x80\xa8 ",
    };
    static const Context contexts[] = {
        { "k: ", "", "", 0, 3 },
        { "- ", "", "\n", 0, 2 },
        { "k: [ ", "", " ]\n", 0, 4 },
    };
    compared = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(contexts); i++) {
        compare_flow(&contexts[i], "", pieces, G_N_ELEMENTS(pieces), 3);
    }
    assert_true(compared > 2000);
}

static void single_quoted_scalars_decode_as_in_libyaml(void **state)
{
    static const char *const pieces[] = {
        "a", " ", "\t", "\n", "\n\n  ", "''", "\xc3\xa9", "\\n", "\xc2\x85", "\xe2\x80\xa8",
    };
    static const Context contexts[] = { { "k: ", "", "", 0, 3 }, { "[ ", "", " ]\n", 0, 2 } };
    compared = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(contexts); i++) {
        compare_flow(&contexts[i], "'", pieces, G_N_ELEMENTS(pieces), 3);
    }
    assert_true(compared > 2000);
}

static void double_quoted_scalars_decode_as_in_libyaml(void **state)
{
    static const char *const pieces[] = {
        "a",    " ",    "\t",    "\n",    "\n\n  ",  "'",           "\xc3\xa9", "\\n",
        "\\0",  "\\\n", "\\x41", "\\xe9", "\\u00e9", "\\U0001F600", "\\/",      "\\\\",
        "\\\"", "\\ ",  "\\\t",  "\\_",   "\\N",     "\\L",         "\\P",      "\xe2\x80\xa9",
        "\\a",  "\\b",  "\\e",   "\\f",   "\\r",     "\\t",         "\\v",      "\xc2\x85",
    };
    static const Context context = { "k: ", "", "", 0, 3 };
    compared = 0;
    compare_flow(&context, "\"", pieces, G_N_ELEMENTS(pieces), 3);
    assert_true(compared > 30000);
}

/* Up to three lines, with the header and in the context given. */
static void compare_block(const Context *context, const char *header, int longest)
{
    static const char *const lines[] = {
        "", " ", "  ", "   ", "x", "  x", "\tx", "x ", "\xe2\x80\xa8",
    };
    g_autoptr(GString) text = g_string_new(NULL);
    for (int count = 0; count <= longest; count++) {
        for (size_t number = 0; number < power(G_N_ELEMENTS(lines), count); number++) {
            g_string_printf(text, "%s%s", context->before, header);
            size_t rest = number;
            for (int i = 0; i < count; i++, rest /= G_N_ELEMENTS(lines)) {
                const char *line = lines[rest % G_N_ELEMENTS(lines)];
                const char *margin = line[0] == '\0' ? "" : context->margin;
                g_string_append_printf(text, "\n%s%s", margin, line);
            }
            g_string_append(text, context->after);
            const char *line_end = line_ends[number % G_N_ELEMENTS(line_ends)];
            g_autoptr(GString) input = with_line_ends(text->str, text->len, line_end);
            compare(input->str, input->len, context->indent, context->nodes, number % 3 == 0);
        }
    }
}

/* The scalar must be the last one of the text, so what stands behind it is a comment or nothing. */
static void block_scalars_decode_as_in_libyaml(void **state)
{
    static const char *const headers[] = {
        "|", "|-", "|+", "|1", "|2", "|-1", "|2+", "| # c",
        ">", ">-", ">+", ">1", ">2", ">+1", ">2-", ">  ",
    };
    static const Context contexts[] = {
        { "k: ", "  ", "", 0, 3 },
        { "k: ", " ", "\n", 0, 3 },
        { "k:\n  l: ", "    ", "\n\n", 2, 5 },
        { "k:\n- ", "  ", "\n# c\n", 0, 4 },
        { "- - ", "   ", "\n...\n", 2, 3 },
        { "", "  ", "\n", 0, 1 },
        { "- k: !t ", "    ", "\n  \n", 2, 4 },
    };
    compared = 0;
    spliced = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(contexts); i++) {
        for (size_t j = 0; j < G_N_ELEMENTS(headers); j++) {
            compare_block(&contexts[i], headers[j], 3);
        }
    }
    assert_true(compared > 30000);
    assert_true(spliced > 5000);
}

static void assert_decodes(const char *raw, CfnStyle style, const char *expected, size_t length)
{
    CfnSource source = { .text = raw, .length = (uint32_t)strlen(raw) };
    CfnNode node = { .style = style, .span.end = source.length };
    g_autoptr(GString) decoded = decode(&source, &node, 0, NULL);
    assert_int_equal(decoded->len, length);
    assert_memory_equal(decoded->str, expected, length);
}

/* libyaml refuses these; JSON has the pairs. */
static void surrogate_pairs_are_one_character(void **state)
{
    assert_decodes("\"a\\ud83d\\ude00b\"", CFN_DOUBLE_QUOTED,
                   "a\xf0\x9f\x98\x80"
                   "b",
                   6);
    assert_decodes("\"\\uD834\\uDD1E\"", CFN_DOUBLE_QUOTED, "\xf0\x9d\x84\x9e", 4);
    assert_decodes("\"\\ud83d\"", CFN_DOUBLE_QUOTED, "\\ud83d", 6);
    assert_decodes("\"\\ude00\\ud83d\"", CFN_DOUBLE_QUOTED, "\\ude00\\ud83d", 12);
    assert_decodes("\"\\ud83d\\u0041\"", CFN_DOUBLE_QUOTED,
                   "\\ud83d"
                   "A",
                   7);
    assert_decodes("\"\\ud83dxxxxxxxx\"", CFN_DOUBLE_QUOTED, "\\ud83dxxxxxxxx", 14);
}

/* No token looks like this, but nothing is read beyond the end. */
static void broken_escapes_stay_as_they_are(void **state)
{
    assert_decodes("\"\\\"", CFN_DOUBLE_QUOTED, "\\", 1);
    assert_decodes("\"\\u12\"", CFN_DOUBLE_QUOTED, "\\u12", 4);
    assert_decodes("\"\\U00110000\"", CFN_DOUBLE_QUOTED, "\\U00110000", 10);
    assert_decodes("\"\\q\"", CFN_DOUBLE_QUOTED, "\\q", 2);
    assert_decodes("'''", CFN_SINGLE_QUOTED, "'", 1);
    assert_decodes("|", CFN_LITERAL, "", 0);
    assert_decodes(">2", CFN_FOLDED, "", 0);
}

/* `l: |` with nothing in it: the next key is as far in as its own, not further. */
static void empty_block_scalars_end_at_the_next_key(void **state)
{
    const char raw[] = "k:\n  l: |+\n\n  m: x\n";
    CfnSource source = { .text = raw, .length = sizeof raw - 1 };
    CfnNode node = { .style = CFN_LITERAL, .span = { 8, 10 } };
    g_autoptr(GString) inside = decode(&source, &node, 2, NULL);
    assert_string_equal(inside->str, "\n");
    g_autoptr(GString) outside = decode(&source, &node, 0, NULL);
    assert_string_equal(outside->str, "\nm: x\n");
}

static void maps_tell_where_a_byte_comes_from(void **state)
{
    const char raw[] = "k:\n  - >-\n    a b\n    c\n\n    d\n";
    CfnSource source = { .text = raw, .length = sizeof raw - 1 };
    CfnNode root = { .kind = CFN_MAPPING, .style = CFN_BLOCK };
    CfnNode list = { .kind = CFN_SEQUENCE, .style = CFN_BLOCK, .parent = &root, .span = { 5, 30 } };
    CfnNode node = {
        .kind = CFN_SCALAR,
        .style = CFN_FOLDED,
        .parent = &list,
        .span = { 7, 30 },
    };
    static const CfnSpan expected[] = {
        { 14, 15 }, { 15, 16 }, { 16, 17 }, { 17, 22 }, { 22, 23 }, { 23, 29 }, { 29, 30 },
    };
    g_autoptr(GArray) map = cfn_scalar_map(&source, &node); /* "a b c\nd" */
    assert_int_equal(map->len, G_N_ELEMENTS(expected));
    assert_memory_equal(map->data, expected, sizeof expected);

    const char indented[] = "k:\n- |1\n  a\n";
    CfnSource other = { .text = indented, .length = sizeof indented - 1 };
    CfnNode inner = {
        .kind = CFN_SEQUENCE, .style = CFN_BLOCK, .parent = &root, .span = { 3, 11 }
    };
    CfnNode literal = {
        .kind = CFN_SCALAR,
        .style = CFN_LITERAL,
        .parent = &inner,
        .span = { 5, 11 },
    };
    static const CfnSpan three[] = { { 9, 10 }, { 10, 11 }, { 11, 12 } };
    g_autoptr(GArray) literal_map = cfn_scalar_map(&other, &literal);
    assert_int_equal(literal_map->len, 3);
    assert_memory_equal(literal_map->data, three, sizeof three);
}

/* A text of nothing but breaks and blanks costs no more than its length. */
static void decoding_is_linear(void **state)
{
    enum { SIZE = 4 << 20 };
    g_autofree char *raw = g_malloc(SIZE);
    memset(raw, '\n', SIZE);
    memcpy(raw, "|+", 2);
    CfnSource source = { .text = raw, .length = SIZE };
    CfnNode node = { .style = CFN_LITERAL, .span.end = 2 };
    gint64 start = g_get_monotonic_time();
    g_autoptr(GString) literal = decode(&source, &node, 0, NULL);
    assert_int_equal(literal->len, SIZE - 3);
    raw[0] = raw[SIZE - 1] = '"';
    node = (CfnNode){ .style = CFN_DOUBLE_QUOTED, .span.end = SIZE };
    g_autoptr(GString) quoted = decode(&source, &node, 0, NULL);
    assert_int_equal(quoted->len, SIZE - 3);
    assert_true(g_get_monotonic_time() - start < 5 * G_USEC_PER_SEC);
}

/* --- meaning -------------------------------------------------------------------------------- */

static const struct {
    CfnMeaning meaning;
    const char *texts; /* between bars */
} meanings[] = {
    { CFN_MEANS_TRUE, "y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON" },
    { CFN_MEANS_FALSE, "n|N|no|No|NO|false|False|FALSE|off|Off|OFF" },
    { CFN_MEANS_NULL, "|~|null|Null|NULL" },
    { CFN_MEANS_INT,
      "0|1|-1|+1|80|1_000|012|-012|0_1|00|0x1F|0x_f|-0xff|0b101|+0b1_0|12:30|12:30:00|-1:0|"
      "190:20:30|1:5|123456789012345678901234567890|1_|1_:30" },
    { CFN_MEANS_FLOAT,
      "1.|1.0|-1.5|1_0.5_0|.5|+.5|1.5e+3|1.5e3|1e3|1E-3|.5e+1|1:30.5|190:20:30.15|.inf|-.inf|"
      "+.Inf|.INF|.nan|.NaN|.NAN|0.1|09.5|1:30." },
    { CFN_MEANS_TIMESTAMP,
      "2012-10-17|2001-12-14t21:59:43.10-05:00|2001-12-14 21:59:43.10 -5|2001-12-15 2:59:43.10|"
      "2001-12-14T21:59:43Z|2001-1-1 1:00:00 Z|2001-12-14T21:59:43.Z|2001-12-14T21:59:43+5" },
    { CFN_MEANS_MERGE, "<<" },
    { CFN_MEANS_STRING,
      "yES|oN|tRUE|nULL|NuLL|~~|a|08|09|0o17|0b2|0b|0x|0xg|0b1x|1:60|1:600|1:|:1|12:30:|1:.|1:.5|"
      "1e|1e+|e3|1.5e|1.5.5|.|..|...|-|+|--1|+-1|.5.|.e3|._5|1a|1_a|.Nan|-.nan|.iNF|1.a|1-1|"
      "2012-10-1|2012-1-17|2012-10-17T|2012-10-17 |2012-10-17T1:1:1|12-10-17|2012-10|"
      "2012-10-17T10:00:00 |2012-10-17T10:00:00X|2012-10-17T10:00:00+|2012-10-17T10:00:00+1:1|"
      "2012-10-17T10:00:00ZZ|10.0.0.0/8|10.0.0.0|<|<<<|=|true |arn:aws:s3|1,000|0x1G|_1|1 |"
      "1:30.5.5|1:30.a" },
};

static void meanings_are_those_of_yaml_1_1(void **state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(meanings); i++) {
        g_auto(GStrv) texts = g_strsplit(meanings[i].texts, "|", -1);
        for (char **text = texts; *text != NULL; text++) {
            size_t length = strlen(*text);
            g_autofree char *exact = g_malloc(MAX(length, 1)); /* nothing behind its end is read */
            memcpy(exact, *text, length);
            if (cfn_scalar_plain_meaning(exact, length) != meanings[i].meaning) {
                fail_msg("'%s' means %d, not %d", *text, cfn_scalar_plain_meaning(*text, length),
                         meanings[i].meaning);
            }
        }
    }
    assert_int_equal(cfn_scalar_plain_meaning("y\0", 2), CFN_MEANS_STRING);
    assert_int_equal(cfn_scalar_plain_meaning("1\0", 2), CFN_MEANS_STRING);
    assert_int_equal(cfn_scalar_plain_meaning("\0", 1), CFN_MEANS_STRING);
}

static CfnNode scalar_of(const char *text, CfnStyle style)
{
    return (CfnNode){
        .kind = CFN_SCALAR,
        .style = style,
        .text = text,
        .length = (uint32_t)strlen(text),
    };
}

static CfnNode tagged(const char *text)
{
    CfnNode node = scalar_of(text, CFN_PLAIN);
    static const CfnNodeProperties properties = { .tag = { 0, 4 }, .tag_text = "!Tag" };
    node.properties = &properties;
    return node;
}

static void quotes_and_tags_make_strings(void **state)
{
    for (int style = CFN_SINGLE_QUOTED; style <= CFN_FOLDED; style++) {
        CfnNode node = scalar_of("012", (CfnStyle)style);
        assert_int_equal(cfn_scalar_meaning(&node), CFN_MEANS_STRING);
    }
    CfnNode plain = scalar_of("012", CFN_PLAIN);
    assert_int_equal(cfn_scalar_meaning(&plain), CFN_MEANS_INT);
    CfnNode reference = tagged("012");
    assert_int_equal(cfn_scalar_meaning(&reference), CFN_MEANS_STRING);
}

static int boolean_of(CfnNode node)
{
    bool value;
    return cfn_scalar_boolean(&node, &value) ? value : -1;
}

static void booleans_may_be_strings(void **state)
{
    assert_int_equal(boolean_of(scalar_of("yes", CFN_PLAIN)), 1);
    assert_int_equal(boolean_of(scalar_of("Off", CFN_PLAIN)), 0);
    assert_int_equal(boolean_of(scalar_of("true", CFN_SINGLE_QUOTED)), 1);
    assert_int_equal(boolean_of(scalar_of("True", CFN_DOUBLE_QUOTED)), 1);
    assert_int_equal(boolean_of(scalar_of("FALSE", CFN_DOUBLE_QUOTED)), 0);
    assert_int_equal(boolean_of(scalar_of("yes", CFN_SINGLE_QUOTED)), -1);
    assert_int_equal(boolean_of(scalar_of("1", CFN_PLAIN)), -1);
    assert_int_equal(boolean_of(scalar_of("", CFN_PLAIN)), -1);
    assert_int_equal(boolean_of(tagged("true")), -1);
    assert_int_equal(boolean_of((CfnNode){ .kind = CFN_MAPPING }), -1);
}

static int64_t integer_of(CfnNode node)
{
    int64_t value;
    return cfn_scalar_integer(&node, &value) ? value : -99;
}

static void integers_may_be_strings(void **state)
{
    assert_int_equal(integer_of(scalar_of("80", CFN_PLAIN)), 80);
    assert_int_equal(integer_of(scalar_of("80", CFN_DOUBLE_QUOTED)), 80);
    assert_int_equal(integer_of(scalar_of("-1", CFN_PLAIN)), -1);
    assert_int_equal(integer_of(scalar_of("0", CFN_SINGLE_QUOTED)), 0);
    assert_int_equal(integer_of(scalar_of("9223372036854775807", CFN_PLAIN)), INT64_MAX);
    assert_int_equal(integer_of(scalar_of("-9223372036854775808", CFN_PLAIN)), INT64_MIN);
    static const char *const others[] = {
        "",
        "+",
        "-",
        " 80",
        "80 ",
        "080",
        "0x50",
        "8_0",
        "1:20",
        "80.0",
        "8e1",
        "a",
        "--1",
        "9223372036854775808",
        "99999999999999999999999",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        assert_int_equal(integer_of(scalar_of(others[i], CFN_PLAIN)), -99);
    }
    assert_int_equal(integer_of(tagged("80")), -99);
    assert_int_equal(integer_of((CfnNode){ .kind = CFN_SEQUENCE }), -99);
}

/* --- writing -------------------------------------------------------------------------------- */

static bool can_be_plain(const char *text, bool in_flow)
{
    return cfn_scalar_can_be_plain(text, strlen(text), in_flow);
}

static void everyday_texts_need_no_quotes(void **state)
{
    static const char *const both[] = {
        "a",
        "MyBucket",
        "10.0.0.0/8",
        "logs.amazonaws.com",
        "ab cd",
        "a-b",
        "a#b",
        "Yes please",
        "aws-exec-read",
        "AWS4-HMAC",
        "a'b\"c",
        "\xc3\xa9t\xc3\xa9",
        "x=1",
        "a\\nb",
        "v1.2.3",
        "$x",
        "/aws/lambda",
        "(a)",
        "\xf0\x9f\x98\x80",
        "a!b&c*d|e>f%g@h`i",
        "<a",
        "~a",
        "_1",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(both); i++) {
        assert_true(can_be_plain(both[i], false));
        assert_true(can_be_plain(both[i], true));
    }
    static const char *const block_only[] = {
        "s3:GetObject", "AWS::S3::Bucket", "a,b", "${AWS::Region}", "a[0]", "a{b}c", "a?",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(block_only); i++) {
        assert_int_equal(can_be_plain(block_only[i], false), block_only[i][0] != '{');
        assert_false(can_be_plain(block_only[i], true));
    }
}

/* clang-format off */
static const char *const never_plain[] = {
    " a", "a ", "a: b", "a:", "a #b", "#a", "---", "--- a", "...", "... a", "-", "- a", "-a", "?",
    "? a", ":", ":a", ",", "[a]", "{a}", "&a", "*", "*a", "!a", "|", ">", "'a", "\"a", "%a", "@a",
    "`a", "=", "a\nb", "a\tb", "\t", "a\rb", "\x01", "\x7f", "\xc2\x80", "\xc2\x85",
    "a\xe2\x80\xa8", "\xef\xbb\xbfZ", "\xef\xbf\xbf", "\xff", "a\xc3", "0o17", "012345678901", "08",
    "089", "1.2.3", "10.0.0.0", "1:60",
};
/* clang-format on */

static void texts_that_mean_something_need_quotes(void **state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(meanings); i++) {
        g_auto(GStrv) texts = g_strsplit(meanings[i].texts, "|", -1);
        for (char **text = texts; *text != NULL; text++) {
            if (meanings[i].meaning != CFN_MEANS_STRING) {
                assert_false(can_be_plain(*text, false));
                assert_false(can_be_plain(*text, true));
            }
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(never_plain); i++) {
        if (can_be_plain(never_plain[i], false) || can_be_plain(never_plain[i], true)) {
            fail_msg("'%s' is written without quotes", never_plain[i]);
        }
    }
    assert_false(cfn_scalar_can_be_plain("a\0b", 3, false));
}

static void assert_reads_back(const char *before, const char *text, const char *after, int nodes)
{
    g_autofree char *input = g_strconcat(before, text, after, NULL);
    Reading reading;
    read_with_libyaml(&reading, input, strlen(input));
    if (!reading.is_valid || reading.nodes != nodes || style_of(&reading.event) != CFN_PLAIN ||
        g_strcmp0((const char *)reading.event.data.scalar.value, text) != 0) {
        fail_msg("libyaml reads \"%s\" differently", input);
    }
    yaml_event_delete(&reading.event);
}

/* Whatever is called plain is one plain scalar of the same text to libyaml, in all places. */
static void plain_texts_read_back(void **state)
{
    static const char *const pieces[] = {
        "a", " ", ":", "#", "-",  "?",  "[",  "]",        "{",   "}",   ",",
        "&", "*", "!", "|", ">",  "'",  "\"", "%",        "@",   "`",   "~",
        "=", ".", "0", "<", "\t", "\n", "\\", "\xc3\xa9", "...", "---",
    };
    size_t found = 0;
    g_autoptr(GString) text = g_string_new(NULL);
    for (int count = 1; count <= 3; count++) {
        for (size_t number = 0; number < power(G_N_ELEMENTS(pieces), count); number++) {
            g_string_truncate(text, 0);
            append_pieces(text, pieces, G_N_ELEMENTS(pieces), number, count);
            if (can_be_plain(text->str, false)) {
                assert_reads_back("", text->str, "", 1);
                assert_reads_back("k: ", text->str, " # c\n", 3);
                assert_reads_back("- ", text->str, "\n", 2);
                assert_reads_back("? a\n: ", text->str, "\n", 3);
                found++;
            }
            if (can_be_plain(text->str, true)) {
                assert_true(can_be_plain(text->str, false));
                assert_reads_back("[", text->str, "]", 2);
                assert_reads_back("[a,", text->str, ",]", 3);
                assert_reads_back("{a: ", text->str, "}", 3);
                assert_reads_back("k: { a: ", text->str, " }", 5);
            }
        }
    }
    assert_true(found > 1000);
}

static void escaped_texts_read_back(void **state)
{
    static const char bytes[] = "\0\x01\x07\b\t\n\v\f\r\x1b\x1f \"'\\/a\x7f\xc2\x80\xc2\x85\xc2\xa0"
                                "\xe2\x80\xa8\xe2\x80\xa9\xef\xbb\xbf\xef\xbf\xbe\xf0\x9f\x98\x80 ";
    g_autoptr(GString) json = g_string_new("\"");
    cfn_scalar_escape_double(json, bytes, sizeof bytes - 1);
    g_string_append_c(json, '"');
    assert_string_equal(json->str,
                        "\"\\u0000\\u0001\\u0007\\b\\t\\n\\u000b\\f\\r\\u001b\\u001f \\\"'\\\\/a"
                        "\\u007f\\u0080\\u0085\xc2\xa0\\u2028\\u2029\\ufeff\\ufffe"
                        "\xf0\x9f\x98\x80 \"");
    Reading reading;
    read_with_libyaml(&reading, json->str, json->len);
    assert_true(reading.is_valid);
    assert_int_equal(reading.event.data.scalar.length, sizeof bytes - 1);
    assert_memory_equal(reading.event.data.scalar.value, bytes, sizeof bytes - 1);
    yaml_event_delete(&reading.event);
    assert_decodes(json->str, CFN_DOUBLE_QUOTED, bytes, sizeof bytes - 1);

    g_autoptr(GString) single = g_string_new("'");
    cfn_scalar_escape_single(single, "it's ''\\n", 9);
    g_string_append_c(single, '\'');
    assert_string_equal(single->str, "'it''s ''''\\n'");
    assert_decodes(single->str, CFN_SINGLE_QUOTED, "it's ''\\n", 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_scalars_decode_as_in_libyaml),
        cmocka_unit_test(single_quoted_scalars_decode_as_in_libyaml),
        cmocka_unit_test(double_quoted_scalars_decode_as_in_libyaml),
        cmocka_unit_test(block_scalars_decode_as_in_libyaml),
        cmocka_unit_test(surrogate_pairs_are_one_character),
        cmocka_unit_test(broken_escapes_stay_as_they_are),
        cmocka_unit_test(empty_block_scalars_end_at_the_next_key),
        cmocka_unit_test(maps_tell_where_a_byte_comes_from),
        cmocka_unit_test(decoding_is_linear),
        cmocka_unit_test(meanings_are_those_of_yaml_1_1),
        cmocka_unit_test(quotes_and_tags_make_strings),
        cmocka_unit_test(booleans_may_be_strings),
        cmocka_unit_test(integers_may_be_strings),
        cmocka_unit_test(everyday_texts_need_no_quotes),
        cmocka_unit_test(texts_that_mean_something_need_quotes),
        cmocka_unit_test(plain_texts_read_back),
        cmocka_unit_test(escaped_texts_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

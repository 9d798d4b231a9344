/*
 * Long forms, in two spellings: as a reader of JSON wants them, and an exact one for comparing, in
 * which nothing that differs in meaning looks alike (timestamps and strings, tags, anchors) and
 * nothing that means the same differs (`!GetAtt A.B` and its list).
 */
#include "engine/long_form.h"

#include <math.h>
#include <stdlib.h>

#include "model/intrinsic.h"
#include "syntax/scalar.h"

typedef struct {
    GString *out;
    bool exact;
} Writer;

static void put_string(Writer *writer, const char *text, size_t length)
{
    g_string_append_c(writer->out, '"');
    cfn_scalar_escape_double(writer->out, text, length);
    g_string_append_c(writer->out, '"');
}

/* A number as short as it can be and still read back the same. */
static void put_double(Writer *writer, double number)
{
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(buffer, sizeof buffer, "%.15g", number);
    if (g_ascii_strtod(buffer, NULL) != number) {
        g_ascii_dtostr(buffer, sizeof buffer, number);
    }
    g_string_append(writer->out, buffer);
}

/* 1:30 is 90: base 60. */
static double base_60(const char *digits)
{
    double number = 0;
    for (const char *part = digits; part != NULL; part = strchr(part, ':')) {
        part += *part == ':';
        number = number * 60 + g_ascii_strtod(part, NULL);
    }
    return number;
}

/* The base that an integer's first characters tell, and how many those are. */
static guint integer_base(const char *digits, size_t *prefix)
{
    bool zero = digits[0] == '0' && digits[1] != '\0';
    *prefix = zero && g_ascii_isalpha(digits[1]) ? 2 : 0;
    if (!zero) {
        return 10;
    }
    return digits[1] == 'x' ? 16 : digits[1] == 'b' ? 2 : 8;
}

static void put_integer(Writer *writer, const char *digits)
{
    size_t prefix;
    guint base = integer_base(digits, &prefix);
    if (base == 10) {
        g_string_append(writer->out, digits); /* as many as there are */
    } else {
        guint64 number = g_ascii_strtoull(digits + prefix, NULL, base);
        g_string_append_printf(writer->out, "%" G_GUINT64_FORMAT, number);
    }
}

static void put_float(Writer *writer, const char *digits, const CfnNode *scalar)
{
    double number = g_ascii_strtod(digits, NULL);
    if (strpbrk(digits, "iInN") != NULL || !isfinite(number)) {
        put_string(writer, scalar->text, scalar->length); /* JSON has no infinity */
    } else {
        put_double(writer, number);
    }
}

static void put_number(Writer *writer, const CfnNode *scalar, CfnMeaning meaning)
{
    g_autoptr(GString) digits = g_string_new_len(scalar->text, scalar->length);
    g_string_replace(digits, "_", "", 0);
    bool negative = digits->str[0] == '-';
    if (negative || digits->str[0] == '+') {
        g_string_erase(digits, 0, 1);
    }
    if (negative && strpbrk(digits->str, "iInN") == NULL) {
        g_string_append_c(writer->out, '-');
    }
    if (strchr(digits->str, ':') != NULL) {
        put_double(writer, base_60(digits->str));
    } else if (meaning == CFN_MEANS_INT) {
        put_integer(writer, digits->str);
    } else {
        put_float(writer, digits->str, scalar);
    }
}

static void put_scalar(Writer *writer, const CfnNode *scalar)
{
    CfnMeaning meaning = cfn_scalar_meaning(scalar);
    switch (meaning) {
    case CFN_MEANS_TRUE:
        g_string_append(writer->out, "true");
        break;
    case CFN_MEANS_FALSE:
        g_string_append(writer->out, "false");
        break;
    case CFN_MEANS_NULL:
        g_string_append(writer->out, "null");
        break;
    case CFN_MEANS_INT:
    case CFN_MEANS_FLOAT:
        put_number(writer, scalar, meaning);
        break;
    default:
        if (writer->exact && meaning != CFN_MEANS_STRING) {
            g_string_append_c(writer->out, '@');
        }
        put_string(writer, scalar->text, scalar->length);
        break;
    }
}

static void put_node(Writer *writer, const CfnNode *node);
static void put_content(Writer *writer, const CfnNode *node);

static void put_key(Writer *writer, const CfnNode *key)
{
    if (cfn_node_is_scalar(key)) {
        put_string(writer, key->text, key->length);
    } else {
        put_node(writer, key);
    }
}

/* The argument of Fn::GetAtt, which may be a list of two or one text. */
static void put_getatt(Writer *writer, const CfnNode *argument)
{
    if (!cfn_node_is_sequence(argument) || cfn_node_count(argument) != 2 ||
        !cfn_scalar_is_string(argument->first) || !cfn_scalar_is_string(cfn_node_last(argument))) {
        put_content(writer, argument);
        return;
    }
    g_autoptr(GString) text = g_string_new_len(argument->first->text, argument->first->length);
    g_string_append_c(text, '.');
    g_string_append_len(text, cfn_node_last(argument)->text, cfn_node_last(argument)->length);
    put_string(writer, text->str, text->len);
}

static void put_mapping(Writer *writer, const CfnNode *mapping)
{
    g_string_append_c(writer->out, '{');
    cfn_node_each_key(key, mapping) {
        const CfnNode *value = cfn_node_value(key);
        if (key != mapping->first) {
            g_string_append_c(writer->out, ',');
        }
        put_key(writer, key);
        g_string_append_c(writer->out, ':');
        if (writer->exact && cfn_node_count(mapping) == 1 && cfn_node_equals(key, "Fn::GetAtt") &&
            !cfn_node_has_tag(value)) {
            put_getatt(writer, value);
        } else {
            put_node(writer, value);
        }
    }
    g_string_append_c(writer->out, '}');
}

static void put_sequence(Writer *writer, const CfnNode *sequence)
{
    g_string_append_c(writer->out, '[');
    cfn_node_each_item(item, sequence) {
        if (item != sequence->first) {
            g_string_append_c(writer->out, ',');
        }
        put_node(writer, item);
    }
    g_string_append_c(writer->out, ']');
}

/* NODE without its tag. */
static void put_content(Writer *writer, const CfnNode *node)
{
    switch ((CfnKind)node->kind) {
    case CFN_MAPPING:
        put_mapping(writer, node);
        break;
    case CFN_SEQUENCE:
        put_sequence(writer, node);
        break;
    case CFN_ALIAS:
        g_string_append(writer->out, writer->exact ? "*" : "");
        put_string(writer, node->text, node->length);
        break;
    case CFN_SCALAR:
        put_scalar(writer, node);
        break;
    }
}

static void put_node(Writer *writer, const CfnNode *node)
{
    if (writer->exact && cfn_node_has_anchor(node)) {
        g_string_append_c(writer->out, '&');
    }
    g_autofree char *function = cfn_tag_long_name(NULL, node);
    if (function != NULL) {
        g_string_append_printf(writer->out, "{\"%s\":", function);
        bool is_getatt = writer->exact && strcmp(function, "Fn::GetAtt") == 0;
        (is_getatt ? put_getatt : put_content)(writer, node);
        g_string_append_c(writer->out, '}');
        return;
    }
    if (writer->exact && cfn_node_has_tag(node)) {
        g_string_append_len(writer->out, cfn_node_tag_text(node),
                            cfn_span_length(cfn_node_tag(node)));
    }
    put_content(writer, node);
}

static char *write_node(const CfnNode *node, bool exact)
{
    Writer writer = { g_string_new(NULL), exact };
    put_node(&writer, node);
    return g_string_free(writer.out, FALSE);
}

char *cfn_long_form(const CfnNode *node)
{
    return write_node(node, false);
}

char *cfn_long_form_text(const CfnNode *scalar)
{
    Writer writer = { g_string_new(NULL), false };
    put_string(&writer, scalar->text, scalar->length);
    return g_string_free(writer.out, FALSE);
}

/* Whether both are spelled alike but for their style: then they mean the same, whatever it is. */
static bool is_spelled_alike(const CfnNode *a, const CfnNode *b)
{
    uint32_t tag = cfn_span_length(cfn_node_tag(a));
    if (a->kind != b->kind || cfn_node_count(a) != cfn_node_count(b) || a->length != b->length ||
        tag != cfn_span_length(cfn_node_tag(b)) || cfn_node_has_anchor(a) ||
        cfn_node_has_anchor(b) || (a->length > 0 && memcmp(a->text, b->text, a->length) != 0) ||
        (tag > 0 && memcmp(cfn_node_tag_text(a), cfn_node_tag_text(b), tag) != 0) ||
        (a->kind == CFN_SCALAR && cfn_scalar_meaning(a) != cfn_scalar_meaning(b))) {
        return false;
    }
    const CfnNode *other = b->first;
    for (const CfnNode *child = a->first; child != NULL; child = child->next) {
        if (!is_spelled_alike(child, other)) {
            return false;
        }
        other = other->next;
    }
    return true;
}

bool cfn_long_form_same(const CfnNode *a, const CfnNode *b)
{
    if (is_spelled_alike(a, b)) {
        return true; /* as mostly, and without writing anything */
    }
    g_autofree char *one = write_node(a, true);
    g_autofree char *other = write_node(b, true);
    return strcmp(one, other) == 0;
}

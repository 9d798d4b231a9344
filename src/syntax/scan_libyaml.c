/*
 * libyaml's tokens. Its marks count characters and leave out the byte order mark.
 */
#include "syntax/scan_internal.h"

#include <yaml.h>

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(yaml_parser_t, yaml_parser_delete)

/* Our type for each of theirs, plus one; those left out have no place in the array. */
static const uint8_t token_types[] = {
    [YAML_DOCUMENT_START_TOKEN] = CFN_TOKEN_DOCUMENT_START + 1,
    [YAML_DOCUMENT_END_TOKEN] = CFN_TOKEN_DOCUMENT_END + 1,
    [YAML_BLOCK_SEQUENCE_START_TOKEN] = CFN_TOKEN_BLOCK_SEQUENCE_START + 1,
    [YAML_BLOCK_MAPPING_START_TOKEN] = CFN_TOKEN_BLOCK_MAPPING_START + 1,
    [YAML_BLOCK_END_TOKEN] = CFN_TOKEN_BLOCK_END + 1,
    [YAML_FLOW_SEQUENCE_START_TOKEN] = CFN_TOKEN_FLOW_SEQUENCE_START + 1,
    [YAML_FLOW_SEQUENCE_END_TOKEN] = CFN_TOKEN_FLOW_SEQUENCE_END + 1,
    [YAML_FLOW_MAPPING_START_TOKEN] = CFN_TOKEN_FLOW_MAPPING_START + 1,
    [YAML_FLOW_MAPPING_END_TOKEN] = CFN_TOKEN_FLOW_MAPPING_END + 1,
    [YAML_BLOCK_ENTRY_TOKEN] = CFN_TOKEN_BLOCK_ENTRY + 1,
    [YAML_FLOW_ENTRY_TOKEN] = CFN_TOKEN_FLOW_ENTRY + 1,
    [YAML_KEY_TOKEN] = CFN_TOKEN_KEY + 1,
    [YAML_VALUE_TOKEN] = CFN_TOKEN_VALUE + 1,
    [YAML_ALIAS_TOKEN] = CFN_TOKEN_ALIAS + 1,
    [YAML_ANCHOR_TOKEN] = CFN_TOKEN_ANCHOR + 1,
    [YAML_TAG_TOKEN] = CFN_TOKEN_TAG + 1,
    [YAML_SCALAR_TOKEN] = CFN_TOKEN_SCALAR + 1,
    [YAML_STREAM_END_TOKEN] = CFN_TOKEN_STREAM_END + 1,
};

static const uint8_t styles[] = {
    [YAML_PLAIN_SCALAR_STYLE] = CFN_PLAIN,
    [YAML_SINGLE_QUOTED_SCALAR_STYLE] = CFN_SINGLE_QUOTED,
    [YAML_DOUBLE_QUOTED_SCALAR_STYLE] = CFN_DOUBLE_QUOTED,
    [YAML_LITERAL_SCALAR_STYLE] = CFN_LITERAL,
    [YAML_FOLDED_SCALAR_STYLE] = CFN_FOLDED,
};

/* libyaml's words, and those of a template's author. */
static const struct {
    const char *problem;
    const char *message;
} messages[] = {
    { "mapping values are not allowed in this context",
      "a second ':' on this line, or wrong indentation; quote text that has ': ' in it" },
    { "could not find expected ':'", "a key without ':', or text that is not indented enough" },
    { "block sequence entries are not allowed in this context", "a list item cannot begin here" },
    { "found character that cannot start any token",
      "no value can begin with this character; quote the text, and indent with spaces, not tabs" },
    { "found unexpected end of stream", "a quote is opened and not closed" },
    { "found unexpected document indicator", "a quote is opened and not closed before this line" },
    { "found unknown escape character",
      "no such escape in double quotes; write a backslash as \\\\" },
    { "found a tab character where an indentation space is expected",
      "a tab is no indentation, use spaces" },
    { "did not find expected alphabetic or numeric character",
      "a name is missing behind '&' or '*'" },
};

/* Walks from characters to bytes; marks come in order, so the whole walk is one pass. */
typedef struct {
    size_t character;
    uint32_t byte;
} Cursor;

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

static uint32_t find_byte(Cursor *cursor, const CfnSource *source, size_t character)
{
    while (cursor->character < character && cursor->byte < source->length) {
        do {
            cursor->byte++;
        } while (cursor->byte < source->length && is_continuation(source->text[cursor->byte]));
        cursor->character++;
    }
    return cursor->byte;
}

static bool report_error(CfnSource *source, const yaml_parser_t *parser, GError **error)
{
    Cursor cursor = { 0, source->start };
    if (parser->error == YAML_READER_ERROR) {
        return cfn_source_error(source, source->start + (uint32_t)parser->problem_offset, error,
                                CFN_ERROR_SYNTAX, "this character is not allowed in YAML");
    }
    if (parser->error != YAML_SCANNER_ERROR) {
        return cfn_source_error(source, source->start, error, CFN_ERROR_SYNTAX, "%s",
                                parser->problem != NULL ? parser->problem : "out of memory");
    }
    const bool unclosed = strcmp(parser->problem, "found unexpected end of stream") == 0;
    const yaml_mark_t *mark = unclosed ? &parser->context_mark : &parser->problem_mark;
    const uint32_t place = find_byte(&cursor, source, mark->index);
    for (size_t i = 0; i < G_N_ELEMENTS(messages); i++) {
        if (strcmp(parser->problem, messages[i].problem) == 0) {
            return cfn_source_error(source, place, error, CFN_ERROR_SYNTAX, "%s",
                                    messages[i].message);
        }
    }
    return cfn_source_error(source, place, error, CFN_ERROR_SYNTAX, "%s %s",
                            parser->context != NULL ? parser->context : "", parser->problem);
}

/* `%YAML` may stand before a `---`. It makes no token, and CloudFormation takes no `%TAG`. */
static bool skip_directive(CfnTokenSink *sink, Cursor *cursor, const yaml_token_t *theirs,
                           GError **error)
{
    const uint32_t start = find_byte(cursor, sink->source, theirs->start_mark.index);
    if (theirs->type == YAML_TAG_DIRECTIVE_TOKEN) {
        return cfn_source_error(sink->source, start, error, CFN_ERROR_SYNTAX,
                                "a %%TAG directive has no place in a template");
    }
    const int major = theirs->data.version_directive.major;
    const int minor = theirs->data.version_directive.minor;
    if (major != 1 || minor < 1 || minor > 2 || sink->count > 0) {
        return cfn_source_error(sink->source, start, error, CFN_ERROR_SYNTAX,
                                "this %%YAML directive cannot be followed");
    }
    sink->end = find_byte(cursor, sink->source, theirs->end_mark.index);
    return true;
}

static bool add_token(CfnTokenSink *sink, Cursor *cursor, const yaml_token_t *theirs,
                      GError **error)
{
    CfnToken token = { .type = (uint8_t)(token_types[theirs->type] - 1) };
    if (cfn_token_has_bytes((CfnTokenType)token.type)) {
        token.start = find_byte(cursor, sink->source, theirs->start_mark.index);
        token.end = find_byte(cursor, sink->source, theirs->end_mark.index);
    }
    if (theirs->type == YAML_SCALAR_TOKEN) {
        token.style = styles[theirs->data.scalar.style];
    }
    return cfn_token_sink_add(sink, &token, error);
}

/* Takes one token, ours or not. */
static bool take_token(CfnTokenSink *sink, Cursor *cursor, const yaml_token_t *theirs,
                       bool *is_behind_directive, GError **error)
{
    const bool is_directive =
        theirs->type == YAML_VERSION_DIRECTIVE_TOKEN || theirs->type == YAML_TAG_DIRECTIVE_TOKEN;
    if (*is_behind_directive && theirs->type != YAML_DOCUMENT_START_TOKEN) {
        return cfn_source_error(sink->source, sink->end, error, CFN_ERROR_SYNTAX,
                                "a '---' is missing behind the %%YAML directive");
    }
    *is_behind_directive = is_directive;
    if (is_directive) {
        return skip_directive(sink, cursor, theirs, error);
    }
    return theirs->type == YAML_STREAM_START_TOKEN || add_token(sink, cursor, theirs, error);
}

bool cfn_scan_libyaml(CfnTokenSink *sink, GError **error)
{
    CfnSource *source = sink->source;
    g_auto(yaml_parser_t) parser = { 0 };
    if (!yaml_parser_initialize(&parser)) {
        return report_error(source, &parser, error);
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)source->text + source->start,
                                 source->length - source->start);
    Cursor cursor = { 0, source->start };
    bool is_behind_directive = false;
    bool ended = false;
    while (!ended) {
        yaml_token_t token;
        if (!yaml_parser_scan(&parser, &token)) {
            return report_error(source, &parser, error);
        }
        ended = token.type == YAML_STREAM_END_TOKEN;
        const bool added = take_token(sink, &cursor, &token, &is_behind_directive, error);
        yaml_token_delete(&token);
        if (!added) {
            return false;
        }
    }
    return true;
}

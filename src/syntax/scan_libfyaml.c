/*
 * libfyaml's tokens. Its marks count bytes, but leave out quotes, indicators and headers.
 *
 * Every refusal here guards against libfyaml 0.7.12: it must not scan on behind a `?` key (use
 * after free), nor print errors by itself (reads past its heap), and is quadratic in some white
 * space. Where it is laxer than YAML 1.1, libyaml shall decide. A refusal costs time only.
 */
#include "syntax/scan_internal.h"

#include <libfyaml.h>

typedef struct fy_parser Parser;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Parser, fy_parser_destroy)
typedef struct fy_diag Diagnostics;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Diagnostics, fy_diag_destroy)

/* Our type for each of theirs, plus one; those left out are refused. */
static const uint8_t token_types[FYTT_COUNT] = {
    [FYTT_DOCUMENT_START] = CFN_TOKEN_DOCUMENT_START + 1,
    [FYTT_DOCUMENT_END] = CFN_TOKEN_DOCUMENT_END + 1,
    [FYTT_BLOCK_SEQUENCE_START] = CFN_TOKEN_BLOCK_SEQUENCE_START + 1,
    [FYTT_BLOCK_MAPPING_START] = CFN_TOKEN_BLOCK_MAPPING_START + 1,
    [FYTT_BLOCK_END] = CFN_TOKEN_BLOCK_END + 1,
    [FYTT_FLOW_SEQUENCE_START] = CFN_TOKEN_FLOW_SEQUENCE_START + 1,
    [FYTT_FLOW_SEQUENCE_END] = CFN_TOKEN_FLOW_SEQUENCE_END + 1,
    [FYTT_FLOW_MAPPING_START] = CFN_TOKEN_FLOW_MAPPING_START + 1,
    [FYTT_FLOW_MAPPING_END] = CFN_TOKEN_FLOW_MAPPING_END + 1,
    [FYTT_BLOCK_ENTRY] = CFN_TOKEN_BLOCK_ENTRY + 1,
    [FYTT_FLOW_ENTRY] = CFN_TOKEN_FLOW_ENTRY + 1,
    [FYTT_KEY] = CFN_TOKEN_KEY + 1,
    [FYTT_VALUE] = CFN_TOKEN_VALUE + 1,
    [FYTT_ALIAS] = CFN_TOKEN_ALIAS + 1,
    [FYTT_ANCHOR] = CFN_TOKEN_ANCHOR + 1,
    [FYTT_TAG] = CFN_TOKEN_TAG + 1,
    [FYTT_SCALAR] = CFN_TOKEN_SCALAR + 1,
    [FYTT_STREAM_END] = CFN_TOKEN_STREAM_END + 1,
};

static const uint8_t styles[FYSS_MAX] = {
    [FYSS_PLAIN] = CFN_PLAIN,
    [FYSS_SINGLE_QUOTED] = CFN_SINGLE_QUOTED,
    [FYSS_DOUBLE_QUOTED] = CFN_DOUBLE_QUOTED,
    [FYSS_LITERAL] = CFN_LITERAL,
    [FYSS_FOLDED] = CFN_FOLDED,
};

static Diagnostics *new_diagnostics(void)
{
    struct fy_diag_cfg config;
    fy_diag_cfg_default(&config);
    config.fp = NULL;
    Diagnostics *diagnostics = fy_diag_create(&config);
    if (diagnostics != NULL) {
        fy_diag_set_collect_errors(diagnostics, true);
    }
    return diagnostics;
}

static Parser *new_parser(const CfnSource *source, Diagnostics *diagnostics)
{
    const struct fy_parse_cfg config = {
        .search_path = "",
        .flags = FYPCF_JSON_NONE | FYPCF_SLOPPY_FLOW_INDENTATION | FYPCF_DISABLE_MMAP_OPT |
                 FYPCF_DEFAULT_VERSION_1_1,
        .diag = diagnostics,
    };
    g_autoptr(Parser) parser = fy_parser_create(&config);
    if (parser == NULL || fy_parser_set_string(parser, source->text + source->start,
                                               source->length - source->start) != 0) {
        return NULL;
    }
    return g_steal_pointer(&parser);
}

/* The `|` or `>` behind the last token, past white space and comments. */
static bool find_header(const CfnTokenSink *sink, CfnToken *token)
{
    const CfnSource *source = sink->source;
    uint32_t at = sink->end;
    while (at < source->length && strchr(" \t\r\n#", source->text[at]) != NULL) {
        at = source->text[at] == '#' ? cfn_source_line_end(source, at) : at + 1;
    }
    token->start = at;
    token->end = MAX(token->end, at + 1);
    return at < source->length && source->text[at] == (token->style == CFN_LITERAL ? '|' : '>');
}

/* Takes quotes, indicators and headers into the span. */
static bool widen(const CfnTokenSink *sink, CfnToken *token)
{
    switch ((CfnTokenType)token->type) {
    case CFN_TOKEN_ALIAS:
    case CFN_TOKEN_ANCHOR:
        token->start--; /* what wraps around is out of order */
        return true;
    case CFN_TOKEN_KEY:
        return token->start < sink->source->length && sink->source->text[token->start] != '?';
    case CFN_TOKEN_SCALAR:
        break;
    default:
        return true;
    }
    if (token->style == CFN_SINGLE_QUOTED || token->style == CFN_DOUBLE_QUOTED) {
        token->start--;
        token->end++;
    }
    const bool block = token->style == CFN_LITERAL || token->style == CFN_FOLDED;
    return !block || find_header(sink, token);
}

/* Anchors, aliases and tags: libfyaml takes more bytes into a name than YAML 1.1 has. */
static bool is_simple_name(const CfnSource *source, const CfnToken *token)
{
    const bool is_tag = token->type == CFN_TOKEN_TAG;
    for (uint32_t i = token->start + 1; i < token->end; i++) {
        const char byte = source->text[i];
        if (!g_ascii_isalnum(byte) && strchr(is_tag ? "_-:." : "_-", byte) == NULL) {
            return false;
        }
    }
    if (!is_tag && token->end - token->start < 2) {
        return false;
    }
    return token->end == source->length ||
           strchr(is_tag ? " \t\r\n" : " \t\r\n,]}", source->text[token->end]) != NULL;
}

/* A continuation line of a plain scalar that a tab indents. */
static bool has_tab_in_indent(const CfnSource *source, const CfnToken *token)
{
    if (memchr(source->text + token->start, '\t', token->end - token->start) == NULL) {
        return false;
    }
    bool in_indent = false;
    for (uint32_t i = token->start; i < token->end; i++) {
        const char byte = source->text[i];
        if (byte == '\t' && in_indent) {
            return true;
        }
        in_indent = byte == '\n' || byte == '\r' || (in_indent && byte == ' ');
    }
    return false;
}

/* `{a:[b]}`, where YAML 1.1 wants a space behind the colon of a plain key. */
static bool is_tight_value(const CfnTokenSink *sink, const CfnToken *token)
{
    const CfnSource *source = sink->source;
    const CfnToken *last = &g_array_index(sink->tokens, CfnToken, sink->count - 1);
    return last->type == CFN_TOKEN_SCALAR && last->style == CFN_PLAIN &&
           token->end < source->length && !g_ascii_isspace(source->text[token->end]) &&
           cfn_token_sink_in_flow(sink) && strchr(",?[]{}", source->text[token->end]) != NULL;
}

/* `%a`, `?a`, in flow style `:a`; or a tab that indents a continuation line. */
static bool is_doubtful_plain(const CfnTokenSink *sink, const CfnToken *token)
{
    if (token->start == token->end) {
        return true;
    }
    const char first = sink->source->text[token->start];
    return first == '%' || first == '?' || (first == ':' && cfn_token_sink_in_flow(sink)) ||
           (sink->source->has_tabs && has_tab_in_indent(sink->source, token));
}

/* What libfyaml takes more freely than YAML 1.1 does: libyaml shall decide. */
static bool is_doubtful(const CfnTokenSink *sink, const CfnToken *token)
{
    switch ((CfnTokenType)token->type) {
    case CFN_TOKEN_ALIAS:
    case CFN_TOKEN_ANCHOR:
    case CFN_TOKEN_TAG:
        return !is_simple_name(sink->source, token);
    case CFN_TOKEN_SCALAR:
        return token->style == CFN_PLAIN && is_doubtful_plain(sink, token);
    case CFN_TOKEN_VALUE:
        return sink->count > 0 && is_tight_value(sink, token);
    default:
        return false;
    }
}

/* The byte of the tokens that always have one. */
static const char indicators[] = {
    [CFN_TOKEN_FLOW_SEQUENCE_START] = '[',
    [CFN_TOKEN_FLOW_SEQUENCE_END] = ']',
    [CFN_TOKEN_FLOW_MAPPING_START] = '{',
    [CFN_TOKEN_FLOW_MAPPING_END] = '}',
    [CFN_TOKEN_BLOCK_ENTRY] = '-',
    [CFN_TOKEN_FLOW_ENTRY] = ',',
    [CFN_TOKEN_VALUE] = ':',
    [CFN_TOKEN_STREAM_END] = '\0',
};

/* Sets the span that libfyaml has. Its end is not asked for where it is known: there are many
   tokens, and each question costs. */
static bool take_marks(const CfnSource *source, struct fy_token *theirs, CfnToken *token)
{
    const uint32_t length = source->length - source->start;
    const struct fy_mark *start = fy_token_start_mark(theirs);
    if (start == NULL || start->input_pos > length) {
        return false;
    }
    token->start = source->start + (uint32_t)start->input_pos;
    const char indicator = indicators[token->type];
    if (indicator != '\0') {
        token->end = token->start + 1;
        return token->start < source->length && source->text[token->start] == indicator;
    }
    const struct fy_mark *end = fy_token_end_mark(theirs);
    if (end == NULL || end->input_pos < start->input_pos || end->input_pos > length) {
        return false;
    }
    token->end = source->start + (uint32_t)end->input_pos;
    return true;
}

/* Makes TOKEN of THEIRS; false if that is none we know, or a doubtful one. */
static bool take_token(const CfnTokenSink *sink, struct fy_token *theirs, enum fy_token_type type,
                       CfnToken *token)
{
    if (token_types[type] == 0) {
        return false;
    }
    token->start = token->end = sink->end;
    token->type = (uint8_t)(token_types[type] - 1);
    token->style = type == FYTT_SCALAR ? styles[fy_token_scalar_style(theirs)] : CFN_PLAIN;
    return !cfn_token_has_bytes((CfnTokenType)token->type) ||
           (take_marks(sink->source, theirs, token) && widen(sink, token) &&
            !is_doubtful(sink, token));
}

static bool add_token(CfnTokenSink *sink, struct fy_token *theirs, enum fy_token_type type,
                      GError **error)
{
    CfnToken token;
    if (!take_token(sink, theirs, type, &token)) {
        return cfn_source_error(sink->source, sink->end, error, CFN_ERROR_SYNTAX,
                                "libfyaml cannot be trusted with the text that follows");
    }
    return cfn_token_sink_add(sink, &token, error);
}

static bool report_error(CfnTokenSink *sink, Diagnostics *diagnostics, GError **error)
{
    void *cursor = NULL;
    const struct fy_diag_error *first = fy_diag_errors_iterate(diagnostics, &cursor);
    return cfn_source_error(sink->source, sink->end, error, CFN_ERROR_SYNTAX, "%s",
                            first != NULL ? first->msg : "the text ends unexpectedly");
}

/* A line that begins with `%`. */
static bool has_directive(const char *text, size_t length)
{
    const char *end = text + length;
    const char *at = memchr(text, '%', length);
    while (at != NULL && at > text && at[-1] != '\n') {
        at = memchr(at + 1, '%', (size_t)(end - at) - 1);
    }
    return at != NULL;
}

/* White space that libfyaml looks at again for each of its bytes. */
static bool has_long_blank(const CfnSource *source)
{
    const uint32_t limit = 256;
    for (uint32_t at = source->start; at < source->length; at += limit / 2) {
        uint32_t start = at;
        uint32_t end = at;
        while (end < source->length && end - start < limit && g_ascii_isspace(source->text[end])) {
            end++;
        }
        while (end > at && start > source->start && end - start < limit &&
               g_ascii_isspace(source->text[start - 1])) {
            start--;
        }
        if (end - start == limit) {
            return true;
        }
    }
    return false;
}

/*
 * YAML 1.1's rarer line breaks (CR, NEL, LS, PS), a byte order mark inside the text, and
 * directives: they change libfyaml's rules, and on unknown ones it can spend quadratic time.
 */
static bool has_doubtful_lines(const CfnSource *source)
{
    const char *text = source->text + source->start;
    return cfn_source_has_odd_breaks(source) || cfn_source_contains(source, "\xEF\xBB\xBF") ||
           has_directive(text, source->length - source->start);
}

bool cfn_scan_libfyaml(CfnTokenSink *sink, GError **error)
{
    if (has_doubtful_lines(sink->source) || has_long_blank(sink->source)) {
        return cfn_source_error(sink->source, sink->end, error, CFN_ERROR_SYNTAX,
                                "libfyaml cannot be trusted with white space or directives here");
    }
    g_autoptr(Diagnostics) diagnostics = new_diagnostics();
    g_autoptr(Parser) parser = new_parser(sink->source, diagnostics);
    if (parser == NULL) {
        return report_error(sink, diagnostics, error);
    }
    bool ended = false;
    while (!ended) {
        struct fy_token *token = fy_scan(parser);
        if (token == NULL) {
            return report_error(sink, diagnostics, error);
        }
        const enum fy_token_type type = fy_token_get_type(token);
        ended = type == FYTT_STREAM_END;
        const bool added = type == FYTT_STREAM_START || add_token(sink, token, type, error);
        fy_scan_token_free(parser, token);
        if (!added) {
            return false;
        }
    }
    return !fy_parser_get_stream_error(parser) || report_error(sink, diagnostics, error);
}

/*
 * A template told by a few of its bytes, without a parser.
 *
 * A document that begins with a key in the first column is a block mapping, and all that stands in
 * the first column is the document's own: block scalars and nested mappings are indented. Only
 * quoted texts and flow collections may be continued there, for readers that are lenient.
 */
#define _GNU_SOURCE 1 /* memmem */
#include <string.h>

#include "cli/recognize.h"

/* What is left to read. */
typedef struct {
    const char *at;
    const char *end;
} Rest;

#define VERSION "AWSTemplateFormatVersion"

static bool begins_with(const Rest *rest, const char *text)
{
    const size_t length = strlen(text);
    return (size_t)(rest->end - rest->at) >= length && memcmp(rest->at, text, length) == 0;
}

static void skip_any(Rest *rest, const char *bytes)
{
    while (rest->at < rest->end && *rest->at != '\0' && strchr(bytes, *rest->at) != NULL) {
        rest->at++;
    }
}

static bool take_byte(Rest *rest, char byte)
{
    const bool is_there = rest->at < rest->end && *rest->at == byte;
    rest->at += is_there;
    return is_there;
}

/* ---- JSON ---- */

static void skip_space(Rest *rest)
{
    skip_any(rest, " \t\r\n");
}

/* Goes behind the string that begins here. */
static bool skip_string(Rest *rest)
{
    for (bool is_open = take_byte(rest, '"'); is_open;) {
        const char *stop = memchr(rest->at, '"', (size_t)(rest->end - rest->at));
        if (stop == NULL) {
            return false;
        }
        const char *slash = stop;
        while (slash > rest->at && slash[-1] == '\\') {
            slash--;
        }
        rest->at = stop + 1;
        if ((stop - slash) % 2 == 0) {
            return true;
        }
    }
    return false;
}

/* Goes behind the value that begins here, be it a scalar or a collection. */
static bool skip_value(Rest *rest)
{
    for (int depth = 0; rest->at < rest->end;) {
        const char byte = *rest->at;
        if (depth == 0 && (byte == ',' || byte == '}' || byte == ']')) {
            return true;
        }
        if (byte == '#' || byte == '\'') { /* YAML's comments and texts may hold any bracket */
            return false;
        }
        if (byte != '"') {
            depth += byte == '{' || byte == '[';
            depth -= byte == '}' || byte == ']';
            rest->at++;
        } else if (!skip_string(rest)) {
            return false;
        }
    }
    return false;
}

/* Goes to the value of the next member of the object that REST is in, and sets KEY to its name. */
static bool next_member(Rest *rest, Rest *key)
{
    skip_space(rest);
    take_byte(rest, ',');
    skip_space(rest);
    *key = *rest;
    if (!skip_string(rest)) {
        return false;
    }
    key->end = rest->at;
    skip_space(rest);
    const bool has_value = take_byte(rest, ':');
    skip_space(rest);
    return has_value;
}

static bool is_key(const Rest *key, const char *quoted)
{
    return (size_t)(key->end - key->at) == strlen(quoted) && begins_with(key, quoted);
}

/* Whether the object that begins here is a resource. REST goes behind it. */
static bool take_resource(Rest *rest)
{
    Rest key;
    bool has_type = false;
    while (next_member(rest, &key)) {
        const Rest value = *rest;
        if (!skip_value(rest)) {
            return false;
        }
        has_type = has_type || (is_key(&key, "\"Type\"") && *value.at == '"' &&
                                memmem(value.at, (size_t)(rest->at - value.at), "::", 2) != NULL);
    }
    return take_byte(rest, '}') && has_type;
}

static bool is_sure_json(Rest rest)
{
    Rest key;
    take_byte(&rest, '{');
    while (next_member(&rest, &key)) {
        if (is_key(&key, "\"" VERSION "\"")) {
            return true;
        }
        if (is_key(&key, "\"Resources\"")) {
            return take_byte(&rest, '{') && next_member(&rest, &key) && take_byte(&rest, '{') &&
                   take_resource(&rest);
        }
        if (!skip_value(&rest)) {
            return false;
        }
    }
    return false;
}

/* ---- YAML ---- */

static void next_line(Rest *rest)
{
    const char *newline = memchr(rest->at, '\n', (size_t)(rest->end - rest->at));
    rest->at = newline != NULL ? newline + 1 : rest->end;
}

/* The column of the first byte of the line that is no blank; goes on to that. */
static size_t skip_indent(Rest *rest)
{
    const char *start = rest->at;
    skip_any(rest, " ");
    return (size_t)(rest->at - start);
}

/* Goes to the next line that says something, past the one that begins a document. */
static void skip_idle_lines(Rest *rest)
{
    while (rest->at < rest->end) {
        Rest line = *rest;
        skip_any(&line, " \t");
        const bool is_idle = line.at < line.end && strchr("#\r\n", *line.at) != NULL;
        const bool is_start = begins_with(rest, "---\n") || begins_with(rest, "---\r\n");
        if (!is_idle && !is_start) {
            return;
        }
        next_line(rest);
    }
}

/* Whether a plain key stands here; goes behind its colon. */
static bool take_plain_key(Rest *rest)
{
    const char *start = rest->at;
    while (rest->at < rest->end && g_ascii_isalnum(*rest->at)) {
        rest->at++;
    }
    return rest->at > start && take_byte(rest, ':') && rest->at < rest->end &&
           strchr(" \r\n", *rest->at) != NULL;
}

/* The line in the first column that has KEY ("Resources:"), or one behind the end. */
static Rest find_line(Rest rest, const char *key)
{
    const size_t length = strlen(key);
    while (rest.at < rest.end && !begins_with(&rest, key)) {
        const char *found = memmem(rest.at, (size_t)(rest.end - rest.at), key, length);
        if (found == NULL) {
            rest.at = rest.end;
        } else if (found[-1] == '\n') {
            rest.at = found;
        } else {
            rest.at = found + length;
            next_line(&rest);
        }
    }
    return rest;
}

/* Whether LINE says `Type: AWS::S3::Bucket` or the like. */
static bool is_type(Rest line)
{
    if (!begins_with(&line, "Type: ")) {
        return false;
    }
    line.at += strlen("Type: ");
    skip_any(&line, " '\"");
    const char *start = line.at;
    while (line.at < line.end && (g_ascii_isalnum(*line.at) || *line.at == ':')) {
        line.at++;
    }
    return memmem(start, (size_t)(line.at - start), "::", 2) != NULL;
}

/* Whether the first entry of the mapping in the lines that follow is a resource, its Type in one
   line. */
static bool has_resource(Rest rest)
{
    skip_idle_lines(&rest);
    const size_t outer = skip_indent(&rest);
    if (outer == 0 || !take_plain_key(&rest)) {
        return false;
    }
    next_line(&rest);
    skip_idle_lines(&rest);
    const size_t inner = skip_indent(&rest);
    for (size_t column = inner; column >= inner && inner > outer && rest.at < rest.end;
         column = skip_indent(&rest)) {
        if (column == inner && is_type(rest)) {
            return true;
        }
        next_line(&rest);
        skip_idle_lines(&rest);
    }
    return false;
}

static bool is_sure_yaml(Rest rest)
{
    Rest first = rest;
    if (!take_plain_key(&first)) {
        return false;
    }
    Rest line = find_line(rest, VERSION ":");
    if (line.at < line.end && take_plain_key(&line)) {
        return true;
    }
    line = find_line(rest, "Resources:");
    next_line(&line);
    return has_resource(line);
}

bool cfn_is_surely_template(const char *text, size_t length)
{
    Rest rest = { text, text + length };
    rest.at += begins_with(&rest, "\xEF\xBB\xBF") ? 3 : 0;
    skip_idle_lines(&rest);
    Rest object = rest;
    skip_space(&object);
    return object.at < object.end && *object.at == '{' ? is_sure_json(object) : is_sure_yaml(rest);
}

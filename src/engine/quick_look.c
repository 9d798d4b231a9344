/*
 * One search for each letter that hardly any template has without the word it is looked for: the
 * `W` of `AWS::`, the `x` of `cfnfix`, a backslash. Only where a type is met that a repair has to
 * do with, its other words are looked for, by their capitals: memmem takes ten times as long.
 */
#include "engine/quick_look.h"

#include <string.h>

#include "engine/round.h"
#include "text/hash.h"

/* Types met so far, in open addressing. Of more than fit nothing is said. */
enum { SLOTS = 512, MOST_TYPES = SLOTS / 2 };

typedef struct {
    const char *text; /* borrowed; NULL in an empty slot */
    size_t length;
} Word;

typedef struct {
    Word slots[SLOTS];
    guint count;
} Types;

/* The next WORD at or behind AT, searched for by its letter number RARE; or NULL. */
static const char *find_by_letter(const char *at, const char *end, const char *word, size_t rare)
{
    const size_t length = strlen(word);
    while ((size_t)(end - at) >= length) {
        const char *letter = memchr(at + rare, word[rare], (size_t)(end - at) - rare);
        if (letter == NULL || (size_t)(end - letter) < length - rare) {
            return NULL;
        }
        if (memcmp(letter - rare, word, length) == 0) {
            return letter - rare;
        }
        at = letter - rare + 1;
    }
    return NULL;
}

bool cfn_has_escapes(const char *text, size_t length)
{
    if (length == 0) {
        return false; /* there need not be a text */
    }
    const char *end = text + length;
    for (const char *at = text; (at = memchr(at, '\\', (size_t)(end - at))) != NULL; at += 2) {
        if (at + 1 >= end) {
            return false;
        }
        const char next = at[1];
        /* YAML 1.1 has line breaks that are not ASCII. */
        if (next == 'u' || next == 'x' || next == 'U' || next == '\n' || next == '\r' ||
            (next & 0x80) != 0) {
            return true;
        }
        at -= next == '\\'; /* in JSON that stands in a string, the second one may be the escape */
    }
    return false;
}

/* ---- Types ---- */

static Word *slot_of(Types *types, const char *text, size_t length)
{
    guint slot = cfn_hash(text, length) % SLOTS;
    while (types->slots[slot].text != NULL &&
           (types->slots[slot].length != length ||
            memcmp(types->slots[slot].text, text, length) != 0)) {
        slot = (slot + 1) % SLOTS;
    }
    return &types->slots[slot];
}

/* The length of the type that begins at TEXT. A colon behind it makes it a key. */
static size_t type_length(const char *text, const char *end)
{
    const char *at = text;
    while (at < end && (g_ascii_isalnum(*at) || *at == ':')) {
        at++;
    }
    while (at > text && at[-1] == ':') {
        at--;
    }
    return (size_t)(at - text);
}

/* Fills TYPES; false if there are too many. */
static bool collect_types(const char *text, size_t length, Types *types)
{
    const char *end = text + length;
    memset(types, 0, sizeof *types);
    for (const char *at = text; (at = find_by_letter(at, end, "AWS::", 1)) != NULL;) {
        const size_t size = type_length(at, end);
        Word *slot = slot_of(types, at, size);
        if (slot->text == NULL) {
            *slot = (Word){ at, size };
            types->count++;
        }
        if (types->count >= MOST_TYPES) {
            return false;
        }
        at += size;
    }
    return true;
}

/* ---- Words ---- */

static bool ends_here(const char *at, const char *end)
{
    return at >= end || !(g_ascii_isalnum(*at) || *at == '_');
}

/* The number of WORD's letter that texts have least of: the last capital, or else the first. */
static size_t rare_letter(const char *word)
{
    size_t rare = 0;
    for (size_t i = 0; word[i] != '\0'; i++) {
        rare = g_ascii_isupper(word[i]) ? i : rare;
    }
    return rare;
}

/* Whether TEXT has WORD with no letter behind it. One before it may be an escape's: `\nTags`. */
static bool has_word(const char *text, size_t length, const char *word)
{
    const size_t rare = rare_letter(word);
    const char *end = text + length;
    for (const char *at = text; (at = find_by_letter(at, end, word, rare)) != NULL; at++) {
        if (ends_here(at + strlen(word), end)) {
            return true;
        }
    }
    return false;
}

static bool has_any(const char *text, size_t length, Types *types, const char *const *words)
{
    for (; *words != NULL; words++) {
        const bool is_type = g_str_has_prefix(*words, "AWS::");
        if (is_type ? slot_of(types, *words, strlen(*words))->text != NULL
                    : has_word(text, length, *words)) {
            return true;
        }
    }
    return false;
}

static bool may_find(const char *text, size_t length, Types *types, const CfnTransform *transform)
{
    return (transform->resource_types == NULL ||
            has_any(text, length, types, transform->resource_types)) &&
           (transform->words == NULL || has_any(text, length, types, transform->words));
}

bool cfn_quick_look_for(const char *text, size_t length, const CfnTransform *transform)
{
    Types types;
    return cfn_has_escapes(text, length) || !collect_types(text, length, &types) ||
           may_find(text, length, &types, transform);
}

bool cfn_quick_look(const char *text, size_t length, const CfnOptions *options)
{
    Types types;
    if (cfn_has_escapes(text, length) ||
        find_by_letter(text, text + length, "cfnfix", strlen("cfnfi")) != NULL ||
        !collect_types(text, length, &types)) {
        return true;
    }
    for (const CfnTransform *const *at = options->transforms; *at != NULL; at++) {
        if (cfn_options_select(options, *at) && may_find(text, length, &types, *at)) {
            return true;
        }
    }
    return false;
}

/*
 * Finding secrets in a text, however they are spelled.
 *
 * A password in a template stands in quotes, in JSON text within YAML, in a URL, and what is told
 * of it is spelled once more. So text and secret are compared in a bare form, without any escapes,
 * which says of each of its bytes where its spelling begins. As bare forms depend on what stands
 * before and behind, the text is searched as it stands too.
 */
#include "report/hide.h"

#include <string.h>

#include "syntax/scalar.h"

/* A shorter secret is a part of too many words. */
#define WORD_LENGTH 4

typedef struct {
    char *text;
    gsize length;
    int shorter; /* index of the longest other secret that this one begins with, or -1 */
} Secret;

/* Secrets in one form, sorted by bytes. */
typedef struct {
    GArray *secrets; /* Secret */
    bool begins[256];
} Index;

struct CfnHiding {
    Index plain;
    Index bare;
};

/* ---- The bare form ---- */

typedef struct {
    GString *text;
    GArray *starts; /* gsize: where the spelling of each byte begins, and where the last one ends */
} Bare;

static void bare_init(Bare *bare, gsize length)
{
    bare->text = g_string_sized_new(length);
    bare->starts = g_array_sized_new(FALSE, FALSE, sizeof(gsize), (guint)length + 1);
}

static void bare_release(Bare *bare)
{
    g_string_free(bare->text, TRUE);
    g_array_unref(bare->starts);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Bare, bare_release)

/* A control is the letter it is escaped with, for whether a backslash in front of that is one
   depends on how often the text was escaped. */
static void put_byte(Bare *bare, char byte, gsize start)
{
    static const char controls[] = "\a\b\t\n\v\f\r\x1b", letters[] = "abtnvfre";
    const char *control = byte != '\0' ? strchr(controls, byte) : NULL;
    g_string_append_c(bare->text, control != NULL ? letters[control - controls] : byte);
    g_array_append_val(bare->starts, start);
}

static void put_character(Bare *bare, gunichar character, gsize start)
{
    char bytes[6];
    int count = g_unichar_to_utf8(character, bytes);
    for (int i = 0; i < count; i++) {
        put_byte(bare, bytes[i], start);
    }
}

/* Reads COUNT hexadecimal digits at *AT and moves behind them; false, and no move, if they are
   not there. */
static bool take_hex(const char **at, const char *end, int count, gunichar *code)
{
    gunichar read = 0;
    for (int i = 0; i < count; i++) {
        if (end - *at <= i || !g_ascii_isxdigit((*at)[i])) {
            return false;
        }
        read = read << 4 | (gunichar)g_ascii_xdigit_value((*at)[i]);
    }
    *at += count;
    *code = read;
    return true;
}

/* JSON has what is beyond 16 bits as two escapes. */
static gunichar take_low_surrogate(const char **at, const char *end, gunichar high)
{
    const char *next = *at;
    gunichar low = 0;
    while (next < end && *next == '\\') {
        next++;
    }
    if (high < 0xd800 || high > 0xdbff || next == *at || next == end || *next++ != 'u' ||
        !take_hex(&next, end, 4, &low) || low < 0xdc00 || low > 0xdfff) {
        return high;
    }
    *at = next;
    return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* What stands behind backslashes. */
static void put_escaped(Bare *bare, const char **at, const char *end, gsize start)
{
    static const char sizes[] = "xuU";
    const char *next = *at + 1;
    const char *size = **at != '\0' ? strchr(sizes, **at) : NULL;
    gunichar code = 0;
    if (size != NULL && take_hex(&next, end, 2 << (size - sizes), &code)) {
        *at = next;
        put_character(bare, take_low_surrogate(at, end, code), start);
        return;
    }
    put_byte(bare, **at, start);
    (*at)++;
}

/* Puts what is spelled at *AT, and moves behind it. */
static void put_next(Bare *bare, const char *text, const char **at, const char *end)
{
    gsize start = (gsize)(*at - text);
    const char *next = *at + 1;
    gunichar code = 0;
    switch (**at) {
    case '\\':
        while (*at < end && **at == '\\') {
            (*at)++;
        }
        if (*at < end) {
            put_escaped(bare, at, end, start);
        }
        return;
    case '\'':
        while (*at < end && **at == '\'') {
            (*at)++;
        }
        put_byte(bare, '\'', start);
        return;
    case '%':
        if (take_hex(&next, end, 2, &code)) {
            *at = next;
            put_byte(bare, (char)code, start);
            return;
        }
    }
    put_byte(bare, **at, start);
    (*at)++;
}

static void bare_read(Bare *bare, const char *text, gsize length)
{
    bare_init(bare, length);
    const char *end = text + length;
    for (const char *at = text; at < end;) {
        put_next(bare, text, &at, end);
    }
    g_array_append_val(bare->starts, length);
}

/* ---- The index ---- */

static void clear_secret(gpointer data)
{
    g_free(((Secret *)data)->text);
}

static int by_bytes(gconstpointer a, gconstpointer b)
{
    const Secret *one = a, *other = b;
    int order = memcmp(one->text, other->text, MIN(one->length, other->length));
    return order != 0 ? order : (one->length > other->length) - (one->length < other->length);
}

static const Secret *secret_at(const Index *index, int i)
{
    return &g_array_index(index->secrets, Secret, i);
}

static bool begins_with(const char *text, gsize length, const Secret *secret)
{
    return secret->length <= length && memcmp(text, secret->text, secret->length) == 0;
}

static void index_add(Index *index, const char *text, gsize length)
{
    if (length > 0) {
        Secret secret = { g_memdup2(text, length), length, -1 };
        g_array_append_val(index->secrets, secret);
        index->begins[(guint8)*text] = true;
    }
}

static void index_init(Index *index)
{
    index->secrets = g_array_new(FALSE, FALSE, sizeof(Secret));
    g_array_set_clear_func(index->secrets, clear_secret);
}

static void index_sort(Index *index)
{
    g_array_sort(index->secrets, by_bytes);
    for (int i = 1; i < (int)index->secrets->len; i++) {
        Secret *secret = &g_array_index(index->secrets, Secret, i);
        int shorter = i - 1;
        while (shorter >= 0 &&
               !begins_with(secret->text, secret->length, secret_at(index, shorter))) {
            shorter = secret_at(index, shorter)->shorter;
        }
        secret->shorter = shorter;
    }
}

/* The last secret that does not come behind TEXT in their order, or -1. */
static int find_last(const Index *index, const char *text, gsize length)
{
    const Secret wanted = { (char *)text, length, -1 };
    int low = 0, high = (int)index->secrets->len;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (by_bytes(secret_at(index, middle), &wanted) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low - 1;
}

static bool is_word(char byte)
{
    return g_ascii_isalnum(byte) || byte == '_' || (byte & 0x80) != 0;
}

static bool is_part_of_word(const char *text, gsize length, gsize start, gsize end)
{
    return (start > 0 && is_word(text[start - 1]) && is_word(text[start])) ||
           (end < length && is_word(text[end - 1]) && is_word(text[end]));
}

/* The length of the longest secret at START of TEXT, or 0. */
static gsize find_at(const Index *index, const char *text, gsize length, gsize start)
{
    if (!index->begins[(guint8)text[start]]) {
        return 0;
    }
    int i = find_last(index, text + start, length - start);
    for (; i >= 0; i = secret_at(index, i)->shorter) {
        const Secret *secret = secret_at(index, i);
        if (begins_with(text + start, length - start, secret) &&
            (secret->length >= WORD_LENGTH ||
             !is_part_of_word(text, length, start, start + secret->length))) {
            return secret->length;
        }
    }
    return 0;
}

/* ---- Hiding ---- */

/* The form that is searched is SEARCHED; STARTS says where its bytes are in TEXT, or is NULL if it
   is TEXT. */
static bool hide_found(GString *out, const Index *index, const char *text, const GString *searched,
                       const gsize *starts)
{
    gsize copied = 0;
    for (gsize at = 0; at < searched->len;) {
        gsize found = find_at(index, searched->str, searched->len, at);
        if (found == 0) {
            at++;
            continue;
        }
        gsize start = starts != NULL ? starts[at] : at;
        at += found;
        g_string_append_len(out, text + copied, (gssize)(start - copied));
        g_string_append(out, CFN_HIDDEN);
        copied = starts != NULL ? starts[at] : at;
    }
    gsize end = starts != NULL ? starts[searched->len] : searched->len;
    g_string_append_len(out, text + copied, (gssize)(end - copied));
    return copied > 0;
}

char *cfn_hide(const CfnHiding *hiding, const char *text, gsize length)
{
    const GString given = { (char *)text, length, length };
    g_autoptr(GString) once = g_string_sized_new(length);
    bool is_plain = hide_found(once, &hiding->plain, text, &given, NULL);
    g_auto(Bare) bare;
    bare_read(&bare, once->str, once->len);
    GString *out = g_string_sized_new(once->len);
    bool is_bare = hide_found(out, &hiding->bare, once->str, bare.text,
                              (const gsize *)(const void *)bare.starts->data);
    return g_string_free(out, !is_plain && !is_bare);
}

CfnHiding *cfn_hiding_new(GHashTable *secrets)
{
    if (secrets == NULL || g_hash_table_size(secrets) == 0) {
        return NULL;
    }
    CfnHiding *hiding = g_new0(CfnHiding, 1);
    index_init(&hiding->plain);
    index_init(&hiding->bare);
    GHashTableIter iter;
    gpointer text;
    g_hash_table_iter_init(&iter, secrets);
    while (g_hash_table_iter_next(&iter, &text, NULL)) {
        g_autoptr(GString) escaped = g_string_new(NULL);
        cfn_scalar_escape_double(escaped, text, strlen(text));
        index_add(&hiding->plain, text, strlen(text));
        index_add(&hiding->plain, escaped->str, escaped->len);
        g_auto(Bare) bare;
        bare_read(&bare, text, strlen(text));
        index_add(&hiding->bare, bare.text->str, bare.text->len);
    }
    index_sort(&hiding->plain);
    index_sort(&hiding->bare);
    return hiding;
}

void cfn_hiding_free(CfnHiding *hiding)
{
    if (hiding == NULL) {
        return;
    }
    g_array_unref(hiding->plain.secrets);
    g_array_unref(hiding->bare.secrets);
    g_free(hiding);
}

/*
 * A result on its way from one process to another.
 */
#include "report/parcel.h"

#include <string.h>

/* The types, as GVariant writes them. Texts are bytes: paths need not be UTF-8. A text that may be
   NULL is a maybe. */
#define PLACES "(uuuuuu)" /* the span, then the start and the end as people count */
#define FINDING "(uyyuaymaymaymay" PLACES "uumay)"
#define OPERATION "(usaymayau)"
#define REPLACEMENT "(uuuuay)"
#define SUGGESTION "(a" REPLACEMENT "au)"
#define NOTICE "(uuay)"
#define OUTCOME "(maya" FINDING "a" FINDING "a" OPERATION "ma" SUGGESTION "a" NOTICE "aayubu)"
#define LEFT "(uuuu)"
#define RESULT "(ymaym(iay)maymaymayb" LEFT "m" OUTCOME ")"

enum { IS_UNSAFE = 1, IS_FORBIDDEN = 2 };

/* ---- Packing ---- */

static GVariant *pack_bytes(GBytes *bytes)
{
    GVariant *value =
        bytes != NULL ? g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, bytes, TRUE) : NULL;
    return g_variant_new_maybe(G_VARIANT_TYPE_BYTESTRING, value);
}

static GVariant *pack_numbers(const GArray *numbers)
{
    return g_variant_new_fixed_array(G_VARIANT_TYPE_UINT32, numbers->data, numbers->len,
                                     sizeof(guint));
}

static guint32 find_transform(const CfnTransform *const *transforms, const CfnTransform *one)
{
    guint32 index = 0;
    while (transforms[index] != one) {
        index++;
    }
    return index;
}

static GVariant *pack_findings(const GPtrArray *findings, const CfnTransform *const *transforms)
{
    GVariantBuilder list;
    g_variant_builder_init(&list, G_VARIANT_TYPE("a" FINDING));
    for (guint i = 0; i < findings->len; i++) {
        const CfnFinding *one = findings->pdata[i];
        guint8 flags =
            (guint8)((one->unsafe ? IS_UNSAFE : 0) | (one->forbidden ? IS_FORBIDDEN : 0));
        g_variant_builder_add(&list, "(uyyu^aym^aym^aym^ay" PLACES "uum^ay)",
                              find_transform(transforms, one->transform), (guint8)one->state, flags,
                              (guint32)one->effects, one->message, one->reason, one->logical_id,
                              one->pointer, one->span.start, one->span.end, one->start.line,
                              one->start.column, one->end.line, one->end.column, one->round,
                              one->accepted_before, one->fingerprint);
    }
    return g_variant_builder_end(&list);
}

static GVariant *pack_operations(const GPtrArray *operations)
{
    GVariantBuilder list;
    g_variant_builder_init(&list, G_VARIANT_TYPE("a" OPERATION));
    for (guint i = 0; i < operations->len; i++) {
        const CfnDone *one = operations->pdata[i];
        g_variant_builder_add(&list, "(us^aym^ay@au)", one->round, one->op, one->path, one->value,
                              pack_numbers(one->findings));
    }
    return g_variant_builder_end(&list);
}

static GVariant *pack_suggestion(const CfnSuggestion *suggestion)
{
    GVariantBuilder list;
    g_variant_builder_init(&list, G_VARIANT_TYPE("a" REPLACEMENT));
    for (guint i = 0; i < suggestion->replacements->len; i++) {
        const CfnReplacement *one = &g_array_index(suggestion->replacements, CfnReplacement, i);
        g_variant_builder_add(&list, "(uuuu^ay)", one->first_line, one->lines, one->span.start,
                              one->span.end, one->text);
    }
    return g_variant_new("(@a" REPLACEMENT "@au)", g_variant_builder_end(&list),
                         pack_numbers(suggestion->findings));
}

static GVariant *pack_suggestions(const GPtrArray *suggestions)
{
    GVariantBuilder list;
    g_variant_builder_init(&list, G_VARIANT_TYPE("ma" SUGGESTION));
    if (suggestions != NULL) {
        g_variant_builder_open(&list, G_VARIANT_TYPE("a" SUGGESTION));
        for (guint i = 0; i < suggestions->len; i++) {
            g_variant_builder_add_value(&list, pack_suggestion(suggestions->pdata[i]));
        }
        g_variant_builder_close(&list);
    }
    return g_variant_builder_end(&list);
}

static GVariant *pack_notices(const GPtrArray *notices)
{
    GVariantBuilder list;
    g_variant_builder_init(&list, G_VARIANT_TYPE("a" NOTICE));
    for (guint i = 0; i < notices->len; i++) {
        const CfnNotice *one = notices->pdata[i];
        g_variant_builder_add(&list, "(uu^ay)", one->place.line, one->place.column, one->message);
    }
    return g_variant_builder_end(&list);
}

static GVariant *pack_secrets(GHashTable *secrets)
{
    GVariantBuilder list;
    g_variant_builder_init(&list, G_VARIANT_TYPE_BYTESTRING_ARRAY);
    GHashTableIter iter;
    gpointer text;
    g_hash_table_iter_init(&iter, secrets);
    while (g_hash_table_iter_next(&iter, &text, NULL)) {
        g_variant_builder_add(&list, "^ay", text);
    }
    return g_variant_builder_end(&list);
}

static GVariant *pack_outcome(const CfnOutcome *outcome, const CfnTransform *const *transforms)
{
    return g_variant_new(
        "(@may@a" FINDING "@a" FINDING "@a" OPERATION "@ma" SUGGESTION "@a" NOTICE "@aayubu)",
        pack_bytes(outcome->after), pack_findings(outcome->findings, transforms),
        pack_findings(outcome->accepted, transforms), pack_operations(outcome->operations),
        pack_suggestions(outcome->suggestions), pack_notices(outcome->notices),
        pack_secrets(outcome->secrets), outcome->rounds, outcome->is_template, outcome->readers);
}

/* Whether there is nothing to tell of what is in it. */
static bool is_quiet(const CfnResult *result)
{
    const CfnOutcome *outcome = result->outcome;
    return result->verdict != CFN_VERDICT_ERROR && result->verdict != CFN_VERDICT_CHANGED &&
           (outcome == NULL ||
            outcome->findings->len + outcome->accepted->len + outcome->notices->len == 0);
}

/* A verdict alone is one byte: of most files there is nothing else, and a GVariant costs as much as
   the scan of a small one. */
static bool is_verdict_alone(const CfnResult *result, bool is_short)
{
    return is_short && result->name == NULL && result->hashes == NULL && !result->was_done;
}

GBytes *cfn_parcel_pack(const CfnResult *result, const CfnTransform *const *transforms,
                        CfnParcelParts parts)
{
    bool is_short = is_quiet(result) && (parts & CFN_PARCEL_TEXT) == 0;
    if (is_verdict_alone(result, is_short)) {
        return g_bytes_new(&(guint8){ (guint8)result->verdict }, 1);
    }
    const GError *error = result->error;
    GVariant *outcome =
        result->outcome != NULL && !is_short ? pack_outcome(result->outcome, transforms) : NULL;
    GVariant *reason =
        error != NULL ? g_variant_new("(i^ay)", (gint32)error->code, error->message) : NULL;
    g_autoptr(GVariant) packed = g_variant_ref_sink(g_variant_new(
        "(y@maym@(iay)m^aym^ay@mayb" LEFT "m@" OUTCOME ")", (guint8)result->verdict,
        pack_bytes(is_short ? NULL : result->before), reason, result->diff, result->name,
        pack_bytes(result->hashes), result->was_done, result->left.needs_consent,
        result->left.cannot_fix, result->left.accepted, result->left.notices, outcome));
    return g_variant_get_data_as_bytes(packed);
}

/* ---- Unpacking. False: it makes no sense ---- */

static bool is_within(CfnSpan span, gsize length)
{
    return span.start <= span.end && span.end <= length;
}

/* Whether a text of LENGTH bytes can have it. Who tells of a finding goes through its lines. */
static bool is_place(CfnPlace place, gsize length)
{
    return place.line > 0 && place.line <= length + 1 && place.column > 0 &&
           place.column <= length + 1;
}

static bool is_placed(const CfnFinding *finding, gsize length)
{
    return is_within(finding->span, length) && is_place(finding->start, length) &&
           is_place(finding->end, length) && finding->start.line <= finding->end.line;
}

static bool unpack_findings(GVariant *list, const CfnTransform *const *transforms, gsize length,
                            GPtrArray *findings)
{
    guint count = g_strv_length((GStrv)transforms); /* pointers, ended by NULL, as strings are */
    GVariantIter iter;
    guint32 transform, effects;
    guint8 state, flags;
    CfnFinding one = { 0 };
    g_variant_iter_init(&iter, list);
    while (g_variant_iter_next(&iter, "(uyyu^aym^aym^aym^ay" PLACES "uum^ay)", &transform, &state,
                               &flags, &effects, &one.message, &one.reason, &one.logical_id,
                               &one.pointer, &one.span.start, &one.span.end, &one.start.line,
                               &one.start.column, &one.end.line, &one.end.column, &one.round,
                               &one.accepted_before, &one.fingerprint)) {
        one.transform = transform < count ? transforms[transform] : NULL;
        one.state = (CfnState)state;
        one.unsafe = (flags & IS_UNSAFE) != 0;
        one.forbidden = (flags & IS_FORBIDDEN) != 0;
        one.effects = (CfnEffects)effects;
        g_ptr_array_add(findings, g_memdup2(&one, sizeof one));
        if (one.transform == NULL || state > CFN_CANNOT_FIX || effects >> CFN_EFFECT_COUNT != 0 ||
            !is_placed(&one, length)) {
            return false;
        }
    }
    return true;
}

/* LIST as numbers, each below COUNT; NULL if one is not. */
static GArray *unpack_numbers(GVariant *list, guint count)
{
    gsize length;
    const guint32 *numbers = g_variant_get_fixed_array(list, &length, sizeof(guint32));
    g_autoptr(GArray) array = g_array_new(FALSE, FALSE, sizeof(guint));
    for (gsize i = 0; i < length; i++) {
        if (numbers[i] >= count) {
            return NULL;
        }
        g_array_append_val(array, numbers[i]);
    }
    return g_steal_pointer(&array);
}

static bool unpack_operations(GVariant *list, CfnOutcome *outcome)
{
    GVariantIter iter;
    g_variant_iter_init(&iter, list);
    for (;;) {
        CfnDone one = { 0 };
        const char *op;
        g_autoptr(GVariant) findings = NULL;
        if (!g_variant_iter_next(&iter, "(u&s^aym^ay@au)", &one.round, &op, &one.path, &one.value,
                                 &findings)) {
            return true;
        }
        one.op = g_intern_string(op);
        one.findings = unpack_numbers(findings, outcome->findings->len);
        bool makes_sense = one.findings != NULL;
        if (!makes_sense) {
            one.findings = g_array_new(FALSE, FALSE, sizeof(guint));
        }
        g_ptr_array_add(outcome->operations, g_memdup2(&one, sizeof one));
        if (!makes_sense) {
            return false;
        }
    }
}

/* Whether REPLACEMENT is of the whole lines that it says, behind the byte END. */
static bool is_of_lines(const CfnReplacement *one, CfnSource *source, uint32_t end)
{
    const CfnSpan span = one->span;
    if (!is_within(span, source->length) || span.start < end ||
        (span.start < source->length && cfn_source_line_start(source, span.start) != span.start)) {
        return false;
    }
    uint32_t lines = 0, at = span.start;
    for (; at < span.end; lines++) {
        at = cfn_source_next_line(source, at);
    }
    return at == span.end && one->lines == lines &&
           one->first_line == cfn_source_place(source, span.start).line;
}

static bool unpack_replacements(GVariant *list, CfnSource *source, GArray *replacements)
{
    GVariantIter iter;
    CfnReplacement one;
    uint32_t end = 0;
    g_variant_iter_init(&iter, list);
    while (g_variant_iter_next(&iter, "(uuuu^ay)", &one.first_line, &one.lines, &one.span.start,
                               &one.span.end, &one.text)) {
        g_array_append_val(replacements, one);
        if (!is_of_lines(&one, source, end)) {
            return false;
        }
        end = one.span.end;
    }
    return replacements->len > 0;
}

static bool unpack_suggestions(GVariant *list, CfnOutcome *outcome)
{
    GVariantIter iter;
    g_variant_iter_init(&iter, list);
    outcome->suggestions = g_ptr_array_new_with_free_func((GDestroyNotify)cfn_suggestion_free);
    for (;;) {
        g_autoptr(GVariant) replacements = NULL, findings = NULL;
        if (!g_variant_iter_next(&iter, "(@a" REPLACEMENT "@au)", &replacements, &findings)) {
            return true;
        }
        CfnSuggestion *one = cfn_suggestion_new();
        g_ptr_array_add(outcome->suggestions, one);
        g_autoptr(GArray) numbers = unpack_numbers(findings, outcome->findings->len);
        if (numbers == NULL || numbers->len == 0 ||
            !unpack_replacements(replacements, outcome->source, one->replacements)) {
            return false;
        }
        g_array_append_vals(one->findings, numbers->data, numbers->len);
    }
}

static void unpack_notices(GVariant *list, GPtrArray *notices)
{
    GVariantIter iter;
    CfnNotice one;
    g_variant_iter_init(&iter, list);
    while (
        g_variant_iter_next(&iter, "(uu^ay)", &one.place.line, &one.place.column, &one.message)) {
        g_ptr_array_add(notices, g_memdup2(&one, sizeof one));
    }
}

static void unpack_secrets(GVariant *list, GHashTable *secrets)
{
    GVariantIter iter;
    char *text;
    g_variant_iter_init(&iter, list);
    while (g_variant_iter_next(&iter, "^ay", &text)) {
        g_hash_table_add(secrets, text);
    }
}

static bool unpack_outcome(GVariant *packed, const CfnTransform *const *transforms,
                           CfnOutcome *outcome)
{
    g_autoptr(GVariant) after = NULL, findings = NULL, accepted = NULL, operations = NULL,
                        suggestions = NULL, notices = NULL, secrets = NULL;
    gboolean is_template;
    g_variant_get(packed,
                  "(m@ay@a" FINDING "@a" FINDING "@a" OPERATION "m@a" SUGGESTION "@a" NOTICE
                  "@aayubu)",
                  &after, &findings, &accepted, &operations, &suggestions, &notices, &secrets,
                  &outcome->rounds, &is_template, &outcome->readers);
    gsize length = outcome->source->length;
    outcome->is_template = is_template;
    outcome->after = after != NULL ? g_variant_get_data_as_bytes(after) : NULL;
    unpack_notices(notices, outcome->notices);
    unpack_secrets(secrets, outcome->secrets);
    return unpack_findings(findings, transforms, length, outcome->findings) &&
           unpack_findings(accepted, transforms, length, outcome->accepted) &&
           unpack_operations(operations, outcome) &&
           (suggestions == NULL || unpack_suggestions(suggestions, outcome));
}

/* Whether RESULT has what is to be told of it, whoever tells it. */
static bool has_parts(const CfnResult *result, CfnParcelParts parts)
{
    const bool is_changed = result->verdict == CFN_VERDICT_CHANGED;
    const bool is_read = is_changed || result->verdict == CFN_VERDICT_UNCHANGED;
    return ((parts & CFN_PARCEL_NAME) == 0 || result->name != NULL) &&
           ((parts & CFN_PARCEL_TEXT) == 0 || result->before != NULL || !is_read) &&
           ((parts & CFN_PARCEL_DIFF) == 0 || result->diff != NULL || !is_changed);
}

/* Whether RESULT has what its verdict promises to reporters. */
static bool is_whole(const CfnResult *result)
{
    switch (result->verdict) {
    case CFN_VERDICT_CHANGED:
        return result->outcome != NULL && result->outcome->after != NULL;
    case CFN_VERDICT_UNCHANGED:
        return result->outcome != NULL;
    case CFN_VERDICT_NOT_TEMPLATE:
        return true;
    case CFN_VERDICT_ERROR:
        return result->error != NULL;
    }
    return false;
}

static void unpack_error(GVariant *packed, CfnResult *result)
{
    gint32 code;
    const char *message;
    g_variant_get(packed, "(i^&ay)", &code, &message);
    result->error = g_error_new_literal(CFN_ERROR, code, message);
}

static void unpack_verdict(GBytes *parcel, CfnResult *result)
{
    result->verdict = (CfnVerdict) * (const guint8 *)g_bytes_get_data(parcel, NULL);
    if (result->verdict == CFN_VERDICT_UNCHANGED) {
        result->outcome = cfn_outcome_new(NULL);
    }
}

/* Whether the GVariant that PARCEL is makes sense. */
static bool unpack_result(GBytes *parcel, const CfnTransform *const *transforms, size_t limit,
                          CfnResult *result)
{
    g_autoptr(GVariant) packed =
        g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE(RESULT), parcel, FALSE));
    g_autoptr(GVariant) before = NULL, error = NULL, hashes = NULL, outcome = NULL;
    guint8 verdict;
    gboolean was_done;
    CfnLeft *left = &result->left;
    g_variant_get(packed, "(ym@aym@(iay)m^aym^aym@ayb" LEFT "m@" OUTCOME ")", &verdict, &before,
                  &error, &result->diff, &result->name, &hashes, &was_done, &left->needs_consent,
                  &left->cannot_fix, &left->accepted, &left->notices, &outcome);
    result->was_done = was_done;
    result->hashes = hashes != NULL ? g_variant_get_data_as_bytes(hashes) : NULL;
    result->verdict = (CfnVerdict)verdict;
    result->before = before != NULL ? g_variant_get_data_as_bytes(before) : NULL;
    if (error != NULL) {
        unpack_error(error, result);
    }
    if (outcome == NULL && before == NULL && verdict == CFN_VERDICT_UNCHANGED) {
        result->outcome = cfn_outcome_new(NULL);
    }
    CfnSource *source = outcome != NULL && before != NULL
                            ? cfn_source_new(result->path, result->before, limit, NULL)
                            : NULL;
    if (source != NULL) {
        result->outcome = cfn_outcome_new(source);
    }
    return outcome == NULL ||
           (source != NULL && unpack_outcome(outcome, transforms, result->outcome));
}

CfnResult *cfn_parcel_unpack(GBytes *parcel, const char *path,
                             const CfnTransform *const *transforms, size_t limit,
                             CfnParcelParts parts)
{
    g_autoptr(CfnResult) result = g_new0(CfnResult, 1);
    result->path = g_strdup(path);
    if (g_bytes_get_size(parcel) == 1) {
        unpack_verdict(parcel, result);
    } else if (!unpack_result(parcel, transforms, limit, result)) {
        return NULL;
    }
    return is_whole(result) && has_parts(result, parts) ? g_steal_pointer(&result) : NULL;
}

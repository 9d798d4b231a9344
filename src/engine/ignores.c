/*
 * What the template itself says is to be left alone, and whether that was needed.
 */
#include "engine/ignores_internal.h"

#include "engine/comments.h"
#include "engine/names.h"
#include "engine/notice.h"
#include "engine/other_tools.h"
#include "engine/round.h"
#include "text/hash.h"

/* Who has read so many reads no more. */
enum { COMPLAINT_LIMIT = 100 };

uint32_t cfn_history_map_back(const GPtrArray *history, uint32_t offset)
{
    for (guint i = history->len; i > 0; i--) {
        offset = cfn_edits_map_back(history->pdata[i - 1], offset);
    }
    return offset;
}

const CfnTransform *cfn_ignores_transform(const CfnOptions *options, const char *text,
                                          size_t length)
{
    for (const CfnTransform *const *at = options->transforms; *at != NULL; at++) {
        if (strlen((*at)->id) == length && strncmp((*at)->id, text, length) == 0) {
            return *at;
        }
    }
    return NULL;
}

/* ---- Reading the input ---- */

typedef struct {
    CfnIgnores *ignores;
    CfnSource *source;
} Reader;

static void complain(const Reader *reader, uint32_t place, const char *message)
{
    GPtrArray *notices = reader->ignores->notices;
    if (notices->len < COMPLAINT_LIMIT) {
        cfn_notice_add(notices, reader->source, place, message);
    }
}

static void complain_of_id(const Reader *reader, const char *text, size_t length, uint32_t place)
{
    g_autofree char *id = g_strndup(text, length);
    const char *nearest = cfn_name_nearest_transform(id, reader->ignores->options->transforms);
    g_autofree char *message =
        length == 0 ? g_strdup("ignores nothing: no repair is named")
        : nearest != NULL
            ? g_strdup_printf("ignores nothing: repair '%s' is unknown; did you mean '%s'?", id,
                              nearest)
            : g_strdup_printf("ignores nothing: repair '%s' is unknown", id);
    complain(reader, place, message);
}

/* The repair that TEXT names; NULL, and told, if there is none. */
static const CfnTransform *read_id(const Reader *reader, const char *text, size_t length,
                                   uint32_t place)
{
    const CfnTransform *transform = cfn_ignores_transform(reader->ignores->options, text, length);
    if (transform == NULL) {
        complain_of_id(reader, text, length, place);
    }
    return transform;
}

static void watch(CfnIgnores *ignores, const CfnIgnore *ignore)
{
    g_array_append_val(ignores->watched, *ignore);
}

/* Of one line, or of the template, each repair once: so all that is looked through stays short. */
static bool add_comment(GArray *list, const CfnIgnore *ignore)
{
    for (guint i = list->len; i > 0; i--) {
        const CfnIgnore *other = &g_array_index(list, CfnIgnore, i - 1);
        if (other->line.start != ignore->line.start) {
            break; /* those of one line are neighbours */
        }
        if (other->transform == ignore->transform) {
            return false;
        }
    }
    g_array_append_val(list, *ignore);
    return true;
}

/* The ids between brackets: SPAN of the source. */
static void read_ids(const Reader *reader, CfnSpan span, const CfnIgnore *model, GArray *list)
{
    const char *text = reader->source->text;
    for (uint32_t at = span.start; at <= span.end; at++) {
        const char *comma = memchr(text + at, ',', span.end - at);
        uint32_t end = comma != NULL ? (uint32_t)(comma - text) : span.end;
        uint32_t last = end;
        while (at < last && g_ascii_isspace(text[at])) {
            at++;
        }
        while (last > at && g_ascii_isspace(text[last - 1])) {
            last--;
        }
        CfnIgnore ignore = *model;
        ignore.place = at;
        ignore.transform = read_id(reader, text + at, last - at, at);
        if (ignore.transform != NULL && ignore.reach == CFN_REACH_LINE) {
            g_hash_table_insert(reader->ignores->brackets, GUINT_TO_POINTER(ignore.line.start),
                                GUINT_TO_POINTER(span.end));
        }
        if (ignore.transform != NULL && add_comment(list, &ignore)) {
            watch(reader->ignores, &ignore);
        }
        at = end;
    }
}

/* Whether the word at *AT is WORD with a bracket behind it; then *AT is behind that. */
static bool takes_word(const CfnSource *source, uint32_t *at, uint32_t end, const char *word)
{
    uint32_t size = (uint32_t)strlen(word);
    if (end - *at < size || strncmp(source->text + *at, word, size) != 0) {
        return false;
    }
    uint32_t behind = *at + size;
    while (behind < end && source->text[behind] == ' ') {
        behind++;
    }
    if (behind == end || source->text[behind] != '[') {
        return false;
    }
    *at = behind + 1;
    return true;
}

static void read_comment(const Reader *reader, const CfnComment *comment)
{
    CfnIgnores *ignores = reader->ignores;
    const char *text = reader->source->text;
    uint32_t at = comment->text.start;
    while (at < comment->text.end && g_ascii_isspace(text[at])) {
        at++;
    }
    uint32_t word = at;
    bool is_file = takes_word(reader->source, &at, comment->text.end, "ignore-file");
    if (!is_file && !takes_word(reader->source, &at, comment->text.end, "ignore")) {
        complain(reader, word, "a comment for cfnfix says 'ignore[id]' or 'ignore-file[id]'");
        return;
    }
    /* Ids have no `#`: where another comment begins, this one was left open. */
    const char *more = memchr(text + at, '#', comment->text.end - at);
    size_t length = (more != NULL ? (uint32_t)(more - text) : comment->text.end) - at;
    const char *bracket = memchr(text + at, ']', length);
    if (bracket == NULL) {
        complain(reader, word, "ignores nothing: the ']' behind the ids is missing");
        return;
    }
    CfnSpan span = { at, (uint32_t)(bracket - text) };
    CfnIgnore ignore = { .reach = CFN_REACH_LINE, .line = comment->line };
    CfnIgnore ignore_file = { .reach = CFN_REACH_WHOLE };
    read_ids(reader, span, is_file ? &ignore_file : &ignore,
             is_file ? ignores->files : ignores->comments);
}

static int by_line(gconstpointer a, gconstpointer b)
{
    const CfnIgnore *one = a, *other = b;
    if (one->line.start != other->line.start) {
        return one->line.start < other->line.start ? -1 : 1;
    }
    return one->place < other->place ? -1 : one->place > other->place;
}

static void read_own_comments(const Reader *reader, const CfnTree *tree)
{
    g_autoptr(GArray) comments = cfn_comments_find(tree, "cfnfix:");
    for (guint i = 0; i < comments->len; i++) {
        read_comment(reader, &g_array_index(comments, CfnComment, i));
    }
}

/* https://github.com/bridgecrewio/checkov/blob/main/checkov/common/comment/enum.py */
static void read_checkov_comments(const Reader *reader, const CfnTree *tree)
{
    g_autoptr(GArray) comments = cfn_comments_find(tree, "checkov:skip=");
    const char *text = reader->source->text;
    for (guint i = 0; i < comments->len; i++) {
        const CfnComment *comment = &g_array_index(comments, CfnComment, i);
        CfnSpan span = comment->text;
        while (span.start < span.end && text[span.start] == ' ') {
            span.start++;
        }
        size_t length = 0;
        while (span.start + length < span.end &&
               (g_ascii_isalnum(text[span.start + length]) || text[span.start + length] == '_')) {
            length++;
        }
        const char *ours =
            cfn_other_id(reader->ignores->options->other_ids, "checkov", text + span.start, length);
        if (ours != NULL) {
            CfnIgnore ignore = { .reach = CFN_REACH_AROUND,
                                 .line = comment->own,
                                 .place = span.start };
            ignore.transform = cfn_ignores_transform(reader->ignores->options, ours, strlen(ours));
            if (ignore.transform != NULL) {
                g_array_append_val(reader->ignores->comments, ignore);
            }
        }
    }
}

/* ---- Metadata ---- */

void cfn_ignores_each_own_id(const CfnNode *metadata,
                             void (*take)(gpointer data, const CfnNode *id, const CfnNode *item),
                             gpointer data)
{
    const CfnNode *ignored =
        cfn_node_is_mapping(metadata) ? cfn_node_at(metadata, "cfnfix", "ignore", NULL) : NULL;
    if (ignored == NULL) {
        return;
    }
    bool is_list = cfn_node_is_sequence(ignored);
    for (const CfnNode *item = is_list ? ignored->first : ignored; item != NULL;
         item = is_list ? item->next : NULL) {
        const CfnNode *id = cfn_node_is_mapping(item) ? cfn_node_get(item, "id") : item;
        take(data, cfn_node_is_scalar(id) && !cfn_node_is_empty(id) ? id : NULL, item);
    }
}

const CfnNode *cfn_ignores_metadata(const CfnTemplate *template, const CfnResource *resource)
{
    return resource != NULL ? resource->metadata : cfn_template_section(template, "Metadata");
}

static void check_own_id(gpointer data, const CfnNode *id, const CfnNode *item)
{
    const Reader *reader = data;
    if (id == NULL) {
        complain(reader, item->span.start, "ignores nothing: this is not the id of a repair");
        return;
    }
    CfnIgnore ignore = { .reach = CFN_REACH_WHOLE, .place = id->span.start };
    ignore.transform = read_id(reader, id->text, id->length, id->span.start);
    if (ignore.transform != NULL) {
        watch(reader->ignores, &ignore);
    }
}

char *cfn_ignores_name(const CfnResource *resource, const char *id, size_t length)
{
    return g_strdup_printf("%s/%.*s", resource != NULL ? resource->logical_id : "", (int)length,
                           id);
}

typedef struct {
    GHashTable *names;
    const CfnResource *resource;
} Silencer;

static void silence(gpointer data, const CfnNode *id, const CfnNode *item)
{
    const Silencer *silencer = data;
    if (id != NULL) {
        g_hash_table_add(silencer->names,
                         cfn_ignores_name(silencer->resource, id->text, id->length));
    }
}

void cfn_ignores_read_metadata(CfnIgnores *ignores, const CfnTemplate *template)
{
    Reader reader = { ignores, cfn_template_tree(template)->source };
    Silencer silencer = { ignores->unheard, NULL };
    uint32_t count = cfn_template_resource_count(template);
    for (uint32_t i = 0; i <= count; i++) {
        silencer.resource = i < count ? cfn_template_resource_at(template, i) : NULL;
        const CfnNode *metadata = cfn_ignores_metadata(template, silencer.resource);
        if (silencer.names != NULL) {
            cfn_ignores_each_own_id(metadata, silence, &silencer);
        } else {
            cfn_ignores_each_own_id(metadata, check_own_id, &reader);
        }
    }
    ignores->has_metadata = true;
}

CfnIgnores *cfn_ignores_new(const CfnTree *tree, const CfnOptions *options)
{
    CfnIgnores *ignores = g_new0(CfnIgnores, 1);
    ignores->options = options;
    ignores->comments = g_array_new(FALSE, FALSE, sizeof(CfnIgnore));
    ignores->files = g_array_new(FALSE, FALSE, sizeof(CfnIgnore));
    ignores->brackets = g_hash_table_new(NULL, NULL);
    ignores->watched = g_array_new(FALSE, FALSE, sizeof(CfnIgnore));
    ignores->used = g_hash_table_new(NULL, NULL);
    ignores->notices = g_ptr_array_new_with_free_func((GDestroyNotify)cfn_notice_free);
    if (options->no_ignores) {
        ignores->unheard = g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL);
    }
    Reader reader = { ignores, tree->source };
    if (!options->no_ignores && tree->source->has_hashes && !tree->is_json) {
        read_own_comments(&reader, tree);
        read_checkov_comments(&reader, tree);
        g_array_sort(ignores->comments, by_line);
    }
    return ignores;
}

void cfn_ignores_free(CfnIgnores *ignores)
{
    if (ignores == NULL) {
        return;
    }
    g_array_unref(ignores->comments);
    g_array_unref(ignores->files);
    g_hash_table_unref(ignores->brackets);
    g_array_unref(ignores->watched);
    g_hash_table_unref(ignores->used);
    g_clear_pointer(&ignores->unheard, g_hash_table_unref);
    g_clear_pointer(&ignores->notices, g_ptr_array_unref);
    g_free(ignores);
}

bool cfn_ignore_is_used(const CfnIgnores *ignores, const CfnIgnore *ignore)
{
    return g_hash_table_contains(ignores->used, GUINT_TO_POINTER(ignore->place));
}

void cfn_ignore_use(CfnIgnores *ignores, const CfnIgnore *ignore)
{
    g_hash_table_add(ignores->used, GUINT_TO_POINTER(ignore->place));
}

void cfn_ignores_tell(CfnIgnores *ignores, CfnSource *input, GPtrArray *notices)
{
    for (guint i = 0; i < ignores->watched->len; i++) {
        const CfnIgnore *ignore = &g_array_index(ignores->watched, CfnIgnore, i);
        if (!cfn_ignore_is_used(ignores, ignore) &&
            cfn_options_select(ignores->options, ignore->transform)) {
            g_autofree char *message =
                g_strdup_printf("ignores nothing: no '%s' is found here", ignore->transform->id);
            cfn_notice_add(notices, input, ignore->place, message);
        }
    }
    g_ptr_array_extend_and_steal(notices, g_steal_pointer(&ignores->notices));
    cfn_notices_sort(notices);
}

uint32_t cfn_ignores_bracket(const CfnIgnores *ignores, uint32_t offset)
{
    gpointer bracket;
    bool is_there =
        g_hash_table_lookup_extended(ignores->brackets, GUINT_TO_POINTER(offset), NULL, &bracket);
    return is_there ? GPOINTER_TO_UINT(bracket) : CFN_NOWHERE;
}

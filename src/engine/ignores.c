/*
 * What the template itself says is to be left alone, and whether that was needed.
 */
#include "engine/ignores.h"

#include "engine/comments.h"
#include "engine/names.h"
#include "engine/notice.h"
#include "engine/other_tools.h"
#include "engine/round.h"
#include "text/hash.h"

/* Who has read so many reads no more. */
enum { COMPLAINT_LIMIT = 100 };

typedef enum {
    WHOLE,  /* the resource whose Metadata it is, or the template */
    LINE,   /* what begins on a line; the resource whose logical id is on it */
    AROUND, /* the resource around a comment */
} Reach;

/* One id in one place. */
typedef struct {
    const CfnTransform *transform;
    Reach reach;
    CfnSpan line;   /* of LINE and AROUND: in the input */
    uint32_t place; /* in the input: of the id */
} Ignore;

struct CfnIgnores {
    const CfnOptions *options;
    GArray *comments;     /* Ignore: LINE and AROUND, by place of their lines */
    GArray *files;        /* Ignore: ignore-file, WHOLE */
    GHashTable *brackets; /* start of a line -> place of the `]` of the last comment about it */
    GArray *watched;      /* Ignore: what is to be told if it is of no use */
    GHashTable *used;     /* the places of those that were */
    GHashTable *unheard;  /* with --no-ignores: "resource/id" of the input's Metadata */
    GPtrArray *notices;   /* CfnNotice: what is wrong with them */
    bool has_metadata;    /* it has been read */
};

struct CfnIgnoring {
    CfnIgnores *ignores;
    CfnIgnoresScope scope;
    const CfnTemplate *template;
    const GPtrArray *history;
    GHashTable *lists; /* const CfnResource* (NULL: the template) -> GArray of Ignore */
    GArray *list;      /* being filled, for RESOURCE */
    const CfnResource *resource;
    bool hides; /* something is WHOLE */
};

uint32_t cfn_history_map_back(const GPtrArray *history, uint32_t offset)
{
    for (guint i = history->len; i > 0; i--) {
        offset = cfn_edits_map_back(history->pdata[i - 1], offset);
    }
    return offset;
}

static const CfnTransform *find_transform(const CfnOptions *options, const char *text,
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
    const CfnTransform *transform = find_transform(reader->ignores->options, text, length);
    if (transform == NULL) {
        complain_of_id(reader, text, length, place);
    }
    return transform;
}

static void watch(CfnIgnores *ignores, const Ignore *ignore)
{
    g_array_append_val(ignores->watched, *ignore);
}

/* Of one line, or of the template, each repair once: so all that is looked through stays short. */
static bool add_comment(GArray *list, const Ignore *ignore)
{
    for (guint i = list->len; i > 0; i--) {
        const Ignore *other = &g_array_index(list, Ignore, i - 1);
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
static void read_ids(const Reader *reader, CfnSpan span, const Ignore *model, GArray *list)
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
        Ignore ignore = *model;
        ignore.place = at;
        ignore.transform = read_id(reader, text + at, last - at, at);
        if (ignore.transform != NULL && ignore.reach == LINE) {
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
    Ignore ignore = { .reach = LINE, .line = comment->line };
    Ignore ignore_file = { .reach = WHOLE };
    read_ids(reader, span, is_file ? &ignore_file : &ignore,
             is_file ? ignores->files : ignores->comments);
}

static int by_line(gconstpointer a, gconstpointer b)
{
    const Ignore *one = a, *other = b;
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
            Ignore ignore = { .reach = AROUND, .line = comment->own, .place = span.start };
            ignore.transform = find_transform(reader->ignores->options, ours, strlen(ours));
            if (ignore.transform != NULL) {
                g_array_append_val(reader->ignores->comments, ignore);
            }
        }
    }
}

/* ---- Metadata ---- */

/* Calls TAKE with each id under cfnfix: {ignore: …}: a text, a mapping with an `id`, or a list of
   both. NULL where there should be one. */
static void each_own_id(const CfnNode *metadata,
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

static const CfnNode *metadata_of(const CfnTemplate *template, const CfnResource *resource)
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
    Ignore ignore = { .reach = WHOLE, .place = id->span.start };
    ignore.transform = read_id(reader, id->text, id->length, id->span.start);
    if (ignore.transform != NULL) {
        watch(reader->ignores, &ignore);
    }
}

static char *name_of(const CfnResource *resource, const char *id, size_t length)
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
        g_hash_table_add(silencer->names, name_of(silencer->resource, id->text, id->length));
    }
}

/* What the input's Metadata names: that of the template, and that of each resource. */
static void read_metadata(CfnIgnores *ignores, const CfnTemplate *template)
{
    Reader reader = { ignores, cfn_template_tree(template)->source };
    Silencer silencer = { ignores->unheard, NULL };
    uint32_t count = cfn_template_resource_count(template);
    for (uint32_t i = 0; i <= count; i++) {
        silencer.resource = i < count ? cfn_template_resource_at(template, i) : NULL;
        const CfnNode *metadata = metadata_of(template, silencer.resource);
        if (silencer.names != NULL) {
            each_own_id(metadata, silence, &silencer);
        } else {
            each_own_id(metadata, check_own_id, &reader);
        }
    }
    ignores->has_metadata = true;
}

CfnIgnores *cfn_ignores_new(const CfnTree *tree, const CfnOptions *options)
{
    CfnIgnores *ignores = g_new0(CfnIgnores, 1);
    ignores->options = options;
    ignores->comments = g_array_new(FALSE, FALSE, sizeof(Ignore));
    ignores->files = g_array_new(FALSE, FALSE, sizeof(Ignore));
    ignores->brackets = g_hash_table_new(NULL, NULL);
    ignores->watched = g_array_new(FALSE, FALSE, sizeof(Ignore));
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

static bool is_used(const CfnIgnores *ignores, const Ignore *ignore)
{
    return g_hash_table_contains(ignores->used, GUINT_TO_POINTER(ignore->place));
}

static void use(CfnIgnores *ignores, const Ignore *ignore)
{
    g_hash_table_add(ignores->used, GUINT_TO_POINTER(ignore->place));
}

void cfn_ignores_tell(CfnIgnores *ignores, CfnSource *input, GPtrArray *notices)
{
    for (guint i = 0; i < ignores->watched->len; i++) {
        const Ignore *ignore = &g_array_index(ignores->watched, Ignore, i);
        if (!is_used(ignores, ignore) && cfn_options_select(ignores->options, ignore->transform)) {
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

/* ---- One round ---- */

static const GArray *list_of(const CfnIgnoring *ignoring, const CfnResource *resource)
{
    return g_hash_table_lookup(ignoring->lists, resource);
}

/* Adds it to the list of the resource that is being read. What another one does already is not told
   as useless. */
static void give(CfnIgnoring *ignoring, const Ignore *ignore)
{
    if (ignoring->scope == CFN_IGNORES_USED && !is_used(ignoring->ignores, ignore)) {
        return;
    }
    if (ignoring->list == NULL) {
        ignoring->list = g_array_new(FALSE, FALSE, sizeof(Ignore));
        g_hash_table_insert(ignoring->lists, (gpointer)ignoring->resource, ignoring->list);
    }
    for (guint i = 0; i < ignoring->list->len; i++) {
        const Ignore *other = &g_array_index(ignoring->list, Ignore, i);
        if (other->transform == ignore->transform && other->reach == ignore->reach) {
            if (ignore->reach == WHOLE) {
                use(ignoring->ignores, ignore);
            }
            return;
        }
    }
    ignoring->hides = ignoring->hides || ignore->reach == WHOLE;
    g_array_append_val(ignoring->list, *ignore);
}

static void give_own(gpointer data, const CfnNode *id, const CfnNode *item)
{
    CfnIgnoring *ignoring = data;
    CfnIgnores *ignores = ignoring->ignores;
    if (id == NULL) {
        return;
    }
    Ignore ignore = { .transform = find_transform(ignores->options, id->text, id->length) };
    g_autofree char *name = name_of(ignoring->resource, id->text, id->length);
    if (ignore.transform == NULL ||
        (ignores->unheard != NULL && g_hash_table_contains(ignores->unheard, name))) {
        return;
    }
    ignore.place = cfn_history_map_back(ignoring->history, id->span.start);
    give(ignoring, &ignore);
}

static void give_others(gpointer data, const char *ours, const CfnNode *node)
{
    CfnIgnoring *ignoring = data;
    Ignore ignore = { .transform = find_transform(ignoring->ignores->options, ours, strlen(ours)) };
    ignore.place = cfn_history_map_back(ignoring->history, node->span.start);
    if (ignore.transform != NULL) {
        give(ignoring, &ignore);
    }
}

/* The first comment whose line ends at or behind OFFSET. */
static guint find_comment(const GArray *comments, uint32_t offset)
{
    guint low = 0;
    guint high = comments->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (g_array_index(comments, Ignore, middle).line.end < offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void give_comments(CfnIgnoring *ignoring, const CfnResource *resource)
{
    const GArray *comments = ignoring->ignores->comments;
    uint32_t start = cfn_history_map_back(ignoring->history, resource->key->span.start);
    uint32_t end = cfn_history_map_back(ignoring->history, resource->node->span.end);
    for (guint i = find_comment(comments, start); i < comments->len; i++) {
        Ignore ignore = g_array_index(comments, Ignore, i);
        if (ignore.line.start >= end) {
            break;
        }
        if (ignore.reach == AROUND || ignore.line.start <= start) {
            ignore.reach = WHOLE;
        }
        give(ignoring, &ignore);
    }
}

static void read_round(CfnIgnoring *ignoring, const CfnResource *resource)
{
    CfnIgnores *ignores = ignoring->ignores;
    const CfnNode *metadata = metadata_of(ignoring->template, resource);
    ignoring->resource = resource;
    ignoring->list = NULL;
    each_own_id(metadata, give_own, ignoring);
    if (!ignores->options->no_ignores) {
        cfn_other_tools_read(ignores->options->other_ids, metadata, resource == NULL, give_others,
                             ignoring);
    }
    if (resource != NULL && ignores->comments->len > 0) {
        give_comments(ignoring, resource);
    }
    for (guint i = 0; resource == NULL && i < ignores->files->len; i++) {
        give(ignoring, &g_array_index(ignores->files, Ignore, i));
    }
}

CfnIgnoring *cfn_ignoring_new(CfnIgnores *ignores, CfnIgnoresScope scope,
                              const CfnTemplate *template, const GPtrArray *history)
{
    CfnIgnoring *ignoring = g_new0(CfnIgnoring, 1);
    ignoring->lists = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_array_unref);
    if (scope == CFN_IGNORES_NONE) {
        return ignoring;
    }
    if (!ignores->has_metadata) {
        read_metadata(ignores, template);
    }
    ignoring->ignores = ignores;
    ignoring->scope = scope;
    ignoring->template = template;
    ignoring->history = history;
    read_round(ignoring, NULL);
    for (uint32_t i = 0; i < cfn_template_resource_count(template); i++) {
        read_round(ignoring, cfn_template_resource_at(template, i));
    }
    return ignoring;
}

void cfn_ignoring_free(CfnIgnoring *ignoring)
{
    if (ignoring != NULL) {
        g_hash_table_unref(ignoring->lists);
        g_free(ignoring);
    }
}

/* Whether RESOURCE's list has TRANSFORM; only WHOLE ones, or any. */
static const Ignore *find_in(const CfnIgnoring *ignoring, const CfnResource *resource,
                             const CfnTransform *transform, bool any)
{
    const GArray *list = list_of(ignoring, resource);
    for (guint i = 0; list != NULL && i < list->len; i++) {
        const Ignore *ignore = &g_array_index(list, Ignore, i);
        if (ignore->transform == transform && (any || ignore->reach == WHOLE)) {
            return ignore;
        }
    }
    return NULL;
}

bool cfn_ignoring_skips(const CfnIgnoring *ignoring, const CfnResource *resource,
                        const CfnTransform *transform)
{
    return find_in(ignoring, resource, transform, false) != NULL;
}

bool cfn_ignoring_touches(const CfnIgnoring *ignoring, const CfnResource *resource,
                          const CfnTransform *transform)
{
    return find_in(ignoring, resource, transform, true) != NULL;
}

/* The comment about FINDING's line, or NULL. */
static const Ignore *find_on_line(const CfnIgnoring *ignoring, const CfnFinding *finding)
{
    const GArray *comments = ignoring->ignores->comments;
    for (guint i = find_comment(comments, finding->span.start); i < comments->len; i++) {
        const Ignore *ignore = &g_array_index(comments, Ignore, i);
        if (ignore->line.start > finding->span.start) {
            return NULL;
        }
        if (ignore->reach == LINE && ignore->transform == finding->transform) {
            return ignore;
        }
    }
    return NULL;
}

bool cfn_ignoring_accepts(const CfnIgnoring *ignoring, const CfnFinding *finding)
{
    const CfnResource *resource = finding->resource;
    const Ignore *reasons[] = {
        find_in(ignoring, NULL, finding->transform, false),
        resource != NULL ? find_in(ignoring, resource, finding->transform, false) : NULL,
        find_on_line(ignoring, finding),
    };
    bool is_accepted = false;
    for (size_t i = 0; i < G_N_ELEMENTS(reasons); i++) {
        if (reasons[i] != NULL) {
            use(ignoring->ignores, reasons[i]);
            is_accepted = true;
        }
    }
    return is_accepted;
}

bool cfn_ignoring_hides(const CfnIgnoring *ignoring)
{
    return ignoring->hides;
}

bool cfn_ignoring_is_open(const CfnIgnoring *ignoring)
{
    const CfnIgnores *ignores = ignoring->ignores;
    for (guint i = 0; i < ignores->watched->len; i++) {
        const Ignore *ignore = &g_array_index(ignores->watched, Ignore, i);
        if (!is_used(ignores, ignore) && cfn_options_select(ignores->options, ignore->transform)) {
            return true;
        }
    }
    return false;
}

void cfn_ignoring_trust(const CfnIgnoring *ignoring, const CfnTransform *transform)
{
    CfnIgnores *ignores = ignoring->ignores;
    for (guint i = 0; i < ignores->watched->len; i++) {
        const Ignore *ignore = &g_array_index(ignores->watched, Ignore, i);
        if (ignore->transform == transform) {
            use(ignores, ignore);
        }
    }
}

/*
 * What several rounds did to a text, as one list of hunks.
 *
 * The text as it is now is a list of pieces: runs of bytes that still are those of the first text,
 * and bytes that were put in. A round cuts pieces and puts new ones between.
 */
#include "edit/trail.h"

#include <string.h>

typedef struct {
    uint32_t length;
    uint32_t from;     /* where its bytes stand in the first text, if they are of it */
    GPtrArray *owners; /* of what was put in, perhaps of no length; NULL: bytes of the first text */
} Piece;

struct CfnTrail {
    uint32_t length; /* of the first text */
    GArray *pieces;  /* Piece */
};

static void clear_piece(gpointer data)
{
    g_clear_pointer(&((Piece *)data)->owners, g_ptr_array_unref);
}

static GArray *new_pieces(void)
{
    GArray *pieces = g_array_new(FALSE, FALSE, sizeof(Piece));
    g_array_set_clear_func(pieces, clear_piece);
    return pieces;
}

CfnTrail *cfn_trail_new(uint32_t length)
{
    CfnTrail *trail = g_new0(CfnTrail, 1);
    trail->length = length;
    trail->pieces = new_pieces();
    const Piece whole = { .length = length };
    g_array_append_val(trail->pieces, whole);
    return trail;
}

void cfn_trail_free(CfnTrail *trail)
{
    if (trail != NULL) {
        g_array_unref(trail->pieces);
        g_free(trail);
    }
}

/* ---- Following a round ---- */

/* A walk over the pieces there are, byte by byte, while the new ones are made. */
typedef struct {
    const GArray *pieces;
    guint index;
    uint32_t inside; /* bytes of the piece at INDEX that are done */
    GArray *made;
} Walk;

static void add_owners(GPtrArray *owners, const GPtrArray *others)
{
    for (guint i = 0; i < others->len; i++) {
        if (!g_ptr_array_find(owners, others->pdata[i], NULL)) {
            g_ptr_array_add(owners, others->pdata[i]);
        }
    }
}

static void keep(Walk *walk, const Piece *piece, uint32_t length)
{
    Piece made = { length, piece->from + walk->inside, NULL };
    if (piece->owners != NULL) {
        made.owners = g_ptr_array_ref(piece->owners);
    }
    g_array_append_val(walk->made, made);
}

/* The next LENGTH bytes stay; with OWNERS they go, and those who had put them in are added to it.
   What has no length and stands at the end is left for the next step. */
static void step(Walk *walk, uint32_t length, GPtrArray *owners)
{
    while (length > 0) {
        const Piece *piece = &g_array_index(walk->pieces, Piece, walk->index);
        uint32_t part = MIN(length, piece->length - walk->inside);
        if (owners == NULL) {
            keep(walk, piece, part);
        } else if (piece->owners != NULL) {
            add_owners(owners, piece->owners);
        }
        length -= part;
        walk->inside += part;
        if (walk->inside == piece->length) {
            walk->index++;
            walk->inside = 0;
        }
    }
}

static void put_in(Walk *walk, const CfnSplice *splice)
{
    Piece made = { .length = splice->length, .owners = g_ptr_array_new() };
    add_owners(made.owners, splice->owners);
    step(walk, cfn_span_length(splice->span), made.owners);
    g_array_append_val(walk->made, made);
}

static void keep_rest(Walk *walk)
{
    for (; walk->index < walk->pieces->len; walk->index++) {
        const Piece *piece = &g_array_index(walk->pieces, Piece, walk->index);
        keep(walk, piece, piece->length - walk->inside);
        walk->inside = 0;
    }
}

void cfn_trail_follow(CfnTrail *trail, const GArray *splices)
{
    Walk walk = { .pieces = trail->pieces, .made = new_pieces() };
    uint32_t at = 0;
    for (guint i = 0; i < splices->len; i++) {
        const CfnSplice *splice = &g_array_index(splices, CfnSplice, i);
        step(&walk, splice->span.start - at, NULL);
        put_in(&walk, splice);
        at = splice->span.end;
    }
    keep_rest(&walk);
    g_array_unref(trail->pieces);
    trail->pieces = walk.made;
}

/* ---- Hunks ---- */

static void clear_hunk(gpointer data)
{
    g_clear_pointer(&((CfnHunk *)data)->owners, g_ptr_array_unref);
}

static GArray *new_hunks(void)
{
    GArray *hunks = g_array_new(FALSE, FALSE, sizeof(CfnHunk));
    g_array_set_clear_func(hunks, clear_hunk);
    return hunks;
}

static bool is_line_start(const CfnSource *source, uint32_t offset)
{
    return cfn_source_line_start(source, offset) == offset;
}

/* Changes of which no byte of the first text stands between, as runs of bytes. */
static GArray *collect_runs(const CfnTrail *trail)
{
    GArray *runs = new_hunks();
    uint32_t before = 0, after = 0;
    bool is_open = false;
    for (guint i = 0; i < trail->pieces->len; i++) {
        const Piece *piece = &g_array_index(trail->pieces, Piece, i);
        CfnHunk *run = is_open ? &g_array_index(runs, CfnHunk, runs->len - 1) : NULL;
        if (piece->owners == NULL && piece->length > 0) {
            if (run != NULL) {
                run->before.end = piece->from;
                run->after.end = after;
            }
            is_open = false;
            before = piece->from + piece->length;
        } else if (piece->owners != NULL && run == NULL) {
            CfnHunk made = { { before, before }, { after, after }, g_ptr_array_new() };
            add_owners(made.owners, piece->owners);
            g_array_append_val(runs, made);
            is_open = true;
        } else if (piece->owners != NULL) {
            add_owners(run->owners, piece->owners);
        }
        after += piece->length;
    }
    if (is_open) {
        CfnHunk *run = &g_array_index(runs, CfnHunk, runs->len - 1);
        run->before.end = trail->length;
        run->after.end = after;
    }
    return runs;
}

/* What stands around it on its first and last line is the same in both texts, so both ranges grow
   by it. If another change is there too, the two overlap, and the one's start and the other's end
   count. */
static void widen(CfnHunk *hunk, const CfnSource *first, const CfnSource *last)
{
    const uint32_t lead = hunk->before.start - cfn_source_line_start(first, hunk->before.start);
    const uint32_t end = hunk->before.end;
    const bool is_whole = is_line_start(first, end) && is_line_start(last, hunk->after.end);
    hunk->before.start -= lead;
    hunk->after.start -= lead;
    if (!is_whole) {
        const uint32_t tail = cfn_source_next_line(first, end) - end;
        hunk->before.end += tail;
        hunk->after.end += tail;
    }
}

/* Lines that are equal at both ends are no part of a change. */
static void trim(CfnHunk *hunk, const CfnSource *first, const CfnSource *last)
{
    const char *old = first->text, *new = last->text;
    for (;;) {
        uint32_t length = MIN(cfn_source_next_line(first, hunk->before.start), hunk->before.end) -
                          hunk->before.start;
        if (length == 0 || cfn_span_length(hunk->after) < length ||
            memcmp(old + hunk->before.start, new + hunk->after.start, length) != 0 ||
            !is_line_start(last, hunk->after.start + length)) {
            break;
        }
        hunk->before.start += length;
        hunk->after.start += length;
    }
    while (cfn_span_length(hunk->before) > 0) {
        uint32_t length = hunk->before.end - cfn_source_line_start(first, hunk->before.end - 1);
        if (cfn_span_length(hunk->after) < length ||
            memcmp(old + hunk->before.end - length, new + hunk->after.end - length, length) != 0 ||
            !is_line_start(last, hunk->after.end - length)) {
            break;
        }
        hunk->before.end -= length;
        hunk->after.end -= length;
    }
}

static void join(CfnHunk *hunk, const CfnHunk *next)
{
    hunk->before.end = next->before.end;
    hunk->after.end = next->after.end;
    add_owners(hunk->owners, next->owners);
    g_ptr_array_unref(next->owners);
}

/* Both changed something in one line. */
static bool overlap(const CfnHunk *hunk, const CfnHunk *next)
{
    return next->before.start < hunk->before.end;
}

/* Lines put in at one end of another change: which of them comes first would be open. */
static bool touch(const CfnHunk *hunk, const CfnHunk *next)
{
    return next->before.start == hunk->before.end &&
           (cfn_span_length(hunk->before) == 0 || cfn_span_length(next->before) == 0);
}

/* HUNKS with those joined of which MEET says so. Takes them. */
static GArray *join_those(GArray *hunks, bool (*meet)(const CfnHunk *, const CfnHunk *))
{
    GArray *joined = new_hunks();
    for (guint i = 0; i < hunks->len; i++) {
        CfnHunk *next = &g_array_index(hunks, CfnHunk, i);
        CfnHunk *previous =
            joined->len > 0 ? &g_array_index(joined, CfnHunk, joined->len - 1) : NULL;
        if (previous != NULL && meet(previous, next)) {
            join(previous, next);
        } else {
            g_array_append_val(joined, *next);
        }
        next->owners = NULL;
    }
    g_array_unref(hunks);
    return joined;
}

GArray *cfn_trail_hunks(const CfnTrail *trail, const CfnSource *first, const CfnSource *last)
{
    GArray *hunks = collect_runs(trail);
    for (guint i = 0; i < hunks->len; i++) {
        widen(&g_array_index(hunks, CfnHunk, i), first, last);
    }
    hunks = join_those(hunks, overlap);
    for (guint i = hunks->len; i > 0; i--) {
        CfnHunk *hunk = &g_array_index(hunks, CfnHunk, i - 1);
        trim(hunk, first, last);
        if (cfn_span_length(hunk->before) + cfn_span_length(hunk->after) == 0) {
            g_array_remove_index(hunks, i - 1);
        }
    }
    return join_those(hunks, touch);
}

/*
 * `acme-orders-internal-application-load-balancer-prod` becomes `acme-orders-balancer-prod`.
 *
 * The first segments say whose it is, the last one mostly which environment it is for, and those
 * before it what it is. So something in the middle goes.
 */
#include "transforms/short_name.h"
#include "text/hash.h"

#include <string.h>

/* How much of the end stays, if whole segments fit: more where names would be the same. */
static const size_t tails[] = { 15, 19, 23 };

/* A last segment over this leaves too little for the rest, and is cut itself. */
#define TAIL_LIMIT 24

bool cfn_name_is_plain(const char *name)
{
    bool says_something = false;
    for (; *name != '\0'; name++) {
        if (!g_ascii_isalnum(*name) && *name != '-') {
            return false;
        }
        says_something = says_something || *name != '-';
    }
    return says_something;
}

/* Where the segment begins that ends at END. */
static size_t segment_start(const char *name, size_t end)
{
    while (end > 0 && name[end - 1] != '-') {
        end--;
    }
    return end;
}

/* Where the part begins that stays at the end: the last segment, and those before it that fit. */
static size_t find_tail(const char *name, size_t length, size_t room)
{
    size_t start = segment_start(name, length);
    if (length - start > TAIL_LIMIT) {
        return length - room;
    }
    while (start > 0) {
        size_t earlier = segment_start(name, start - 1);
        if (length - earlier > room) {
            break;
        }
        start = earlier;
    }
    return start;
}

/* Where the part ends that stays at the beginning: before a hyphen, if that leaves half of ROOM. */
static size_t find_head(const char *name, size_t room)
{
    size_t end = room;
    while (end > room / 2 && name[end] != '-') {
        end--;
    }
    end = name[end] == '-' ? end : room;
    while (end > 0 && name[end - 1] == '-') {
        end--;
    }
    return end;
}

/* NAME within the limit, with NUMBER in it unless that is 0. g_free it. */
static char *shorten(const char *name, size_t tail_room, unsigned number)
{
    name += strspn(name, "-");
    size_t length = strlen(name);
    while (name[length - 1] == '-') {
        length--;
    }
    if (length <= CFN_NAME_LIMIT && number == 0) {
        return g_strndup(name, length);
    }
    g_autofree char *middle = number == 0 ? g_strdup("-") : g_strdup_printf("-%u-", number);
    size_t tail = find_tail(name, length, tail_room);
    size_t room = CFN_NAME_LIMIT - strlen(middle) - (length - tail);
    size_t head = find_head(name, MIN(room, tail));
    return g_strdup_printf("%.*s%s%.*s", (int)head, name, middle, (int)(length - tail),
                           name + tail);
}

static void give(GHashTable *given, GHashTable *taken, gpointer name, char *short_name)
{
    g_hash_table_add(taken, short_name);
    g_hash_table_insert(given, name, short_name);
}

/* Gives those of NAMES one that have none yet and would have another than all the rest. */
static void give_distinct(const GPtrArray *names, size_t tail_room, GHashTable *given,
                          GHashTable *taken)
{
    g_autoptr(GHashTable) wishes =
        g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL);
    for (guint i = 0; i < names->len; i++) {
        if (!g_hash_table_contains(given, names->pdata[i])) {
            char *wish = shorten(names->pdata[i], tail_room, 0);
            guint times = GPOINTER_TO_UINT(g_hash_table_lookup(wishes, wish));
            g_hash_table_insert(wishes, wish, GUINT_TO_POINTER(times + 1));
        }
    }
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *wish = shorten(names->pdata[i], tail_room, 0);
        if (!g_hash_table_contains(given, names->pdata[i]) &&
            g_hash_table_lookup(wishes, wish) == GUINT_TO_POINTER(1) &&
            !g_hash_table_contains(taken, wish)) {
            give(given, taken, names->pdata[i], g_steal_pointer(&wish));
        }
    }
}

/* Gives the rest of NAMES one with a number in it. */
static void give_numbered(const GPtrArray *names, GHashTable *given, GHashTable *taken)
{
    g_autoptr(GHashTable) numbers =
        g_hash_table_new_full(cfn_hash_string, g_str_equal, g_free, NULL);
    for (guint i = 0; i < names->len; i++) {
        if (g_hash_table_contains(given, names->pdata[i])) {
            continue;
        }
        char *kin = shorten(names->pdata[i], tails[0], 0);
        unsigned number = GPOINTER_TO_UINT(g_hash_table_lookup(numbers, kin));
        char *name = shorten(names->pdata[i], tails[0], number);
        while (g_hash_table_contains(taken, name)) {
            g_free(name);
            number = MAX(number + 1, 2);
            name = shorten(names->pdata[i], tails[0], number);
        }
        g_hash_table_insert(numbers, kin, GUINT_TO_POINTER(number));
        give(given, taken, names->pdata[i], name);
    }
}

GHashTable *cfn_short_names(const GPtrArray *names, GHashTable *taken)
{
    GHashTable *given = g_hash_table_new(cfn_hash_string, g_str_equal);
    for (size_t i = 0; i < G_N_ELEMENTS(tails); i++) {
        give_distinct(names, tails[i], given, taken);
    }
    give_numbered(names, given, taken);
    return given;
}

/*
 * Which resource stays where an account has only one.
 *
 * The repair itself is asked what it could remove: it is run alone on each input that has such a
 * resource, as if the one that stays were somewhere else. What it leaves there (because others
 * refer to it, because the template or a baseline says so) is preferred as the one that stays.
 */
#define _GNU_SOURCE 1 /* memmem */
#include "cli/same_account.h"

#include <string.h>

#include "cli/recognize.h"
#include "engine/names.h"
#include "engine/round.h"
#include "text/file.h"
#include "text/hash.h"

#define REPAIR "duplicate-config-recorder"
#define SETTING REPAIR ".account-has-recorder"

/* The types of the repair. */
enum { KIND_COUNT = 2, FIRST_KIND = 0 };

/* The resource of a kind that an input would keep. */
typedef struct {
    guint input;    /* its index */
    char *identity; /* of the file */
    char *logical_id;
    char *place;
    bool is_certain; /* it is under no condition */
    bool stays;      /* the repair does not remove it */
} Site;

struct CfnSameAccount {
    const CfnCommand *command;
    const CfnTransform *repair;
    GHashTable *select;           /* set of the repair's id alone */
    GHashTable *nothing;          /* an empty set */
    GPtrArray *sites[KIND_COUNT]; /* Site*, one for each input that has the kind */
    const Site *kept[KIND_COUNT]; /* of these; NULL if there are none */
    GPtrArray *lists;             /* CfnKept[], as inputs have them */
};

static void free_site(gpointer data)
{
    Site *site = data;
    g_free(site->identity);
    g_free(site->logical_id);
    g_free(site->place);
    g_free(site);
}

void cfn_same_account_free(CfnSameAccount *account)
{
    if (account == NULL) {
        return;
    }
    for (guint i = 0; i < KIND_COUNT; i++) {
        g_ptr_array_unref(account->sites[i]);
    }
    g_hash_table_unref(account->select);
    g_hash_table_unref(account->nothing);
    g_ptr_array_unref(account->lists);
    g_free(account);
}

/* ---- Inputs that may have one ---- */

static bool has_word(GBytes *bytes, const char *word)
{
    gsize length;
    const char *text = g_bytes_get_data(bytes, &length);
    return length > 0 && memmem(text, length, word, strlen(word)) != NULL;
}

/* Whether TEXT may spell a word otherwise than by its letters: "\u0043onfig". Double quotes join
   the lines that a backslash ends, too. */
static bool has_escape(GBytes *bytes)
{
    gsize length;
    const char *text = g_bytes_get_data(bytes, &length);
    const char *end = text + length;
    for (const char *at = text; length > 0 && (at = memchr(at, '\\', (gsize)(end - at))) != NULL;
         at++) {
        if (at + 1 < end && memchr("uUx\r\n", at[1], 5) != NULL) {
            return true;
        }
    }
    return false;
}

static bool may_have_one(const CfnSameAccount *account, GBytes *bytes)
{
    for (const char *const *type = account->repair->resource_types; *type != NULL; type++) {
        if (has_word(bytes, strrchr(*type, ':') + 1)) {
            return true;
        }
    }
    return has_escape(bytes);
}

/* Whether an account is known to have one anyway, which is what this input goes by. */
static bool has_setting(const CfnInput *input)
{
    GHashTable *settings = input->options->settings;
    return settings != NULL && g_strcmp0(g_hash_table_lookup(settings, SETTING), "true") == 0;
}

/* The bytes of INPUT if it may have such a resource, else NULL. */
static GBytes *read_candidate(const CfnSameAccount *account, const CfnInput *input)
{
    if (input->error != NULL || input->is_excluded || input->options == NULL ||
        has_setting(input) || strcmp(input->path, "-") == 0) {
        return NULL;
    }
    g_autoptr(GBytes) bytes =
        input->content != NULL ? g_bytes_ref(input->content)
                               : cfn_file_read(input->path, account->command->max_size, NULL, NULL);
    if (bytes == NULL || !may_have_one(account, bytes) ||
        (!input->is_named && !cfn_looks_like_template(bytes))) {
        return NULL;
    }
    return g_steal_pointer(&bytes);
}

/* ---- What the repair would remove ---- */

/* BYTES were a source before. */
static CfnOutcome *try_repair(const CfnSameAccount *account, const CfnInput *input, GBytes *bytes)
{
    static const char nowhere[] = "";
    const char *const *types = account->repair->resource_types;
    const CfnKept elsewhere[] = {
        { .type = types[0], .logical_id = nowhere, .place = nowhere, .is_certain = true },
        { .type = types[1], .logical_id = nowhere, .place = nowhere, .is_certain = true },
        { .type = NULL },
    };
    G_STATIC_ASSERT(G_N_ELEMENTS(elsewhere) == KIND_COUNT + 1);
    CfnOptions options = *input->options;
    options.select =
        cfn_options_select(input->options, account->repair) ? account->select : account->nothing;
    options.acceptance = input->acceptance;
    options.kept = elsewhere;
    options.add_ignores = options.with_suggestions = false;
    options.without_operations = true;
    return cfn_run(cfn_source_new(input->path, bytes, CFN_SOURCE_HARD_LIMIT, NULL), &options);
}

/* The set of logical ids (borrowed) that go. */
static GHashTable *leavers_of(const CfnOutcome *outcome)
{
    GHashTable *leavers = g_hash_table_new(cfn_hash_string, g_str_equal);
    for (guint i = 0; i < outcome->findings->len; i++) {
        const CfnFinding *finding = outcome->findings->pdata[i];
        if (finding->state == CFN_FIXED && finding->logical_id != NULL) {
            g_hash_table_add(leavers, finding->logical_id);
        }
    }
    return leavers;
}

/* ---- Sites ---- */

static int by_weight(bool one, bool other)
{
    return other - one;
}

/* Of resources in one template those that are worth more; 0 leaves it at their order. */
static int compare_resources(const CfnResource *one, const CfnResource *other, GHashTable *leavers)
{
    int order = by_weight(one->condition == NULL, other->condition == NULL);
    return order != 0 ? order
                      : by_weight(!g_hash_table_contains(leavers, one->logical_id),
                                  !g_hash_table_contains(leavers, other->logical_id));
}

static const CfnResource *best_of(const GPtrArray *resources, GHashTable *leavers)
{
    const CfnResource *best = resources->len > 0 ? resources->pdata[0] : NULL;
    for (guint i = 1; i < resources->len; i++) {
        if (compare_resources(resources->pdata[i], best, leavers) < 0) {
            best = resources->pdata[i];
        }
    }
    return best;
}

static Site *new_site(const CfnInput *input, guint index, const CfnResource *resource,
                      GHashTable *leavers)
{
    CfnSource *source = cfn_template_tree(resource->template)->source;
    Site *site = g_new0(Site, 1);
    site->input = index;
    site->identity = cfn_path_identity(input->path);
    site->logical_id = g_strdup(resource->logical_id);
    site->place = g_strdup_printf("%s:%u", input->path,
                                  cfn_source_place(source, resource->key->span.start).line);
    site->is_certain = resource->condition == NULL;
    site->stays = !g_hash_table_contains(leavers, resource->logical_id);
    return site;
}

static bool has_any(const CfnSameAccount *account, const CfnTemplate *template)
{
    bool has = false;
    for (guint i = 0; i < KIND_COUNT; i++) {
        has =
            has || cfn_template_resources_of(template, account->repair->resource_types[i])->len > 0;
    }
    return has;
}

static void add_sites(CfnSameAccount *account, guint index, const CfnInput *input,
                      const CfnTemplate *template, const CfnOutcome *outcome)
{
    g_autoptr(GHashTable) leavers = leavers_of(outcome);
    for (guint i = 0; i < KIND_COUNT; i++) {
        const char *type = account->repair->resource_types[i];
        const CfnResource *best = best_of(cfn_template_resources_of(template, type), leavers);
        if (best != NULL) {
            g_ptr_array_add(account->sites[i], new_site(input, index, best, leavers));
        }
    }
}

static void look_at(CfnSameAccount *account, const CfnInput *input, guint index)
{
    g_autoptr(GBytes) bytes = read_candidate(account, input);
    g_autoptr(CfnSource) source =
        bytes != NULL ? cfn_source_new(input->path, bytes, account->command->max_size, NULL) : NULL;
    g_autoptr(CfnTree) tree = source != NULL ? cfn_tree_parse(source, NULL) : NULL;
    if (tree == NULL || !cfn_tree_is_template(tree)) {
        return;
    }
    g_autoptr(CfnTemplate) template = cfn_template_new(tree);
    if (has_any(account, template)) {
        g_autoptr(CfnOutcome) outcome = try_repair(account, input, bytes);
        if (outcome->error == NULL) {
            add_sites(account, index, input, template, outcome);
        }
    }
}

/* ---- The one that stays ---- */

/* The one that is there for certain, then the one beside the FIRST kind's that stays, then what
   stays anyway, then the first path. */
static int compare_sites(const Site *one, const Site *other, const Site *first)
{
    const bool weights[][2] = {
        { one->is_certain, other->is_certain },
        { first != NULL && one->input == first->input,
          first != NULL && other->input == first->input },
        { one->stays, other->stays },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(weights); i++) {
        int order = by_weight(weights[i][0], weights[i][1]);
        if (order != 0) {
            return order;
        }
    }
    return strcmp(one->identity, other->identity);
}

static const Site *choose(const GPtrArray *sites, const Site *first)
{
    const Site *best = sites->len > 0 ? sites->pdata[0] : NULL;
    for (guint i = 1; i < sites->len; i++) {
        if (compare_sites(sites->pdata[i], best, first) < 0) {
            best = sites->pdata[i];
        }
    }
    return best;
}

/* What the input of INDEX is told; G_MAXUINT: one that keeps nothing. */
static const CfnKept *list_for(CfnSameAccount *account, guint index)
{
    CfnKept *list = g_new0(CfnKept, KIND_COUNT + 1);
    CfnKept *next = list;
    for (guint i = 0; i < KIND_COUNT; i++) {
        const Site *site = account->kept[i];
        if (site != NULL) {
            *next++ = (CfnKept){ account->repair->resource_types[i], site->logical_id, site->place,
                                 site->input == index, site->is_certain };
        }
    }
    g_ptr_array_add(account->lists, list);
    return list;
}

static bool keeps_one(const CfnSameAccount *account, guint index)
{
    for (guint i = 0; i < KIND_COUNT; i++) {
        if (account->kept[i] != NULL && account->kept[i]->input == index) {
            return true;
        }
    }
    return false;
}

static void tell_inputs(CfnSameAccount *account, GPtrArray *inputs)
{
    const CfnKept *others = list_for(account, G_MAXUINT);
    for (guint i = 0; i < inputs->len; i++) {
        CfnInput *input = inputs->pdata[i];
        input->kept = keeps_one(account, i) ? list_for(account, i) : others;
    }
}

CfnSameAccount *cfn_same_account_new(const CfnCommand *command, GPtrArray *inputs, GError **error)
{
    const CfnTransform *repair = cfn_name_transform(REPAIR, command->engine.transforms, error);
    g_assert(repair != NULL && repair->resource_types[KIND_COUNT] == NULL);
    if (!cfn_options_select(&command->engine, repair)) {
        g_set_error_literal(error, CFN_ERROR, CFN_ERROR_USAGE,
                            "--same-account is about the repair " REPAIR ", which is not to run");
        return NULL;
    }
    CfnSameAccount *account = g_new0(CfnSameAccount, 1);
    account->command = command;
    account->repair = repair;
    account->select = g_hash_table_new(cfn_hash_string, g_str_equal);
    account->nothing = g_hash_table_new(cfn_hash_string, g_str_equal);
    g_hash_table_add(account->select, (gpointer)repair->id);
    account->lists = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < KIND_COUNT; i++) {
        account->sites[i] = g_ptr_array_new_with_free_func(free_site);
    }
    for (guint i = 0; i < inputs->len; i++) {
        look_at(account, inputs->pdata[i], i);
    }
    for (guint i = 0; i < KIND_COUNT; i++) {
        account->kept[i] = choose(account->sites[i], account->kept[FIRST_KIND]);
    }
    tell_inputs(account, inputs);
    return account;
}

GPtrArray *cfn_same_account_notes(const CfnSameAccount *account)
{
    GPtrArray *notes = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < KIND_COUNT; i++) {
        const Site *kept = account->kept[i];
        guint others = kept != NULL ? account->sites[i]->len - 1 : 0;
        if (kept != NULL && others > 0 && kept->is_certain) {
            g_ptr_array_add(notes, g_strdup_printf("of all %s '%s' of %s stays; %u other %s one",
                                                   account->repair->resource_types[i],
                                                   kept->logical_id, kept->place, others,
                                                   others == 1 ? "template had" : "templates had"));
        }
    }
    return notes;
}

/*
 * Which resource stays where an account has only one.
 *
 * What each input has is found by worker processes, as its repair is later. An input that costs
 * its worker is passed over: it will be told then.
 */
#include "cli/same_account.h"

#include <string.h>

#include "cli/account_sites.h"
#include "cli/confine.h"
#include "cli/interrupt.h"
#include "cli/pool.h"
#include "engine/names.h"
#include "engine/round.h"

#define REPAIR "duplicate-config-recorder"

enum { FIRST_KIND = 0 };

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
    const GPtrArray *inputs;             /* CfnInput* */
    GPtrArray *sites[CFN_ACCOUNT_KINDS]; /* Site*, one for each input that has the kind */
    const Site *kept[CFN_ACCOUNT_KINDS]; /* of these; NULL if there are none */
    GPtrArray *lists;                    /* CfnKept[], as inputs have them */
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
    for (guint i = 0; i < CFN_ACCOUNT_KINDS; i++) {
        g_ptr_array_unref(account->sites[i]);
    }
    g_ptr_array_unref(account->lists);
    g_free(account);
}

/* ---- What each input has ---- */

/* Takes over what SITE owns. */
static Site *new_site(const CfnInput *input, guint index, CfnAccountSite *found)
{
    Site *site = g_new0(Site, 1);
    site->input = index;
    site->identity = cfn_input_identity(input);
    site->logical_id = g_steal_pointer(&found->logical_id);
    site->place = g_strdup_printf("%s:%u", input->path, found->line);
    site->is_certain = found->is_certain;
    site->stays = found->stays;
    return site;
}

/* Takes over what FOUND own. */
static void add_sites(CfnSameAccount *account, guint index, CfnAccountSite found[CFN_ACCOUNT_KINDS])
{
    const CfnInput *input = g_ptr_array_index(account->inputs, index);
    for (guint i = 0; i < CFN_ACCOUNT_KINDS; i++) {
        if (found[i].logical_id != NULL) {
            g_ptr_array_add(account->sites[i], new_site(input, index, &found[i]));
        }
    }
}

static void find_sites(const CfnSameAccount *account, guint index,
                       CfnAccountSite sites[CFN_ACCOUNT_KINDS])
{
    cfn_account_sites_find(account->command, account->repair,
                           g_ptr_array_index(account->inputs, index), sites);
}

/* In a worker. */
static GBytes *find_apart(guint index, gpointer data, bool *is_lasting)
{
    CfnAccountSite sites[CFN_ACCOUNT_KINDS];
    find_sites(data, index, sites);
    GBytes *answer = cfn_account_sites_pack(sites);
    cfn_account_sites_clear(sites);
    return answer;
}

static void take_answer(guint index, GBytes *answer, const char *loss, gpointer data)
{
    CfnAccountSite sites[CFN_ACCOUNT_KINDS];
    if (answer != NULL && cfn_account_sites_unpack(answer, sites)) {
        add_sites(data, index, sites);
    }
    g_clear_pointer(&answer, g_bytes_unref);
}

static void look_apart(CfnSameAccount *account)
{
    const CfnCommand *command = account->command;
    guint count = account->inputs->len;
    CfnConfinement *confinement = cfn_confine_new(command, account->inputs, NULL);
    CfnPool pool = {
        .job = { find_apart, account, command->max_memory, confinement },
        .jobs = MIN(command->jobs, count),
        .timeout = command->timeout * G_USEC_PER_SEC,
        .take = take_answer,
        .data = account,
    };
    (void)cfn_pool_run(&pool, count);
    cfn_confine_free(confinement);
}

static void look_at_all(CfnSameAccount *account)
{
    CfnAccountSite sites[CFN_ACCOUNT_KINDS];
    if (account->inputs->len > 1) {
        look_apart(account);
    } else if (account->inputs->len == 1) {
        find_sites(account, 0, sites);
        add_sites(account, 0, sites);
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
        int order = weights[i][1] - weights[i][0];
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
    CfnKept *list = g_new0(CfnKept, CFN_ACCOUNT_KINDS + 1);
    CfnKept *next = list;
    for (guint i = 0; i < CFN_ACCOUNT_KINDS; i++) {
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
    for (guint i = 0; i < CFN_ACCOUNT_KINDS; i++) {
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
    g_assert(repair != NULL && repair->resource_types[CFN_ACCOUNT_KINDS] == NULL);
    if (!cfn_options_select(&command->engine, repair)) {
        g_set_error_literal(error, CFN_ERROR, CFN_ERROR_USAGE,
                            "--same-account is about the repair " REPAIR ", which is not to run");
        return NULL;
    }
    CfnSameAccount *account = g_new0(CfnSameAccount, 1);
    account->command = command;
    account->repair = repair;
    account->inputs = inputs;
    account->lists = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < CFN_ACCOUNT_KINDS; i++) {
        account->sites[i] = g_ptr_array_new_with_free_func(free_site);
    }
    look_at_all(account);
    /* Nothing will be done once the program was asked to stop: so none is said to stay. */
    for (guint i = 0; cfn_interrupt_noted() == 0 && i < CFN_ACCOUNT_KINDS; i++) {
        account->kept[i] = choose(account->sites[i], account->kept[FIRST_KIND]);
    }
    tell_inputs(account, inputs);
    return account;
}

GPtrArray *cfn_same_account_notes(const CfnSameAccount *account)
{
    GPtrArray *notes = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < CFN_ACCOUNT_KINDS; i++) {
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

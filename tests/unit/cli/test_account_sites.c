/*
 * What a worker says of an input: comes back as it was, and harms nobody whatever it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "cli/account_sites.h"

static const CfnAccountSite samples[][CFN_ACCOUNT_KINDS] = {
    { { NULL, 0, false, false }, { NULL, 0, false, false } },
    { { (char *)"Recorder", 3, true, false }, { NULL, 0, false, false } },
    { { NULL, 0, false, false }, { (char *)"Channel", G_MAXUINT32, false, true } },
    { { (char *)"", 1, true, true }, { (char *)"\xff\n\x1b[2J", 70000, true, true } },
};

static void comes_back(void **state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(samples); i++) {
        CfnAccountSite found[CFN_ACCOUNT_KINDS];
        g_autoptr(GBytes) packed = cfn_account_sites_pack(samples[i]);
        assert_true(g_bytes_get_size(packed) > 0); /* as an answer has to be */
        assert_true(cfn_account_sites_unpack(packed, found));
        for (guint kind = 0; kind < CFN_ACCOUNT_KINDS; kind++) {
            const CfnAccountSite *wanted = &samples[i][kind];
            assert_int_equal(g_strcmp0(found[kind].logical_id, wanted->logical_id), 0);
            assert_int_equal(found[kind].line, wanted->line);
            assert_int_equal(found[kind].is_certain, wanted->is_certain);
            assert_int_equal(found[kind].stays, wanted->stays);
        }
        cfn_account_sites_clear(found);
    }
}

/* Whether it is taken; then it has to be whole. */
static bool is_taken(const guint8 *bytes, gsize length)
{
    CfnAccountSite found[CFN_ACCOUNT_KINDS];
    g_autoptr(GBytes) packed = g_bytes_new(bytes, length);
    bool makes_sense = cfn_account_sites_unpack(packed, found);
    for (guint kind = 0; kind < CFN_ACCOUNT_KINDS; kind++) {
        assert_true(found[kind].logical_id == NULL || makes_sense);
        assert_true(found[kind].logical_id == NULL || strlen(found[kind].logical_id) <= length);
        assert_true(found[kind].logical_id == NULL || found[kind].line > 0);
    }
    cfn_account_sites_clear(found);
    return makes_sense;
}

static void has_no_line(void **state)
{
    const CfnAccountSite sites[CFN_ACCOUNT_KINDS] = {
        { (char *)"Recorder", 7, true, true },
        { (char *)"Channel", 0, true, true },
    };
    g_autoptr(GBytes) packed = cfn_account_sites_pack(sites);
    gsize length;
    const guint8 *bytes = g_bytes_get_data(packed, &length);
    assert_false(is_taken(bytes, length));
}

/* Each sample cut anywhere, and with each bit turned. */
static void is_broken(void **state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(samples); i++) {
        g_autoptr(GBytes) packed = cfn_account_sites_pack(samples[i]);
        gsize length;
        const guint8 *bytes = g_bytes_get_data(packed, &length);
        g_autofree guint8 *broken = g_memdup2(bytes, length);
        for (gsize at = 0; at < length; at++) {
            (void)is_taken(bytes, at);
            for (guint bit = 0; bit < 8; bit++) {
                broken[at] = (guint8)(bytes[at] ^ 1u << bit);
                (void)is_taken(broken, length);
            }
            broken[at] = bytes[at];
        }
    }
}

static void is_noise(void **state)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(5);
    guint8 noise[64];
    for (guint i = 0; i < 20000; i++) {
        for (gsize at = 0; at < sizeof noise; at++) {
            noise[at] = (guint8)g_rand_int(random);
        }
        (void)is_taken(noise, i % sizeof noise);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back),
        cmocka_unit_test(has_no_line),
        cmocka_unit_test(is_broken),
        cmocka_unit_test(is_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

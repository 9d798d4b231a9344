/*
 * Findings: what is said about one, and the names of what they do.
 */
#include "engine/finding.h"

static const char *const effect_names[] = {
    "in-place",       "interruption", "replacement",   "access-narrowed",  "access-widened",
    "data-deletable", "new-resource", "new-parameter", "needs-capability", "removal",
};
G_STATIC_ASSERT(G_N_ELEMENTS(effect_names) == CFN_EFFECT_COUNT);

const char **cfn_effects_names(CfnEffects effects)
{
    const char **names = g_new0(const char *, G_N_ELEMENTS(effect_names) + 1);
    size_t count = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(effect_names); i++) {
        if (((guint)effects & 1u << i) != 0) {
            names[count++] = effect_names[i];
        }
    }
    return names;
}

char *cfn_effects_text(CfnEffects effects)
{
    g_autofree const char **names = cfn_effects_names(effects);
    return g_strjoinv(", ", (char **)names);
}

const char *cfn_state_name(CfnState state)
{
    switch (state) {
    case CFN_FIXED:
        return "fixed";
    case CFN_NEEDS_CONSENT:
        return "needs-consent";
    case CFN_CANNOT_FIX:
        return "cannot-fix";
    }
    g_assert_not_reached();
}

void cfn_finding_free(CfnFinding *finding)
{
    if (finding == NULL) {
        return;
    }
    g_free(finding->message);
    g_free(finding->reason);
    g_free(finding->logical_id);
    g_free(finding->pointer);
    g_free(finding->fingerprint);
    g_free(finding);
}

static void set_reason(CfnFinding *finding, char *reason)
{
    g_free(finding->reason);
    finding->reason = reason;
}

void cfn_finding_needs_consent(CfnFinding *finding, const char *format, ...)
{
    finding->unsafe = true;
    if (finding->state == CFN_CANNOT_FIX) {
        return; /* consent would not help */
    }
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *reason = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    finding->state = CFN_NEEDS_CONSENT;
    set_reason(finding, finding->reason == NULL ? g_steal_pointer(&reason)
                                                : g_strconcat(finding->reason, "; ", reason, NULL));
}

void cfn_finding_cannot_fix(CfnFinding *finding, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    finding->state = CFN_CANNOT_FIX;
    set_reason(finding, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

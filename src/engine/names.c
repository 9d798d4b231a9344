/*
 * Repairs, their settings and profiles by the names that people write.
 */
#include "engine/names.h"

#include "text/names.h"

const char *const cfn_profile_names[] = { "standard", "production", "ephemeral", NULL };

/* The ids of TRANSFORMS, ended by NULL. g_ptr_array_unref it. */
static GPtrArray *list_ids(const CfnTransform *const *transforms)
{
    GPtrArray *ids = g_ptr_array_new();
    for (const CfnTransform *const *transform = transforms; *transform != NULL; transform++) {
        g_ptr_array_add(ids, (gpointer)(*transform)->id);
    }
    g_ptr_array_add(ids, NULL);
    return ids;
}

const CfnTransform *cfn_name_transform(const char *id, const CfnTransform *const *transforms,
                                       GError **error)
{
    g_autoptr(GPtrArray) ids = list_ids(transforms);
    int found = cfn_name_find("repair", id, (const char *const *)ids->pdata, error);
    return found >= 0 ? transforms[found] : NULL;
}

const char *cfn_name_nearest_transform(const char *id, const CfnTransform *const *transforms)
{
    g_autoptr(GPtrArray) ids = list_ids(transforms);
    return cfn_name_nearest(id, (const char *const *)ids->pdata);
}

const CfnSetting *cfn_name_setting(const char *key, const CfnTransform *transform, GError **error)
{
    g_autoptr(GPtrArray) keys = g_ptr_array_new();
    for (const CfnSetting *setting = transform->settings; setting != NULL && setting->key != NULL;
         setting++) {
        g_ptr_array_add(keys, (gpointer)setting->key);
    }
    if (keys->len == 0) {
        g_set_error(error, CFN_ERROR, CFN_ERROR_USAGE, "'%s' has no settings", transform->id);
        return NULL;
    }
    g_ptr_array_add(keys, NULL);
    int found = cfn_name_find("setting", key, (const char *const *)keys->pdata, error);
    return found >= 0 ? &transform->settings[found] : NULL;
}

/*
 * One part of many.
 */
#include "cli/shard.h"

#include "cli/inputs.h"

guint cfn_shard_of(const char *path, guint shards)
{
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, path, -1);
    digest[16] = '\0';
    return (guint)(g_ascii_strtoull(digest, NULL, 16) % shards);
}

/* What decides: not where the folder is. */
static const char *path_below(const CfnInput *input)
{
    const char *path = input->path + input->below;
    while (path[0] == '.' && path[1] == '/') {
        for (path++; path[0] == '/';) {
            path++;
        }
    }
    return path;
}

static bool is_ours(CfnInput *input, gpointer data)
{
    const CfnCommand *command = data;
    return cfn_shard_of(path_below(input), command->shards) == command->shard;
}

void cfn_shard_keep(const CfnCommand *command, GPtrArray *inputs)
{
    if (command->shards > 1) {
        cfn_inputs_keep(inputs, is_ours, (gpointer)command);
    }
}

/*
 * Words are multiplied with a secret, and both halves of the product are kept: as in wyhash
 * (https://github.com/wangyi-fudan/wyhash).
 */
#include "text/hash.h"

#include <string.h>

__extension__ typedef unsigned __int128 Product;

static uint64_t random_word(void)
{
    return (uint64_t)g_random_int() << 32 | g_random_int();
}

static uint64_t secret(void)
{
    static gsize word = 0;
    if (g_once_init_enter(&word)) {
        g_once_init_leave(&word, random_word() | 1);
    }
    return word;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    const Product product = (Product)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t cfn_hash(const char *text, size_t length)
{
    const uint64_t key = secret();
    uint64_t hash = mix(key ^ length, key);
    while (length > 0) {
        const size_t size = MIN(length, sizeof(uint64_t));
        uint64_t word = 0;
        memcpy(&word, text, size);
        hash = mix(hash ^ word, key);
        text += size;
        length -= size;
    }
    return hash;
}

guint cfn_hash_string(gconstpointer string)
{
    return (guint)cfn_hash(string, strlen(string));
}

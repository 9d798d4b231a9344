/*
 * The lines of a stream that may be endless, and of lines that may be.
 */
#define _GNU_SOURCE 1 /* F_SETPIPE_SZ */
#include "cli/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum {
    CHUNK = 1 << 20, /* what a pipe may hold */
    KEPT = 4 << 20,  /* memory of a longer line is not kept for the next */
};

struct CfnFeed {
    int fd;
    size_t limit;
    GString *held;   /* what was read and not taken yet, behind `taken` */
    size_t taken;    /* bytes of `held` */
    size_t searched; /* so far there is no newline in `held`; never before `taken` */
    bool is_at_end;
    bool drops; /* the rest of a line that is too long */
};

CfnFeed *cfn_feed_new(int fd, size_t limit)
{
    CfnFeed *feed = g_new0(CfnFeed, 1);
    feed->fd = fd;
    feed->limit = limit;
    feed->held = g_string_sized_new(CHUNK);
#ifdef F_SETPIPE_SZ
    (void)fcntl(fd, F_SETPIPE_SZ, CHUNK); /* what holds more lines, gives more of them at once */
#endif
    return feed;
}

void cfn_feed_free(CfnFeed *feed)
{
    if (feed != NULL) {
        g_string_free(feed->held, TRUE);
        g_free(feed);
    }
}

/* Forgets what was taken. */
static void forget(CfnFeed *feed)
{
    if (feed->taken == 0) {
        return; /* nothing moves, however long the line gets */
    }
    g_string_erase(feed->held, 0, (gssize)feed->taken);
    feed->searched -= feed->taken;
    feed->taken = 0;
    if (feed->held->len == 0 && feed->held->allocated_len > KEPT) {
        g_string_free(feed->held, TRUE);
        feed->held = g_string_sized_new(CHUNK);
    }
}

/* Waits for more. */
static bool fill(CfnFeed *feed)
{
    forget(feed);
    gsize length = feed->held->len;
    g_string_set_size(feed->held, length + CHUNK);
    ssize_t count;
    do {
        count = read(feed->fd, feed->held->str + length, CHUNK);
    } while (count < 0 && errno == EINTR);
    feed->is_at_end = count == 0;
    g_string_set_size(feed->held, length + (gsize)MAX(count, 0));
    return count >= 0;
}

/* Takes the bytes up to END, and SKIP more. */
static CfnFeedState take(CfnFeed *feed, size_t end, size_t skip, GBytes **line)
{
    size_t length = end - feed->taken;
    bool is_whole = !feed->drops && length <= feed->limit;
    if (is_whole) {
        *line = g_bytes_new(feed->held->str + feed->taken, length);
    }
    feed->taken = feed->searched = end + skip;
    feed->drops = false;
    return is_whole ? CFN_FEED_LINE : CFN_FEED_TOO_LONG;
}

bool cfn_feed_has_line(CfnFeed *feed)
{
    const GString *held = feed->held;
    const char *newline = memchr(held->str + feed->searched, '\n', held->len - feed->searched);
    feed->searched = newline != NULL ? (size_t)(newline - held->str) : held->len;
    return newline != NULL;
}

CfnFeedState cfn_feed_next(CfnFeed *feed, GBytes **line)
{
    *line = NULL;
    for (;;) {
        const GString *held = feed->held;
        if (cfn_feed_has_line(feed)) {
            return take(feed, feed->searched, 1, line);
        }
        if (feed->is_at_end) {
            bool is_there = held->len > feed->taken || feed->drops;
            return is_there ? take(feed, held->len, 0, line) : CFN_FEED_END;
        }
        if (held->len - feed->taken > feed->limit) {
            feed->drops = true;
        }
        if (feed->drops) {
            feed->taken = held->len;
        }
        if (!fill(feed)) {
            return CFN_FEED_FAILED;
        }
    }
}

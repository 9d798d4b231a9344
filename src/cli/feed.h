/*
 * The lines of a stream that may be endless, and of lines that may be.
 */
#ifndef CFN_CLI_FEED_H
#define CFN_CLI_FEED_H

#include <glib.h>
#include <stdbool.h>

typedef struct CfnFeed CfnFeed;

/* Reads the descriptor FD, which is borrowed. A line of more than LIMIT bytes is never held. */
CfnFeed *cfn_feed_new(int fd, size_t limit);
void cfn_feed_free(CfnFeed *feed);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnFeed, cfn_feed_free)

typedef enum {
    CFN_FEED_LINE,     /* there is one */
    CFN_FEED_TOO_LONG, /* there was one, and it is passed over */
    CFN_FEED_END,      /* there is none left */
    CFN_FEED_FAILED,   /* the stream cannot be read */
} CfnFeedState;

/*
 * The next line, without its "\n", into *LINE (g_bytes_unref it; NULL if there is none); the last
 * one need not be ended. Waits for more only if no whole line is there, so that whoever waits for
 * what is made of one line before writing the next gets it. CFN_FEED_FAILED sets errno.
 */
CfnFeedState cfn_feed_next(CfnFeed *feed, GBytes **line);

/* Whether the next line was read already, so that cfn_feed_next will not wait for it. */
bool cfn_feed_has_line(CfnFeed *feed);

#endif

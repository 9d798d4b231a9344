/*
 * The text of one template: its bytes, its lines, its newlines, its byte order mark.
 *
 * A CfnSource is guarded input: strict UTF-8 (RFC 3629), no control byte but tab, newline and
 * carriage return, within a size cap. libfyaml truncates silently at a NUL and loops on some
 * invalid UTF-8, so nothing else may be scanned.
 */
#ifndef CFN_TEXT_SOURCE_H
#define CFN_TEXT_SOURCE_H

#include <glib.h>

#include "text/error.h"
#include "text/span.h"

/* Sixteen times CloudFormation's own limit of 1 MB for a template body. */
#define CFN_SOURCE_DEFAULT_LIMIT (16u << 20)
/* Offsets are 32 bits. */
#define CFN_SOURCE_HARD_LIMIT (1u << 30)

typedef struct CfnSource CfnSource;

struct CfnSource {
    char *path;       /* as messages name it; owned */
    GBytes *bytes;    /* owned; NUL-terminated behind its end or not, nobody may rely on it */
    const char *text; /* the bytes, byte order mark included */
    uint32_t length;  /* in bytes */
    uint32_t start;   /* 3 behind a byte order mark, else 0 */
    bool is_ascii;    /* nothing else, a byte order mark neither */
    bool has_tabs;    /* somewhere */
    bool has_returns; /* carriage returns */
    bool has_hashes;  /* where a comment may begin */
    GArray *lines;    /* uint32_t offsets of line starts, made on first use; private */
};

/*
 * Takes the bytes as a source, or refuses them: over LIMIT bytes (CFN_ERROR_SIZE), not UTF-8,
 * UTF-16 (named as such), or a control byte (CFN_ERROR_ENCODING, with its place).
 * PATH is copied, BYTES referenced. NULL with ERROR set on refusal.
 */
CfnSource *cfn_source_new(const char *path, GBytes *bytes, size_t limit, GError **error);
void cfn_source_free(CfnSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnSource, cfn_source_free)

/* A place as people count it: both from 1, columns in characters, a byte order mark not counted. */
typedef struct {
    uint32_t line;
    uint32_t column;
} CfnPlace;

CfnPlace cfn_source_place(CfnSource *source, uint32_t offset);

/* The offset of the first byte of the line that OFFSET is on (behind a byte order mark). */
uint32_t cfn_source_line_start(const CfnSource *source, uint32_t offset);
/* The offset of the line's newline ("\n" or the "\r" of "\r\n"), or the end of the text. */
uint32_t cfn_source_line_end(const CfnSource *source, uint32_t offset);
/* The offset of the next line's first byte, or the end of the text. */
uint32_t cfn_source_next_line(const CfnSource *source, uint32_t offset);
/*
 * The newline to write at OFFSET: that of the line OFFSET is on if it is ended, else of the nearest
 * one above, else "\n". A constant string.
 */
const char *cfn_source_newline(const CfnSource *source, uint32_t offset);

/* Whether TEXT, whose first byte is not ASCII, stands in the source behind a byte order mark. */
bool cfn_source_contains(const CfnSource *source, const char *text);

/* Whether a line ends with what YAML 1.1 takes for a line break, and neither diffs nor we do: a
   lone carriage return, NEL, LS or PS. */
bool cfn_source_has_odd_breaks(const CfnSource *source);

/* Sets ERROR to "path:line:column: message". Always returns false. */
bool cfn_source_error(CfnSource *source, uint32_t offset, GError **error, CfnErrorCode code,
                      const char *format, ...) G_GNUC_PRINTF(5, 6);

#endif

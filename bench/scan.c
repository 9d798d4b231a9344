/*
 * A bare token scan, with the flags that cfnfix has.
 */
#include "bench/scan.h"

#include <libfyaml.h>

void cfn_scan_only(const char *text, size_t length)
{
    struct fy_parse_cfg config = { .flags = FYPCF_JSON_NONE | FYPCF_SLOPPY_FLOW_INDENTATION |
                                            FYPCF_DISABLE_MMAP_OPT | FYPCF_DEFAULT_VERSION_1_1 };
    struct fy_parser *parser = fy_parser_create(&config);
    fy_parser_set_string(parser, text, length);
    struct fy_token *token = NULL;
    while ((token = fy_scan(parser)) != NULL) {
        fy_scan_token_free(parser, token);
    }
    fy_parser_destroy(parser);
}

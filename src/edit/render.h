/*
 * A value in a file's own style.
 */
#ifndef CFN_EDIT_RENDER_H
#define CFN_EDIT_RENDER_H

#include "edit/style.h"

typedef struct CfnRender CfnRender;

/* Renders values of SNIPPET's tree as LOOK has it; both are borrowed and outlive the renderer. */
CfnRender *cfn_render_new(const CfnTree *snippet, const CfnLook *look);
void cfn_render_free(CfnRender *render);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CfnRender, cfn_render_free)

/*
 * VALUE as it stands behind `Key:` in block style, with the space or the newline that belongs
 * between. INDENT is the white space before Key.
 */
void cfn_render_behind_colon(CfnRender *render, GString *out, const CfnNode *value,
                             const char *indent);
/* VALUE as it stands behind a dash and its gap. INDENT is the white space before the dash. */
void cfn_render_behind_dash(CfnRender *render, GString *out, const CfnNode *value,
                            const char *indent);
/* VALUE in flow style. INDENT is the white space of the line it begins on. */
void cfn_render_flow(CfnRender *render, GString *out, const CfnNode *value, const char *indent);
/* VALUE at a place where one of its first line's bytes already stand at INDENT: a block mapping
   without its first indentation, or anything on one line. */
void cfn_render_here(CfnRender *render, GString *out, const CfnNode *value, const char *indent);
/* Whether VALUE is rendered as lines below its key. */
bool cfn_render_is_block(const CfnRender *render, const CfnNode *value);

void cfn_render_key(GString *out, const char *key, const CfnLook *look);
/* TEXT, a string, as a scalar on one line. */
void cfn_render_string(GString *out, const char *text, size_t length, const CfnLook *look);

#endif

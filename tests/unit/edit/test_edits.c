/*
 * Edits on small texts: each case names a text, what is done to it, and the text it must become.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "edit/edits.h"

typedef enum { REMOVE, APPEND, WRAP, ADD, SECTION, SET, REPLACE, SPLICE, RENAME, CALL, END } Verb;

typedef struct {
    Verb verb;
    const char *path; /* keys and indices, separated by slashes */
    const char *yaml; /* or the text */
    const char *key;
    const char *after;
    uint32_t start, end;
} Step;

typedef struct {
    const char *name;
    const char *before;
    Step steps[4];
    const char *after;
} Case;

static const CfnNode *find(const CfnNode *node, const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, "/", -1);
    for (char **part = parts; *part != NULL && node != NULL; part++) {
        if (**part == '\0') {
            continue;
        }
        node = node->kind == CFN_SEQUENCE
                   ? cfn_node_item(node, (uint32_t)g_ascii_strtoull(*part, NULL, 10))
                   : cfn_node_get(node, *part);
    }
    assert_non_null(node);
    return node;
}

static const CfnNode *handle(const CfnNode *node)
{
    const CfnNode *key = cfn_node_key(node);
    return key != NULL ? key : node;
}

static void take(CfnChange *change, const CfnNode *root, const Step *step)
{
    const CfnNode *node = find(root, step->path);
    switch (step->verb) {
    case REMOVE:
        cfn_edit_remove(change, handle(node));
        break;
    case APPEND:
        cfn_edit_append(change, node, step->yaml);
        break;
    case WRAP:
        cfn_edit_wrap_append(change, node, step->yaml);
        break;
    case ADD:
        cfn_edit_add(change, node, step->after ? cfn_node_find_key(node, step->after) : NULL,
                     step->key, step->yaml);
        break;
    case SECTION:
        cfn_edit_add_to_section(change, step->after, step->key, step->yaml);
        break;
    case SET:
        cfn_edit_set_string(change, node, step->yaml);
        break;
    case REPLACE:
        cfn_edit_replace(change, node, step->yaml);
        break;
    case SPLICE:
        cfn_edit_splice(change, node, step->start, step->end, step->yaml);
        break;
    case RENAME:
        cfn_edit_rename(change, handle(node), step->yaml);
        break;
    case CALL:
        cfn_edit_splice(change, node, step->start, step->end, step->yaml);
        cfn_edit_call(change, node, "Sub");
        break;
    case END:
        break;
    }
}

static char *edited(const char *before, const Step *steps)
{
    g_autoptr(GBytes) bytes = g_bytes_new(before, strlen(before));
    g_autoptr(GError) error = NULL;
    g_autoptr(CfnSource) source = cfn_source_new("case", bytes, CFN_SOURCE_HARD_LIMIT, &error);
    assert_non_null(source);
    g_autoptr(CfnTree) tree = cfn_tree_parse(source, &error);
    assert_non_null(tree);
    g_autoptr(CfnEdits) edits = cfn_edits_new(tree);
    for (const Step *step = steps; step->path != NULL; step++) {
        take(cfn_change_new(edits, GUINT_TO_POINTER(1)), tree->root, step);
    }
    g_autoptr(GBytes) after = cfn_edits_apply(edits);
    assert_non_null(after);
    return g_strndup(g_bytes_get_data(after, NULL), g_bytes_get_size(after));
}

static const Case cases[] = {
    { "append to an indented list",
      "A:\n  L:\n    - x: 1 # one\n      y: 2 # two\n\nB: 1\n",
      { { APPEND, "A/L", "x: 3\nz: '4'\n" } },
      "A:\n  L:\n    - x: 1 # one\n      y: 2 # two\n    - x: 3\n      z: '4'\n\nB: 1\n" },
    { "append to an unindented list",
      "A:\n  L:\n  - x: 1\n  # about B\n  B: 1\n",
      { { APPEND, "A/L", "x: [a, b]\n" } },
      "A:\n  L:\n  - x: 1\n  - x: [a, b]\n  # about B\n  B: 1\n" },
    { "append behind a comment of the item",
      "L:\n  - x: 1\n    # more of x\n  # - old: 1\n\nB: 1\n",
      { { APPEND, "L", "x: 2\n" } },
      "L:\n  - x: 1\n    # more of x\n  # - old: 1\n  - x: 2\n\nB: 1\n" },
    { "append without final newline", "L:\r\n- a", { { APPEND, "L", "b" } }, "L:\r\n- a\r\n- b" },
    { "append behind a block scalar",
      "L:\n  - |\n    text\n\n\nB: 1\n",
      { { APPEND, "L", "b" } },
      "L:\n  - |\n    text\n  - b\n\n\nB: 1\n" },
    { "append behind a block scalar that keeps its blank lines",
      "L:\n  - |+\n    text\n\n\nB: 1\n",
      { { APPEND, "L", "b" } },
      "L:\n  - |+\n    text\n\n\n  - b\nB: 1\n" },
    { "append behind a block scalar that ends the text",
      "L:\n  - |\n    text",
      { { APPEND, "L", "b" } },
      "L:\n  - |-\n    text\n  - b" },
    { "append in flow", "L: [a, b] # c\n", { { APPEND, "L", "c: d" } }, "L: [a, b, {c: d}] # c\n" },
    { "append in flow with a trailing comma",
      "L: [\n  a, # x\n  b, # y\n]\n",
      { { APPEND, "L", "c" } },
      "L: [\n  a, # x\n  b, # y\n  c,\n]\n" },
    { "append in flow with comments",
      "L: [\n  a, # x\n  b # y\n]\n",
      { { APPEND, "L", "c" } },
      "L: [\n  a, # x\n  b, # y\n  c\n]\n" },
    { "append to pretty JSON",
      "{\n  \"L\": [\n    {\n      \"a\": 1\n    }\n  ]\n}",
      { { APPEND, "L", "a: !Sub '${x}'\nb: !GetAtt K.Arn\nc: true\n" } },
      "{\n  \"L\": [\n    {\n      \"a\": 1\n    },\n    {\n      \"a\": {\n        \"Fn::Sub\": "
      "\"${x}\"\n      },\n"
      "      \"b\": {\n        \"Fn::GetAtt\": [\n          \"K\",\n          \"Arn\"\n        ]\n "
      "     },\n      \"c\": true\n"
      "    }\n  ]\n}" },
    { "append to minified JSON",
      "{\"L\":[{\"a\":1}]}",
      { { APPEND, "L", "a: !Ref x" } },
      "{\"L\":[{\"a\":1},{\"a\":{\"Ref\":\"x\"}}]}" },
    { "append with leading commas",
      "{ \"L\" : [\n    \"a\"\n  , \"b\"\n  ]\n}\n",
      { { APPEND, "L", "c" } },
      "{ \"L\" : [\n    \"a\"\n  , \"b\"\n  , \"c\"\n  ]\n}\n" },
    { "append tab-indented",
      "{\n\t\"L\" : [\n\t\t{\"a\" : 1, \"b\" : 2}\n\t]\n}\n",
      { { APPEND, "L", "a: 3\nb: 4\n" } },
      "{\n\t\"L\" : [\n\t\t{\"a\" : 1, \"b\" : 2},\n\t\t{\"a\" : 3, \"b\" : 4}\n\t]\n}\n" },
    { "append to an empty list", "L: []\n", { { APPEND, "L", "a: b" } }, "L: [{a: b}]\n" },
    { "long intrinsics in block style",
      "A:\n  X:\n    Fn::GetAtt:\n    - A\n    - Arn\n  L:\n  - a\n",
      { { APPEND, "A/L", "x: !GetAtt K.Arn\nz: !Sub a\n" } },
      "A:\n  X:\n    Fn::GetAtt:\n    - A\n    - Arn\n  L:\n  - a\n  - x:\n      Fn::GetAtt:\n     "
      " - K\n      - Arn\n"
      "    z:\n      Fn::Sub: 'a'\n" },
    { "lists where a tool wrote long intrinsics in block style",
      "A:\n  X:\n    Fn::GetAtt:\n    - A\n    - Arn\n  L:\n  - a\n",
      { { APPEND, "A/L", "x: [a, b]\nz: !If [C, !Ref R, '']\ne: []\n" } },
      "A:\n  X:\n    Fn::GetAtt:\n    - A\n    - Arn\n  L:\n  - a\n  - x:\n    - a\n    - b\n"
      "    z:\n      Fn::If:\n      - C\n      - Ref: R\n      - ''\n    e: []\n" },
    { "remove an item with its comment",
      "L:\n  - a\n\n  # about b\n  - b # b\n  - c\n",
      { { REMOVE, "L/1", NULL } },
      "L:\n  - a\n\n  - c\n" },
    { "remove the last item",
      "L:\n  - a\n  - b\n\nX: 1\n",
      { { REMOVE, "L/1" } },
      "L:\n  - a\n\nX: 1\n" },
    { "remove every item",
      "A:\n  L:\n    - a\n    - b\n  X: 1\n",
      { { REMOVE, "A/L/0" }, { REMOVE, "A/L/1" } },
      "A:\n  X: 1\n" },
    { "remove the first pair of an item",
      "L:\n  - x: 1\n    y: 2\n",
      { { REMOVE, "L/0/x" } },
      "L:\n  - y: 2\n" },
    { "remove at the end without newline", "A: 1\nB: 2", { { REMOVE, "B" } }, "A: 1" },
    { "remove between blank lines",
      "R:\n  A: 1\n\n  B: 2\n\n  C: 3\n",
      { { REMOVE, "R/B" } },
      "R:\n  A: 1\n\n  C: 3\n" },
    { "remove in flow", "L: [a, b, c]\n", { { REMOVE, "L/1" } }, "L: [a, c]\n" },
    { "remove the last in flow", "L: [a, b, c]\n", { { REMOVE, "L/2" } }, "L: [a, b]\n" },
    { "remove neighbours in flow",
      "L: [a, b, c]\n",
      { { REMOVE, "L/1" }, { REMOVE, "L/2" } },
      "L: [a]\n" },
    { "remove from pretty JSON",
      "{\n  \"L\": [\n    {\n      \"a\": 1\n    },\n    2\n  ]\n}\n",
      { { REMOVE, "L/0" } },
      "{\n  \"L\": [\n    2\n  ]\n}\n" },
    { "remove the last from pretty JSON",
      "{\n  \"L\": [\n    1,\n    2\n  ]\n}\n",
      { { REMOVE, "L/1" } },
      "{\n  \"L\": [\n    1\n  ]\n}\n" },
    { "remove an argument's last item",
      "A: !If [c, [x], d]\n",
      { { REMOVE, "A/1/0" } },
      "A: !If [c, [], d]\n" },
    { "remove all that a tag stands before",
      "A: !Join\n  - b\nB: 1\n",
      { { REMOVE, "A/0" } },
      "A: !Join []\nB: 1\n" },
    { "remove and add in one mapping",
      "A:\n  x: 1\n  y: 2\n",
      { { REMOVE, "A/y" }, { ADD, "A", "3", "z" } },
      "A:\n  x: 1\n  z: 3\n" },
    { "remove the last and add in pretty JSON",
      "{\n  \"x\": 1,\n  \"y\": 2\n}\n",
      { { REMOVE, "/y" }, { ADD, "", "3", "z" } },
      "{\n  \"x\": 1,\n  \"z\": 3\n}\n" },
    { "append to a last line that ends otherwise",
      "L:\r\n- a\r\n- b\n",
      { { APPEND, "L", "c" } },
      "L:\r\n- a\r\n- b\n- c\n" },
    { "remove all and add",
      "A:\n  x: 1\nB: 1\n",
      { { REMOVE, "A/x" }, { ADD, "A", "3", "z" } },
      "A:\n  z: 3\nB: 1\n" },
    { "add behind a key",
      "A:\n  Type: T # t\n  Properties:\n    x: 1\n",
      { { ADD, "A", "Delete", "DeletionPolicy", "Type" } },
      "A:\n  Type: T # t\n  DeletionPolicy: Delete\n  Properties:\n    x: 1\n" },
    { "add behind a key in JSON",
      "{\n  \"A\": {\n    \"Type\": \"T\",\n    \"P\": 1\n  }\n}\n",
      { { ADD, "A", "Delete", "D", "Type" } },
      "{\n  \"A\": {\n    \"Type\": \"T\",\n    \"D\": \"Delete\",\n    \"P\": 1\n  }\n}\n" },
    { "add to an empty node",
      "A:\n  Type: T\n  Properties: # none\nB: 1\n",
      { { ADD, "A/Properties", "true", "x" }, { ADD, "A/Properties", "2", "z" } },
      "A:\n  Type: T\n  Properties: # none\n    x: true\n    z: 2\nB: 1\n" },
    { "add to an inner and an outer mapping that end together",
      "R:\n  A:\n    P:\n      x: 1\n",
      { { ADD, "R/A", "2", "D" }, { ADD, "R/A/P", "3", "z" } },
      "R:\n  A:\n    P:\n      x: 1\n      z: 3\n    D: 2\n" },
    { "fill an empty node and add behind it",
      "A:\n  T: 1\n  P:\n",
      { { ADD, "A", "2", "D" }, { ADD, "A/P", "3", "z" } },
      "A:\n  T: 1\n  P:\n    z: 3\n  D: 2\n" },
    { "add to a section, set off",
      "R:\n  A:\n    T: 1\n\n  B:\n    T: 2\n\nO:\n  x: 1\n",
      { { SECTION, "", "T: 3\n", "C", "R" } },
      "R:\n  A:\n    T: 1\n\n  B:\n    T: 2\n\n  C:\n    T: 3\n\nO:\n  x: 1\n" },
    { "make a section",
      "Description: d\n\nResources:\n  A:\n    T: 1\n",
      { { SECTION, "", "Type: String\n", "P", "Parameters" } },
      "Description: d\n\nParameters:\n  P:\n    Type: String\n\nResources:\n  A:\n    T: 1\n" },
    { "make the first section",
      "Resources:\n  A:\n    T: 1\n",
      { { SECTION, "", "Type: String\n", "P", "Parameters" } },
      "Parameters:\n  P:\n    Type: String\nResources:\n  A:\n    T: 1\n" },
    { "make a section in JSON",
      "{\n  \"Resources\": {\n    \"A\": {}\n  }\n}\n",
      { { SECTION, "", "Value: !Ref A\n", "P", "Outputs" },
        { SECTION, "", "Value: x\n", "Q", "Outputs" } },
      "{\n  \"Resources\": {\n    \"A\": {}\n  },\n  \"Outputs\": {\n    \"P\": {\n      "
      "\"Value\": {\n        \"Ref\": \"A\"\n      }\n    },\n"
      "    \"Q\": {\n      \"Value\": \"x\"\n    }\n  }\n}\n" },
    { "set a plain number", "A: 1 # one\n", { { SET, "A", "ON" } }, "A: 'ON' # one\n" },
    { "set a quoted string", "A: \"1\"\nB: 'x'\n", { { SET, "A", "ON" } }, "A: \"ON\"\nB: 'x'\n" },
    { "set under a tag and anchor", "A: !Sub '1'\n", { { SET, "A", "2" } }, "A: !Sub '2'\n" },
    { "set a block scalar", "A: >-\n  a\n  b\nB: 1\n", { { SET, "A", "c" } }, "A: c\nB: 1\n" },
    { "set and replace block scalars left of where a value may stand",
      "A:\n  b:\n  >-\n   x\n  c: !Sub\n  |-\n   y\n  d:\n  |-\n   z\n",
      { { SET, "A/b", "e" }, { SET, "A/c", "f" }, { REPLACE, "A/d", "g" } },
      "A:\n  b: e\n  c: !Sub f\n  d: g\n" },
    { "set in JSON", "{\"A\": 1}", { { SET, "A", "ON" } }, "{\"A\": \"ON\"}" },
    { "splice an escaped scalar",
      "A: \"x\\u002c y, z\"\n",
      { { SPLICE, "A", "-", NULL, NULL, 1, 3 } },
      "A: \"x-y, z\"\n" },
    { "splice a plain scalar into what must be quoted",
      "A: a,b\n",
      { { SPLICE, "A", ": ", NULL, NULL, 1, 2 } },
      "A: 'a: b'\n" },
    { "splice a folded scalar",
      "A: >-\n  a,\n  b\nB: 1\n",
      { { SPLICE, "A", "-", NULL, NULL, 1, 2 } },
      "A: >-\n  a-\n  b\nB: 1\n" },
    { "replace a scalar by an intrinsic",
      "A: !Ref K # k\n",
      { { REPLACE, "A", "!GetAtt K.Arn" } },
      "A: !GetAtt K.Arn # k\n" },
    { "replace in long form",
      "A:\n  Ref: K\nB: 1\n",
      { { REPLACE, "A", "!GetAtt K.Arn" } },
      "A:\n  Fn::GetAtt: [K, Arn]\nB: 1\n" },
    { "replace in JSON",
      "{\n \"A\": {\n  \"Ref\": \"K\"\n }\n}",
      { { REPLACE, "A", "!GetAtt K.Arn" } },
      "{\n \"A\": {\n  \"Fn::GetAtt\": [\n   \"K\",\n   \"Arn\"\n  ]\n }\n}" },
    { "two changes that want the same replacement",
      "A:\n  - - b\n    - c\n  - d\n",
      { { REPLACE, "A/0", "!Ref AWS::NoValue" }, { REPLACE, "A/0", "!Ref AWS::NoValue" } },
      "A:\n  - !Ref AWS::NoValue\n  - d\n" },
    { "what has an anchor in it stays",
      "A:\n  - b: &x 1\n  - b: *x\n  - b: 2\n",
      { { REMOVE, "A/0" }, { REPLACE, "A/0", "c" }, { REMOVE, "A/2" } },
      "A:\n  - b: &x 1\n  - b: *x\n" },
    { "wrap a block mapping",
      "P:\n  S:\n    a: 1 # one\n    b:\n      - c\n  V: 1\n",
      { { WRAP, "P/S", "a: 2\n" } },
      "P:\n  S:\n    - a: 1 # one\n      b:\n        - c\n    - a: 2\n  V: 1\n" },
    { "wrap text whose header tells its indentation",
      "A:\n  b: |2\n     c\n    d\n  e: 1\n",
      { { WRAP, "A/b", "f" } },
      "A:\n  b:\n    - |2\n       c\n      d\n    - f\n  e: 1\n" },
    { "wrap text that goes on left of where it begins",
      "A:\n      b\n c\nD: 1\n",
      { { WRAP, "A", "f" } },
      "A:\n  - b\n   c\n  - f\nD: 1\n" },
    { "wrap what stands below its tag",
      "A:\n  b: !T\n    c: 1\n    d: 2\n",
      { { WRAP, "A/b", "e" } },
      "A:\n  b:\n    - !T\n        c: 1\n        d: 2\n    - e\n" },
    { "wrap the value of a key with a question mark",
      "A:\n  ? b\n  : c: 1\n    d: 2\n",
      { { WRAP, "A/b", "e" } },
      "A:\n  ? b\n  :\n    - c: 1\n      d: 2\n    - e\n" },
    { "wrap where lists are unindented",
      "P:\n  S:\n    a: 1 # one\n    b:\n    - c\n  V: 1\n",
      { { WRAP, "P/S", "a: 2\n" } },
      "P:\n  S:\n  - a: 1 # one\n    b:\n    - c\n  - a: 2\n  V: 1\n" },
    { "wrap a scalar",
      "A:\n  D: x # x\n",
      { { WRAP, "A/D", "y" } },
      "A:\n  D:\n    - x # x\n    - y\n" },
    { "wrap in JSON",
      "{\n  \"S\": {\n    \"a\": 1\n  }\n}\n",
      { { WRAP, "S", "a: 2\n" } },
      "{\n  \"S\": [\n    {\n      \"a\": 1\n    },\n    {\n      \"a\": 2\n    }\n  ]\n}\n" },
    { "append a tagged text of lines",
      "L:\n  - a\nM:\n  b: c\n",
      { { APPEND, "L", "!Sub |\n  one\n  two\n" }, { ADD, "M", "!Sub |-\n  one\n  two\n", "d" } },
      "L:\n  - a\n  - !Sub |\n    one\n    two\nM:\n  b: c\n  d: !Sub |-\n    one\n    two\n" },
    { "add in the place of what is removed",
      "A:\n  a: 1\n  # about b\n  b:\n    - x\n  # about c\n  c: 3\n",
      { { REMOVE, "A/b" }, { ADD, "A", "y", "d", "b" } },
      "A:\n  a: 1\n  d: y\n  # about c\n  c: 3\n" },
    { "add in the place of what is removed, in JSON",
      "{\n  \"a\": 1,\n  \"b\": [\n    2\n  ],\n  \"c\": 3\n}\n",
      { { REMOVE, "b" }, { ADD, "", "z", "d", "b" } },
      "{\n  \"a\": 1,\n  \"d\": \"z\",\n  \"c\": 3\n}\n" },
    { "splice a scalar's end and add behind it",
      "A:\n  x: ab\n",
      { { ADD, "A", "1", "z" }, { SPLICE, "A/x", "c", NULL, NULL, 2, 2 } },
      "A:\n  x: abc\n  z: 1\n" },
    { "add behind a key with a question mark",
      "A:\n  b: 1\n  ? [c]\nB: 1\n",
      { { ADD, "A", "2", "d" } },
      "A:\n  b: 1\n  ? [c]\n  d: 2\nB: 1\n" },
    { "add before one",
      "? Resources\n: R: 1\n",
      { { SECTION, "", "Type: String\n", "P", "Parameters" } },
      "Parameters:\n  P:\n    Type: String\n? Resources\n: R: 1\n" },
    { "remove a pair with one",
      "A:\n  ? b\n  : 1\n  ? c\n  : - x\n  d: 3\n",
      { { REMOVE, "A/c" } },
      "A:\n  ? b\n  : 1\n  d: 3\n" },
    { "remove it in braces", "A: {? b : 1, ? c : 2}\n", { { REMOVE, "A/b" } }, "A: {? c : 2}\n" },
    { "add twice behind a text without final newline",
      "A:\n  b: |\n    c",
      { { ADD, "A", "1", "d" }, { SECTION, "", "2", "P", "Outputs" } },
      "A:\n  b: |-\n    c\n  d: 1\nOutputs:\n  P: 2" },
    { "add behind one that keeps its breaks",
      "A:\n  b: |2+\n    c",
      { { ADD, "A", "1", "d" } },
      "A:\n  b: |2-\n    c\n  d: 1" },
    { "add behind one that has nothing but a header",
      "A:\n  b: |",
      { { ADD, "A", "1", "d" } },
      "A:\n  b: |\n  d: 1" },
    { "add behind a key that keeps its blank lines",
      "A:\n  ? - |+\n      b\n\nB: 1\n",
      { { ADD, "A", "1", "c" } },
      "A:\n  ? - |+\n      b\n\n  c: 1\nB: 1\n" },
    { "add behind a key that ends the text",
      "A:\n  ? b: |1\n       c",
      { { SECTION, "", "1", "d", "Outputs" } },
      "A:\n  ? b: |1-\n       c\nOutputs:\n  d: 1" },
    { "set off behind a text that keeps its blank lines",
      "R:\n  a: 1\n\n  b: |+\n    c\n\nO: 1\n",
      { { SECTION, "", "2", "d", "R" } },
      "R:\n  a: 1\n\n  b: |+\n    c\n\n  d: 2\nO: 1\n" },
    { "remove behind one",
      "A: |+\n  x\nB: 1\n\nC: |+\n  y\n\nD: 2\n",
      { { REMOVE, "B" }, { REMOVE, "D" } },
      "A: |+\n  x\nC: |+\n  y\n\n" },
    { "remove the end of a text without final newline, behind a text that has one",
      "A: |\n  x\nB: 1",
      { { REMOVE, "B" } },
      "A: |\n  x\n" },
    { "replace a text that ends the file, and add behind it",
      "A:\n  b: |\n    c",
      { { REPLACE, "A/b", "x" }, { ADD, "A", "1", "d" } },
      "A:\n  b: x\n  d: 1" },
    { "replace nothing in front of a comment",
      "A:\n  b: # note\n  c: # note\n",
      { { REPLACE, "A/b", "x" }, { REPLACE, "A/c", "x: 1" } },
      "A:\n  b: x # note\n  c: # note\n    x: 1\n" },
    { "rename a key",
      "R:\n  Old: # o\n    T: x\n",
      { { RENAME, "R/Old", "New" } },
      "R:\n  New: # o\n    T: x\n" },
    { "rename a key in JSON",
      "{\"R\": {\"Old\": {\"T\": 1}}}",
      { { RENAME, "R/Old", "New" } },
      "{\"R\": {\"New\": {\"T\": 1}}}" },
    { "what is renamed is changed by no other",
      "R:\n  Old:\n    T: x\n",
      { { RENAME, "R/Old", "New" }, { SET, "R/Old/T", "y" } },
      "R:\n  New:\n    T: x\n" },
    { "call a function on a scalar",
      "A:\n  b: x-1 # c\n  d: !Ref y\n",
      { { CALL, "A/b", "-${Z}", .start = 3, .end = 3 } },
      "A:\n  b: !Sub x-1-${Z} # c\n  d: !Ref y\n" },
    { "call a function in flow style, where the text needs quotes",
      "A: {b: x, d: !Ref y, e: 'z'}\n",
      { { CALL, "A/b", "-${Z}", .start = 1, .end = 1 } },
      "A: {b: !Sub 'x-${Z}', d: !Ref y, e: 'z'}\n" },
    { "call a function where they are spelled long",
      "A:\n  b: 'x' # c\n  d:\n    Ref: y\n",
      { { CALL, "A/b", "-${Z}", .start = 1, .end = 1 } },
      "A:\n  b:\n    Fn::Sub: 'x-${Z}' # c\n  d:\n    Ref: y\n" },
    { "call a function in JSON",
      "{\n  \"b\": \"x\",\n  \"d\": {\n    \"Ref\": \"y\"\n  }\n}\n",
      { { CALL, "b", "-${Z}", .start = 1, .end = 1 } },
      "{\n  \"b\": {\n    \"Fn::Sub\": \"x-${Z}\"\n  },\n  \"d\": {\n    \"Ref\": \"y\"\n  "
      "}\n}\n" },
    { "call a function on JSON text with escapes",
      "{\n  \"b\": \"\\\"x\\\"\",\n  \"d\": {\n    \"Ref\": \"y\"\n  }\n}\n",
      { { CALL, "b", "${Z}", .start = 1, .end = 2 } },
      "{\n  \"b\": {\"Fn::Sub\": \"\\\"${Z}\\\"\"},\n  \"d\": {\n    \"Ref\": \"y\"\n  }\n}\n" },
    { "splice and call where JSON has a number",
      "{\"a\": 12, \"b\": 34}",
      { { SPLICE, "a", "x", NULL, NULL, 0, 1 }, { CALL, "b", "x", .start = 2, .end = 2 } },
      "{\"a\": \"x2\", \"b\": {\"Fn::Sub\": \"34x\"}}" },
    { "wrap a pair without braces and value",
      "A: [b: ]\n",
      { { WRAP, "A/0", "c" } },
      "A: [[b: , c] ]\n" },
    { "wrap in one line",
      "S: {a: 1}\nT: [x]\n",
      { { WRAP, "S", "a: 2\n" } },
      "S:\n  - {a: 1}\n  - a: 2\nT: [x]\n" },
    { "of two new pairs with one key, the later one waits",
      "A:\n  x: 1\nB:\n  x: 1\n",
      { { ADD, "A", "p", .key = "K" },
        { ADD, "A", "q", .key = "K" },
        { ADD, "B", "r", .key = "K" } },
      "A:\n  x: 1\n  K: p\nB:\n  x: 1\n  K: r\n" },
    { "of a new pair and two renamed ones with one key, the first is there",
      "A:\n  x: 1\n  y: 1\nK: 1\n",
      { { RENAME, "A/x", "K" }, { RENAME, "A/y", "K" }, { ADD, "A", "q", .key = "K" } },
      "A:\n  K: 1\n  y: 1\nK: 1\n" },
    /* Both would take the blank line between them. */
    { "remove the end of one section and all of the last one",
      "R:\n  a: 1\n\n  b: 1\n\nO:\n  c: 1\n",
      { { REMOVE, "R/b" }, { REMOVE, "O/c" } },
      "R:\n  a: 1\n\n" },
    { "remove the end of one section and all of the last one, which ends without a newline",
      "R:\n  a: 1\n\n  b: 1\n\nO:\n  c: 1",
      { { REMOVE, "R/b" }, { REMOVE, "O/c" } },
      "R:\n  a: 1\n\n" },
    { "set, splice and call where nothing stands",
      "A:\n  b:\n  c: # note\n  d:\n",
      { { SET, "A/b", "x" },
        { SPLICE, "A/c", "w", NULL, NULL, 0, 0 },
        { CALL, "A/d", "${Z}", .start = 0, .end = 0 } },
      "A:\n  b: x\n  c: w # note\n  d: !Sub '${Z}'\n" },
    { "replace nothing in flow",
      "A: {b: , c:  }\nD: {e: f}\n",
      { { REPLACE, "A/b", "x" }, { REPLACE, "A/c", "z" } },
      "A: {b: x , c: z  }\nD: {e: f}\n" },
    { "add and append in flow behind nothing",
      "A: {b: }\nL: [c: ]\n",
      { { ADD, "A", "1", "d" }, { APPEND, "L", "e" } },
      "A: {b: , d: 1 }\nL: [c: , e ]\n" },
    { "remove in flow behind nothing", "A: {b: , c: d}\n", { { REMOVE, "A/c" } }, "A: {b: }\n" },
    { "call a function on text whose beginning changes",
      "A:\n  b: x\n  d: !Ref y\n",
      { { CALL, "A/b", "${Z}-", .start = 0, .end = 0 } },
      "A:\n  b: !Sub ${Z}-x\n  d: !Ref y\n" },
    { "call a function on plain text with a backslash that needs quotes",
      "A:\n  b: x\\y\n  d: !Ref y\n",
      { { CALL, "A/b", ": ", .start = 1, .end = 1 } },
      "A:\n  b: !Sub 'x: \\y'\n  d: !Ref y\n" },
    { "splice a block scalar without lines",
      "A:\n  b: >\n  c: |\nB: 1\n",
      { { SPLICE, "A/b", "x", NULL, NULL, 0, 0 }, { SPLICE, "A/c", "w", NULL, NULL, 0, 0 } },
      "A:\n  b: x\n  c: w\nB: 1\n" },
    { "splice a block scalar behind its last line break",
      "A: |\n  b\nB: 1\n",
      { { SPLICE, "A", "x", NULL, NULL, 2, 2 } },
      "A: \"b\\nx\"\nB: 1\n" },
    { "splice a block scalar that begins with a blank then",
      "A: |-\n  b\nB: 1\n",
      { { SPLICE, "A", " x", NULL, NULL, 0, 0 } },
      "A: ' xb'\nB: 1\n" },
    { "splice into an empty line of a block scalar",
      "A: |-\n  b\n\n  c\nB: 1\n",
      { { SPLICE, "A", "x", NULL, NULL, 2, 2 } },
      "A: \"b\\nx\\nc\"\nB: 1\n" },
    { "splice a line of a folded scalar away",
      "A: >-\n  b\n  c\n  d\nB: 1\n",
      { { SPLICE, "A", "", NULL, NULL, 2, 3 } },
      "A: b  d\nB: 1\n" },
    { "splice between the line breaks of a quoted text",
      "A: 'a\n\n\n  b'\n",
      { { SPLICE, "A", "x", NULL, NULL, 2, 2 } },
      "A: \"a\\nx\\nb\"\n" },
    { "splice a line of a plain text away",
      "A: a\n  b\n  c\n",
      { { SPLICE, "A", "", NULL, NULL, 2, 3 } },
      "A: a  c\n" },
    { "splice into a line of a plain text",
      "A: a\n  b,c\n  d\n",
      { { SPLICE, "A", "-", NULL, NULL, 3, 4 } },
      "A: a\n  b-c\n  d\n" },
    { "quote, remove and add above lines with a tab",
      "A:\n  b: 1\n    \t\n  c: 'd'\n  e: f\n   \t\nB: 1\n",
      { { SET, "A/b", "ON" }, { REMOVE, "A/e" }, { SECTION, "", "2", "K", "A" } },
      "A:\n  b: 'ON'\n\n  c: 'd'\n  K: 2\n\nB: 1\n" },
    { "add text of lines above blanks",
      "R:\n  a: 1\n      \n \nO: 1\n",
      { { ADD, "R", "|\n  x\n", "b" } },
      "R:\n  a: 1\n  b: |\n    x\n\n\nO: 1\n" },
    { "wrap with text of lines at the end of a text",
      "R:\n  a: 1",
      { { WRAP, "R/a", "|\n  x\n" } },
      "R:\n  a:\n    - 1\n    - |\n      x\n" },
    { "add text of lines, and the end of the text goes",
      "R:\n  a: 1\n  b: 2\nO:\n  c: 1",
      { { REMOVE, "O/c" }, { REMOVE, "R/b" }, { ADD, "R", "|\n  x\n", "d" } },
      "R:\n  a: 1\n  d: |\n    x\n" },
    { "add text of lines in the place of all",
      "A:\n  b: 1 # one\n     \nC: 1\n",
      { { REMOVE, "A/b" }, { ADD, "A", "|\n  x\n", "d" } },
      "A:\n  d: |\n    x\n\nC: 1\n" },
    { "append text of lines behind kept ones, above blanks",
      "L:\n  - |+\n\n      ",
      { { APPEND, "L", "|\n  x\n" } },
      "L:\n  - |+\n\n  - |\n    x\n" },
    { "append behind kept lines with blanks",
      "L:\n  - |+\n\n \n\n  - a\nM:\n  - |+\n\n  ",
      { { WRAP, "L/0", "b" }, { APPEND, "M", "c" } },
      "L:\n  - - |+\n\n \n\n    - b\n  - a\nM:\n  - |+\n\n  - c\n  " },
    { "make a section behind the first one, which goes",
      "Parameters:\n  a: 1\nResources:\n  b: 1\n",
      { { REMOVE, "Parameters/a" }, { SECTION, "", "2", "c", "Conditions" } },
      "Conditions:\n  c: 2\nResources:\n  b: 1\n" },
    { "make a section behind lines that are put in behind kept ones, where the rest goes",
      "R:\n  A:\n    - |+\n\n  B: 1\n",
      { { REMOVE, "R/B" }, { APPEND, "R/A", "c" }, { SECTION, "", "2", "K", "Outputs" } },
      "R:\n  A:\n    - |+\n\n    - c\nOutputs:\n  K: 2\n" },
    { "set the value before a section that goes, and make another one",
      "A: 1\n\nB:\n  c: d",
      { { SET, "A", "x" }, { REMOVE, "B/c" }, { SECTION, "", "2", "K", "Outputs" } },
      "A: x\n\nOutputs:\n  K: 2" },
    { "make a section behind kept lines, where the rest goes",
      "A: 1\n\nR:\n  A: |+\n\n  B: 1\n",
      { { REMOVE, "R/B" }, { SECTION, "", "2", "K", "Outputs" } },
      "A: 1\n\nR:\n  A: |+\n\nOutputs:\n  K: 2\n" },
    { "make sections before and behind one that goes",
      "Description: d\nParameters:\n  a: 1\n",
      { { REMOVE, "Parameters/a" },
        { SECTION, "", "2", "c", "Outputs" },
        { SECTION, "", "3", "e", "Metadata" } },
      "Description: d\nMetadata:\n  e: 3\nOutputs:\n  c: 2\n" },
    { "add where the ends of two collections go",
      "R:\n  A:\n    P:\n      a: 1\n      L:\n        - b\n        - c\n      d: 1\nB: 1\n",
      { { REMOVE, "R/A/P/L/1" }, { REMOVE, "R/A/P/d" }, { ADD, "R/A", "2", "D" } },
      "R:\n  A:\n    P:\n      a: 1\n      L:\n        - b\n    D: 2\nB: 1\n" },
    { "of two pairs with one key in a new mapping, the later one waits",
      "A:\n  P:\nB: 1\n",
      { { ADD, "A/P", "p", .key = "K" }, { ADD, "A/P", "q", .key = "K" } },
      "A:\n  P:\n    K: p\nB: 1\n" },
    { "of two pairs with one key in a new section, the later one waits",
      "A: 1\n",
      { { SECTION, "", "1", "K", "Outputs" }, { SECTION, "", "2", "K", "Outputs" } },
      "A: 1\nOutputs:\n  K: 1\n" },
};

static const struct {
    const char *before;
    Step step;
    const char *refusal;
} refused[] = {
    { "A:\n  ? b\n", { REPLACE, "A/b", "x" }, "its key has no ':' behind it" },
    { "A: {b, c: d}\n", { ADD, "A/b", "x", "k" }, "its key has no ':' behind it" },
    { "A:\n  b:\n", { WRAP, "A/b", "x" }, "there is nothing where a value belongs" },
    { "A: {\n\tb: [c]\n\t}\n",
      { APPEND, "A/b", "x" },
      "it stands in braces whose lines begin with tabs" },
};

static void refuses(void **state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        const char *before = refused[i].before;
        g_autoptr(GBytes) bytes = g_bytes_new(before, strlen(before));
        g_autoptr(CfnSource) source = cfn_source_new("case", bytes, CFN_SOURCE_HARD_LIMIT, NULL);
        g_autoptr(CfnTree) tree = cfn_tree_parse(source, NULL);
        g_autoptr(CfnEdits) edits = cfn_edits_new(tree);
        CfnChange *change = cfn_change_new(edits, GUINT_TO_POINTER(1));
        take(change, tree->root, &refused[i].step);
        assert_string_equal(cfn_change_refusal(change), refused[i].refusal);
        assert_null(cfn_edits_apply(edits));
    }
}

static void run_case(void **state)
{
    const Case *one = *state;
    g_autofree char *after = edited(one->before, one->steps);
    assert_string_equal(after, one->after);
}

int main(void)
{
    struct CMUnitTest tests[G_N_ELEMENTS(cases) + 1];
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        tests[i] = (struct CMUnitTest){ .name = cases[i].name,
                                        .test_func = run_case,
                                        .initial_state = (void *)&cases[i] };
    }
    tests[G_N_ELEMENTS(cases)] =
        (struct CMUnitTest){ .name = "what has no place is refused", .test_func = refuses };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

"""Rules of the house that reading the text can check.

    check_rules.py ROOT

A file includes only from its own floor or lower ones; a foreign library has one door; no floor below
the command line names a transform; some functions are banned. Each rule is first tried on a planted
breach, so that a rule that finds nothing is known to look.
"""

import pathlib
import re
import sys
import tempfile

# Each room and the rooms it may include from, besides itself.
ROOMS = {
    "src/text": [],
    "src/syntax": ["text"],
    "src/edit": ["text", "syntax"],
    "src/model": ["text", "syntax"],
    "src/engine": ["text", "syntax", "edit", "model"],
    "src/report": ["text", "syntax", "edit", "model", "engine"],
    "transforms": ["text", "syntax", "edit", "model", "engine"],
    "src/cli": ["text", "syntax", "edit", "model", "engine", "report", "transforms"],
}

# The rooms that may include a library's header.
DOORS = {
    "libfyaml.h": ["src/syntax"],
    "yaml.h": ["src/syntax"],
    "git2.h": ["src/edit", "src/cli"],
    "gio/gio.h": [],
    "glib-object.h": [],
}

BANNED = re.compile(r"\b(?:(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|atof|gets)\s*\(|(goto)\s+\w+;)")
LINE_COMMENT = re.compile(r"^\s*//|[;{}]\s*//")
COLUMNS = 100


def code_files(root, rooms):
    for room in rooms:
        for path in sorted((root / room).rglob("*.[ch]")):
            yield room, path, path.read_text().splitlines()


def check_includes(root):
    for room, path, lines in code_files(root, ROOMS):
        own = room.rpartition("/")[2]
        for number, line in enumerate(lines, 1):
            quoted = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if quoted and quoted[1].partition("/")[0] not in [own, *ROOMS[room]]:
                yield path, number, f"a file of {room} includes '{quoted[1]}'"
            library = re.match(r"\s*#\s*include\s+<([^>]+)>", line)
            if library and room not in DOORS.get(library[1], [room]):
                yield path, number, f"a file of {room} includes <{library[1]}>"


def check_transform_names(root):
    table = (root / "transforms/transforms.def").read_text()
    names = re.findall(r"^CFN_TRANSFORM\((\w+)\)", table, re.M)
    if names != sorted(set(names)):
        yield root / "transforms/transforms.def", 1, "the list is not sorted"
    spellings = [name for name in names] + [name.replace("_", "-") for name in names]
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, spellings)) + r")\b")
    rooms = [room for room in ROOMS if room not in ("transforms", "src/cli")]
    for room, path, lines in code_files(root, rooms):
        for number, line in enumerate(lines, 1):
            if found := pattern.search(line):
                yield path, number, f"a file of {room} names the transform '{found[1]}'"


def check_text(root):
    for _, path, lines in code_files(root, [*ROOMS, "tests", "fuzz", "scripts", "bench"]):
        if lines and not lines[0].startswith("/*"):
            yield path, 1, "the file has no head comment"
        for number, line in enumerate(lines, 1):
            code = re.sub(r'"(\\.|[^"\\])*"|/\*.*?\*/', "", line)
            if banned := BANNED.search(code):
                yield path, number, f"'{banned[1] or banned[2]}' is banned"
            if LINE_COMMENT.search(code):
                yield path, number, "comments are written /* */"
            if len(line) > COLUMNS:
                yield path, number, f"{len(line)} columns, {COLUMNS} are allowed"


CHECKS = [check_includes, check_transform_names, check_text]

# For each check: a file with one breach, and what is said about it.
HEAD = "/* x */\n"
PLANTED = [
    (check_includes, "src/text/a.c", '#include "syntax/node.h"', "includes 'syntax/node.h'"),
    (check_includes, "src/edit/a.c", '#include "model/template.h"', "includes 'model/template.h'"),
    (check_includes, "src/model/a.c", '#include "edit/edits.h"', "includes 'edit/edits.h'"),
    (check_includes, "src/engine/a.c", '#include "transforms/registry.h"', "includes 'transforms/"),
    (check_includes, "src/model/a.c", "#include <git2.h>", "includes <git2.h>"),
    (check_transform_names, "src/engine/a.c", 'f("an-example");', "names the transform 'an-example'"),
    (check_transform_names, "src/report/a.c", "f(an_example);", "names the transform 'an_example'"),
    (check_text, "src/text/a.c", "    strcpy(a, b);", "'strcpy' is banned"),
    (check_text, "tests/unit/text/a.c", "    goto end;", "'goto' is banned"),
    (check_text, "src/text/a.c", "int a; // b", "comments are written"),
    (check_text, "src/text/a.c", "/* " + "x" * COLUMNS + " */", "columns"),
]


def try_rules():
    for check, name, line, message in PLANTED:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "transforms").mkdir()
            (root / "transforms/transforms.def").write_text(HEAD + "CFN_TRANSFORM(an_example)\n")
            (root / name).parent.mkdir(parents=True)
            (root / name).write_text(f"{HEAD}{line}\n")
            found = [(path.name, number, text) for path, number, text in check(root)]
            assert len(found) == 1 and found[0][:2] == ("a.c", 2) and message in found[0][2], (
                f"the rule {check.__name__} says {found} about: {line}"
            )


def main():
    try_rules()
    root = pathlib.Path(sys.argv[1]).resolve()
    assert list(code_files(root, ROOMS)), f"no code under {root}"
    breaches = [breach for check in CHECKS for breach in check(root)]
    for path, number, message in breaches:
        print(f"{path.relative_to(root)}:{number}: {message}")
    print(f"{len(breaches)} breaches of the rules")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""The checker finds each kind of violation: it is run on a fake cfnfix that does one thing wrong
at a time."""
import difflib
import json
import re
import sys

from check import check_folder
from lib import program, tree

BEFORE = """\
# head of the file
Resources:
  Key:   # the key
    Type: AWS::KMS::Key
    Properties:
      Description: "caf\\u00e9"

      Tags:
        - Key: a   # first
          Value: one,two   # second
        # about b
        - Key: b
          Value: !Sub '${AWS::Region}x'
  Other: {Type: 'AWS::SNS::Topic', DependsOn: [Key, Gone], Metadata: *none}
"""
AFTER = BEFORE.replace("one,two", "one-two").replace(
    "        # about b\n        - Key: b\n          Value: !Sub '${AWS::Region}x'\n",
    "").replace("[Key, Gone]", "[Key]").replace("    Properties:\n",
                                                "    DeletionPolicy: Delete\n    Properties:\n", 1)
TAGS = "/Resources/Key/Properties/Tags"
OPERATIONS = [
    {"round": 1, "op": "replace", "path": f"{TAGS}/0/Value", "value": "one-two", "findings": [0]},
    {"round": 1, "op": "remove", "path": f"{TAGS}/1", "findings": [0]},
    {"round": 1, "op": "remove", "path": "/Resources/Other/DependsOn/1", "findings": [0]},
    {
        "round": 1, "op": "add", "path": "/Resources/Key/DeletionPolicy", "value": "Delete",
        "findings": [0]
    },
]
FINDING = {
    "id": "comma-tags", "state": "fixed", "safety": "safe", "effects": ["in-place"],
    "logicalId": "Key", "path": f"{TAGS}/0/Value",
    "range": {"start": {"line": 10, "column": 18},
              "end": {"line": 10, "column": 25}}, "message": "comma", "reason": None,
        "onChangedLines": None
}

FAKE = """#!{python}
import json, pathlib, sys
known = json.loads(pathlib.Path({table!r}).read_text())
args = sys.argv[1:]
names = args[args.index("--") + 1:]
entries, diffs = [], ""
for name in names:
    data = pathlib.Path(name).read_bytes().decode()
    hit = known["texts"].get(data)
    entry = dict(known["none"], path=name, **(hit["entry"] if hit else {{}}))
    entry["diff"] = hit["diff"].replace("NAME", name) if hit else ""
    if "--format" in args:
        entry["diff"] = entry["diff"].replace("SAYS", "")
    diffs += entry["diff"]
    entries.append(entry)
    if hit and ("-i" in args or known["writes_always"]):
        pathlib.Path(name).write_bytes(hit["after"].encode())
        if known["leaves"]:
            pathlib.Path(name + ".tmp").write_text("x")
changed = sum(e["state"] == "changed" for e in entries)
if "--format" in args:
    fixed = sum(f["state"] == "fixed" for e in entries for f in e["findings"])
    print(json.dumps({{"files": entries, "summary": {{
        "files": len(entries), "changed": changed, "fixed": fixed,
        "needsConsent": 0, "cannotFix": 0, "accepted": 0, "errors": 0, "doneBefore": 0}}}}))
elif "--patch" in args:
    patch = known["patch"].replace("NAME", names[0]) if known["patch"] else diffs
    pathlib.Path(args[args.index("--patch") + 1]).write_bytes(patch.encode())
else:
    sys.stdout.buffer.write(diffs.encode())
    sys.stderr.write(known["says"])
sys.exit(known["code"] if known["code"] is not None else int(bool(changed) and "-i" not in args))
"""
NONE = {
    "state": "unchanged", "readers": ["libfyaml", "libyaml"], "rounds": 0, "findings": [],
    "operations": [], "notices": [], "secretsHidden": False, "errors": []
}


def unified(before, after):
    lines = difflib.unified_diff(before.splitlines(True), after.splitlines(True), "a/NAME",
                                 "b/NAME")
    return "diff --git a/NAME b/NAME\n" + "".join(
        line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"
        for line in lines)


def behaviour(before=BEFORE,
              after=AFTER,
              operations=OPERATIONS,
              finding=FINDING,
              diff=None,
              again=None,
              **more):
    """What a fake does: with BEFORE, and with AGAIN what it makes of its own output."""

    def entry(operations):
        return {"state": "changed", "rounds": 1, "findings": [finding], "operations": operations}

    texts = {
        before: {
            "entry": entry(operations), "after": after,
            "diff": unified(before, after) if diff is None else diff
        }
    }
    if again:
        texts[after] = {"entry": entry(operations), "after": again, "diff": unified(after, again)}
    return dict(
        {
            "texts": texts, "none": NONE, "code": None, "writes_always": False, "leaves": False,
            "patch": None, "says": ""
        },
        **more)


def run_fake(work, table, before=BEFORE, options=()):
    (work / "table.json").write_text(json.dumps(table))
    fake = work / "fake"
    fake.write_text(FAKE.format(python=sys.executable, table=str(work / "table.json")))
    fake.chmod(0o755)
    return check_folder(program.Program(fake), [("a/t.yaml", before.encode())], work / "fake-home",
                        options)


def op(i, **changes):
    """The operations, the one at I changed."""
    return OPERATIONS[:i] + [dict(OPERATIONS[i], **changes)] + OPERATIONS[i + 1:]


def without_line(text, line):
    return text.replace(line, "", 1)


def violations():
    """(what the fake does wrong, its behaviour, a part of what the checker must say)."""
    return [
        ("wrong byte in a value", behaviour(after=AFTER.replace("AWS::KMS", "AWS::KMs")),
         "instead of"),
        ("same value, other escape", behaviour(after=AFTER.replace("\\u00e9", "é")), "instead of"),
        ("other quotes", behaviour(after=AFTER.replace("'AWS::SNS::Topic'", '"AWS::SNS::Topic"')),
         "style"),
        ("other indentation",
         behaviour(after=AFTER.replace("        - Key: a   # first\n          Value",
                                       "      - Key: a   # first\n        Value")), "operation"),
        ("blank line gone", behaviour(after=AFTER.replace("\n\n      Tags", "\n      Tags")),
         "line changed"),
        ("space at the end of a line", behaviour(after=AFTER.replace("KMS::Key\n", "KMS::Key \n")),
         "operation names"),
        ("head comment lost", behaviour(after=without_line(AFTER, "# head of the file\n")),
         "operation names"),
        ("trailing comment lost", behaviour(after=without_line(AFTER, "   # second")),
         "comment lost"),
        ("comment of a neighbour lost", behaviour(after=without_line(AFTER, "   # first")),
         "operation names"),
        ("comment moved",
         behaviour(
             after=AFTER.replace("   # first", "").replace("   # second", "   # first # second")),
         "operation names"),
        ("undeclared change", behaviour(operations=OPERATIONS[1:]), "instead of"),
        ("undeclared removal", behaviour(operations=[OPERATIONS[0], *OPERATIONS[2:]]), "items"),
        ("undeclared addition", behaviour(operations=OPERATIONS[:3]), "keys"),
        ("declared, not done", behaviour(after=AFTER.replace("one-two", "one,two")), "instead of"),
        ("wrong value declared", behaviour(operations=op(0, value="one_two")), "instead of"),
        ("boolean for a string", behaviour(operations=op(3, value=True)), "instead of"),
        ("path that is not there", behaviour(operations=op(1, path=f"{TAGS}/7")), "no item"),
        ("edit of an alias", behaviour(operations=op(0, path="/Resources/Other/Metadata")),
         "alias"),
        ("order of keys",
         behaviour(after=AFTER.replace("- Key: a   # first\n          Value: one-two   # second",
                                       "- Value: one-two   # second\n          Key: a   # first")),
         "instead of"),
        ("second run changes", behaviour(again=AFTER.replace("one", "1")), "second run"),
        ("diff does not apply", behaviour(diff=unified(BEFORE.replace("head", "heed"), AFTER)),
         "is not"),
        ("diff gives other bytes", behaviour(diff=unified(BEFORE, AFTER.replace("head", "heed"))),
         "other bytes"),
        ("diff at the wrong line",
         behaviour(diff=re.sub(r"@@ -\d+", "@@ -3", unified(BEFORE, AFTER))), "is not"),
        ("absolute name in the diff",
         behaviour(diff=unified(BEFORE, AFTER).replace("a/NAME", "a//NAME")), "name"),
        ("other diff on standard output", behaviour(diff=unified(BEFORE, AFTER) + "SAYS"),
         "standard output"),
        ("last newline lost", behaviour(after=AFTER[:-1]), "last line"),
        ("CRLF lost", behaviour(before=BEFORE.replace("\n", "\r\n")), "CRLF"),
        ("BOM lost", behaviour(before="\ufeff" + BEFORE), "byte order"),
        ("dry run writes", behaviour(writes_always=True), "dry run changed"),
        ("wrong exit code", behaviour(code=0), "exit code"),
        ("range outside the file",
         behaviour(finding=dict(
             FINDING,
             range={"start": {"line": 10, "column": 18}, "end": {"line": 10, "column": 250}})),
         "not in the file"),
        ("range elsewhere",
         behaviour(finding=dict(
             FINDING, range={"start": {"line": 2, "column": 1}, "end": {"line": 2, "column": 2}})),
         "finding at line"),
        ("fixed without operation", behaviour(operations=[dict(o, findings=[])
                                                          for o in OPERATIONS]), "do not name"),
        ("temporary file left", behaviour(leaves=True), "left behind"),
        *password_violations(),
    ]


LOCKED = """\
Resources:
  Db:
    Type: AWS::DocDB::DBCluster
    Properties:
      MasterUserPassword: 'Winter-2024'
      Note: Winter-2024 too
"""
OPENED = LOCKED.replace("'Winter-2024'", "'{{resolve:x}}'")
PASSWORD = "/Resources/Db/Properties/MasterUserPassword"
SAYS = "the diff hides a password and does not apply; --patch FILE writes one that does\n"


def hiding(shown=None,
           patch=None,
           says=SAYS,
           hides=True,
           value="{{resolve:x}}",
           by="hardcoded-db-password",
           **finding):
    """A fake that repairs a password and hides it. It also replaces the note by itself."""
    whole = unified(LOCKED, OPENED)
    where = {"line": 5, "column": 27}
    found = dict(FINDING, id=by, safety="unsafe", logicalId="Db",
                 path=PASSWORD, range={"start": where, "end": dict(where, column=40)}, **finding)
    done = [
        {"round": 1, "op": "replace", "path": PASSWORD, "value": value, "findings": [0]},
        {
            "round": 1, "op": "replace", "path": PASSWORD.replace("MasterUserPassword", "Note"),
            "value": "******** too", "findings": [0]
        },
    ]
    table = behaviour(LOCKED, OPENED, done, found,
                      whole.replace("Winter-2024", "********") if shown is None else shown)
    table["texts"][LOCKED]["entry"]["secretsHidden"] = hides
    return dict(table, patch=whole if patch is None else patch, says=says)


def password_violations():
    whole = unified(LOCKED, OPENED)
    return [
        ("password in the diff", hiding(shown=whole, says=""), "is told"),
        ("password in a message", hiding(message="Winter-2024 stands here"), "is told"),
        ("password in a reason", hiding(reason="Winter-2024 is weak"), "is told"),
        ("password in an operation", hiding(value="Winter-2024"), "is told"),
        ("password in the summary", hiding(says=SAYS + "Winter-2024\n"), "is printed"),
        ("hidden and not said", hiding(says=""), "does not say"),
        ("hidden without the flag", hiding(hides=False), "different diffs"),
        ("more hidden than a password",
         hiding(shown=whole.replace("Winter-2024", "********").replace("DocDB", "*")),
         "different diffs"),
        ("--patch hides too", hiding(patch=whole.replace("Winter-2024", "********")), "is not"),
        ("nothing to hide", hiding(by="comma-tags"), "no password is found"),
        ("hidden value is another", hiding(value="********x"), "instead of"),
    ]


def check_violations(work, tally):
    result = run_fake(work, behaviour())
    tally.check(not result.failures and not result.unjudged, "a faultless program passes", result)
    result = run_fake(work, hiding(), LOCKED, ["--unsafe-fixes"])
    tally.check(not result.failures and not result.unjudged, "so does one that hides", result)
    for what, table, say in violations():
        before = next(iter(table["texts"]))
        options = ["--unsafe-fixes"] if before == LOCKED else []
        result = run_fake(work, table, before, options)
        said = [text for _, text in result.failures]
        tally.check(any(say in text for text in said), f"found: {what}", said)


def check_readers(tally):
    """Facts about the readers that all else rests on."""
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n"
        for i in range(20))
    tally.equal(len(tree.read(bomb).pairs), 21, "a bomb of aliases stays small")
    root = tree.read("a: 1\na: 2\n<<: *x\nb: !If [C, !Ref D, !GetAtt E.F]\n")
    tally.equal([p.key.text for p in root.pairs], ["a", "a", "<<", "b"],
                "duplicate and merge keys stay")
    tally.equal(tree.plain(root.get("b")), {"Fn::If": ["C", {"Ref": "D"}, {"Fn::GetAtt": "E.F"}]},
                "tags are functions")
    texts = {
        "yes": True, "ON": True, "'ON'": "ON", "012": 10, "0x1f": 31, "1:30": 90, "1_000": 1000,
        "~": None, "2012-10-17": "2012-10-17", "1.5": 1.5, "n": False, "09": "09", ".": ".",
        "-": None
    }
    for text, value in list(texts.items())[:-1]:
        tally.equal(tree.meaning(tree.read(text)), value, f"meaning of {text}")
    tally.equal(
        tree.read('{"a": "\\ud83d\\ude00"}').get("a").text, "\U0001f600",
        "surrogate pairs are JSON's")
    found = tree.comments("a: |  # header\n  # no comment\nb: 'x # no'   # yes\n# own\n")
    tally.equal([(c.text, c.behind) for c in found], [("# header", None), ("# yes", "x # no"),
                                                      ("# own", None)], "comments")


def main():
    given = program.arguments(__doc__)
    for action in given._actions:
        action.required = False
    work, tally = program.work_folder(given.parse_args().work), program.Tally()
    check_readers(tally)
    check_violations(work, tally)
    tally.end()


if __name__ == "__main__":
    main()

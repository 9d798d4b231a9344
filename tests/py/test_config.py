#!/usr/bin/env python3
"""Configurations: each mistake with its place, what wins over what, which files are passed over, --show-config, and
the schema for editors, which takes what cfnfix takes."""
import itertools
import json
import os
import random
import re
import subprocess

import jsonschema
import ruamel.yaml

from lib import program
from test_cli import BUCKET, DONE, DUE, KEPT, Place

CONFIG = ".cfnfix.yaml"
KEYS = "select, ignore, unsafe-fixes, profile, settings, exclude, overrides"

# A configuration, and what is said of it behind the path.
MISTAKES = {
    "slect: []": "1:1: key 'slect' is unknown; did you mean 'select'?",
    "select: []\nzzz: 1": f"2:1: key 'zzz' is unknown; there is: {KEYS}",
    "on: true": f"1:1: key 'on' is unknown; there is: {KEYS}",
    "<<: {select: []}": f"1:1: key '<<' is unknown; there is: {KEYS}",
    "paths: [a]": f"1:1: key 'paths' is unknown; there is: {KEYS}",
    "x" * 300 + ": 1": f"1:1: key '{'x' * 80}' is unknown; there is: {KEYS}",
    "\u00e9 \u00e9: 1": f"1:1: key '\u00e9 \u00e9' is unknown; there is: {KEYS}",
    '"\\e[2J": 1': f"1:1: key '\\x1b[2J' is unknown; there is: {KEYS}",
    "? [a]\n: b": "1:3: a key must be a text, not a list",
    "select: [comma-tag]": "1:10: repair 'comma-tag' is unknown; did you mean 'comma-tags'?",
    "ignore:\n  - kms-alias\n  - \"force_destroy\"":
        "3:5: repair 'force_destroy' is unknown; did you mean 'force-destroy'?",
    "ignore: [on]": "1:10: a repair's id must be a text, not 'on', which is a boolean in YAML 1.1",
    "ignore: [[kms-alias]]": "1:10: a repair's id must be a text, not a list",
    "select: comma-tags": "1:9: 'select' must be a list of repairs, not a text",
    "select: {comma-tags: true}": "1:9: 'select' must be a list of repairs, not a mapping",
    "select:": "1:8: 'select' must be a list of repairs, not nothing",
    "ignore: 7": "1:9: 'ignore' must be a list of repairs, not '7', which is a number in YAML 1.1",
    "profile: on": "1:10: 'profile' must be a text, not 'on', which is a boolean in YAML 1.1",
    "profile: 010": "1:10: 'profile' must be a text, not '010', which is a number in YAML 1.1",
    "profile: 2026-11-23": "1:10: 'profile' must be a text, not '2026-11-23', which is a date in YAML 1.1",
    "profile: 'on'": "1:10: profile 'on' is unknown; there is: standard, production, ephemeral",
    "profile: prodution": "1:10: profile 'prodution' is unknown; did you mean 'production'?",
    'profile: "standard\\0"': "1:10: a NUL has no meaning here",
    "profile:": "1:9: 'profile' must be a text, not nothing",
    "unsafe-fixes: yes": "1:15: 'unsafe-fixes' must be true or false, not 'yes', which is a boolean in YAML 1.1",
    "unsafe-fixes: 'true'": "1:15: 'unsafe-fixes' must be true or false, not a text",
    "unsafe-fixes: 1": "1:15: 'unsafe-fixes' must be true or false, not '1', which is a number in YAML 1.1",
    "unsafe-fixes: [true]": "1:15: 'unsafe-fixes' must be true or false, not a list",
    "unsafe-fixes: ~": "1:15: 'unsafe-fixes' must be true or false, not '~', which is nothing in YAML 1.1",
    "settings: [a]": "1:11: 'settings' must be a mapping of repairs, not a list",
    "settings:\n  force-destry: {}": "2:3: repair 'force-destry' is unknown; did you mean 'force-destroy'?",
    "settings:\n  comma-tags: {a: true}": "2:3: 'comma-tags' has no settings",
    "settings:\n  force-destroy:\n    emptyer: false": "3:5: setting 'emptyer' is unknown; did you mean 'emptier'?",
    "settings:\n  force-destroy: true":
        "2:18: 'force-destroy' must be a mapping of settings, not 'true', which is a boolean in YAML 1.1",
    "settings:\n  force-destroy:\n    emptier: no":
        "3:14: 'emptier' must be true or false, not 'no', which is a boolean in YAML 1.1",
    "exclude: vendor": "1:10: 'exclude' must be a list of globs, not a text",
    "exclude: ['!a']": "1:11: a glob takes nothing back: there is no '!'",
    "exclude: [a, ../b]": "1:14: a glob is made of names, without '.', '..' or '//'",
    "exclude: ['']": "1:11: a glob is made of names, without '.', '..' or '//'",
    "exclude: [012]": "1:11: a glob must be a text, not '012', which is a number in YAML 1.1",
    "overrides: {}": "1:12: 'overrides' must be a list, not a mapping",
    "overrides: [a]": "1:13: an override must be a mapping, not a text",
    "overrides:\n  - profile: standard": "2:5: this override lacks 'paths'",
    "overrides:\n  - paths: []": "2:12: 'paths' names no files",
    "overrides:\n  - paths: a": "2:12: 'paths' must be a list of globs, not a text",
    "overrides:\n  - paths: [a]\n    exclude: [b]":
        "3:5: key 'exclude' is unknown; there is: select, ignore, unsafe-fixes, profile, settings, paths",
    "overrides:\n  - paths: [a]\n    path: [b]": "3:5: key 'path' is unknown; did you mean 'paths'?",
    "select: []\nignore: []\nselect: []": "3:1: 'select' stands here a second time; it is on line 1 already",
    "settings:\n  force-destroy: {emptier: true, emptier: false}":
        "2:34: 'emptier' stands here a second time; it is on line 2 already",
    "select: &a []\nignore: *a": "1:9: a configuration has no anchors and aliases",
    "profile: !!str standard": "1:10: a configuration has no tags",
    "unsafe-fixes: !<tag:yaml.org,2002:bool> true": "1:15: a configuration has no tags",
    "- a": "1:1: a configuration must be a mapping, not a list",
    "hello": "1:1: a configuration must be a mapping, not a text",
}
# Those that are no mistake to who reads YAML 1.2 or JSON, or that a schema does not see.
UNSEEN = ["<<: {select: []}", "select: []\nignore: []\nselect: []", "profile: !!str standard",
          "settings:\n  force-destroy: {emptier: true, emptier: false}", "select: &a []\nignore: *a",
          "unsafe-fixes: !<tag:yaml.org,2002:bool> true"]

GOOD = [
    "", "# nothing\n", "---\n", "~", "{}", "select: []", "ignore: [comma-tags, comma-tags]",
    '{"profile": "production", "unsafe-fixes": false}', "unsafe-fixes: True", "profile: 'ephemeral'",
    "select:\n  - comma-tags\n  - 'kms-alias'\n", "settings: {}", "settings: {force-destroy: {}}",
    "settings:\n  force-destroy:\n    emptier: false\n  duplicate-config-recorder: {account-has-recorder: true}",
    "exclude: []", "exclude: [/a, b/, 'c/**/d', '*.json', '**', '[ab]?', a.b, ..., .a, '\u00e9']", "overrides: []",
    "overrides:\n  - paths: ['a/**']\n    select: []\n    ignore: [kms-alias]\n    unsafe-fixes: true\n"
    "    profile: standard\n    settings: {force-destroy: {emptier: true}}\n  - paths: [b]\n",
    "\ufeffprofile: production", "profile: production\r\nunsafe-fixes: true\r\n", "%YAML 1.1\n---\nselect: []\n...\n",
]


def say(at, config, folder="", name=CONFIG):
    at.put(folder + name, config.encode())


def changed(at, *args):
    """The ids of what is fixed, by file."""
    run = at.run("--format", "json", *args)
    return {
        file["path"]: sorted({f["id"] for f in file["findings"] if f["state"] == "fixed"})
        for file in run.json()["files"] if file["state"] != "not-a-template"
    }


def test_documents(at):
    """The examples are configurations, and the one of a mistake is what is said."""
    for name in ("docs/configuration.md", "README.md"):
        text = (program.ROOT / name).read_text()
        blocks = [b for b in re.findall(r"```yaml\n(.*?)```", text, re.S) if re.search(r"^(ignore|overrides):", b, re.M)]
        at.check(blocks, f"{name} has examples")
        for block in blocks:
            say(at, block)
            at.run("--show-config", "a.yaml", code=0)
    say(at, "profile: standard\nignore:\n        - comma-tag\n")
    said = at.run("--show-config", "a.yaml", code=2).err.decode().strip()
    at.check(f"    {said}\n" in (program.ROOT / "docs/configuration.md").read_text(), "the mistake", said)


# ---- Mistakes ----


def test_mistakes(at):
    at.write(a_yaml=DUE)
    for config, message in MISTAKES.items():
        say(at, config)
        run = at.run("-q", "-i", "a.yaml", code=2)
        at.check(run.err.decode() == f"{CONFIG}:{message}\n", repr(config), run.err.decode())
        at.same("a.yaml", DUE, f"left alone with {config!r}")
        shown = at.run("--show-config", "a.yaml", code=2)
        at.check((shown.out, shown.err) == (b"", run.err), f"--show-config says so of {config!r}", shown)
        given = at.run("-q", "-i", "--config", CONFIG, "a.yaml", code=2)
        at.check(given.err == run.err, f"--config says so of {config!r}", given)
        at.run("-i", "--no-config", "--check", "a.yaml", code=2)
        at.run("--no-config", "--check", "a.yaml", code=1)


def test_good(at):
    at.write(a_yaml=DUE)
    for config in GOOD:
        say(at, config)
        at.run("--show-config", "a.yaml", code=0)


def test_malformed(at):
    at.write(a_yaml=DUE)
    for data, place, what in ((b"profile: standard\n---\nb: c\n", "2:1", "second document"),
                              (b"select: [a\n", "1:9", "never closed"), (b"a: b\n\tc: d\n", "2:1", "tab"),
                              (b"profile: standard\0\n", "1:18", "control"), (b"profile: \xff\n", "1:10", "UTF-8"),
                              ("profile: standard\n".encode("utf-16"), None, "UTF-16"),
                              (b"select: [" + b"[" * 5000, None, "deep"),
                              (b"#" * 65537, None, "larger than the limit of 65536 bytes")):
        at.put(CONFIG, data)
        run = at.run("-q", "-i", "a.yaml", code=2)
        prefix = f"{CONFIG}:{place}: " if place else f"{CONFIG}:"
        at.check(run.err.decode().startswith(prefix) and what in run.err.decode(), repr(data[:30]), run.err)
        at.check(run.err.count(b"\n") == 1, f"told once: {data[:30]!r}", run.err)
        at.same("a.yaml", DUE)


def test_no_plain_files(at):
    at.write(a_yaml=DUE, good_yaml=b"profile: production\n")
    made = {
        "loop": lambda path: path.symlink_to(CONFIG), "broken": lambda path: path.symlink_to("nothing"),
        "link": lambda path: path.symlink_to("good.yaml"), "fifo": os.mkfifo, "folder": os.mkdir,
        "device": lambda path: path.symlink_to("/dev/zero")
    }
    if os.geteuid() != 0:
        made["unreadable"] = lambda path: (path.write_bytes(b""), path.chmod(0))
    for name, make in made.items():
        path = at.home / CONFIG
        make(path)
        run = at.run("-q", "-i", "a.yaml", code=2, timeout=10)
        at.check(run.err.startswith(CONFIG.encode() + b": ") and run.err.count(b"\n") == 1, name, run.err)
        at.same("a.yaml", DUE)
        given = at.run("--config", CONFIG, "--show-config", "a.yaml", timeout=10)
        at.check(given.code == (0 if name == "link" else 2), f"--config with {name}", given)
        os.rmdir(path) if name == "folder" else path.unlink()


def test_no_text_of_others(at):
    """What a link leads to is not quoted: whoever sent the repository need not be allowed to read it."""
    at.write(a_yaml=DUE)
    at.put("outside/secret", b"hunter2\n")
    (at.home / "repo").mkdir()
    at.put("repo/a.yaml", DUE)
    (at.home / "repo" / CONFIG).symlink_to("../outside/secret")
    run = at.run("repo", code=2)
    at.check(b"hunter2" not in run.err + run.out, "nothing of it is told", run.err)


def test_one_bad_of_many(at):
    for folder in ("bad", "bad/deep", "good"):
        for i in range(20):
            at.put(f"{folder}/{i}.yaml", DUE)
    say(at, "select: [oops]", "bad/")
    run = at.run("-i", "bad", "good", code=2)
    at.check(run.err.count(b"bad/.cfnfix.yaml:1:10: ") == 1, "told once", run.err)
    at.same("good/7.yaml", DONE, "the others are repaired")
    at.same("bad/deep/7.yaml", DUE, "those under it are not")
    document = json.loads(at.run("--format", "json", "bad", "good", code=2).out)
    states = [(f["path"][:3], f["state"]) for f in document["files"]]
    at.check(set(states) == {("bad", "error"), ("goo", "unchanged")} and len(states) == 60, "the document has all")
    at.check("bad/.cfnfix.yaml:1:10: " in document["files"][0]["errors"][0]["message"], "with the reason")


# ---- What applies ----


def test_keys(at):
    at.write(a_yaml=DUE, b_yaml=BUCKET, c_yaml=KEPT)
    rows = [
        ("", [], ["comma-tags"], ["force-destroy"], []),
        ("select: [comma-tags]", [], ["comma-tags"], [], []),
        ("select: [comma-tags]", ["--select", "force-destroy"], [], ["force-destroy"], []),
        ("select: []", [], [], [], []),
        ("ignore: [comma-tags]", [], [], ["force-destroy"], []),
        ("ignore: [comma-tags]", ["--ignore", "force-destroy"], [], [], []),
        ("ignore: [comma-tags]", ["--select", "comma-tags"], [], [], []),
        ("unsafe-fixes: true", [], ["comma-tags"], ["force-destroy"], ["force-destroy"]),
        ("unsafe-fixes: false", ["--unsafe-fixes"], ["comma-tags"], ["force-destroy"], ["force-destroy"]),
        ("profile: production", [], ["comma-tags"], [], []),
        ("profile: production", ["--profile", "standard"], ["comma-tags"], ["force-destroy"], []),
        ("profile: production", ["--unsafe-fixes"], ["comma-tags"], [], []),
        ("profile: ephemeral", [], ["comma-tags"], ["force-destroy"], ["force-destroy"]),
        ("profile: ephemeral", ["--no-config"], ["comma-tags"], ["force-destroy"], []),
    ]
    for config, args, *wanted in rows:
        say(at, config)
        found = changed(at, *args, "a.yaml", "b.yaml", "c.yaml")
        at.check(list(found.values()) == wanted, f"{config!r} with {args}", found)


def test_settings(at):
    at.write(b_yaml=BUCKET)
    emptier = b"Custom::"
    for config, args, has in (("", [], True), ("settings: {force-destroy: {emptier: false}}", [], False),
                              ("settings: {force-destroy: {emptier: false}}", ["--set", "force-destroy.emptier=true"],
                               True), ("settings: {force-destroy: {emptier: true}}",
                                       ["--set", "force-destroy.emptier=false"], False)):
        say(at, config)
        run = at.run(*args, "b.yaml", code=1)
        at.check((emptier in run.out) == has, f"{config!r} with {args}", run.out)


def test_overrides(at):
    for path in ("a.yaml", "dev/a.yaml", "dev/old/a.yaml", "prod/a.yaml"):
        at.put(path, BUCKET.rstrip() + b"\n" + DUE.replace(b"Resources:\n", b""))
    say(at, "ignore: [kms-alias]\nprofile: production\noverrides:\n"
        "  - paths: [dev/]\n    profile: ephemeral\n    ignore: [comma-tags]\n"
        "  - paths: [/dev/old/*.yaml, nothing]\n    profile: standard\n    select: [comma-tags, force-destroy]\n"
        "  - paths: ['/*.yaml']\n    select: []\n")
    both = ["comma-tags", "force-destroy"]
    wanted = {"a.yaml": [], "dev/a.yaml": both[1:], "dev/old/a.yaml": both[1:], "prod/a.yaml": both[:1]}
    at.check(changed(at, ".") == wanted, "each path has its own", changed(at, "."))
    run = at.run("--check", "prod", "dev/a.yaml", "a.yaml", code=1)
    at.check(b"the production profile makes no data deletable\n" in run.err and b"--unsafe-fixes" not in run.err,
             "no consent is offered where the profile forbids it", run.err)
    found = changed(at, "--profile", "production", "--select", "comma-tags,force-destroy", ".")
    at.check(found == {"a.yaml": both[:1], "dev/a.yaml": [], "dev/old/a.yaml": [], "prod/a.yaml": both[:1]},
             "the command line wins, ignores add up", found)


def test_nearest(at):
    for path in ("a.yaml", "x/a.yaml", "x/y/a.yaml", "sub/a.yaml", "z/a.yaml"):
        at.put(path, DUE)
    say(at, "ignore: [comma-tags]")
    say(at, "profile: production", "x/")
    say(at, "", "z/")
    (at.home / "sub/.git").mkdir()
    due = ["comma-tags"]
    wanted = {"a.yaml": [], "sub/a.yaml": due, "x/a.yaml": due, "x/y/a.yaml": due, "z/a.yaml": due}
    at.check(changed(at, ".") == wanted, "the nearest alone counts, up to a repository's top", changed(at, "."))
    at.check(changed(at, "a.yaml")["a.yaml"] == [], "for a named file")
    run = at.run("--format", "json", "../x/y/../../a.yaml", cwd=at.home / "z")
    at.check(run.json()["summary"]["fixed"] == 0, "however it is named", run.out)
    (at.home / "link").symlink_to("x")
    at.check(changed(at, "link/a.yaml") == {"link/a.yaml": due}, "behind links to folders")
    say(at, "oops", "x/")
    run = at.run("../x/a.yaml", cwd=at.home / "z", code=2)
    at.check(run.err.startswith(str(at.home / "x" / CONFIG).encode() + b":1:1: "), "what is elsewhere is named whole",
             run.err)


def test_stdin(at):
    say(at, "ignore: [comma-tags]")
    say(at, "profile: production", "x/")
    say(at, "exclude: ['*']", "y/")
    for args, out in (([], DUE), (["--stdin-filename", "x/new.yaml"], DONE), (["--stdin-filename", "no/such/a"], DUE),
                      (["--stdin-filename", "y/a.yaml"], DUE), (["--no-config"], DONE)):
        run = at.run("-", *args, stdin=DUE, code=0)
        at.check(run.out == out, f"with {args}", run)
    say(at, "oops", "x/")
    run = at.run("-", "--stdin-filename", "x/a.yaml", stdin=DUE, code=2)
    at.check(run.out == b"" and run.err.startswith(b"x/.cfnfix.yaml:1:1: "), "a wrong one stops it", run)


def test_config_option(at):
    at.put("repo/a.yaml", DUE)
    at.put("repo/x/a.yaml", DUE)
    say(at, "oops", "repo/x/")
    say(at, "ignore: [comma-tags]", "repo/", "other.yaml")
    say(at, "overrides:\n  - paths: [x/]\n    ignore: [comma-tags]\n", "repo/", "globs.yaml")
    at.check(changed(at, "--config", "repo/other.yaml", "repo") == {"repo/a.yaml": [], "repo/x/a.yaml": []},
             "one for all", changed(at, "--config", "repo/other.yaml", "repo"))
    found = changed(at, "--config", "repo/globs.yaml", "repo")
    at.check(found == {"repo/a.yaml": ["comma-tags"], "repo/x/a.yaml": []}, "globs begin at its folder", found)
    at.usage("--config", "repo/other.yaml", "--no-config", "repo/a.yaml")
    at.usage("--config", "repo/none.yaml", "repo/a.yaml")
    at.usage("--config", "repo", "repo/a.yaml")


# ---- Exclude ----


def test_exclude(at):
    for path in ("a.yaml", "vendor/a.yaml", "x/vendor/y/b.yaml", "x/c.json.yaml"):
        at.put(path, DUE)
    say(at, "exclude:\n  - vendor/\n  - '*.json.yaml'\n")
    at.check(list(changed(at, ".")) == ["a.yaml"], "passed over in folders", changed(at, "."))
    run = at.run("-i", "vendor/a.yaml", "a.yaml", code=0)
    at.check(b"vendor/a.yaml: passed over, as .cfnfix.yaml:2 excludes it\n" in run.err, "told when named", run.err)
    at.same("vendor/a.yaml", DUE, "a named file is passed over too")
    at.same("a.yaml", DONE)
    at.check(at.run("-q", "vendor/a.yaml", code=0).err == b"", "--quiet does not tell")
    run = at.run("--format", "json", "vendor/a.yaml", code=0)
    at.check([f["state"] for f in run.json()["files"]] == ["not-a-template"], "the document has it")
    at.run("-o", "out.yaml", "vendor/a.yaml", code=0)
    at.same("out.yaml", DUE, "-o is always there, and as it was")
    at.run("--output-dir", "out", "vendor/a.yaml", code=0)
    at.check(not (at.home / "out").exists(), "--output-dir gets nothing of it")
    at.run("vendor/none.yaml", code=2)
    run = at.run("vendor", code=0)
    at.check(b"no CloudFormation template found" in run.err, "a folder with nothing left", run.err)
    at.check(changed(at, "--no-config", "vendor") == {"vendor/a.yaml": ["comma-tags"]}, "--no-config")


def test_not_an_input(at):
    say(at, "# Resources:\nprofile: standard\n")
    run = at.run("--format", "json", ".", code=0)
    at.check(run.json()["files"] == [], "a configuration is no template", run.out)


def test_like_git(at):
    """The same files as git ignores by the same globs."""
    names = ["a", "b", "ab", "x.yaml"]
    paths = ["/".join(parts) for n in (1, 2, 3) for parts in itertools.product(names, repeat=n)]
    paths = [path + ".yaml" for path in paths]
    for path in paths:
        at.put(path, BUCKET)
    dice = random.Random(4)
    pieces = ["a", "b", "ab", "?", "*", "a*", "**", "[ab]", "[!b]", "x.yaml", "*.yaml", "a.yaml", "\\a"]
    globs = {"/".join(dice.choices(pieces, k=dice.randint(1, 4))) for _ in range(150)}
    globs = {dice.choice(["", "", "/"]) + glob + dice.choice(["", "", "/"]) for glob in sorted(globs)}
    told = 0
    for glob in sorted(globs):
        say(at, "exclude: [" + json.dumps(glob) + "]")
        at.put(".gitignore", glob.encode() + b"\n")
        left = {f["path"] for f in at.run("--no-gitignore", "--format", "json", ".").json()["files"]}
        git = subprocess.run(["git", "check-ignore", "--no-index", "--stdin"], cwd=at.home, capture_output=True,
                             input="\n".join(paths).encode(), env=os.environ | program.ENVIRONMENT)
        wanted = set(paths) - set(git.stdout.decode().split("\n"))
        told += len(wanted) < len(paths)
        at.check(left == wanted, f"{glob!r} is read as git does", sorted(left ^ wanted)[:5])
    at.check(told > 50, "many globs match something", told)


# ---- --show-config ----

WHOLE = """select:
  - comma-tags
  - force-destroy
ignore:
  - kms-alias
unsafe-fixes: true
settings:
  force-destroy:
    emptier: false
exclude: ["vendor/", '\u00e9"\\']
overrides:
  - paths: [sub/]
    profile: production
    ignore: [stack-outputs]
"""


def test_show(at):
    say(at, WHOLE)
    run = at.run("--show-config", "sub/new.yaml", "--ignore", "comma-tags", "--set",
                 "duplicate-config-recorder.account-has-recorder=true", code=0)
    wanted = """# What applies to sub/new.yaml
# Its configuration is .cfnfix.yaml
select:
  - comma-tags  # from .cfnfix.yaml:2
  - force-destroy  # from .cfnfix.yaml:3
ignore:
  - comma-tags  # command line
  - kms-alias  # from .cfnfix.yaml:5
  - stack-outputs  # from .cfnfix.yaml:14
unsafe-fixes: true  # from .cfnfix.yaml:6
profile: production  # from .cfnfix.yaml:13
settings:
  duplicate-config-recorder:
    account-has-recorder: true  # command line
  force-destroy:
    emptier: false  # from .cfnfix.yaml:9
exclude:
  - "vendor/"  # from .cfnfix.yaml:10
  - "\u00e9\\"\\\\"  # from .cfnfix.yaml:10
"""
    at.check(run.out.decode() == wanted, "all, and from where", run.out.decode())
    run = at.run("--show-config", "vendor/a.yaml", code=0)
    at.check(b"# It is passed over: see .cfnfix.yaml:10\n" in run.out, "what is excluded", run.out)
    at.check(at.run("--show-config", "\x1b[2J\n.yaml", code=0).out.startswith(
        b"# What applies to \\x1b[2J\\x0a.yaml\n"), "names are harmless")
    at.usage("--show-config", ".")
    at.usage("--show-config")


def strip(text):
    return re.sub(rb" *#.*", b"", text)


def test_round_trip(at):
    """What is shown, read as a configuration, shows the same."""
    for config, path, args in (("", "a.yaml", []), (WHOLE, "a.yaml", []), (WHOLE, "sub/a.yaml", []),
                               ("select: []\nexclude: ['a\\b', \"a\\n# b\", \"\\e\"]", "a.yaml", []),
                               (None, "a.yaml", []), (WHOLE, "sub/a.yaml", ["--select", "kms-alias", "--profile",
                                                                           "ephemeral"])):
        (at.home / CONFIG).unlink(missing_ok=True)
        if config is not None:
            say(at, config)
        shown = at.run("--show-config", path, *args, code=0).out
        at.put(CONFIG, shown)
        again = at.run("--show-config", path, code=0).out
        at.check(strip(again) == strip(shown), f"{config!r} for {path} with {args}", again)
        at.check(ruamel.yaml.YAML(typ="safe").load(shown.decode()) is not None, "others read it too")


# ---- The schema ----


def load(text):
    """As an editor does: YAML 1.2."""
    return ruamel.yaml.YAML(typ="safe", pure=True).load(text)


def test_schema(at):
    schema = json.loads((program.ROOT / "docs/config.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    at.check(at.run("--list", code=0).out.decode().split("\n")[0], "there are repairs")
    ids = [line.split()[0] for line in at.run("--list").out.decode().splitlines()]
    at.check(schema["$defs"]["repair"]["enum"] == ids, "it has the ids of --list")
    settings = {f"{repair}.{key}" for repair, one in schema["$defs"]["settings"]["properties"].items()
                for key in one["properties"]}
    told = set()
    for one in ids:
        told |= set(re.findall(r"^Setting:\s+(\S+)=", at.run("--explain", one).out.decode(), re.M))
    at.check(settings == told and told, "it has the settings of --explain", settings ^ told)
    for text in GOOD:
        at.check(validator.is_valid(load(text)), f"it takes {text!r}", [*validator.iter_errors(load(text))][:1])
    for text in MISTAKES:
        if text not in UNSEEN and not text.startswith("?") and text[:5] != "profi" or text == "profile: on":
            at.check(not validator.is_valid(load(text)), f"it refuses {text!r}")


def test_schema_on_all(at):
    """Configurations put together at random: the schema takes those that cfnfix takes."""
    schema = json.loads((program.ROOT / "docs/config.schema.json").read_text())
    validator = jsonschema.Draft202012Validator(schema)
    dice = random.Random(7)
    words = [["comma-tags"], ["comma-tag"], [], [7], ["a/b", "/c/"], ["a//b"], [""], ["!a"], ["./a"], True, False,
             None, "production", "prod", {"force-destroy": {"emptier": True}}, {"force-destroy": {"emptier": 1}},
             {"force-destroy": {"x": True}}, {"comma-tags": {}}, {"comma-tags": {"a": True}}, {}, [{}], [None]]
    keys = ["select", "ignore", "unsafe-fixes", "profile", "settings", "exclude", "overrides", "paths", "x"]

    right = {"select": words[0:3:2], "ignore": words[0:3:2], "unsafe-fixes": [True, False], "profile": ["production"],
             "settings": [{}, {"force-destroy": {"emptier": True}}], "exclude": [[], ["a/b", "/c/"], ["a.b"]]}

    def make(depth):
        made = {key: dice.choice(words) for key in dice.sample(keys, dice.randint(0, 1))}
        made |= {key: dice.choice(right[key]) for key in dice.sample(sorted(right), dice.randint(0, 2))}
        if depth and dice.random() < 0.4:
            made["overrides"] = [{"paths": ["a"]} | make(0)]
        return made

    agreed = {True: 0, False: 0}
    for _ in range(400):
        config = make(1)
        say(at, json.dumps(config))
        is_good = at.run("--show-config", "a.yaml").code == 0
        agreed[is_good] += 1
        at.check(validator.is_valid(config) == is_good, f"both say {is_good} of {config}")
    at.check(min(agreed.values()) > 20, "there are good and bad ones", agreed)


def main():
    program.run_all(__doc__, globals(), Place)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""How files are found: folders and what is left out of them, lists, parts, and what goes wrong meanwhile."""
import contextlib
import hashlib
import itertools
import json
import os
import random
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import ruamel.yaml

from lib import program
from test_cli import DONE, DUE, Place

IS_ROOT = os.getuid() == 0
NOBODY = {"user": 65534, "group": 65534, "extra_groups": []} if IS_ROOT else {}
IS_SANITIZED = "CFN_TIME_FACTOR" in os.environ
PLAIN = b"Resources: {T: {Type: 'AWS::SNS::Topic'}}\n"


def found(at, *args, code=0, **more):
    """The paths of the inputs, in their order."""
    run = at.run("--format", "json", *args, code=code, **more)
    return [file["path"] for file in run.json()["files"]]


def put_all(at, *names, data=PLAIN):
    for name in names:
        at.put(name, data)


def git(at, *args, **more):
    return subprocess.run(["git", *args], cwd=more.pop("cwd", at.home), check=True, capture_output=True,
                          env=os.environ | program.ENVIRONMENT, **more).stdout


def equal(at, seen, wanted, what):
    at.tally.equal(seen, wanted, f"{at.label}: {what}")


# ---- Links ----


def test_links(at):
    outside = at.home / "outside"
    put_all(at, "outside/a.yaml", "outside/deep/b.yaml", "tree/c.yaml", "tree/real.cfn", data=DUE)
    tree = at.home / "tree"
    for name, target in (("out.yaml", "../outside/a.yaml"), ("folder", "../outside"), ("folder.yaml", "../outside"),
                         ("absolute.yaml", str(outside / "deep/b.yaml")), ("loop", "."), ("up", ".."),
                         ("self.yaml", "self.yaml"), ("none.yaml", "nowhere"), ("twice.yaml", "c.yaml"),
                         ("two.yaml", "out.yaml"), ("zero.yaml", "/dev/zero"), ("inner.yaml", "real.cfn")):
        (tree / name).symlink_to(target)
    equal(at, found(at, "tree", code=1), ["tree/c.yaml", "tree/inner.yaml"], "nothing outside comes up")
    at.run("-i", "-r", "tree", code=0)
    equal(at, [at.read(f"outside/{name}") for name in ("a.yaml", "deep/b.yaml")], [DUE, DUE], "nor is it written")
    equal(at, [at.read("tree/c.yaml"), at.read("tree/real.cfn")], [DONE, DONE], "what is inside is repaired")
    at.check((tree / "inner.yaml").is_symlink(), "a link stays one")
    equal(at, found(at, "tree/out.yaml", code=1), ["tree/out.yaml"], "a link that is named is followed")
    equal(at, found(at, "tree/folder", code=1), ["tree/folder/a.yaml", "tree/folder/deep/b.yaml"], "also to a folder")
    equal(at, found(at, ".", cwd=tree), ["c.yaml", "inner.yaml"], "from within")


def test_once(at):
    """However it is spelled, and however it is reached; a hard link is a file of its own."""
    put_all(at, "d/a.yaml", "d/b.yaml", "z.yaml")
    (at.home / "d/link.yaml").symlink_to("b.yaml")
    (at.home / "e").symlink_to("d")
    os.link(at.home / "z.yaml", at.home / "hard.yaml")
    names = ["d/a.yaml", "./d//a.yaml", "d", "e", "d/../d/b.yaml", str(at.home / "d/b.yaml"), "e/link.yaml", "."]
    at.put("list", "\n".join(names).encode())
    everything = ["d/a.yaml", "d/b.yaml", "hard.yaml", "z.yaml"]
    equal(at, found(at, *names), everything, "named ones")
    equal(at, found(at, "--files-from", "list"), ["d/a.yaml", "d/../d/b.yaml"], "listed ones, not folders")
    equal(at, found(at, ".", "--files-from", "list"), everything, "both")
    for order in itertools.permutations(["./d", "d/../d/a.yaml", "e/b.yaml"]):
        equal(at, len(found(at, *order)), 2, f"{order}")
    at.put("d/other.yaml", b"a: b\n")
    at.run("d", "d/other.yaml", code=2)
    at.run("d/other.yaml", "d", code=2)


# ---- What git ignores ----


def test_gitignore(at):
    put_all(at, "a.yaml", "b.gen.yaml", "keep.gen.yaml", "out/c.yaml", "sub/out.yaml", "sub/d.yaml",
            "sub/e/x.yaml", "venv/lib/y.yaml", "tracked/f.yaml", "tracked/g.yaml")
    at.put(".gitignore", b"*.gen.yaml\r\n!keep.gen.yaml\n/out/\ntracked/\n")
    at.put("sub/.gitignore", b"\xef\xbb\xbfd.yaml\n")
    at.put("venv/.gitignore", b"*\n")
    git(at, "add", "-f", "tracked/f.yaml")
    left = ["a.yaml", "keep.gen.yaml", "sub/e/x.yaml", "sub/out.yaml", "tracked/f.yaml"]
    equal(at, found(at, "."), left, "what is left")
    equal(at, found(at, "sub"), ["sub/e/x.yaml", "sub/out.yaml"], "rules from above and here count")
    equal(at, found(at, ".", cwd=at.home / "sub"), ["e/x.yaml", "out.yaml"], "from within")
    equal(at, len(found(at, "--no-gitignore", ".")), 10, "--no-gitignore")
    equal(at, found(at, "out", "venv/lib"), ["out/c.yaml", "venv/lib/y.yaml"], "who names it wants it")
    equal(at, found(at, "b.gen.yaml", "sub/d.yaml"), ["b.gen.yaml", "sub/d.yaml"], "files, too")
    at.put(".git/info/exclude", b"a.yaml\n")
    at.put("xdg/git/ignore", b"keep.gen.yaml\nx.yaml\n")
    equal(at, found(at, ".", env={"XDG_CONFIG_HOME": str(at.home / "xdg")}), [left[1], *left[3:]], "rules that are elsewhere")
    git(at, "config", "core.excludesFile", str(at.home / "mine"))
    at.put("mine", b"x.yaml\nsub/out.yaml\n")
    equal(at, found(at, "."), [left[1], left[4]], "core.excludesFile")
    git(at, "config", "core.excludesFile", "/dev/null")
    equal(at, found(at, "."), left[1:], "none")


def test_stars(at):
    """Rules about what is in a folder, and about no name."""
    put_all(at, "gen/a.yaml", "gen/keep.yaml", "gen/sub/b.yaml", "x/gen/c.yaml", "all/d.yaml", "all/sub/deep/e.yaml",
            "all/sub/keep/f.yaml", "ab/c/g.yaml", "ab/h.yaml")
    at.put(".gitignore", b"/gen/*\n!/gen/keep.yaml\nall/**\n!all/sub/\n!all/sub/keep/\na?/*/*\n")
    equal(at, found(at, "."), ["ab/h.yaml", "gen/keep.yaml", "x/gen/c.yaml"], "what is left")


def test_no_repository(at):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, ".gitignore").write_text("*\n")
        Path(folder, "a.yaml").write_bytes(PLAIN)
        equal(at, found(at, ".", cwd=folder), ["a.yaml"], "outside of a repository nothing is ignored")
        Path(folder, ".git").mkdir()
        equal(at, found(at, ".", cwd=folder), ["a.yaml"], "an empty .git is no repository")


def test_nested_repositories(at):
    """Each has its own rules."""
    at.put(".gitignore", b"a.yaml\n")
    put_all(at, "a.yaml", "b.yaml", "inner/a.yaml", "inner/b.yaml", "after/a.yaml", "after/b.yaml")
    program.fresh(at.home / "inner/deep")
    put_all(at, "inner/deep/a.yaml", "inner/deep/b.yaml")
    at.put("inner/deep/.gitignore", b"b.yaml\n")
    equal(at, found(at, "."), ["after/b.yaml", "b.yaml", "inner/b.yaml", "inner/deep/a.yaml"], "rules of each")
    git(at, "init", "-q", "--bare", "bare.git")
    put_all(at, "bare.git/a.yaml", "bare.git/b.yaml")
    equal(at, found(at, "bare.git"), ["bare.git/a.yaml", "bare.git/b.yaml"], "a bare one has no work tree")
    at.put("inner/deep/.git/config", b"[core\n")
    run = at.run("-i", ".", code=2)
    at.check(run.err.startswith(str(at.home / "inner/deep").encode() + b": git cannot say what is ignored"),
             "a broken one is an error", run.err)
    equal(at, len(found(at, ".", code=2)), 5, "and does not stop the others")
    at.run("--no-gitignore", ".", code=0)


def test_foreign_repository(at):
    """Nothing of it is run, so its owner does not matter: in a container that is somebody else."""
    if not IS_ROOT:
        return
    put_all(at, "a.yaml", "b.yaml")
    at.put(".gitignore", b"a.yaml\n")
    for path in (at.home, at.home / ".git"):
        os.chown(path, 65534, 65534)
    equal(at, found(at, "."), ["b.yaml"], "its rules count")
    at.run("--diff-base", "HEAD", code=2)


def test_broken_rules(at):
    """What cannot be read as rules: nothing of that folder is touched, and the others are done."""
    odd = {
        "fifo": os.mkfifo, "device": lambda path: path.symlink_to("/dev/zero"),
        "loop": lambda path: path.symlink_to(".gitignore"), "broken": lambda path: path.symlink_to("none"),
        "huge": lambda path: path.write_bytes(b"#" * (1 << 20) + b"\n")
    }
    for name, make in odd.items():
        at.put(f"{name}/a.yaml", DUE)
        make(at.home / name / ".gitignore")
    at.put("good/a.yaml", DUE)
    at.put("folder/a.yaml", DUE)
    (at.home / "folder/.gitignore").mkdir()
    run = at.run("-i", ".", code=2, timeout=20)
    for name in odd:
        at.check(f"/{name}/.gitignore: ".encode() in run.err, f"{name} is told", run.err)
        at.same(f"{name}/a.yaml", DUE)
    at.same("good/a.yaml", DONE)
    at.same("folder/a.yaml", DONE, "a folder called .gitignore is none")
    at.run("-i", "--no-gitignore", ".", code=0)
    at.same("fifo/a.yaml", DONE)


def test_hostile_repositories(at):
    """What would keep libgit2 waiting, or reading."""
    makers = {"fifo": os.mkfifo, "device": lambda path: path.symlink_to("/dev/zero")}
    for (kind, make), name in itertools.product(makers.items(), ["", "HEAD", "config", "index", "info/exclude"]):
        home = program.fresh(at.home / "r")
        at.put("r/a.yaml", DUE)
        at.put("r/.gitignore", b"b.yaml\n")
        path = home / ".git" / name
        if name in ("", "info/exclude"):
            subprocess.run(["rm", "-rf", path], check=True)
        path.unlink(missing_ok=True)
        make(path)
        for args, where in ((["r"], at.home), (["."], home), (["-q", "."], at.home)):
            run = at.run("-i", *args, cwd=where, code=2, timeout=20)
            at.check(str(path).encode() in run.err, f"{kind} {name} is told", run.err)
        at.same("r/a.yaml", DUE)


def rules_of(dice, names, has_stars):
    pieces = [*names, *names, "a?", "a*", "*b", "[ab]", "[!b]*", "*.y?ml", "*.json", "a.y[a]ml", "\\a"]
    rules = []
    for _ in range(dice.randint(1, 5)):
        rule = "/".join(dice.choices(pieces + ["*", "**"] * has_stars, k=dice.choice([1, 1, 1, 2, 2, 3])))
        rule += dice.choice(["", "", "", "/*", "/**", "/*/**"])
        rules.append(dice.choice(["", "", "", "!"]) + dice.choice(["", "", "/"]) + rule + dice.choice(["", "", "/"]))
    return "\n".join(rules) + dice.choice(["\n", "", "\n# a\n\n"])


def test_like_git(at):
    """The same files as git leaves, by random rules in random places."""
    dice = random.Random(7)
    names = ["a", "b", "ab", "a b", "\u00e4"]
    files = [name + dice.choice([".yaml", ".json", ".yaml"]) for name in names]
    folders = [""] + ["/".join(parts) + "/" for n in (1, 2, 3) for parts in itertools.product(names[:4], repeat=n)]
    told = 0
    for turn in range(60):
        home = program.fresh(at.home / "work")
        chosen = sorted(dice.sample([f + n for f in folders for n in files], 60))
        put_all(at, *(f"work/{path}" for path in chosen))
        git(at, "add", "--", *dice.sample(chosen, 5), cwd=home)
        for folder in [""] + dice.sample(folders, 4):
            if (home / folder).is_dir():
                at.put(f"work/{folder}.gitignore", rules_of(dice, names + files, turn % 2).encode())
        listed = git(at, "ls-files", "-z", "-c", "-o", "--exclude-standard", cwd=home).decode().split("\0")
        wanted = {path for path in listed if path and not path.endswith(".gitignore")}
        seen = found(at, ".", cwd=home)
        told += len(wanted) < len(chosen)
        rules = {str(path.relative_to(home)): path.read_text() for path in home.rglob(".gitignore")}
        at.check(set(seen) == wanted, "as git has it", (rules, sorted(set(seen) ^ wanted)))
    at.check(told > 25, "rules matter", told)


# ---- Globs ----


def test_globs(at):
    put_all(at, "t/a.yaml", "t/b.json", "t/c.tpl", "t/prod/a.yaml", "t/prod/README.md", "t/test/deep/a.yaml",
            "t/test/b.yml", "t/node_modules/a.yaml", "t/.hidden/a.yaml")
    for args, wanted in (
        ([], ["a.yaml", "b.json", "prod/a.yaml", "test/b.yml", "test/deep/a.yaml"]),
        (["--include", "prod/"], ["prod/a.yaml"]),
        (["--include", "/prod/**", "--include", "b.*"], ["b.json", "prod/a.yaml", "test/b.yml"]),
        (["--include", "*.tpl"], ["c.tpl"]),
        (["--include", "/*.yaml"], ["a.yaml"]),
        (["--include", "a.yaml", "--exclude", "/test"], ["a.yaml", "prod/a.yaml"]),
        (["--exclude", "test/", "--exclude", "*.json"], ["a.yaml", "prod/a.yaml"]),
        (["--exclude", "test/*"], ["a.yaml", "b.json", "prod/a.yaml"]),
        (["--exclude", "test/b*"], ["a.yaml", "b.json", "prod/a.yaml", "test/deep/a.yaml"]),
        (["--exclude", "**/a.yaml"], ["b.json", "test/b.yml"]),
        (["--exclude", "*"], []),
        (["--include", "node_modules/", "--include", ".hidden/"], []),
    ):
        equal(at, found(at, *args, "t"), [f"t/{name}" for name in wanted], f"{args}")
        equal(at, found(at, *args, ".", cwd=at.home / "t"), wanted, f"{args} from within")
    equal(at, found(at, "--exclude", "*", "t/a.yaml"), ["t/a.yaml"], "what is named stays")
    at.put("list", b"t/a.yaml\n")
    equal(at, found(at, "--exclude", "*", "--files-from", "list"), ["t/a.yaml"], "what is listed, too")
    for option in ("--include", "--exclude"):
        for glob in ("", "/", "!a", "a//b", "../a"):
            run = at.usage(option, glob, "t")
            at.check(f"{option} '{glob}': ".encode() in run.err, f"{glob!r} is told", run.err)
    os.mkfifo(at.home / "t/test/.gitignore")
    at.run("t", code=2)
    for glob in ("test/", "test", "/test/**", "t[e]st/*"):
        at.run("--exclude", glob, "t", code=0)
    (at.home / "t/test/.gitignore").unlink()
    git(at, "add", "-A")
    equal(at, found(at, "--staged", "--exclude", "test/", "--include", "a.yaml"),
          ["t/a.yaml", "t/prod/a.yaml"], "with --staged")


# ---- Lists ----


def test_lists(at):
    put_all(at, "a.yaml", "b.txt", "-", "--help", "d/c.yaml", "ignored.yaml", " e.yaml ", data=DUE)
    put_all(at, "README.md", "image.png", data=b"\x89PNG\0\xff")
    at.put(".gitignore", b"ignored.yaml\n")
    names = ["a.yaml", "b.txt", "-", "--help", "d", "ignored.yaml", "", " e.yaml ", "README.md", "image.png"]
    wanted = ["a.yaml", "b.txt", "./-", "--help", "ignored.yaml", " e.yaml ", "README.md", "image.png"]
    for end, args in (("\n", []), ("\0", ["-0"]), ("\0", ["--null"])):
        for last in ("", end):
            text = (end.join(names) + last).encode()
            at.put("list", text)
            equal(at, found(at, *args, "--files-from", "list", code=1), wanted, f"{args} of a file")
            equal(at, found(at, *args, "--files-from", "-", code=1, stdin=text), wanted, f"{args} of a pipe")
    at.put("list", b"d/c.yaml\nmissing.yaml\nmissing/too.yaml\na.yaml\n")
    run = at.run("-i", "--files-from", "list", code=2)
    at.check(b"\nmissing/too.yaml: " in run.err and b"missing.yaml: " in run.err, "missing ones are told", run.err)
    equal(at, [at.read("d/c.yaml"), at.read("a.yaml")], [DONE, DONE], "and do not stop the others")
    at.run("-i", "--files-from", "-", code=0, stdin=b"")
    at.run("-i", "--files-from", "/dev/null", code=0)
    for name, what in (("none", b"none: list cannot be read: "), (".", b".: list cannot be read: ")):
        run = at.usage("--files-from", name)
        at.check(what in run.err, f"{name} is told", run.err)
    run = at.usage("--files-from", "-", stdin=b"a.yaml\0b.yaml\0")
    at.check(b"-0" in run.err, "NUL bytes without -0", run.err)
    for args in (["-0", "a.yaml"], ["--files-from", "-", "-"], ["--files-from", "list", "--staged"],
                 ["--files-from", "list", "-o", "x"]):
        at.usage(*args)
    put_all(at, "x/a.yaml", "x/b.yaml", data=DUE)
    git(at, "add", "-A")
    at.run("-i", "-r", "--files-from", "-", "-0", code=0, stdin=git(at, "ls-files", "-z"))
    equal(at, [at.read("x/a.yaml"), at.read("x/b.yaml")], [DONE, DONE], "git ls-files -z")


# ---- Parts ----


def part_of(path, count):
    return int(hashlib.sha256(os.fsencode(path)).hexdigest()[:16], 16) % count


def test_shards(at):
    dice = random.Random(5)
    for count in range(1, 10):
        shutil.rmtree(at.home / "tree", ignore_errors=True)
        names = {"/".join(dice.choices(["a", "b", "\u00e9", "c d", "x\ny"], k=dice.randint(1, 4))) + f"{i}.yaml"
                 for i in range(dice.randint(1, 60))}
        put_all(at, *(f"tree/{name}" for name in names))
        (at.home / "tree/0.yaml").symlink_to(sorted(names)[-1])
        everything = found(at, "tree")
        parts = [found(at, "--shard", f"{i}/{count}", "tree") for i in range(count)]
        equal(at, sorted(sum(parts, [])), sorted(everything), f"{count} parts are all, each file in one")
        for i, part in enumerate(parts):
            equal(at, part, [f for f in everything if part_of(f[5:], count) == i], f"part {i} of {count}")
            inside = found(at, "--shard", f"{i}/{count}", ".", cwd=at.home / "tree")
            equal(at, [f"tree/{name}" for name in inside], part, f"part {i} of {count} from within")
            absolute = found(at, "--shard", f"{i}/{count}", str(at.home / "tree"))
            equal(at, [name[len(str(at.home)) + 1:] for name in absolute], part, f"part {i} of {count}, anywhere")
    listed = "\0".join(f"./{name}" for name in everything).encode()
    parts = [found(at, "--shard", f"{i}/3", "-0", "--files-from", "-", stdin=listed) for i in range(3)]
    equal(at, [len(part) for part in parts], [sum(part_of(f, 3) == i for f in everything) for i in range(3)], "lists")
    at.check(at.run("--shard", "7/999999", "tree", code=0).err == b"", "an empty part is no surprise")


def test_shard_errors(at):
    put_all(at, "a.yaml")
    for text in ("", "1", "/", "1/", "/2", "2/2", "-1/2", "0/0", "1/2/3", "a/2", "0x1/2", "1 /2", "0/1000001"):
        run = at.usage("--shard", text, "a.yaml")
        at.check(b"from 0 to N-1" in run.err, f"{text!r} is told", run.err)
    at.usage("--shard", "0/2", "-", stdin=PLAIN)


def test_shard_vectors(at):
    """Fixed for ever: two versions of cfnfix may work on the same tree."""
    put_all(at, "a.yaml", "b/c.json", "stacks/network.template")
    for name, part in (("a.yaml", 699), ("b/c.json", 226), ("stacks/network.template", 252)):
        equal(at, part_of(name, 1000), part, f"{name} by the definition")
        equal(at, found(at, "--shard", f"{part}/1000", "."), [name], f"{name} by cfnfix")


def commands_of_docs():
    """(what sets the index, the number of parts, the shell's words) of each example."""
    folder = program.ROOT / "docs/integrations"
    job = ruamel.yaml.YAML(typ="safe").load(folder / "shards.yaml")["spec"]
    yield "JOB_COMPLETION_INDEX", job["completions"], job["template"]["spec"]["containers"][0]["command"]
    text = (folder / "shards.md").read_text()
    definition = json.loads(text[text.index('    {\n      "jobDefinitionName"'):text.rindex("    }\n") + 6])
    size = int(re.search(r"--array-properties size=(\d+)", text)[1])
    yield "AWS_BATCH_JOB_ARRAY_INDEX", size, definition["containerProperties"]["command"]


def test_shards_of_docs(at):
    """The examples for Kubernetes and AWS Batch do each file once."""
    (at.home / "bin").mkdir()
    (at.home / "bin/cfnfix").symlink_to(at.cfnfix.path)
    for variable, count, words in commands_of_docs():
        names = [f"trees/{i % 7}/{i}.yaml" for i in range(60)]
        put_all(at, *names, data=DUE)
        changed = []
        for index in range(count):
            command = [word.replace("/trees", str(at.home / "trees")) for word in words]
            run = subprocess.run(command, capture_output=True, check=False,
                                 env=os.environ | {variable: str(index), "PATH": f"{at.home}/bin:/usr/bin:/bin"})
            at.check(run.returncode == 0, f"{variable} {index}", run.stderr)
            changed.append(run.stdout.count(b"\n+++ "))
        equal(at, sum(changed), 60, f"{variable}: each once")
        at.check(min(changed) > 0, f"{variable}: work for all", changed)
        equal(at, {at.read(name) for name in names}, {DONE}, f"{variable}: all are repaired")


# ---- Odd names ----


def test_names(at):
    names = [
        b"new\nline.yaml", b"quo'te\".yaml", b"esc\x1b[31m.yaml", b"\xff\xfe.yaml", b"back\\slash.yaml", b"*.yaml",
        b"[a].yaml", b"\xe2\x80\xae.yaml", b" .yaml", b"-i.yaml", b"#a.yaml", b"%s%n.yaml", b"d\n\xff/a.yaml",
        b"\x7f/\x01.yaml"
    ]
    tree = os.fsencode(at.home / "tree")
    for name in names:
        path = os.path.join(tree, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        Path(os.fsdecode(path)).write_bytes(DUE)
    at.put(".gitignore", b"x*\n[a-z]?\n")
    whole = [sum(run.out.count(b"\n+++ ") for run in [at.run("tree", code=1)])]
    equal(at, whole, [len(names)], "all are found")
    parts = [at.run("--shard", f"{i}/3", "tree").out.count(b"\n+++ ") for i in range(3)]
    equal(at, sum(parts), len(names), "in parts")
    listed = b"\0".join(b"tree/" + name for name in names)
    run = at.run("-i", "-0", "--files-from", "-", stdin=listed, code=0)
    at.check(b"\x1b" not in run.err and b"\xff" not in run.err, "nothing raw is told", run.err)
    for name in names:
        equal(at, Path(os.fsdecode(os.path.join(tree, name))).read_bytes(), DONE, f"{name}")
    run = at.run("-0", "--files-from", "-", stdin=b"no\x1b[2J\n\xff.yaml", code=2)
    at.check(b"\x1b" not in run.err and run.err.count(b"\n") <= 2, "nor is a name that there is not", run.err)


# ---- What goes wrong ----


@contextlib.contextmanager
def unprivileged(at):
    """A place that nobody may write to, and a program that nobody may run."""
    with tempfile.TemporaryDirectory(prefix="cfnfix-test-") as folder:
        Path(folder).chmod(0o755)
        copy = shutil.copy(at.cfnfix.path, Path(folder) / "cfnfix")
        os.chmod(copy, 0o755)
        home = program.fresh(Path(folder) / "home")
        yield Place(program.Program(copy), home, at.tally, at.label)
        subprocess.run(["chmod", "-R", "u+rwX", folder], check=True)


def test_unreadable(at):
    with unprivileged(at) as place:
        for i in range(1000):
            place.put(f"tree/d{i % 10}/{i:04}.yaml", DUE)
            (place.home / f"tree/d{i % 10}/{i:04}.yaml").chmod(0)
        place.put("tree/good.yaml", DUE)
        place.put("tree/closed/a.yaml", DUE)
        place.put("tree/rules/a.yaml", DUE)
        place.put("tree/rules/.gitignore", b"*\n")
        (place.home / "tree/rules/.gitignore").chmod(0)
        (place.home / "tree/closed").chmod(0o311)
        run = place.run("--check", "-r", "tree", code=2, **NOBODY)
        told = run.err.splitlines()
        at.check(sum(line.endswith(b"cannot be opened: Permission denied") for line in told) == 1001,
                 "each is told", run.err[-300:])
        at.check(b"tree/closed: folder cannot be searched: Permission denied" in told, "a closed folder", run.err[-300:])
        at.check(any(line.startswith(b"tree/good.yaml") for line in told), "the good one is done", run.err[-300:])
        (place.home / "tree").chmod(0o311)
        run = place.run("--check", "tree", code=2, **NOBODY)
        at.check(run.err.startswith(b"tree: folder cannot be searched: "), "the whole", run.err)


SHIM = r"""
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
static int ends(const char *path, const char *end)
{
    size_t a = strlen(path), b = strlen(end);
    return a >= b && strcmp(path + a - b, end) == 0;
}
int open(const char *path, int flags, ...)
{
    int (*next)(const char *, int, int) = dlsym(RTLD_NEXT, "open");
    if (flags & O_DIRECTORY) {
        if (ends(path, "/gone")) {
            rename("tree/gone", "away");
        }
        if (ends(path, "/swapped")) {
            rename("tree/swapped", "old");
            (void)!symlink("../outside", "tree/swapped");
        }
        if (ends(path, "/closed")) {
            errno = EACCES;
            return -1;
        }
    }
    return next(path, flags, 0644);
}
struct dirent *readdir(DIR *dir)
{
    struct dirent *(*next)(DIR *) = dlsym(RTLD_NEXT, "readdir");
    char link[64], path[4096] = "";
    snprintf(link, sizeof link, "/proc/self/fd/%d", dirfd(dir));
    (void)!readlink(link, path, sizeof path - 1);
    if (ends(path, "/sick")) {
        errno = EIO;
        return NULL;
    }
    struct dirent *entry = next(dir);
    if (entry != NULL && ends(path, "/untyped")) {
        entry->d_type = DT_UNKNOWN;
    }
    return entry;
}
int fstatat(int folder, const char *path, struct stat *status, int flags)
{
    int (*next)(int, const char *, struct stat *, int) = dlsym(RTLD_NEXT, "fstatat");
    errno = strncmp(path, "sick", 4) == 0 ? EIO : strncmp(path, "gone", 4) == 0 ? ENOENT : 0;
    return errno != 0 ? -1 : next(folder, path, status, flags);
}
"""


def shimmed(at):
    """The environment in which the system does as SHIM says; None where a sanitizer is."""
    if IS_SANITIZED:
        return None  # its runtime wants to be the first library
    at.put("shim.c", SHIM.encode())
    subprocess.run(["cc", "-shared", "-fPIC", "-o", "shim.so", "shim.c", "-ldl"], cwd=at.home, check=True)
    return {"LD_PRELOAD": str(at.home / "shim.so")}


def test_meanwhile(at):
    """A folder that goes away, becomes a link, is closed or breaks once its name was read."""
    if (shim := shimmed(at)) is None:
        return
    put_all(at, "tree/a.yaml", "tree/gone/b.yaml", "tree/swapped/c.yaml", "tree/closed/d.yaml", "tree/sick/e.yaml",
            "tree/z.yaml", "outside/f.yaml", data=DUE)
    run = at.run("-i", "tree", code=2, env=shim)
    for name, why in (("gone", "No such file"), ("swapped", "Not a directory"), ("closed", "Permission"),
                      ("sick", "Input/output")):
        at.check(f"tree/{name}: folder cannot be searched: {why}".encode() in run.err, f"{name} is told", run.err)
    equal(at, [at.read("tree/a.yaml"), at.read("tree/z.yaml")], [DONE, DONE], "the others are done")
    at.same("outside/f.yaml", DUE, "what a link leads to is not")


def test_untyped(at):
    """A file system that does not say what an entry is, so that each is looked at."""
    if (shim := shimmed(at)) is None:
        return
    put_all(at, "tree/untyped/a.yaml", "tree/untyped/d/b.yaml", "tree/untyped/gone.yaml", "tree/untyped/sick.yaml",
            "tree/untyped/sickly/c.yaml", "tree/untyped/.sick/d.yaml", "tree/untyped/sick.ignored.yaml", data=DUE)
    put_all(at, "tree/untyped/.gitignore", data=b"*.ignored.yaml\n")
    (at.home / "tree/untyped/link.yaml").symlink_to("a.yaml")
    (at.home / "tree/untyped/folder.yaml").symlink_to("d")
    run = at.run("-i", "tree", code=2, env=shim)
    wanted = [f"tree/untyped/{name}: cannot be looked at: Input/output error".encode() for name in ("sick.yaml", "sickly")]
    equal(at, [line for line in run.err.splitlines() if b"cannot be" in line], wanted, "what is told")
    equal(at, [at.read(f"tree/untyped/{name}.yaml") for name in ("a", "d/b", "gone", "sick", "sickly/c")],
          [DONE, DONE, DUE, DUE, DUE], "what is done")


def test_deep(at):
    """Deeper than a path can be long."""
    here = os.open(at.home, os.O_RDONLY)
    try:
        for level in range(3000):
            os.mkdir("d", dir_fd=here)
            below = os.open("d", os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = below
            if level in (5, 1900, 2999):
                with open(os.open("a.yaml", os.O_CREAT | os.O_WRONLY, dir_fd=here), "wb") as file:
                    file.write(PLAIN)
        run = at.run("--format", "json", "d", code=2)
        states = [file["state"] for file in run.json()["files"]]
        equal(at, sorted(states), ["error", "unchanged", "unchanged"], "what can be reached is")
        at.check(b"folder cannot be searched: File name too long" in run.err, "the rest is told", run.err[-200:])
    finally:
        os.close(here)
        subprocess.run(["rm", "-rf", at.home / "d"], check=True)


def measure(at, *args, **more):
    """(seconds, KiB) of a run."""
    started = time.monotonic()
    running = subprocess.Popen([at.cfnfix.path, *args], cwd=at.home, stderr=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, **more)
    _, status, usage = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    return time.monotonic() - started, usage.ru_maxrss, running.returncode


def test_million(at):
    """A list of a million files: memory for each, and no more time for each than for the first."""
    if IS_SANITIZED:
        return
    for i in range(500):
        (at.home / f"services/team-{i}/stacks").mkdir(parents=True)
    figures = {}
    for count in (1000, 100000, 1000000):
        with open(at.home / "list", "w", encoding="ascii") as file:
            for i in range(count):
                file.write(f"services/team-{i % 500}/stacks/template-{i:07}.yaml\n")
        figures[count] = measure(at, "--check", "--files-from", "list", "--shard", "0/20000")
    each = (figures[1000000][1] - figures[1000][1]) * 1024 / 1000000
    at.tally.note(f"a million listed files: {figures[1000000][0]:.1f} s, {each:.0f} bytes each")
    at.check(each < 300, "a file costs less than 300 bytes", each)
    at.check(figures[1000000][0] < 25 * figures[100000][0], "a million is no worse than ten times as many", figures)
    equal(at, figures[1000000][2], 2, "those that are missing are errors")


def test_interrupted(at):
    """Looking for files can be stopped, too."""
    reading, writing = os.pipe()
    running = subprocess.Popen([at.cfnfix.path, "--files-from", "-"], stdin=reading, cwd=at.home)
    os.close(reading)
    os.write(writing, b"a.yaml\n")
    time.sleep(0.2)
    running.send_signal(signal.SIGTERM)
    at.check(running.wait(timeout=20) != 0, "a list that has no end")
    os.close(writing)


def main():
    program.run_all(__doc__, globals(), Place)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""--diff-base and --staged, on real repositories that git makes: which files are read, which lines
count as changed, what is staged; repositories that are odd, shallow, foreign or broken."""
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from lib import diff, program
from test_cli import BROKEN, BUCKET, DONE, DUE, OTHER, Place

ME = {
    "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@b", "GIT_AUTHOR_DATE": "1700000000 +0000",
    "GIT_COMMITTER_DATE": "1700000000 +0000"
}
# libgit2 1.5 itself leaks where a merge base cannot be read, or a repository has extensions.
LEAKY = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}


def git(folder, *args, stdin=None, **env):
    command = ["git", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", *args]
    environment = os.environ | program.ENVIRONMENT | ME | env
    return subprocess.run(command, cwd=folder, env=environment, input=stdin, capture_output=True,
                          check=True).stdout


def commit(at, message="x", **files):
    at.write(**files)
    git(at.home, "add", "-A")
    git(at.home, "commit", "-qm", message)


def start(at, **files):
    """A repository with FILES in its branch main, and a branch pr that is checked out."""
    git(at.home, "checkout", "-q", "-b", "main")
    commit(at, **(files or {"a_yaml": DUE, "b_yaml": DUE, "sub__c_yaml": DUE}))
    git(at.home, "checkout", "-q", "-b", "pr")


def inside(at, name):
    """The same place, one folder further in."""
    (at.home / name).mkdir(parents=True, exist_ok=True)
    return Place(at.cfnfix, at.home / name, at.tally, at.label)


def report(at, *args, code=None, **more):
    return json.loads(at.run("--format", "json", *args, code=code, **more).out)


def paths(document):
    return [file["path"] for file in document["files"]]


def reads(at, wanted, *args, what="", **more):
    found = paths(report(at, *args, **more))
    at.check(found == wanted, f"{what or ' '.join(map(str, args))}: reads {wanted}", found)


def flags(document):
    return {f["path"]: [x["onChangedLines"] for x in f["findings"]] for f in document["files"]}


def is_told(at, run, *words):
    at.check(all(w in run.err for w in words), f"{words} are told", run.err)


# ---- --diff-base: which files ----


def test_changed_files(at):
    start(at)
    reads(at, [], "--diff-base", "main", code=0)
    commit(at, a_yaml=DUE + b"# changed\n")
    at.write(new_yaml=DUE, sub__new_yaml=DUE, readme_md=DUE)
    found = ["a.yaml", "new.yaml", "sub/new.yaml"]
    for revision in ("main", "refs/heads/main", git(at.home, "rev-parse", "main").decode()[:12],
                     "HEAD~1", "pr^"):
        reads(at, found, "--diff-base", revision, code=1)
    reads(at, found, "--diff-base", "main", ".")
    reads(at, found, "--diff-base", "main", ".", "a.yaml")
    reads(at, ["sub/new.yaml", "a.yaml"], "--diff-base", "main", "sub", "a.yaml", "b.yaml")
    reads(at, [str(at.home / "a.yaml")], "--diff-base", "main", at.home / "a.yaml", "./b.yaml")
    reads(at, ["new.yaml"], "--diff-base", "main", cwd=at.home / "sub", what="a sub-folder")
    reads(at, ["../a.yaml", "../new.yaml", "../sub/new.yaml"], "--diff-base", "main", "..",
          cwd=at.home / "sub")
    run = at.run("--diff-base", "main", "b.yaml", code=0)
    at.check(run.out == b"" and run.err == b"", "what did not change is passed over silently", run)
    run = at.run("--diff-base", "main", "readme.md", code=1)
    at.check(b"b/readme.md" in run.out, "what is named need not look like a template", run.out)
    run = at.run("-i", "--diff-base", "main", code=0)
    at.check([f.path for f in diff.parse(run.out)] == found, "-i repairs these", run.out)
    at.same("a.yaml", DONE + b"# changed\n")
    at.same("b.yaml", DUE, "and no other")


def test_moved_base(at):
    start(at)
    commit(at, a_yaml=DUE + b"# mine\n")
    git(at.home, "checkout", "-q", "main")
    commit(at, b_yaml=DUE + b"# theirs\n", d_yaml=DUE)
    git(at.home, "checkout", "-q", "pr")
    reads(at, ["a.yaml"], "--diff-base", "main", what="the base has moved on")
    git(at.home, "merge", "-q", "-m", "merge", "main")
    reads(at, ["a.yaml"], "--diff-base", "main", what="the base was merged")
    git(at.home, "checkout", "-q", "--detach")
    reads(at, ["a.yaml"], "--diff-base", "main", what="a detached HEAD")


def test_gone_and_ignored(at):
    start(at, a_yaml=DUE, b_yaml=DUE, c_yaml=DUE, d_yaml=DUE, _gitignore=b"ignored*\n")
    (at.home / "a.yaml").unlink()
    git(at.home, "rm", "-q", "b.yaml")
    git(at.home, "rm", "-q", "--cached", "d.yaml")
    at.write(ignored_yaml=DUE, ignored__x_yaml=DUE, _hidden__h_yaml=DUE)
    at.put("node_modules/m.yaml", DUE)
    reads(at, [], "--diff-base", "main", what="deleted and ignored files")
    (at.home / "node_modules/m.yaml").unlink()
    reads(at, [], "--diff-base", "main", what="deleted and ignored files")
    reads(at, [], "--diff-base", "main", "a.yaml", "b.yaml", code=0, what="they are named")
    reads(at, [], "--diff-base", "main", "ignored.yaml", code=0, what="an ignored one is named")
    run = at.run("--diff-base", "main", "typo.yaml", "c.yaml", code=2)
    is_told(at, run, b"typo.yaml: cannot be opened")
    reads(at, [".hidden/h.yaml"], "--diff-base", "main", ".hidden/h.yaml")


def test_links(at):
    start(at)
    commit(at, a_yaml=DUE + b"# x\n", sub__c_yaml=DUE + b"# x\n")
    os.symlink("a.yaml", at.home / "link.yaml")
    os.symlink("b.yaml", at.home / "same.yaml")
    os.symlink("/etc/passwd", at.home / "outside.yaml")
    os.symlink("sub", at.home / "folder")
    reads(at, ["a.yaml", "sub/c.yaml"], "--diff-base", "main", what="links are not searched")
    reads(at, ["link.yaml", "folder/c.yaml"], "--diff-base", "main", "link.yaml", "a.yaml",
          "same.yaml", "folder", what="a named link is its target")


def test_output_folder(at):
    start(at)
    commit(at, a_yaml=DUE + b"# x\n")
    for _ in range(2):
        at.run("--diff-base", "main", "--output-dir", "out", code=0)
    at.same("out/a.yaml", DONE + b"# x\n")
    at.check(os.listdir(at.home / "out") == ["a.yaml"], "what it wrote is not read")
    at.run("--diff-base", "main", "-o", "one.out", "a.yaml", code=0)
    at.same("one.out", DONE + b"# x\n")


# ---- --diff-base: which lines ----


def test_lines(at):
    start(at)
    commit(at, a_yaml=DUE + b"# x\n", b_yaml=DUE.replace(b"one,two", b"1,2"), new_yaml=DUE)
    document = report(at, "--diff-base", "main")
    at.check(flags(document) == {"a.yaml": [False], "b.yaml": [True], "new.yaml": [True]},
             "lines", flags(document))
    run = at.run("--diff-base", "main", "--check", code=1)
    blocks = run.err.split(b"b.yaml")
    mark = b"(not on changed lines)"
    at.check(mark in blocks[0] and mark not in b"".join(blocks[1:]), "the summary marks", run.err)
    at.check(flags(report(at, "a.yaml")) == {"a.yaml": [None]}, "null without --diff-base")
    run = at.run("--strict", "--diff-base", "main", "-i", code=0)
    at.run("--diff-base", "main", "--strict", code=0)


def test_renames(at):
    start(at, old_yaml=DUE + b"# 1\n# 2\n# 3\n# 4\n", same_yaml=DUE.replace(b"Key: a", b"Key: b"))
    git(at.home, "mv", "same.yaml", "moved.yaml")
    (at.home / "old.yaml").rename(at.home / "untracked.yaml")
    at.write(untracked_yaml=b"# first\n" + DUE + b"# 1\n# 2\n# 3\n# 4\n")
    document = report(at, "--diff-base", "main")
    at.check(flags(document) == {"moved.yaml": [False], "untracked.yaml": [False]},
             "a renamed file is compared with what it was", flags(document))
    git(at.home, "add", "-A")
    git(at.home, "commit", "-qm", "renamed")
    at.check(flags(report(at, "--diff-base", "main")) == flags(document), "the same once committed")


def test_line_ends(at):
    start(at, a_yaml=DUE, b_yaml=DUE)
    git(at.home, "config", "core.autocrlf", "true")
    windows = DUE.replace(b"\n", b"\r\n")
    at.write(a_yaml=windows + b"# x\r\n", b_yaml=windows)
    document = report(at, "--diff-base", "main")
    at.check(flags(document) == {"a.yaml": [False]}, "line ends that git converts are no changes",
             flags(document))
    git(at.home, "config", "core.autocrlf", "false")
    document = report(at, "--diff-base", "main")
    at.check(flags(document) == {"a.yaml": [True], "b.yaml": [True]}, "others are",
             flags(document))
    at.write(_gitattributes=b"*.yaml text eol=crlf\n")
    document = report(at, "--diff-base", "main")
    at.check(flags(document) == {"a.yaml": [False]}, ".gitattributes count", flags(document))


def make_template(tags):
    start = DUE[:DUE.index(b"        - Key")].decode()
    return "".join([start] + [f"        - Key: k{key}\n          Value: {value}\n"
                              for key, value in tags]).encode()


def edit(tags, rng):
    """Tags changed, deleted and added here and there; all values keep a comma."""
    for _ in range(rng.randint(1, 6)):
        at, what = rng.randrange(len(tags)), rng.randrange(4)
        if what == 0 and len(tags) > 2:
            del tags[at:at + rng.randint(1, 3)]
        elif what == 1:
            tags.insert(at, (f"n{rng.randrange(10**6)}", "new,one"))
        elif what == 2:
            tags.append((f"n{rng.randrange(10**6)}", "last,one"))
        else:
            tags[at] = (tags[at][0], f"{rng.randrange(99)},x")
        if not tags:
            tags.append(("k", "a,b"))


def touched_lines(text):
    """The new lines that git's diff adds, and those where it deletes, from its own text."""
    touched, line, last, gone = set(), 0, 0, False
    for row in text.splitlines():
        if header := re.match(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@", row):
            line, gone = int(header[1]), False
            last = line + int(header[2] or 1) - 1
        elif line and row.startswith("-"):
            gone = True
            if line > last:
                touched.add(last)
        elif line and row[:1] in ("+", " "):
            if row[0] == "+" or gone:
                touched.add(line)
            line, gone = line + 1, False
    return touched


def test_random_edits(at):
    rng = random.Random(4)
    tags = {f"t{i}.yaml": [(f"{i}x{k}", f"{k},v") for k in range(rng.randint(3, 25))]
            for i in range(100)}
    git(at.home, "checkout", "-q", "-b", "main")
    for name, values in tags.items():
        at.put(name, make_template(values))
    commit(at)
    git(at.home, "checkout", "-q", "-b", "pr")
    for name, values in tags.items():
        edit(values, rng)
        at.put(name, make_template(values))
    commit(at)
    files = {f["path"]: f for f in report(at, "--diff-base", "main")["files"]}
    states = []
    for name in git(at.home, "diff", "--name-only", "main...HEAD").decode().split():
        wanted = touched_lines(git(at.home, "diff", "-U3", "main...HEAD", "--", name).decode())
        findings = files.pop(name)["findings"]
        found = {f["range"]["start"]["line"]: f["onChangedLines"] for f in findings}
        at.check(found and found == {line: line in wanted for line in found},
                 f"{name}: touched lines as git has them", (found, wanted))
        states += found.values()
    at.check(not files, "no other file", list(files))
    at.check(min(states.count(True), states.count(False)) > 100, "both kinds were seen")


# ---- Odd names and places ----


ODD = ["with space.yaml", "quo\"te'.yaml", "new\nline.yaml", "-x.yaml", "ünï.yaml", "tab\t.yaml",
       "[a]*.yaml", "$(touch boom).yaml"]


def test_odd_names(at):
    start(at)
    for name in ODD:
        at.put(name, DUE)
    names = sorted(ODD, key=lambda n: n.encode())
    for option in (["--diff-base", "main"], ["--staged"]):
        git(at.home, "add", "-A")
        reads(at, names, *option, code=1)
        patch = at.run(*option, code=1).out
        found = [f.path for f in diff.parse(patch)]
        at.check(found == names, f"{option}: names in the diff", found)
        git(at.home, "apply", "--cached", "--check", "-", stdin=patch)
        run = at.run(*option, "--check", code=1)
        at.check(b"new\nline" not in run.err and b"\t" not in run.err, "names are escaped", run.err)
    reads(at, ["[a]*.yaml"], "--staged", "[a]*.yaml", what="a name is no pattern")
    git(at.home, "branch", "$(touch${IFS}boom);ls")
    reads(at, names, "--diff-base", "$(touch${IFS}boom);ls")
    at.check(not (at.home / "boom").exists(), "no shell ran")


def test_bad_revisions(at):
    start(at)
    commit(at, a_yaml=DUE + b"# x\n")
    for name in ("nope", "-x", "--help", "", "main..pr", "main...pr", "HEAD~99", "HEAD:a.yaml",
                 "HEAD^{tree}", "a\nb\x1b[31m", "\xff", "0" * 40, "@{99}", "x" * 5000, "HEAD^{/"):
        for more in ([], ["a.yaml"], ["-i"]):
            run = at.usage(f"--diff-base={name}", *more)
            at.check(b"\x1b" not in run.err, "harmless for a terminal", run.err)
    at.same("a.yaml", DUE + b"# x\n")
    at.usage("--diff-base")
    at.usage("--diff-base", "main", "--staged")
    at.usage("--diff-base", "main", "-", stdin=DUE)
    at.usage("--staged", "-", stdin=DUE)
    is_told(at, at.usage("--staged", "-i"), b"work tree")


def test_no_repository(at):
    outside = tempfile.mkdtemp(prefix="cfnfix-git-")
    other = Place(at.cfnfix, Path(outside), at.tally, at.label)
    other.write(a_yaml=DUE)
    for args in (["--diff-base", "main"], ["--staged"]):
        is_told(other, other.usage(*args), b"is in no git repository")
        is_told(other, other.usage(*args, "a.yaml"), b"is in no git repository")
        is_told(other, other.usage(*args, "no/such/folder/a.yaml"), b"is in no git repository")
    other.same("a.yaml", DUE)
    shutil.rmtree(outside)
    bare = inside(at, "bare.git")
    git(bare.home, "init", "-q", "--bare")
    for args in (["--diff-base", "main"], ["--staged"]):
        is_told(bare, bare.usage(*args), b"is bare")


def test_foreign_repository(at):
    start(at)
    commit(at, a_yaml=DUE + b"# x\n")
    if os.getuid() != 0:
        at.tally.note("not root: no repository of somebody else")
        return
    home = inside(at, "home")
    for folder in (at.home, at.home / ".git"):
        os.chown(folder, 1234, 1234)
    for args in (["--diff-base", "main"], ["--staged"]):
        run = at.usage(*args, env={"HOME": str(home.home)})
        is_told(at, run, b"belongs to somebody else", b"safe.directory")
    home.put(".gitconfig", f"[safe]\n\tdirectory = {at.home}\n".encode())
    reads(at, ["a.yaml"], "--diff-base", "main", env={"HOME": str(home.home)}, what="it is trusted")


def test_unborn(at):
    at.write(a_yaml=DUE, b_yaml=DUE)
    is_told(at, at.usage("--diff-base", "main"), b"HEAD names no commit")
    reads(at, [], "--staged", code=0)
    git(at.home, "add", "a.yaml")
    reads(at, ["a.yaml"], "--staged", code=1, what="before the first commit")


def test_no_common_commit(at):
    start(at)
    git(at.home, "checkout", "-q", "--orphan", "other")
    git(at.home, "commit", "-qm", "other")
    is_told(at, at.usage("--diff-base", "main"), b"no common commit")


def test_shallow(at):
    source = inside(at, "source")
    git(source.home, "init", "-q")
    start(source)
    commit(source, a_yaml=DUE + b"# 1\n")
    commit(source, a_yaml=DUE + b"# 2\n")
    url = f"file://{source.home}"
    git(at.home, "clone", "-q", "--depth", "1", "--no-single-branch", url, "shallow")
    shallow = inside(at, "shallow")
    is_told(shallow, shallow.usage("--diff-base", "origin/main", env=LEAKY), b"fetch-depth: 0")
    is_told(shallow, shallow.usage("--diff-base", "nope", env=LEAKY), b"fetch-depth: 0")
    git(shallow.home, "fetch", "-q", "--unshallow")
    reads(shallow, ["a.yaml"], "--diff-base", "origin/main", what="with its history")


def test_partial_clone(at):
    source = inside(at, "source")
    git(source.home, "init", "-q")
    start(source, a_yaml=DUE + b"# 0\n")
    git(source.home, "config", "uploadpack.allowFilter", "true")
    commit(source, a_yaml=DUE + b"# 1\n")
    git(at.home, "clone", "-q", "--filter=blob:none", f"file://{source.home}", "partial")
    partial = inside(at, "partial")
    run = partial.run("--format", "json", "--diff-base", "origin/main", code=1, env=LEAKY)
    partial.check(flags(run.json()) == {"a.yaml": [None]}, "where the base's text is missing",
                  run.out)
    is_told(partial, run, b"a.yaml: git cannot read it")


def test_worktrees_and_submodules(at):
    start(at)
    git(at.home, "worktree", "add", "-q", "-b", "other", "tree", "main")
    tree = inside(at, "tree")
    commit(tree, b_yaml=DUE + b"# other\n")
    reads(tree, ["b.yaml"], "--diff-base", "main", what="a linked work tree")
    tree.write(c_yaml=DUE)
    git(tree.home, "add", "c.yaml")
    reads(tree, ["c.yaml"], "--staged", what="its own index")
    reads(at, [], "--diff-base", "main", what="another work tree inside is not ours")
    module = inside(at, "module-source")
    git(module.home, "init", "-q")
    start(module)
    shutil.copytree(module.home / ".git", at.home / "copy.git")
    shutil.rmtree(module.home)
    git(at.home, "submodule", "add", "-q", "-b", "main", str(at.home / "copy.git"), "module")
    inside(at, "module").write(a_yaml=DUE + b"# x\n")
    reads(at, [], "--diff-base", "main", ".", what="a submodule is passed over")
    reads(at, [], "--staged", what="a submodule is passed over")
    reads(at, ["module/a.yaml"], "--diff-base", "main", "module", what="unless it is named")


# ---- --staged ----


def staged_place(at):
    start(at)
    at.write(a_yaml=DUE + b"# staged\n", sub__new_yaml=DUE)
    git(at.home, "add", "-A")


def test_staged(at):
    start(at)
    run = at.run("--staged", code=0)
    at.check(run.out == b"" and run.err == b"", "nothing staged, nothing told", run)
    at.write(a_yaml=DUE + b"# staged\n", sub__new_yaml=DUE)
    git(at.home, "add", "-A")
    at.write(a_yaml=DONE, b_yaml=DUE + b"# not staged\n", untracked_yaml=DUE)
    found = ["a.yaml", "sub/new.yaml"]
    reads(at, found, "--staged", code=1)
    reads(at, ["../a.yaml", "new.yaml"], "--staged", cwd=at.home / "sub", what="a sub-folder")
    reads(at, ["new.yaml"], "--staged", ".", cwd=at.home / "sub")
    reads(at, ["sub/new.yaml"], "--staged", "sub", "b.yaml", "untracked.yaml")
    is_told(at, at.run("--staged", "typo.yaml", code=2), b"typo.yaml: cannot be opened")
    run = at.run("--staged", "--check", code=1)
    is_told(at, run, b"a.yaml", b"sub/new.yaml", b"git apply --cached")
    run = at.run("--staged", "--patch", "p", "-q", code=1)
    git(at.home, "apply", "--cached", "p")
    at.check(git(at.home, "show", ":a.yaml") == DONE + b"# staged\n", "the patch was for the index")
    at.same("a.yaml", DONE, "the work tree is left alone")
    at.run("--staged", code=0)


def test_staged_output(at):
    staged_place(at)
    at.write(a_yaml=b"junk")
    at.run("--staged", "--output-dir", "out", code=0)
    at.same("out/a.yaml", DONE + b"# staged\n")
    at.same("out/sub/new.yaml", DONE)
    at.run("--staged", "--output-dir", "../out2", code=0, cwd=at.home / "sub")
    at.same("out2/a.yaml", DONE + b"# staged\n")
    at.run("--staged", "-o", "one.out", "a.yaml", code=0)
    at.same("one.out", DONE + b"# staged\n")
    at.same("a.yaml", b"junk")
    at.usage("--staged", "-o", "a.yaml", "a.yaml")


def test_staged_only_there(at):
    staged_place(at)
    (at.home / "a.yaml").unlink()
    os.symlink("b.yaml", at.home / "a.yaml")
    shutil.rmtree(at.home / "sub")
    for args in ([], ["a.yaml", "sub/new.yaml"], ["a.yaml", "sub"]):
        reads(at, ["a.yaml", "sub/new.yaml"], "--staged", *args, code=1)
        patch = at.run("--staged", *args, code=1).out
        names = [f.path for f in diff.parse(patch)]
        at.check(names == ["a.yaml", "sub/new.yaml"], "the diff has the index's names", names)
    (at.home / "sub").mkdir()
    patch = at.run("--staged", cwd=at.home / "sub", code=1).out
    git(at.home, "apply", "--cached", "--check", "-", stdin=patch)


def test_staged_kinds(at):
    start(at)
    os.symlink("a.yaml", at.home / "link.yaml")
    at.write(other_yaml=OTHER, broken_yaml=BROKEN, later_yaml=DUE, big_yaml=DUE + b"#" * 3000)
    git(at.home, "add", "link.yaml", "other.yaml", "broken.yaml", "big.yaml")
    git(at.home, "add", "-N", "later.yaml")
    git(at.home, "rm", "-q", "b.yaml")
    run = at.run("--staged", "--max-size", "2000", "--format", "json", code=2)
    states = {f["path"]: f["state"] for f in run.json()["files"]}
    at.check(states == {"big.yaml": "not-a-template", "broken.yaml": "error",
                        "other.yaml": "not-a-template"}, "kinds of files", states)
    is_told(at, at.run("--staged", "--max-size", "2000", "big.yaml", code=2), b"larger than")
    reads(at, [], "--staged", "link.yaml", "b.yaml", "later.yaml", code=0)


def test_staged_conflict(at):
    start(at)
    commit(at, a_yaml=DUE + b"# mine\n", b_yaml=DUE + b"#\n")
    git(at.home, "checkout", "-q", "main")
    commit(at, a_yaml=DUE + b"# theirs\n")
    subprocess.run(["git", "merge", "-q", "pr"], cwd=at.home, capture_output=True,
                   env=os.environ | program.ENVIRONMENT | ME)
    at.check(b"U" in git(at.home, "status", "--short"), "there is a conflict")
    run = at.run("--staged", "--format", "json", code=2)
    states = {f["path"]: f["state"] for f in run.json()["files"]}
    at.check(states == {"a.yaml": "error", "b.yaml": "changed"}, "the conflict is an error", states)
    is_told(at, run, b"a.yaml: has conflicts in the index")
    reads(at, ["a.yaml", "b.yaml"], "--diff-base", "pr~1", what="with --diff-base the file counts")


def test_staged_line_ends(at):
    start(at)
    git(at.home, "config", "core.autocrlf", "true")
    at.write(a_yaml=(DUE + b"# x\n").replace(b"\n", b"\r\n"))
    git(at.home, "add", "a.yaml")
    run = at.run("--staged", code=1)
    at.check(b"\r" not in run.out, "the index's bytes are read", run.out)
    git(at.home, "apply", "--cached", "-", stdin=run.out)
    at.check(git(at.home, "show", ":a.yaml") == DONE + b"# x\n", "and its patch applies")


def test_in_a_hook(at):
    """`git commit FILE` gives its hook an index of its own."""
    staged_place(at)
    git(at.home, "reset", "-q")
    log = at.home.parent / "hook.log"
    hook = at.home / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\n'{at.cfnfix.path}' --staged --check >'{log}' 2>&1\n")
    hook.chmod(0o755)
    done = subprocess.run(["git", "commit", "-qm", "x", "a.yaml"], cwd=at.home, capture_output=True,
                          env=os.environ | program.ENVIRONMENT | ME)
    text = log.read_bytes()
    at.check(done.returncode == 1 and b"a.yaml: 1 fixable" in text, "the hook stops the commit",
             text)
    reads(at, ["a.yaml"], "--staged", env={"GIT_INDEX_FILE": other_index(at)},
          what="GIT_INDEX_FILE")


def other_index(at):
    git(at.home, "add", "a.yaml", GIT_INDEX_FILE=str(at.home / ".git/other"))
    git(at.home, "read-tree", "HEAD", GIT_INDEX_FILE=str(at.home / ".git/other"))
    git(at.home, "add", "a.yaml", GIT_INDEX_FILE=str(at.home / ".git/other"))
    return ".git/other"


# ---- What must not happen ----


def snapshot(folder):
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        found[str(path)] = (status.st_mtime_ns, status.st_size, status.st_mode, status.st_ino)
    return found


def test_only_read(at):
    start(at)
    commit(at, a_yaml=DUE + b"# x\n")
    at.write(b_yaml=DUE + b"# y\n", new_yaml=DUE, _gitattributes=b"*.yaml filter=f diff=d ident\n")
    boom = at.home.parent / "boom"
    boom.unlink(missing_ok=True)
    command = f"touch {boom}; cat"
    for key in ("filter.f.clean", "filter.f.smudge", "filter.f.process", "diff.d.textconv",
                "diff.d.command", "diff.external", "core.fsmonitor", "core.pager", "core.editor",
                "core.sshCommand", "alias.diff"):
        git(at.home, "config", key, command)
    for hook in ("pre-commit", "post-index-change", "fsmonitor-watchman", "post-checkout"):
        path = at.home / ".git/hooks" / hook
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\ntouch {boom}\n")
        path.chmod(0o755)
    index = at.home / ".git/index"
    os.utime(index, (1, 1)) # so that every entry looks racy, and git itself would refresh them
    before = snapshot(at.home / ".git")
    for args in (["--diff-base", "main"], ["--diff-base", "main", "-i"], ["--staged"],
                 ["--staged", "--patch", "../p"]):
        at.run(*args)
        at.check(snapshot(at.home / ".git") == before, f"{args}: nothing in .git is written")
    at.check(not boom.exists(), "nothing of the repository runs")


def damage(at, name, data, is_fatal=False):
    """Nothing but an answer or an error; the error it has to be where IS_FATAL."""
    path = at.home / ".git" / name
    kept = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(data)
    for args in (["--diff-base", "main"], ["--staged"], ["--staged", "-q", "a.yaml"]):
        label = f"{name} is {data[:20]!r}, {args}"
        run = at.run(*args, timeout=20, env=LEAKY)
        at.check(run.code == 2 or not is_fatal, f"{label}: an error", run)
        at.check(run.code != 2 or run.err.startswith((b"cfnfix: ", b"a.yaml: ")),
                 f"{label}: told", run)
    path.write_bytes(kept)


def test_damaged(at):
    start(at)
    commit(at, a_yaml=DUE + b"# x\n")
    at.write(a_yaml=DUE + b"# y\n")
    git(at.home, "add", "a.yaml")
    index = (at.home / ".git/index").read_bytes()
    for size in (0, 3, 12, 40, len(index) // 2, len(index) - 1):
        damage(at, "index", index[:size], is_fatal=size > 0)
    damage(at, "index", index[:30] + b"\xff" * 20 + index[50:], True)
    damage(at, "HEAD", b"garbage \xff\x00\n" * 5, True)
    damage(at, "HEAD", b"ref: refs/heads/nowhere\n")
    damage(at, "HEAD", b"0" * 40 + b"\n", True)
    damage(at, "refs/heads/main", b"\x00\x00")
    damage(at, "config", b"[core\n\xff", True)
    damage(at, "config", b"[core]\n\trepositoryformatversion = 9\n", True)
    for path in sorted((at.home / ".git/objects").rglob("*")):
        if path.is_file():
            name = str(path.relative_to(at.home / ".git"))
            damage(at, name, b"")
            damage(at, name, b"\x00" * 50)
    reads(at, ["a.yaml"], "--staged", what="repaired again")


def cut_off(at, name):
    """The file of the object that git calls NAME ends in the middle."""
    found = git(at.home, "rev-parse", name).decode().strip()
    path = at.home / ".git/objects" / found[:2] / found[2:]
    path.chmod(0o644)
    os.truncate(path, path.stat().st_size // 2)


def test_cut_off_objects(at):
    """libgit2 would compute for ever; we do for 20 seconds, and then nothing is written."""
    runs = []
    for number, (name, args) in enumerate([("main:a.yaml", ["--diff-base", "main", "-i"]),
                                           (":a.yaml", ["--staged", "--patch", "p"]),
                                           (":.gitattributes", ["--diff-base", "main", "-i"])]):
        there = inside(at, str(number))
        git(there.home, "init", "-q")
        start(there, a_yaml=BUCKET)
        there.put(".gitattributes", b"*.txt text\n" * 20)
        there.put("a.yaml", DUE + b"# x\n")
        git(there.home, "add", "-A")
        os.unlink(there.home / ".gitattributes")
        cut_off(there, name)
        runs.append((there, args, subprocess.Popen(
            [at.cfnfix.path, *args], cwd=there.home, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | program.ENVIRONMENT)))
    for there, args, running in runs:
        out, err = running.communicate(timeout=600)
        at.check(running.returncode == 2 and not out and b"git fsck" in err, f"{args}: given up",
                 (running.returncode, out, err))
        at.check(there.read("a.yaml") == DUE + b"# x\n" and there.read("p") is None,
                 f"{args}: nothing is written")


def test_hostile_index(at):
    """Names that lead out of the work tree, which git itself would not put there."""
    start(at)
    at.write(aa__b_yaml=DUE)
    git(at.home, "add", "aa/b.yaml")
    index = at.home / ".git/index"
    made = index.read_bytes()[:-20].replace(b"aa/b.yaml", b"../b.yaml")
    made = re.sub(rb"TREE.*", b"", made, flags=re.S)
    index.write_bytes(made + hashlib.sha1(made).digest())
    box = inside(at, "box")
    run = at.run("--staged", "--output-dir", "box/out", code=2)
    at.check(not (box.home / "b.yaml").exists() and not (at.home.parent / "b.yaml").exists(),
             "nothing is written elsewhere", run)
    at.check(run.err, "it is told", run)


def main():
    program.run_all(__doc__, globals(), Place)


if __name__ == "__main__":
    main()

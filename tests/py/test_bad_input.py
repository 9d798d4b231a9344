#!/usr/bin/env python3
"""Everything that can be wrong with a file: an error that says where, exit code 2, nothing
changed; never a crash, a hang, a temporary file left behind, or escape codes on the terminal."""
import collections
import multiprocessing
import os
import pty
import re
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from check import check_folder
from lib import program, tree

FACTOR = float(os.environ.get("CFN_TIME_FACTOR", 1))
STEP = 1 if FACTOR == 1 else 7  # under sanitizers not every byte
IS_ROOT = os.getuid() == 0
NOBODY = {"user": 65534, "group": 65534, "extra_groups": []} if IS_ROOT else {}
GOOD = b"""Resources:
  Key:
    Type: AWS::SNS::Topic
    Properties:
      Tags:
        - Key: a
          Value: one,two
"""
FIXED = GOOD.replace(b"one,two", b"one-two")
DEEP = 100_000


class Bench:
    """A folder with the files of one test, and what is asserted of all tests."""

    def __init__(self, cfnfix, home, tally):
        self.cfnfix, self.home, self.tally = cfnfix, home, tally

    def write(self, name, data):
        return program.put(self.home, name, data)

    def run(self, *args, what, megabytes=1.0, **more):
        before = self.names()
        run = self.cfnfix(*args, cwd=self.home, timeout=60 * FACTOR, **more)
        limit = 2 * FACTOR * max(1.0, megabytes)
        self.tally.check(not run.crashed, f"{what}: no crash", run)
        self.tally.check(run.seconds <= limit, f"{what}: takes at most {limit:.0f} s",
                         f"{run.seconds:.1f} s")
        self.tally.equal(self.names(), before, f"{what}: no file left behind")
        self.tally.check(not harmful(run.err), f"{what}: standard error is harmless",
                         run.err[-200:])
        return run

    def names(self):
        return sorted(str(p.relative_to(self.home)) for p in self.home.rglob("*"))


def harmful(data):
    """Bytes that drive a terminal or reorder what it shows."""
    text = data.decode("utf-8", "surrogateescape")
    return re.findall(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\udc80-\udcff]",
        text)


# ---- Malformed text ----


def malformed():
    """(name, bytes, whether the message has a line and column)."""
    head, body = b"Resources:\n  A:\n    Type: AWS::SNS::Topic\n", b"    Properties: "
    yield "empty.yaml", b"", False
    yield "bom.yaml", b"\xef\xbb\xbf", False
    yield "blank.yaml", b"\n  \n\n", False
    yield "comment.yaml", b"# nothing\n", False
    yield "empty.json", b"", False
    yield "colons.yaml", head + b"    a: b: c\n", True
    yield "open-bracket.yaml", head + body + b"[1, 2\n", True
    yield "open-brace.json", b'{"Resources": {"A": {"Type": "AWS::SNS::Topic"}', True
    yield "open-quote.yaml", head + body + b'"never closed\n', True
    yield "closed-twice.json", b'{"Resources": {}}}', True
    yield "behind-the-end.json", b'{"Resources": {"A": {"Type": "AWS::SNS::Topic"}}} x', True
    yield "directive.yaml", b"%YAML 9.9\n%\n" + head, True
    yield "bad-escape.yaml", head + body + b'"\\q"\n', True
    yield "indentation.yaml", head + b"   Properties: {}\n", True
    yield "tabs.yaml", b"Resources:\n\tA:\n\t\tType: AWS::SNS::Topic\n", True
    yield "nul.yaml", head + b"    a: b\0c\n", True
    yield "nul-first.yaml", b"\0" + head, True
    yield "escape.yaml", head + b"    a: \x1b[31mred\n", True
    yield "utf8.yaml", head + b"    a: caf\xe9\n", True
    yield "utf8-surrogate.yaml", head + b"    a: \xed\xa0\x80\n", True
    yield "utf8-overlong.yaml", head + b"    a: \xc0\xaf\n", True
    yield "utf8-percent.yaml", b"%\xff\xfe\n" + head, True
    yield "utf8-cut.yaml", head + b"    a: \xe2\x82", True
    yield "utf16-le.yaml", "\ufeff".encode("utf-16-le") + head.decode().encode("utf-16-le"), False
    yield "utf16-be.yaml", "\ufeff".encode("utf-16-be") + head.decode().encode("utf-16-be"), False
    yield "utf16-none.json", '{"Resources": {}}'.encode("utf-16-le"), True
    yield "two-documents.yaml", GOOD + b"---\n" + GOOD, True
    yield "two-documents-end.yaml", GOOD + b"...\n---\na: b\n", True
    yield "binary.yaml", bytes(range(256)) * 40, True
    yield "key-tab.yaml", head + b"    Properties:\n\t  a: b\n", True
    yield "close-wrong.yaml", head + body + b"[a}\n", True
    yield from nested(head, body)


def nested(head, body):
    yield "nested-brackets.yaml", head + body + b"[" * DEEP, True
    yield "nested-brackets-closed.yaml", head + body + b"[" * DEEP + b"]" * DEEP + b"\n", True
    yield "nested-brackets.json", b'{"Resources": ' + b"[" * DEEP + b"]" * DEEP + b"}", True
    yield "nested-braces.yaml", head + body + b"{a: " * DEEP, True
    yield "nested-braces.json", b'{"a":' * DEEP + b"1" + b"}" * DEEP, True
    yield "nested-dashes.yaml", head + b"    Properties:\n      " + b"- " * DEEP + b"a\n", True
    yield "nested-questions.yaml", head + b"    Properties:\n      " + b"? " * DEEP + b"a\n", True
    yield "nested-mappings.yaml", b"".join(b" " * i + b"a:\n" for i in range(1400)), True
    yield "nested-sequences.yaml", b"a:\n" + b"".join(b" " * i + b"-\n" for i in range(1400)), True
    yield "nested-tags.yaml", head + body + b"!If [" * DEEP, True


def check_malformed(bench):
    for name, data, has_place in malformed():
        path = bench.write(name, data)
        for args in ((), ("-i", )):
            run = bench.run(*args,
                            name,
                            what=f"{name} {' '.join(args)}".strip(),
                            megabytes=len(data) / 1e6)
            check_refused(bench, run, path, data, name, has_place)


def check_refused(bench, run, path, data, name, has_place=False):
    """Exit code 2, a message that begins with the name and, where there is one, the place; nothing
    changed."""
    pattern = re.escape(name) + (r":\d+:\d+: \S" if has_place else r":(\d+:\d+:)? \S")
    bench.tally.equal(run.code, 2, f"{name}: exit code")
    bench.tally.check(re.search(pattern.encode(), run.err, re.M),
                      f"{name}: says what is wrong, and where", run.err[:200])
    bench.tally.equal(run.out, b"", f"{name}: nothing on standard output")
    bench.tally.check(data is None or path.read_bytes() == data, f"{name}: unchanged")


def check_places(bench):
    """The place of an error is the right one: line and column from 1, columns in characters."""
    places = [("nul.yaml", b"a: 1\nb: x\0y\n", "2:5"),
              ("wide.yaml", "a: 1\nb: äöü".encode() + b"\xff\n", "2:7"),
              ("bom.yaml", b"\xef\xbb\xbfa: \x01\n", "1:4"),
              ("crlf.yaml", b"a: 1\r\nb: \x02\r\n", "2:4")]
    for name, data, place in places:
        bench.write(name, data)
        run = bench.run("-i", name, what=f"place in {name}")
        bench.tally.check(run.err.startswith(f"{name}:{place}: ".encode()),
                          f"{name}: error at {place}", run.err[:100])


def check_not_templates(bench):
    for name, data in (("list.yaml", b"- a\n"), ("other.yaml", b"a: b\n"), ("scalar.json", b'"a"'),
                       ("package.json", b'{"name": "x", "Resources": {"a": {"Type": "b"}}}')):
        path = bench.write(name, data)
        check_refused(bench, bench.run("-i", name, what=name), path, data, name)


# ---- Legal, but left alone and told ----

LEGAL = {
    "anchor.yaml": b"""Resources:
  A:
    Type: AWS::SNS::Topic
    Properties: &p
      Tags: [{Key: a, Value: 'x,y'}]
  B:
    Type: AWS::SNS::Topic
    Properties: *p
""",
    "merge.yaml": b"""Resources:
  A:
    Type: AWS::SNS::Topic
    Properties:
      <<: {Tags: [{Key: a, Value: 'x,y'}]}
      TopicName: t
""",
    "duplicate.yaml": b"""Resources:
  A:
    Type: AWS::SNS::Topic
    Properties:
      Tags: [{Key: a, Value: 'x,y'}]
      Tags: [{Key: b, Value: 'x,y'}]
""",
    "duplicate.json":
        b'{"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": '
        b'{"Tags": [{"Key": "a", "Value": "x,y"}], "Tags": [{"Key": "a", "Value": "x,y"}]}}}}',
}


def bomb():
    names = [f"n{i}" for i in range(30)]
    lines = ["  n0: &n0 [x, x]"
             ] + [f"  {b}: &{b} [{', '.join(['*' + a] * 20)}]" for a, b in zip(names, names[1:])]
    return ("Metadata:\n" + "\n".join(lines) + "\n").encode() + GOOD


def check_legal(bench):
    for name, data in LEGAL.items():
        path = bench.write(name, data)
        run = bench.run("--format", "json", "-i", name, what=name)
        bench.tally.equal(run.code, 0, f"{name}: exit code")
        bench.tally.check(path.read_bytes() == data, f"{name}: left alone")
        entry = run.json()["files"][0] if run.out else {"notices": [], "findings": []}
        bench.tally.check(entry["notices"], f"{name}: told in a notice", entry)
        bench.tally.check(
            all(f["state"] == "cannot-fix" and f["reason"] for f in entry["findings"]),
            f"{name}: findings say why they stay", entry["findings"])
    unknown = GOOD.replace(b"one,two", b"*nobody")
    path = bench.write("unknown-alias.yaml", unknown)
    bench.run("-i", "unknown-alias.yaml", what="unknown alias")
    bench.tally.equal(path.read_bytes(), unknown, "unknown alias: left alone")
    path = bench.write("bomb.yaml", bomb())
    run = bench.run("-i", "bomb.yaml", what="bomb of aliases")
    bench.tally.equal(run.code, 0, "bomb of aliases: exit code")
    bench.tally.check(path.read_bytes() == bomb().replace(b"one,two", b"one-two"),
                      "bomb of aliases: the rest is repaired")


# ---- Sizes ----


def check_sizes(bench):
    huge = GOOD + b"Description: " + b"x" * 100_000_000 + b"\n"
    path = bench.write("huge.yaml", huge)
    check_refused(bench, bench.run("-i", "huge.yaml", what="100 MB scalar"), path, huge,
                  "huge.yaml")
    run = bench.run("-i",
                    "--max-size",
                    "200000000",
                    "huge.yaml",
                    what="100 MB scalar, allowed",
                    megabytes=100)
    bench.tally.equal(run.code, 0, "100 MB scalar, allowed: exit code")
    bench.tally.check(path.read_bytes() == huge.replace(b"one,two", b"one-two"),
                      "100 MB scalar, allowed: repaired")
    path.unlink()
    folded = GOOD + b"Description: >\n" + b"  words and words of a folded scalar\n" * 28_000
    path = bench.write("folded.yaml", folded)
    bench.tally.equal(
        bench.run("-i", "folded.yaml", what="1 MB folded").code, 0, "1 MB folded: exit code")
    for name, size, code in (("at-cap.yaml", 1 << 24, 0), ("over-cap.yaml", (1 << 24) + 1, 2)):
        bench.write(name, FIXED + b"#" * (size - len(FIXED)))
        bench.tally.equal(
            bench.run("-i", name, what=name, megabytes=17).code, code, f"{name}: exit code")
    with open(bench.write("sparse.yaml", b""), "r+b") as file:
        file.truncate(1 << 40)
    bench.tally.equal(
        bench.run("-i", "sparse.yaml", what="sparse file of 1 TB").code, 2,
        "sparse file of 1 TB: exit code")
    bench.write("small.yaml", GOOD)
    bench.tally.equal(
        bench.run("--max-size", "20", "small.yaml", what="--max-size 20").code, 2,
        "--max-size 20: exit code")
    run = bench.run("--max-size", "20", "-", what="--max-size 20 on standard input", stdin=GOOD)
    bench.tally.equal(run.code, 2, "--max-size 20 on standard input: exit code")


# ---- Files that are no plain files ----


def check_special(bench):
    home, tally = bench.home, bench.tally
    os.mkfifo(home / "fifo.yaml")
    os.symlink("/dev/zero", home / "zero-link.yaml")
    os.symlink("nowhere", home / "broken.yaml")
    os.symlink("circular.yaml", home / "circular.yaml")
    names = ("fifo.yaml", "/dev/zero", "zero-link.yaml", "broken.yaml", "circular.yaml",
             "missing.yaml")
    for name in names:
        check_refused(bench, bench.run("-i", name, what=name), None, None, name)
    bench.write("good.yaml", GOOD)
    run = bench.run("-i", ".", what="a folder with all of these")
    tally.equal(run.code, 0, "a folder with all of these: exit code")
    tally.equal((home / "good.yaml").read_bytes(), FIXED,
                "a folder with all of these: the good one is repaired")
    (home / "deep").mkdir()
    real = bench.write("deep/real.yaml", GOOD)
    real.chmod(0o640)
    os.symlink("deep/real.yaml", home / "link.yaml")
    os.symlink("link.yaml", home / "link-to-link.yaml")
    tally.equal(bench.run("-i", "link-to-link.yaml", what="a link").code, 0, "a link: exit code")
    tally.check((home / "link.yaml").is_symlink() and (home / "link-to-link.yaml").is_symlink(),
                "a link stays one")
    tally.equal(real.read_bytes(), FIXED, "a link's target is repaired")
    tally.equal(real.stat().st_mode & 0o7777, 0o640, "the mode stays")
    os.symlink("..", home / "deep/loop")
    tally.equal(
        bench.run("deep", what="a folder that holds itself").code, 0,
        "a folder that holds itself: exit code")


# ---- Permissions ----


def check_permissions(cfnfix, tally):
    with tempfile.TemporaryDirectory(prefix="cfnfix-test-") as folder:
        home = Path(folder) / "home"
        home.mkdir()
        copy = shutil.copy(cfnfix.path, Path(folder) / "cfnfix")
        Path(folder).chmod(0o755)
        os.chmod(copy, 0o755)
        bench = Bench(program.Program(copy), home, tally)
        cases = (("unreadable.yaml", 0o000, 0o755), ("read-only.yaml", 0o444, 0o755),
                 ("folder/closed.yaml", 0o644, 0o555))
        for name, mode, folder_mode in cases:
            path = bench.write(name, GOOD)
            path.chmod(mode)
            path.parent.chmod(folder_mode)
            if IS_ROOT:
                os.chown(path, 65534, 65534)
                os.chown(path.parent, 65534, 65534)
            run = bench.run("-i", name, what=name, **NOBODY)
            path.chmod(0o644)
            check_refused_to_write(bench, run, path, name)
            path.parent.chmod(0o755)
        bench.write("owned.yaml", GOOD)
        if IS_ROOT:
            check_owner(bench)


def check_refused_to_write(bench, run, path, name):
    bench.tally.equal(run.code, 2, f"{name}: exit code")
    bench.tally.check(run.err.startswith(name.encode() + b": "), f"{name}: says why", run.err[:200])
    bench.tally.equal(path.read_bytes(), GOOD, f"{name}: unchanged")


def check_owner(bench):
    path = bench.home / "owned.yaml"
    os.chown(path, 65534, 65533)
    path.chmod(0o604)
    bench.run("-i", "owned.yaml", what="somebody's file")
    status = path.stat()
    bench.tally.equal((status.st_uid, status.st_gid, status.st_mode & 0o7777),
                      (65534, 65533, 0o604), "owner and mode stay")
    bench.tally.equal(path.read_bytes(), FIXED, "somebody's file is repaired")


# ---- No room ----


def check_disk_full(cfnfix, work, tally):
    home = work / "full"
    home.mkdir(exist_ok=True)
    big = GOOD + b"# filler\n" * 9000
    size = 128 * 1024  # room for one such file, not for two
    if IS_ROOT and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs",
         str(home)], capture_output=True).returncode == 0:
        try:
            fill_disk(Bench(cfnfix, home, tally), big, {})
        finally:
            subprocess.run(["umount", str(home)], check=True)
        return
    tally.note("no tmpfs can be mounted here: a limit on file sizes stands for a full disk")
    import resource  # Python ignores SIGXFSZ, and with restore_signals=False so does what it starts
    limit = {
        "restore_signals": False,
        "preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size // 4, size // 4))
    }
    fill_disk(Bench(cfnfix, home, tally), big, limit)


def fill_disk(bench, big, limit):
    path = bench.write("big.yaml", big)
    for what, args in (("-i", ["-i"]), ("-o", ["-o", "out.yaml"]), ("--output-dir",
                                                                    ["--output-dir", "out"])):
        run = bench.cfnfix(*args, "big.yaml", cwd=bench.home, **limit)
        label = f"disk full with {what}"
        bench.tally.check(not run.crashed and run.code == 2, f"{label}: exit code", run)
        bench.tally.equal(path.read_bytes(), big, f"{label}: unchanged")
        left = [name for name in bench.names() if name not in ("big.yaml", "out")]
        bench.tally.equal(left, [], f"{label}: no file left behind")
        for name in left:
            (bench.home / name).unlink()


def check_closed_output(cfnfix, work, tally):
    """A standard output that cannot be written is an error, too."""
    bench = Bench(cfnfix, program.fresh(work / "full-output"), tally)
    bench.write("a.yaml", GOOD)
    for args in (["a.yaml"], ["-o", "-", "a.yaml"], ["--format", "json", "a.yaml"]):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([cfnfix.path, *args],
                                  cwd=bench.home,
                                  stdout=full,
                                  stderr=subprocess.PIPE,
                                  env=os.environ | program.ENVIRONMENT)
        tally.equal(done.returncode, 2, f"{' '.join(args)} >/dev/full: exit code")


# ---- Changed meanwhile ----


def check_changed_meanwhile(cfnfix, work, tally):
    """A second writer appends a line at various moments. Whatever happens, its line is never lost.

    That cfnfix notices, and does the file anew, test_durable.py sees at the one moment where it has to.
    """
    home, note = program.fresh(work / "race"), b"# a second writer was here\n"
    text = b"Resources:\n" + b"".join(
        GOOD.split(b"\n", 1)[1].replace(b"Key:", b"Key%d:" % i, 1) for i in range(30_000))
    wanted = text.replace(b"one,two", b"one-two")
    path = home / "big.yaml"
    path.write_bytes(text)
    full = cfnfix("-i", path.name, cwd=home, timeout=300 * FACTOR)
    tally.check(full.code == 0 and path.read_bytes() == wanted, "a big template is repaired", full)
    for attempt in range(12):
        path.write_bytes(text)
        running = subprocess.Popen([cfnfix.path, "-q", "-i", path.name],
                                   cwd=home,
                                   stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE,
                                   env=os.environ | program.ENVIRONMENT)
        time.sleep(full.seconds * (attempt + 0.5) / 12)
        with open(path, "ab") as file:
            file.write(note)
        error = running.communicate()[1]
        now = path.read_bytes()
        left_alone = running.returncode == 2 and now == text + note and b"changed" in error
        repaired = running.returncode == 0 and now == wanted + note
        tally.check(left_alone or repaired,
                    "changed meanwhile: left alone with an error, or both are there",
                    (running.returncode, error[:200], now.endswith(note), now.startswith(wanted)))
    tally.equal([p.name for p in home.iterdir() if p.name != ".git"], ["big.yaml"],
                "changed meanwhile: no file left behind")


# ---- Terminals ----

EVIL = "".join(["\x1b[31m", "\x9b31m", "\u202e", "\u2066", "\u200f"])
EVIL_YAML = r"\e[31m\x9b31m\u202e\u2066\u200f\a\b\r"


def check_terminal(bench):
    topic = "Resources:\n  A:\n    Type: AWS::SNS::Topic\n    Properties:"
    tags = f'Tags: [{{Key: "k{EVIL_YAML}", Value: "a,b{EVIL_YAML}"}}]'
    texts = {
        "logical-id.yaml": topic.replace("A:\n", f'"Key{EVIL_YAML}":\n', 1) + f" {{{tags}}}\n",
        "raw.yaml": f"{topic}\n      Tags:\n      - Key: \u202ek\u2066\n"
                    "        Value: a,b \u202e\u200f\u061c\n",
        "tag.yaml": f"{topic} !\u202ex {{Tags: [{{Key: a, Value: 'b,c'}}]}}\n",
        "broken.yaml": 'Resources: {"\u202e\u2066": [\u202e\n',
        "anchor.yaml": f"a: &\u202ex b\n{topic} *\u202ex\n",
    }
    for name, text in texts.items():
        bench.write(name, text.encode())
    evil = f"evil{EVIL}.yaml"
    bench.write(evil, GOOD)
    os.symlink("x", bench.home / f"no{EVIL}.yaml")
    inputs = [
        *texts, evil, f"no{EVIL}.yaml", b"bytes\xff\x1b.yaml".decode("utf-8", "surrogateescape")
    ]
    for name in inputs:
        label = ascii(name)
        run = bench.run("--color", "never", name, what=label)
        if name.startswith("evil"):
            bench.tally.equal(run.code, 1, f"{label}: works in spite of its name")
        for args in (["--check"], [], ["-q"], ["--unsafe-fixes"]):
            shown = on_terminal(bench.cfnfix, ["--color", "never", *args, name], bench.home)
            bench.tally.check(not harmful(shown.replace(b"\r\n", b"\n")),
                              f"{label} {' '.join(args)}: harmless on a terminal", shown[:300])
    shown = on_terminal(bench.cfnfix, ["--color", "always", evil], bench.home)
    left = re.sub(rb"\x1b\[[0-9;]*m", b"", shown.replace(b"\r\n", b"\n"))
    bench.tally.check(shown != left and not harmful(left), "colours are colours only", shown[:300])
    run = bench.run("--select", f"x{EVIL}", evil, what="a repair with an evil name")
    bench.tally.equal(run.code, 2, "a repair with an evil name: exit code")
    for option in ("--explain", "--set", "--profile", "--format", "--bogus"):
        bench.run(option, f"x{EVIL}", evil, what=f"{option} with evil characters")


def obeyed(shown):
    """The lines that a runner of CI jobs takes for its orders."""
    return [line for line in shown.decode("utf-8", "replace").splitlines()
            if line.lstrip().startswith("::") or re.search(r"##[a-z]*\[", line)]


def check_log(bench):
    """What is told does not give orders to the runner of a CI job, in whose log it stands."""
    order = "::error file=x::no"
    tags = "{Type: AWS::SNS::Topic, Properties: {Tags: [{Key: '##[error]k', Value: 'a,b'}]}}"
    template = (f"Resources:\n  '{order}': {tags}\n  '##vso[x]y': {tags}\n"
                "  Kept: {Type: AWS::S3::Bucket, DeletionPolicy: Retain}\n"
                "Outputs:\n"
                f"  '{order}': {{Value: !GetAtt Kept.Arn}}\n").encode()
    for name in (f"{order}.yaml", f" {order}.yaml", f"\u00a0{order}.yaml", "a ##[error]b.yaml",
                 "##[group]c.yaml", "##vso[task.complete]d.yaml", "###[error]e.yaml"):
        for data in (template, b"Resources: [\n", b"a: b\n"):
            bench.write(name, data)
            for args in ([name], ["-"], ["."]):
                options = ["--check", "--unsafe-fixes", "--stdin-filename", name]
                run = bench.cfnfix(*(options if args == ["-"] else options[:2]), *args,
                                   cwd=bench.home, stdin=data)
                bench.tally.check(not obeyed(run.out + run.err), f"{name!r} {args}: no order", run)
        os.unlink(bench.home / name)


def on_terminal(cfnfix, args, home):
    """What the program shows on a terminal, standard output and error together."""
    ours, theirs = pty.openpty()
    running = subprocess.Popen([cfnfix.path, *args],
                               cwd=home,
                               stdin=subprocess.DEVNULL,
                               stdout=theirs,
                               stderr=theirs,
                               env=os.environ | program.ENVIRONMENT | {"TERM": "xterm"})
    os.close(theirs)
    shown, deadline = b"", time.monotonic() + 20 * FACTOR
    while time.monotonic() < deadline and select.select([ours], [], [], 20)[0]:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    running.wait(timeout=20 * FACTOR)
    os.close(ours)
    return shown


# ---- The output is the input ----


def check_same_output(bench):
    os.link(bench.write("same.yaml", GOOD), bench.home / "hard.yaml")
    os.symlink("same.yaml", bench.home / "soft.yaml")
    for args in (["-o", "same.yaml"], ["-o", "./same.yaml"], ["-o",
                                                              "soft.yaml"], ["-o", "hard.yaml"],
                 ["--output-dir", "."], ["--patch", "same.yaml"], ["-i", "--patch", "same.yaml"]):
        path = bench.write("same.yaml", GOOD)
        run = bench.run(*args, "same.yaml", what=" ".join(args))
        refused = run.code == 2 and path.read_bytes() == GOOD
        written = run.code == 0 and path.read_bytes() == FIXED and "--patch" not in args
        bench.tally.check(
            refused or written
            or run.code == 0 and "hard.yaml" in args and path.read_bytes() in (GOOD, FIXED),
            f"{' '.join(args)} same.yaml: refused, or right", (run.code, path.read_bytes()[:80]))


# ---- Truncated at every byte ----


def truncate(task):
    """Every truncation of one golden input: what was counted, and what failed."""
    cfnfix, work, (name, path, args) = task
    tree.use_fast_reader()
    data = path.read_bytes()
    sources = [(f"{i:06}{path.suffix}", data[:i]) for i in range(0, len(data), STEP)]
    counts, failures = collections.Counter(files=len(sources)), []
    for start in range(0, len(sources), 4000):
        part = sources[start:start + 4000]
        result = check_folder(cfnfix, part, work / name.replace("/", "-"), args)
        counts.update(changed=result.changed, unjudged=len(result.unjudged), passed=result.passed)
        failures += [(f"{name} cut to {file}", what) for file, what in result.failures[:20]]
        failures += [(f"{name} cut to {file}", "error without a message")
                     for file, entry in result.entries.items() if entry["state"] == "error" and
                     not all(e["message"] for e in entry["errors"])]
    return counts, failures


def check_truncations(cfnfix, work, tally):
    """Most truncations are still templates: an error, or everything the checker asserts. It knows
    no change of comments, so test_ignores has those of --add-ignores."""
    counts = collections.Counter()
    tasks = [(cfnfix, work, golden) for golden in program.golden_inputs()
             if "--add-ignores" not in golden[2]]
    tasks.sort(key=lambda task: -task[2][1].stat().st_size)  # the longest first
    with multiprocessing.Pool() as pool:
        for found, failures in pool.imap_unordered(truncate, tasks):
            counts.update(found)
            for what, detail in failures:
                tally.check(False, what, detail)
    tally.passed += counts.pop("passed")
    tally.note(f"truncated: {dict(counts)}")
    tally.check(counts["files"] > 0, "there are truncations")
    tally.check(counts["unjudged"] <= 0.02 * counts["files"], "truncated: few are not judged",
                counts)


def fast_folder(work):
    """Memory, if there is some: syncing ten thousands of small files takes a while on a disk."""
    shared = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="cfnfix-test-", dir=shared)) if os.access(shared,
                                                                                  os.W_OK) else work


def main():
    cfnfix, work, tally = program.start(__doc__.split("\n")[0])
    for test in (check_malformed, check_places, check_not_templates, check_legal, check_special,
                 check_sizes, check_terminal, check_log, check_same_output):
        home = program.fresh(work / test.__name__)
        test(Bench(cfnfix, home, tally))
        shutil.rmtree(home)
    check_permissions(cfnfix, tally)
    check_disk_full(cfnfix, work, tally)
    check_closed_output(cfnfix, work, tally)
    check_changed_meanwhile(cfnfix, work, tally)
    fast = fast_folder(work)
    check_truncations(cfnfix, fast, tally)
    if fast != work:
        shutil.rmtree(fast)
    tally.end()


if __name__ == "__main__":
    main()

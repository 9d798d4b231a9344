#!/usr/bin/env python3
"""--stream: an answer for each line, in order, as soon as it can be had, whatever the line holds; and
the answers say what the same templates get as files."""
import json
import os
import random
import re
import select
import shlex
import signal
import subprocess
import threading
import time

import jsonschema
import referencing

import test_cli as cli
import test_workers as workers
from check import collect
from lib import program

DUE, DONE, KEPT = (text.decode() for text in (cli.DUE, cli.DONE, cli.KEPT))
OWN = ("path", "content", "diff", "findings", "error")
LIMIT_OF_TIME = 10 * int(os.environ.get("CFN_TIME_FACTOR", 1))

# Every option that there is: what does not go with --stream is refused, and all else has a meaning.
REFUSED = [
    "-i", "-o x", "--output-dir x", "--patch x", "--check", "--stdin-filename x", "--diff-base x",
    "--staged", "--baseline x", "--create-baseline x", "--prune-baseline x", "--format json",
    "--report json:x", "--seen x", "-", "a.yaml", "--files-from x", "--shard 0/2", "--journal x",
    "--statistics", "--same-account", "--include x", "--exclude x", "--null --files-from x",
    "--no-gitignore", "-r"
]
TAKEN = [
    "--select comma-tags", "--ignore comma-tags", "--set force-destroy.emptier=false",
    "--unsafe-fixes", "--add-ignores", "--no-ignores", "--profile production", "--config c.yaml",
    "--no-config", "--skip-non-templates", "-q", "--color never", "--strict", "--max-size 1000",
    "-j 2", "--stream", "--thorough", "--timeout 5", "--max-memory 500"
]
ANSWERED_INSTEAD = ["--list", "--explain comma-tags", "--show-config x", "--version", "-h"]


def read_validator():
    schemas = {
        name: json.loads((program.ROOT / "docs" / name).read_text())
        for name in ("stream.schema.json", "report.schema.json")
    }
    jsonschema.Draft202012Validator.check_schema(schemas["stream.schema.json"])
    registry = referencing.Registry().with_contents(schemas.items())
    return jsonschema.Draft202012Validator(schemas["stream.schema.json"], registry=registry)


VALIDATOR = read_validator()


class Place(cli.Place):

    def equal(self, found, wanted, what):
        return self.tally.equal(found, wanted, f"{self.label}: {what}")

    def ask(self, lines, *args, code=0):
        """The answers to LINES: bytes, or what is made JSON of. Each keeps the schema."""
        data = b"".join(encode(line) + b"\n" for line in lines)
        run = self.run("--stream", *args, stdin=data, code=code)
        told = run.out.split(b"\n")
        self.check(told.pop() == b"", "the last answer is ended")
        answers = [json.loads(line) for line in told]
        self.equal(len(answers), len(lines), "an answer for each line")
        for number, answer in enumerate(answers):
            wrong = [error.message for error in VALIDATOR.iter_errors(answer)]
            self.check(not wrong, f"answer {number} keeps the schema", wrong[:2])
        return answers

    def ask_one(self, content, *args, path="a.yaml", code=0, **more):
        return self.ask([{"path": path, "content": content} | more], *args, code=code)[0]

    def start(self, *args):
        return subprocess.Popen([self.cfnfix.path, "--stream", *args], cwd=self.home,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, bufsize=0,
                                env=os.environ | program.ENVIRONMENT)


def encode(line):
    return line if isinstance(line, bytes) else json.dumps(line).encode()


# ---- Answers ----


def test_answer(at):
    answer = at.ask_one(DUE)
    at.equal(list(answer), list(OWN), "the members, in this order")
    at.equal((answer["path"], answer["content"], answer["error"]), ("a.yaml", DONE, None),
             "it is repaired")
    at.check(answer["diff"].startswith("diff --git a/a.yaml b/a.yaml\n"), "the diff", answer)
    at.equal([f["id"] for f in answer["findings"]], ["comma-tags"], "the findings")
    again = at.ask([answer])[0]
    at.equal((again["content"], again["diff"], again["findings"]), (DONE, "", []),
             "an answer can be asked again: it gets an answer of its own")


def test_bytes(at):
    for text in ("\ufeff" + DONE, DONE[:-1], DONE.replace("\n", "\r\n"), "", "a: b", "\ufeff",
                 "\u2028\u0085\U0001f600", "Resources: {}\n# \U0001f600 é \\u0041 \"'</script>\n"):
        at.equal(at.ask_one(text)["content"], text, "what is not changed is the same string")
    text = "\ufeff" + DUE[:-1].replace("\n", "\r\n")
    at.equal(at.ask_one(text)["content"], text.replace("one,two", "one-two"),
             "what is changed keeps its mark, its line ends and its end")


def test_other_members(at):
    more = {
        "id": 9007199254740993, "least": -2**63, "real": 0.1, "é\n": [{"a": [None, True, ""]}],
        "state": {"path": 5, "error": 6}, "": "empty"
    }
    for _ in range(900): # jansson takes 2048; Python's own reader about 1000
        more["least"] = [more["least"]]
    answer = at.ask_one(DUE, **more)
    at.equal({name: answer[name] for name in answer if name not in OWN}, more, "they come back")
    at.equal(list(answer), [*OWN, *more], "behind ours, in their order")
    stale = {"diff": "stale", "findings": "stale", "error": "stale"}
    answer = at.ask_one(DONE, **stale)
    at.equal((answer["diff"], answer["findings"], answer["error"]), ("", [], None),
             "what has a name of ours is ours")
    answer = at.ask_one("Resources: [", id=7, code=2)
    at.equal(answer["id"], 7, "they come back with an error, too")


def test_no_template(at):
    for text in ("a: b\n", "", "kind: {{ .Values.kind }}\n", "a: b\n---\nc: d\n", "\0", "Hello"):
        answer = at.ask_one(text)
        at.equal((answer["content"], answer["findings"], answer["error"]), (text, [], None),
                 "it is passed over, as in a folder")


def test_errors(at):
    answer = at.ask_one("Resources: [\n  }\n", code=2)
    at.equal((answer["error"]["line"], answer["error"]["column"]), (2, 3), "the place")
    at.equal(answer["content"], "Resources: [\n  }\n", "the text comes back")
    at.check("a.yaml" not in answer["error"]["message"], "the path is not in the message", answer)
    answer = at.ask_one("Resources: {}\n#\0", path="a:1:2:", code=2)
    at.equal((answer["error"]["line"], answer["path"]), (2, "a:1:2:"), "a path like a place")
    run = at.run("--stream", stdin=encode({"path": "a", "content": "Resources: ["}) + b"\n{}\n",
                 code=2)
    at.equal(run.err, b"cfnfix: 2 of 2 lines could not be done: each answer has its 'error'\n",
             "told once, in the end")


def test_secrets(at):
    case = program.GOLDEN / "hardcoded-db-password/basic"
    text = next(case.glob("input.*")).read_text()
    password = re.search(r"[A-Z][a-z]+-2024[-a-z]*", text).group()
    answer = at.ask_one(text)
    at.equal(answer["content"], text, "what needs consent is left")
    at.check(password in answer["content"], "the text has what it had")
    changed = at.ask_one(text, "--unsafe-fixes")
    at.check("********" in changed["diff"], "the diff hides it", changed["diff"])
    for told in (answer, changed):
        at.check(password not in json.dumps([told["diff"], told["findings"]]), "it is not shown")
    broken = b'{"path": "a", "content": "' + password.encode() + b'" '
    for line in (broken, broken + b"x}", b'{"path": ' + password.encode() + b"}"):
        answer = at.ask([line], code=2)[0]
        at.check(password not in json.dumps(answer), "a broken line is not quoted", answer)


def test_strict(at):
    at.ask_one(KEPT)
    at.ask_one(KEPT, "--strict", code=1)
    at.ask_one(DUE, "--strict")
    at.ask([{"path": "a", "content": KEPT}, b""], "--strict", code=2)


# ---- Paths ----


def test_paths(at):
    os.symlink("elsewhere", at.home / "link")
    (at.home / "here.yaml").write_text("untouched")
    for path, name in (("/a/b.yaml", "a/b.yaml"), ("./a//b/../c.yaml", "a/c.yaml"),
                       ("../../a.yaml", "a.yaml"), ("link/a.yaml", "link/a.yaml"),
                       ("s3://bucket/a.yaml", "s3:/bucket/a.yaml"), ("here.yaml", "here.yaml"),
                       ("-", "-"), ("a\n\"b.yaml", None), ("é" * 5000, None), ("a b", "a b\t")):
        answer = at.ask_one(DUE, path=path)
        at.equal((answer["path"], answer["content"]), (path, DONE), "the path comes back")
        at.check(name is None or f"\n+++ b/{name}\n" in answer["diff"], f"{path!r} in the diff",
                 answer["diff"][:200])
    for path in ("", "/", ".", "..", "a\0b", None, 5, ["a"]):
        answer = at.ask_one(DUE, path=path, code=2)
        at.equal(answer["path"], path if isinstance(path, str) else None, "no path")
        at.equal(answer["content"], DUE, "the text comes back")
        at.check("'path'" in answer["error"]["message"], "what is wrong", answer["error"])
    at.equal(sorted(os.listdir(at.home)), [".git", "here.yaml", "link"], "no file is written")
    at.equal((at.home / "here.yaml").read_text(), "untouched", "none is touched")


def test_configuration(at):
    (at.home / ".cfnfix.yaml").write_text("ignore: [comma-tags]\n")
    at.equal(at.ask_one(DUE)["content"], DONE, "what lies about does not apply")
    (at.home / "deep").mkdir()
    (at.home / "deep/c.yaml").write_text("exclude: [vendor]\noverrides:\n"
                                         "  - paths: [old/**]\n    ignore: [comma-tags]\n")
    paths = ["vendor/a.yaml", "old/x/a.yaml", "/old/a.yaml", "new/a.yaml", "deep/old/a.yaml"]
    lines = [{"path": path, "content": DUE} for path in paths]
    answers = at.ask(lines, "--config", "deep/c.yaml")
    at.equal([a["content"] == DONE for a in answers], [False, False, False, True, True],
             "globs see paths as they came")
    at.check(not any(a["error"] or a["findings"] for a in answers[:3]), "what they leave out")
    (at.home / "deep/c.yaml").write_text("ignore: [comma-tagz]\n")
    run = at.run("--stream", "--config", "deep/c.yaml", stdin=encode(lines[0]), code=2)
    at.check(run.out == b"" and b"deep/c.yaml:1" in run.err, "a wrong one is told first", run)


# ---- Options ----


def test_options(at):
    (at.home / "c.yaml").write_text("")
    text = at.run("--help", code=0).out.decode()
    # As tests/check_docs.py reads it.
    lines = [line[:34] for line in text.splitlines() if re.match(r"\s+-", line)]
    every = {option for line in lines for option in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", line)}
    long_names = {"-i": "--in-place", "-o": "--output", "-q": "--quiet", "-j": "--jobs",
                  "-h": "--help", "-r": "--recursive"}
    decided = {use.split()[0] for use in (*REFUSED, *TAKEN, *ANSWERED_INSTEAD)}
    decided |= {long_names[name] for name in decided & set(long_names)}
    at.equal(sorted(every - decided), [], "of each option it is decided whether --stream takes it")
    line = encode({"path": "a", "content": DONE}) + b"\n"
    for use in REFUSED:
        run = at.run("--stream", *shlex.split(use), stdin=line, code=2)
        at.check(run.out == b"" and b"--stream" in run.err, f"{use} is refused", run)
    for use in TAKEN:
        run = at.run("--stream", *shlex.split(use), stdin=line, code=0)
        at.check(run.out.count(b"\n") == 1 and run.err == b"", f"{use} is taken", run)
    at.run("--stream", "--config", "c.yaml", "--no-config", code=2)
    at.check(b"--stream" in at.run("--stream", "--help").out, "--help wins")


def test_repairs_chosen(at):
    for args, content in (("--ignore comma-tags", DUE), ("--select force-destroy", DUE),
                          ("--select comma-tags", DONE)):
        at.equal(at.ask_one(DUE, *args.split())["content"], content, args)
    ignored = at.ask_one(DUE, "--add-ignores")["content"]
    at.check("# cfnfix: ignore[comma-tags]" in ignored, "--add-ignores", ignored)
    at.equal(at.ask_one(ignored)["content"], ignored, "ignored")
    at.check("one-two" in at.ask_one(ignored, "--no-ignores")["content"], "--no-ignores")


# ---- Lines ----


def hostile_lines():
    yield from (
        b"", b" ", b"\r", b"x", b"null", b"5", b'"a"', b"[]", b"{", b"}", b'{"path"', b"\xff\xfe{}",
        b"\xef\xbb\xbf{}", b"\0", b'{"path": "a", "content": "\xff"}',
        b'{"path": "a", "content": "\xed\xa0\x80"}', b'{"path": "a", "content": "\\ud800"}',
        b'{"path": "a", "content": "\\udc00\\ud800"}', b'{"path": "a", "path": "b"}',
        b'{"path": "a", "content": "", "x": {"y": 1, "y": 2}}', b'{"path": "a"} {"path": "b"}',
        b'{"path": "a", "content": "", "\\u0000": 1}', b'{"path": "a", "content": "a\tb"}',
        b'{"path": "a", "content": "", "n": 1e999}', b'{"path": "a", "content": "", "n": NaN}',
        b'{"path": "a", "content": "", "n": 123456789012345678901234567890}',
        b"[" * 1000000, b'{"a":' * 500000, b"[" * 5000 + b"]" * 5000,
        b'{"path": "a", "content": "", "x": [' + b"[]," * 200000 + b"0]}",
        b'{"path": "a", "content": "' + b"x" * (20 << 20), b'{"a": "' + b"\\" * 999,
    )
    for content in (None, 5, ["a"], {"a": "b"}, True):
        yield encode({"path": "a", "content": content})
    yield encode({"path": "a"})
    yield encode({"content": DUE})


def test_hostile_lines(at):
    lines, good = [], encode({"path": "a.yaml", "content": DUE})
    for line in hostile_lines():
        lines += [line, good]
    answers = at.ask(lines, code=2)
    for line, answer, next_one in zip(lines[::2], answers[::2], answers[1::2]):
        shown = line[:60]
        at.check(answer["error"] and answer["error"]["message"], f"{shown} has an error", answer)
        at.check(len(json.dumps(answer)) < 2000, f"{shown}: the answer is short")
        at.equal(next_one["content"], DONE, f"the line behind {shown}")


def test_sizes(at):
    small = "# " + "x" * 2000 + "\n" + DUE
    answer = at.ask_one(small, "--max-size", "1000", code=2)
    at.check("larger" in answer["error"]["message"] or "1000" in answer["error"]["message"],
             "a template over --max-size", answer["error"])
    at.equal(answer["content"], small, "it comes back")
    # All in escapes: six times as long as the text, and still a line.
    text = "# " + "é" * 499000 + "\n"
    at.equal(at.ask_one(text + DUE, "--max-size", "1000000")["content"], text + DONE, "escapes")
    for length in (8 << 20, 30 << 20):
        long = b'{"path": "a", "content": "' + b"x" * length + b'"}'
        run = at.run("--stream", "--max-size", "1000", stdin=long + b"\n" + long, code=2)
        answers = [json.loads(line) for line in run.out.splitlines()]
        at.equal([a["error"]["message"] for a in answers], ["the line is too long"] * 2, "too long")


def test_last_line(at):
    line = encode({"path": "a", "content": DUE})
    at.equal(at.run("--stream", stdin=b"", code=0).out, b"", "no line, no answer")
    for end in (b"", b"\n", b"\r\n"):
        run = at.run("--stream", stdin=line + end, code=0)
        at.equal([json.loads(one)["content"] for one in run.out.splitlines()], [DONE], repr(end))


def test_fuzzed_lines(at):
    chance = random.Random(5)
    cases = [path.read_text() for _, path, _ in program.golden_inputs()
             if path.stat().st_size < 3000][:40]
    lines = []
    for number in range(3000):
        line = bytearray(encode({"path": f"{number}", "content": chance.choice(cases), "n": 1}))
        for _ in range(chance.choice((1, 1, 2, 5))):
            start = chance.randrange(len(line))
            new = bytes(chance.choice(b'"\\{}[],:u0\xc3\x80 1etn\r\0')
                        for _ in range(chance.randrange(3)))
            line[start:start + chance.randrange(4)] = new
        lines += [bytes(line).replace(b"\n", b""), encode({"path": "x", "content": "", "n": number})]
    started = time.monotonic()
    answers = at.ask(lines, code=2)
    at.equal([a["n"] for a in answers[1::2]], list(range(3000)), "those between are in order")
    kept = [a for line, a in zip(lines[::2], answers[::2]) if a["path"] is not None]
    at.check(300 < len(kept) < 2700, "some lines are read, and some are not", len(kept))
    at.tally.note(f"6000 lines: {time.monotonic() - started:.1f} s")


# ---- The process ----


def wait_for_answer(process):
    data = b""
    until = time.monotonic() + LIMIT_OF_TIME
    while not data.endswith(b"\n"):
        ready, _, _ = select.select([process.stdout], [], [], until - time.monotonic())
        if not ready:
            return None
        data += os.read(process.stdout.fileno(), 1 << 16)
    return json.loads(data)


def test_co_process(at):
    with at.start() as process:
        for number in range(50):
            line = encode({"path": "a.yaml", "content": DUE, "id": number}) + b"\n"
            process.stdin.write(line[:20])
            if number % 10 == 0:
                time.sleep(0.01)
            process.stdin.write(line[20:])
            answer = wait_for_answer(process)
            if not at.check(answer and answer["id"] == number, "answered before the next line",
                            answer):
                process.kill()
                return
        process.stdin.write(b"broken\n")
        at.check(wait_for_answer(process)["error"], "an error is answered, too")
        process.stdin.close()
        at.equal(process.wait(LIMIT_OF_TIME), 2, "the end of input ends it")


def test_closed_output(at):
    with at.start() as process:
        process.stdout.close()
        line = encode({"path": "a.yaml", "content": DUE}) + b"\n"
        try:
            for _ in range(10000):
                process.stdin.write(line)
        except BrokenPipeError:
            pass
        at.equal(process.wait(LIMIT_OF_TIME), 2, "it ends")
        at.equal(process.stderr.read(), b"", "quietly")
    with open("/dev/full", "wb") as full:
        run = subprocess.run([at.cfnfix.path, "--stream"], input=line, stdout=full,
                             stderr=subprocess.PIPE, check=False)
    at.check(run.returncode == 2 and b"standard output cannot be written" in run.stderr,
             "a full disk is told", run)
    run = subprocess.run([at.cfnfix.path, "--stream"], stdin=os.open("/", os.O_RDONLY),
                         capture_output=True, check=False)
    at.check(run.returncode == 2 and b"standard input cannot be read" in run.stderr,
             "input that cannot be read is told", run)


def feed(process, lines):
    try:
        process.stdin.write(b"".join(lines))
    except BrokenPipeError:
        pass


def memory_of(process, which="VmRSS"):
    status = open(f"/proc/{process.pid}/status", encoding="ascii").read()
    return int(re.search(rf"{which}:\s+(\d+) kB", status).group(1))


def test_memory(at):
    count = 100000
    lines = [encode({"path": f"{n}.yaml", "content": DUE if n % 50 == 0 else f"a: {n}", "id": n})
             + b"\n" for n in range(count)]
    with at.start() as process:
        feeder = threading.Thread(target=feed, args=(process, lines))
        watch = threading.Timer(12 * LIMIT_OF_TIME, process.kill)
        feeder.start()
        watch.start()
        measured, out = {}, os.fdopen(os.dup(process.stdout.fileno()), "rb")
        for number in range(count):
            line = out.readline()
            if not line or json.loads(line)["id"] != number:
                at.check(False, f"answer {number} is in order", line)
                process.kill()
                break
            if number + 1 in (count // 10, count):
                measured[number + 1] = memory_of(process)
        out.close()
        feeder.join()
        watch.cancel()
        process.stdin.close()
        at.equal(process.wait(LIMIT_OF_TIME), 0, "it ends")
    growth = measured.get(count, 1 << 30) - measured.get(count // 10, 0)
    at.tally.note(f"memory after {count // 10} and {count} lines: {list(measured.values())} kB")
    if "CFN_TIME_FACTOR" not in os.environ: # sanitizers keep what was freed
        at.check(growth < 512, "90,000 lines cost no memory", measured)


def test_endless_line(at):
    with at.start("--max-size", "1000") as process:
        for _ in range(200):
            process.stdin.write(b"x" * (1 << 20))
        process.stdin.write(b"\n")
        answer = wait_for_answer(process)
        at.check(answer and "too long" in answer["error"]["message"], "it is told", answer)
        most = memory_of(process, "VmHWM")
        if "CFN_TIME_FACTOR" not in os.environ:
            at.check(most < 40 << 10, "200 MB of a line are not held", f"{most} kB")
        process.stdin.close()
        at.equal(process.wait(LIMIT_OF_TIME), 2, "it ends")


# ---- Its workers ----

SLOW = "Resources:\n" + "".join(
    f"  Topic{i}:\n    Type: AWS::SNS::Topic\n    Properties:\n      Tags:\n"
    f"        - Key: a\n          Value: 'a,b{i}'\n" for i in range(30000))


def three_lines():
    return [encode({"path": f"{n}.yaml", "content": SLOW if n == 1 else DUE, "id": n}) + b"\n"
            for n in range(3)]


def check_lost(at, process, reason):
    answers = [json.loads(line) for line in process.stdout]
    at.equal([a["id"] for a in answers], [0, 1, 2], f"{reason}: all are answered, in order")
    at.equal([a["content"] for a in answers], [DONE, SLOW, DONE], f"{reason}: it comes back, others are done")
    at.check(reason in answers[1]["error"]["message"], f"{reason}: it is told", answers[1]["error"])
    at.equal(process.wait(LIMIT_OF_TIME), 2, f"{reason}: exit 2")


def test_killed_worker(at):
    for number, reason in ((signal.SIGSEGV, "ended"), (signal.SIGKILL, "signal 9 ")):
        with at.start() as process:
            feed(process, three_lines())
            process.stdin.close()
            os.kill(workers.busy_worker(process), number)
            check_lost(at, process, reason)


def test_limits(at):
    limits = [("--timeout", "1")]
    if not workers.is_sanitized(at.cfnfix):
        limits.append(("--max-memory", "100"))
    for limit in limits:
        with at.start(*limit) as process:
            feed(process, [*three_lines()])
            process.stdin.close()
            check_lost(at, process, f"than {limit[0]} allows")


def test_asked_to_stop(at):
    for number in (signal.SIGINT, signal.SIGTERM):
        with at.start() as process:
            feed(process, three_lines())
            workers.busy_worker(process)
            process.send_signal(number)
            answers = [json.loads(line) for line in process.stdout]
            at.equal([a["content"] for a in answers][:2], [DONE, SLOW.replace("a,b", "a-b")],
                     "what is in hand is finished and answered")
            at.equal(process.wait(LIMIT_OF_TIME), 128 + number, "told by the exit code")
        with at.start() as process:
            feed(process, [encode({"path": "a.yaml", "content": DUE}) + b"\n"])
            at.check(wait_for_answer(process), "an answer")
            process.send_signal(number)
            at.check(process.wait(LIMIT_OF_TIME) in (-number, 128 + number), "it does not wait for more")


def test_jobs(at):
    lines = [{"path": f"{n}.yaml", "content": text, "id": n}
             for n, text in enumerate([SLOW] + [DUE, KEPT, "Resources: ["] * 100)]
    one, two = (at.ask(lines, "-j", jobs, code=2) for jobs in "12")
    at.equal(one, two, "the same answers, in the same order")


# ---- The same as files ----


def all_texts():
    """path -> text, of all goldens and real templates that are UTF-8."""
    files = [(f"golden/{name}{path.suffix}", path.read_bytes())
             for name, path, _ in program.golden_inputs()]
    for folder in program.corpus_folders():
        files += [(f"{folder.name}/{name}", text) for name, text in collect(folder)]
    texts = {}
    for name, text in files:
        hidden = any(part.startswith(".") for part in name.split("/")[:-1])
        if name.endswith(program.SUFFIXES) and not hidden: # else no search of a folder finds it
            try:
                texts[name] = text.decode()
            except UnicodeDecodeError:
                pass
    return texts


def every_id(at):
    return ",".join(line.split()[0] for line in at.run("--list", code=0).out.decode().splitlines())


def write_all(at, texts):
    for name, text in texts.items():
        path = at.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def test_same_as_files(at):
    texts = all_texts()
    write_all(at, texts)
    lines = [{"path": path, "content": text} for path, text in texts.items()]
    for args in ([], ["--select", every_id(at), "--unsafe-fixes"], ["--profile", "production"]):
        answers = {a["path"]: a for a in at.ask(lines, *args, code=2)}
        report = at.run("--format", "json", *args, ".", code=2).json()
        at.equal(sorted(f["path"] for f in report["files"]), sorted(texts), "the same files")
        for file in report["files"]:
            answer, path = answers[file["path"]], file["path"]
            at.equal(answer["findings"], file["findings"], f"{path}: findings")
            at.equal(answer["diff"], file["diff"], f"{path}: diff")
            at.equal([answer["error"]] if answer["error"] else [], file["errors"], f"{path}: error")
        at.run("-i", "-q", *args, ".", code=2)
        for path, answer in answers.items():
            at.equal(answer["content"].encode(), (at.home / path).read_bytes(), f"{path}: text")
        at.check(any(a["diff"] for a in answers.values()), "some have changed")
        write_all(at, texts)


def test_same_as_filter(at):
    for name, path, args in program.golden_inputs():
        text = path.read_bytes()
        run = at.cfnfix(*args, "-", stdin=text, cwd=at.home)
        answer = at.ask_one(text.decode(), *args, code=run.code)
        if run.code == 0:
            at.equal(answer["content"].encode(), run.out, name)


def main():
    program.run_all(__doc__, globals(), Place)


if __name__ == "__main__":
    main()

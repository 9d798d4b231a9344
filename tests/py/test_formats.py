#!/usr/bin/env python3
"""The formats for the tools of pull requests: each has its goldens, and each is read by a reader of
its own.

A reader must find what the JSON report has, in the same order. Where a format offers changes, they
are applied to the bytes of the file: with those that it could not offer, and says so, they give
what cfnfix writes. This is done for the golden cases, for forms of them that are hard on readers
(CRLF, a byte order mark, no final newline), and for the templates of ../shared where they exist.
"""
import json
import re
import shlex
import shutil

from lib import program, readers

# The reader, and which suggestions it can offer.
FORMATS = {
    "rdjson": (readers.rdjson, "lines"),
    "rdjsonl": (readers.rdjsonl, "lines"),
    "sarif": (readers.sarif, "all"),
    "github": (readers.github, None),
    "gitlab": (readers.gitlab, None),
    "junit": (readers.junit, None),
}
# Those for people; and JSON, which the other tests go by.
READ_ELSEWHERE = ("text", "json", "markdown", "html")
CASES = program.GOLDEN / "formats"
ELSEWHERE = re.compile(r"The suggestion at line \d+ repairs it, too\.$")
SECRETS = (b"Winter-2024", )


# ---- Goldens ----


def input_names(case):
    return sorted(path.name for path in case.iterdir()
                  if path.name != "args" and not path.name.startswith("expected."))


def without_tool(out):
    """As scripts/regenerate-goldens has it: which version it is, and what all repairs are, is no
    matter of a case."""
    for pattern, text in ((r'"tool": \{[^{}]*\}', '"tool": …'), (r'(?m)^"tool": \{.*', '"tool": …,'),
                          (r'"ruleIndex": \d+', '"ruleIndex": …'),
                          (r"(?s)(<(style|script)>).*(</\2>)", r"\1…\3"),
                          (r'(content=")(default-src|cfnfix) [^"]*', r"\1…")):
        out = re.sub(pattern.encode(), text.encode(), out)
    return out


def check_golden(cfnfix, work, tally, case):
    args = shlex.split((case / "args").read_text()) if (case / "args").exists() else []
    home, reports = program.fresh(work / "case"), program.fresh(work / "reports")
    shutil.copytree(case, home, dirs_exist_ok=True)
    files = {path: (case / path).read_bytes() for path in input_names(case)}
    names = (*FORMATS, *READ_ELSEWHERE)
    run = cfnfix(*args, *(f"--report={name}:{reports / name}" for name in names), "-q", *files,
                 cwd=home)
    tally.check(not run.crashed, case.name, run)
    for name in names:
        out, expected = (reports / name).read_bytes(), case / f"expected.{name}"
        wanted = expected.read_bytes() if expected.exists() else b"nothing: regenerate the goldens"
        tally.equal(without_tool(out), wanted, f"{case.name}: {name}")
        if name in FORMATS:
            read(tally, name, out, files, case.name)
        tally.check(not any(secret in out for secret in SECRETS), f"{case.name}: {name} tells")


# ---- Reading ----


def read(tally, name, data, files, label):
    """The findings in a report, None if the reader refuses it."""
    try:
        return FORMATS[name][0](data, files)
    except (AssertionError, LookupError, ValueError) as refusal:
        tally.check(False, f"{label}: {name} can be read", f"{type(refusal).__name__} {refusal}")
        return None


def severity(finding):
    """As src/report/remark.c has it for a dry run, but for the groups of repairs."""
    return ("INFO", "WARNING") if finding["state"] == "needs-consent" else ("WARNING", )


def check_same(tally, entry, found, offers, label):
    """What was read is what the JSON report of the file has."""
    wanted, errors = entry["findings"], entry["errors"]
    if not tally.equal([one.rule for one in found],
                       [one["id"] for one in wanted] + ["error"] * len(errors),
                       f"{label}: the same findings"):
        return
    for one, finding in zip(found, wanted):
        effects = ", ".join(finding["effects"])
        tally.check(
            one.severity in severity(finding) and
            (finding["state"] == "cannot-fix" or effects in one.message) and
            (finding["reason"] is None or escaped(finding["reason"]) in one.message) and
            escaped(finding["message"]) in one.message.replace("] (", "]("),
            f"{label}: {one.rule} is told", one)
        tally.check((one.edits and offers == "lines") or finding["range"]["start"]["line"] == one.line,
                    f"{label}: {one.rule} has its line", one)
        if one.fingerprint:
            tally.equal(one.fingerprint, finding["fingerprint"], f"{label}: {one.rule}")
    for one in found[len(wanted):]:
        tally.equal(one.severity, "ERROR", f"{label}: an error")


def escaped(text):
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def replacements(suggestion, data):
    """A suggestion of the JSON report as edits. It knows no byte order mark."""
    text = readers.Text(data)
    for one in suggestion["replacements"]:
        start = text.start(one["line"])
        start += 3 if start == 0 and data.startswith(readers.MARK) else 0
        end = text.start(one["line"] + one["lines"])
        yield readers.Edit(start, max(start, end), one["text"].encode())


def is_offered(suggestion, offers):
    hidden = any("********" in one["text"] for one in suggestion["replacements"])
    return not hidden and (offers == "all" or len(suggestion["replacements"]) == 1)


def check_edits(tally, name, entry, found, data, after, label):
    """Each suggestion is offered once, with its first finding, or it is said why it is not."""
    edits, offers = [], FORMATS[name][1]
    for suggestion in entry["suggestions"]:
        first, *others = suggestion["findings"]
        offered = offers and is_offered(suggestion, offers)
        tally.check(bool(found[first].edits) == bool(offered), f"{label}: offered", found[first])
        edits += found[first].edits if offered else replacements(suggestion, data)
        for other in others:
            tally.check(not found[other].edits, f"{label}: offered once", found[other])
            if offered:
                tally.check(ELSEWHERE.search(found[other].message), f"{label}: where", found[other])
        if not offered:
            tally.check("'cfnfix -i'" in found[first].message, f"{label}: why", found[first])
    if not entry["secretsHidden"]:
        tally.equal(readers.apply(data, edits), after, f"{label}: applied")
    return len(edits) if offers else 0


def check_file(cfnfix, work, tally, data, suffix, args):
    """All formats of one template, from one run."""
    file = work / f"template{suffix}"
    file.write_bytes(data)
    reports = [f"--report={name}:{work / name}" for name in ("json", *FORMATS)]
    run = cfnfix(*args, "-q", "--check", *reports, file.name, cwd=work)
    after = cfnfix(*args, "-q", "-o", "-", file.name, cwd=work).out
    tally.check(not run.crashed, "no crash", run)
    entry = json.loads((work / "json").read_bytes())["files"][0]
    count = 0
    for name in FORMATS:
        label = f"{name} {' '.join(args)[:40]}"
        found = read(tally, name, (work / name).read_bytes(), {file.name: data}, label)
        if found is None:
            continue
        check_same(tally, entry, found, FORMATS[name][1], label)
        if entry["state"] != "error" and len(found) == len(entry["findings"]):
            count += check_edits(tally, name, entry, found, data, after, label)
    return count


def hard_forms(data):
    """The text as it is, and in the forms that readers of lines trip over."""
    yield "as it is", data
    if b"\r" not in data:
        yield "CRLF", data.replace(b"\n", b"\r\n")
    if not data.startswith(readers.MARK):
        yield "mark", readers.MARK + data
    yield "no final newline", data.rstrip(b"\r\n")


def shared_files(cfnfix):
    everything = ",".join(re.findall(r"^([a-z][a-z0-9-]+)", cfnfix("--list").out.decode(), re.M))
    for folder in program.corpus_folders():
        for path in sorted(folder.rglob("*")):
            if path.suffix in program.SUFFIXES and path.is_file():
                yield path, []
                yield path, ["--unsafe-fixes", "--select", everything]


DUE = b"""Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      Tags:
"""
TAG = b"        - {Key: a%d, Value: 'one,two'}\n"


def check_names(cfnfix, work, tally):
    """File names with what the formats write between their parts."""
    data = DUE + TAG % 1
    home = program.fresh(work / "names")
    for path in ("a b,c:d%0A::]]>&amp;'[x](y)\"é.yaml", "::error::x.yaml", "f: g/%3A,h#?.yaml"):
        (home / path).parent.mkdir(exist_ok=True)
        (home / path).write_bytes(data)
        for name in FORMATS:
            run = cfnfix("-q", "--format", name, f"./{path}", cwd=home)
            found = read(tally, name, run.out, {path: data}, path)
            tally.check(found and [one.path for one in found] == [path], f"{path}: {name}", run)
    (home / "a\n::error::\x1b[31mb.yaml").write_bytes(data)
    for name in FORMATS:
        out = cfnfix("-q", "--format", name, "a\n::error::\x1b[31mb.yaml", cwd=home).out
        tally.check(b"\x1b" not in out and b"\n::error::" not in out, f"a name breaks {name}", out)


def check_limit(cfnfix, work, tally):
    """SARIF ends at 25,000 results, and says so."""
    (work / "many.yaml").write_bytes(DUE + b"".join(TAG % i for i in range(25003)))
    run = cfnfix("-q", "--format", "sarif", "many.yaml", cwd=work)
    report = json.loads(run.out)["runs"][0]
    notification, = report["invocations"][0]["toolExecutionNotifications"]
    tally.equal(len(report["results"]), 25000, "so many results")
    tally.check(notification["message"]["text"].startswith("3 more findings"), "the rest is told",
                notification)


class Labelled:
    """A tally that says which file it was."""

    def __init__(self, tally, file):
        self.tally, self.file = tally, file

    def check(self, good, what, detail=""):
        return self.tally.check(good, f"{self.file}: {what}", detail)

    def equal(self, found, wanted, what):
        return self.tally.equal(found, wanted, f"{self.file}: {what}")


def main():
    cfnfix, work, tally = program.start(__doc__)
    work = program.fresh(work / "repository")
    for case in sorted(CASES.iterdir()):
        check_golden(cfnfix, work, tally, case)
    check_names(cfnfix, work, tally)
    check_limit(cfnfix, work, tally)
    count = 0
    for name, path, args in program.golden_inputs():
        if "--add-ignores" in args:  # writes comments, which no format suggests
            continue
        for form, data in hard_forms(path.read_bytes()):
            labelled = Labelled(tally, f"{name}, {form}")
            count += check_file(cfnfix, work, labelled, data, path.suffix, args)
    for path, args in shared_files(cfnfix):
        labelled = Labelled(tally, path)
        count += check_file(cfnfix, work, labelled, path.read_bytes(), path.suffix, args)
    tally.note(f"{count} changes applied")
    tally.check(count > 500, "there are changes to apply", count)
    tally.end()


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""The HTML report: one strict page that runs nothing but its own script, and that has what the JSON
report of the same run has. tests/integration/test_html.py opens it in a browser."""
import os
from collections import Counter

from lib import page, program

STATES = ("fixed", "needs-consent", "cannot-fix")
WORDS = {"fixed": "fixable", "needs-consent": "needs consent", "cannot-fix": "cannot fix",
         "error": "error", "note": "note"}
DUE = b"""Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      Tags:
"""
TAG = b"        - {Key: a%d, Value: 'one,two'}\n"
EVIL = "<img src=x onerror=alert(1)>"
HOSTILE = f"""Resources:
  "</script><script>alert(1)</script>{EVIL}\\u202e\\u2028":
    Type: AWS::SNS::Topic
    Properties:
      Tags:
        - Key: "a,b{EVIL}"
          Value: "one,two</pre>{EVIL}\\" onload='x' {{{{script}}}}"
  Topic: # </pre></details>{EVIL} \u202e\u200b
    Type: AWS::SNS::Topic
    Properties:
      Tags:
        - Key: "&lt;{EVIL}"
          Value: "one,two{EVIL}&amp;"
""".encode()


def escaped(text):
    """As src/report/escape.c has it, for what occurs here."""
    found = []
    for character in text:
        code = ord(character)
        if 0xdc80 <= code <= 0xdcff:  # a byte that is no UTF-8
            found.append(f"\\x{code - 0xdc00:02x}")
        elif character.isprintable() or character == " ":
            found.append(character)
        else:
            found.append(f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}")
    return "".join(found).replace("##[", "#\\x23[")


class Place:
    """A folder, and reports of runs in it."""

    def __init__(self, cfnfix, home, tally, label):
        self.cfnfix, self.home, self.tally, self.label = cfnfix, home, tally, label

    def write(self, path, data):
        program.put(self.home, path, data)

    def run(self, *args):
        """The page and the JSON of one run."""
        run = self.cfnfix("-q", "--report", "html:../page.html", "--report", "json:../page.json",
                          *(args or ["--check", "."]), cwd=self.home)
        self.tally.check(not run.crashed, f"{self.label}: no crash", run)
        data = (self.home.parent / "page.html").read_bytes()
        root = page.read(data)
        self.check_policy(root)
        return root, program.json.loads((self.home.parent / "page.json").read_bytes())

    def check(self, good, what, detail=""):
        return self.tally.check(good, f"{self.label}: {what}", detail)

    def equal(self, found, wanted, what):
        return self.tally.equal(found, wanted, f"{self.label}: {what}")

    def check_policy(self, root):
        style, script = root.one("style").text, root.one("script").text
        self.equal(
            page.policy(root), {
                "default-src": ["'none'"], "style-src": [f"'{page.sha256(style)}'"],
                "script-src": [f"'{page.sha256(script)}'"], "img-src": ["data:"],
                "base-uri": ["'none'"], "form-action": ["'none'"]
            }, "the policy has the hashes")
        self.equal(page.active_attributes(root), [("link", "href", "data:,")], "nothing else acts")
        self.check(not root.all("img") and not root.all("iframe"), "nothing is loaded")


# ---- The same as in JSON ----


def wanted_entries(entry, dry_run=True):
    """(state, words, repair, effects) of each finding, error and note."""
    for finding in entry["findings"]:
        told = [] if finding["state"] == "cannot-fix" else finding["effects"]
        word = WORDS[finding["state"]] if dry_run else finding["state"].replace("-", " ")
        yield finding["state"], word, finding["id"], ", ".join(told)
    for _ in entry["errors"]:
        yield "error", "error", None, None
    one_reader = entry["state"] == "changed" and entry["readers"] == ["libyaml"]
    for _ in [] if entry["state"] == "error" else entry["notices"] + one_reader * [None]:
        yield "note", "note", None, None


def found_entries(article):
    return [(item.attributes["data-state"], item.one("span", "state").text,
             item.attributes.get("data-repair"), item.attributes.get("data-effects"))
            for item in article.all("li")]


def check_finding(place, item, finding):
    text, label = item.text, f"{finding['id']} at {finding['range']['start']['line']}"
    place.check(escaped(finding["message"]) in text, f"{label}: its message", text)
    place.check(f"line {finding['range']['start']['line']}" in text, f"{label}: its line", text)
    if finding["logicalId"] is not None:
        place.equal(item.all("code")[0].text, escaped(finding["logicalId"]), f"{label}: its id")
    if finding["reason"] is not None:
        place.check(f"Why: {escaped(finding['reason'])}" in text, f"{label}: its reason", text)
    place.equal("--unsafe-fixes" in text, finding["state"] == "needs-consent" and
                "production" not in text and "this profile" not in text, f"{label}: consent")
    deletable = "data-deletable" in finding["effects"] and finding["state"] != "cannot-fix"
    place.equal("Its data can be deleted then" in text, deletable, f"{label}: deletable")


def wanted_hunks(diff):
    lines = diff.replace("\r\n", "\n").split("\n")
    starts = [i for i, line in enumerate(lines) if line.startswith("@@")]
    return [escaped(line).replace("\\x09", "\t") for line in lines[starts[0]:-1]] if starts else []


def check_same(place, root, report, dry_run=True):
    told = [entry for entry in report["files"] if entry["state"] == "error" or entry["diff"] or
            entry["findings"] or entry["notices"]]
    found = page.files(root)
    if not place.equal([path for _, path, _, _ in found], [escaped(one["path"]) for one in told],
                       "the files"):
        return
    for (folder, path, _, article), entry in zip(found, told):
        place.equal(folder, os.path.dirname(path) or ".", f"{path}: its folder")
        place.equal(found_entries(article), list(wanted_entries(entry, dry_run)), f"{path}: entries")
        for item, finding in zip(article.all("li"), entry["findings"]):
            check_finding(place, item, finding)
        place.equal([line.rstrip("\n") for line in page.hunks(article)], wanted_hunks(entry["diff"]),
                    f"{path}: the diff")
        check_elements(place, article)
    check_sums(place, root, told)


def check_elements(place, article):
    """Lines that go and come are elements of their own."""
    for name, sign in (("del", "-"), ("ins", "+"), ("b", "@")):
        lines = [one.text for one in article.all(name)]
        place.equal(lines, [line for line in page.hunks(article) if line[0] == sign], f"<{name}>")


def check_sums(place, root, told):
    """Chart and boxes."""
    entries = [one for entry in told for one in wanted_entries(entry)]
    repairs = {one[2] for one in entries if one[2]}
    wanted = {}
    for repair in sorted(repairs):
        states = [sum(one[2] == repair and one[0] == state for one in entries) for state in STATES]
        wanted[repair] = states + [sum(states)]
    widest = max((numbers[3] for numbers in wanted.values()), default=1)
    for repair, bar in page.bars(root).items():
        for state, number in zip(STATES, wanted[repair]):
            place.check(abs(bar.get(state, 0) - 1000 * number / widest) <= 2, f"{repair}: bar", bar)
    if wanted:
        order = [name for name in page.chart(root) if name in wanted]
        place.equal(order, sorted(order, key=lambda name: (-wanted[name][3], name)), "the order")
        wanted["All repairs"] = [sum(column) for column in zip(*wanted.values())]
    place.equal(page.chart(root), wanted, "the chart")
    place.equal({box.attributes["value"] for box in root.all("input")
                 if box.attributes["name"] == "repair"}, repairs, "boxes for repairs")
    place.equal(page.counted(root, "state"), dict(Counter(one[0] for one in entries)), "states")
    effects = Counter(effect for one in entries for effect in (one[3] or "").split(", ") if effect)
    place.equal(page.counted(root, "effect"), dict(effects), "effects")


# ---- Tests ----


def test_goldens(place):
    """All golden inputs in one run."""
    for name, path, _ in program.golden_inputs():
        place.write(name + path.suffix, path.read_bytes())
    for case in sorted((program.GOLDEN / "formats").iterdir()):
        for path in case.glob("[abt]*.[jy]*"):
            place.write(f"formats/{case.name}/{path.name}", path.read_bytes())
    root, report = place.run()
    check_same(place, root, report)
    entries = sum(len(article.all("li")) for _, _, _, article in page.files(root))
    place.check(entries > 200, "there is something to tell", entries)
    place.check("Dry run: no template was written." in root.one("header").text, "the mode")
    place.check(b"Winter-2024" not in (place.home.parent / "page.html").read_bytes(), "no secret")


def test_written(place):
    place.write("a.yaml", (program.GOLDEN / "formats/states/template.yaml").read_bytes())
    root, report = place.run("-i", "a.yaml")
    check_same(place, root, report, dry_run=False)
    place.check("Changed templates were written." in root.one("header").text, "the mode")
    place.check("1 changed (3 fixed," in root.one("p", "sums").text, "the sums",
                root.one("p", "sums").text)


def test_staged(place):
    place.write("a.yaml", DUE + TAG % 1)
    program.subprocess.run(["git", "add", "."], cwd=place.home, check=True)
    root, _ = place.run("--staged", "--check")
    place.check("Dry run over the index" in root.one("header").text, "the mode")


def test_folders(place):
    """A folder's heading stands before its first file, whatever lies between them."""
    for path in ("a.yaml", "b/a.yaml", "b/c/a.yaml", "b/d.yaml", "c.yaml"):
        place.write(path, DUE + TAG % 1)
    root, report = place.run("--check", "a.yaml", "b/a.yaml", "b/c/a.yaml", "b/d.yaml", "c.yaml")
    check_same(place, root, report)
    place.equal([one.one("h3").text for one in root.all("section", "folder")],
                [".", "b", "b/c", "b", "."], "headings")


def test_hostile(place):
    """Templates and names that want to be more than text."""
    names = (f"{EVIL}.yaml", "</script>/</style>&amp;\"'.yaml", "a\n<script>b.yaml",
             "\u202egpj.yaml", os.fsdecode(b"caf\xe9.yaml"), "{{sums}}.yaml", "::error::x.yaml")
    for name in names:
        place.write(name, HOSTILE)
    place.write("broken</li>.yaml", b"Resources: [\n  }\n  " + EVIL.encode())
    root, report = place.run()
    found = page.files(root)
    place.equal(sorted(path for _, path, _, _ in found),
                sorted([escaped(name) for name in names] + ["broken</li>.yaml"]), "the names")
    data = (place.home.parent / "page.html").read_bytes()
    place.equal(len(root.all("script")), 1, "one script")
    place.equal(data.count(b"</script>"), 1, "closed once")
    place.check(not any(mark.encode() in data for mark in "\u202e\u200b\u2028"), "nothing invisible")
    place.equal({len(page.hunks(article)) for _, path, _, article in found if "broken" not in path},
                {6}, "each has its diff")
    check_same_text(place, found)


def check_same_text(place, found):
    for _, path, _, article in found:
        if "broken" in path:
            place.equal(article.one("li").attributes["data-state"], "error", "an error")
            continue
        ids = {item.all("code")[0].text for item in article.all("li")}
        place.check(f"</script><script>alert(1)</script>{EVIL}\\u202e\\u2028" in ids, path, ids)
        place.check(f"one-two{EVIL}" in article.one("pre").text, f"{path}: the diff is text")


def test_long(place):
    """A diff that is too long is told of."""
    place.write("a.yaml", DUE + b"".join(TAG % i for i in range(4000)))
    root, report = place.run()
    (_, _, _, article), = page.files(root)
    place.equal(len(article.all("li")), 4000, "all findings")
    place.check(not article.all("pre") and "--patch FILE" in article.one("details").text,
                "no diff", article.one("details").text)
    place.equal(page.chart(root)["All repairs"], [4000, 0, 0, 4000], "all are counted")


def test_nothing(place):
    place.write("a.yaml", b"Resources:\n  T:\n    Type: AWS::SNS::Topic\n")
    root, _ = place.run()
    place.equal(page.files(root), [], "no file")
    place.check("Nothing was found." in root.one("main").text, "and it says so")
    place.check("1 template: nothing to do" in root.one("main").text, "the sums")


def test_accepted(place):
    place.write("a.yaml", DUE + TAG % 1)
    place.cfnfix("-q", "--create-baseline", "b.json", "a.yaml", cwd=place.home)
    root, _ = place.run("--baseline", "b.json", "--check", "a.yaml")
    place.check("1 accepted by the baseline." in root.one("main").text, "it says so")


def test_streams(place):
    """The page on standard output is the same, and what is told of a file is not kept: ten times
    as many files take no more memory."""
    for i in range(400):
        place.write(f"{i:03}.yaml", DUE + b"".join(TAG % k for k in range(20)))
    place.run()
    run = place.cfnfix("-q", "--check", "--format", "html", ".", cwd=place.home)
    place.equal(run.out, (place.home.parent / "page.html").read_bytes(), "as in the file")
    if "CFN_TIME_FACTOR" in os.environ:  # sanitizers keep what was freed
        return
    few, many = (peak(place, sorted(path.name for path in place.home.glob("*.yaml"))[:count])
                 for count in (40, 400))
    place.check(many < few + 1536, "memory is flat", f"{few} KiB, {many} KiB")


def peak(place, names):
    """The most memory that a run takes, in KiB; its page has 9 KiB for each file."""
    code = ("import resource, subprocess, sys\n"
            "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)\n"
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
    run = program.subprocess.run([program.sys.executable, "-c", code, place.cfnfix.path, "-q", "-j1",
                                  "--check", "--format", "html", *names], cwd=place.home,
                                 capture_output=True, check=True)
    return int(run.stdout)


def main():
    program.run_all(__doc__, globals(), Place)


if __name__ == "__main__":
    main()

"""Readers of the formats for the tools of pull requests, as strict as their specifications.

Each gives what a report says as Findings, in the order of the report, and what it offers to change
as Edits of the bytes of a file."""
import json
import re
import urllib.parse
import xml.etree.ElementTree
from dataclasses import dataclass, field

MARK = b"\xef\xbb\xbf"


@dataclass
class Edit:
    """The bytes from START to END give way to NEW."""
    start: int
    end: int
    new: bytes


@dataclass
class Finding:
    path: str
    rule: str
    severity: str  # ERROR, WARNING or INFO
    message: str
    line: int
    edits: list = field(default_factory=list)
    fingerprint: str = ""


class Text:
    """The lines of a file, with `\\n` or `\\r\\n` for a newline."""

    def __init__(self, data):
        self.data = data
        self.starts = [0] + [i + 1 for i, byte in enumerate(data) if byte == 10]
        if self.starts[-1] == len(data) and data:
            self.starts.pop()  # there is no line behind the last newline

    def start(self, line):
        """Where LINE begins. The one behind the last is known too: it is the end."""
        if line == len(self.starts) + 1:
            return len(self.data)
        assert 1 <= line <= len(self.starts), f"there is no line {line}"
        return self.starts[line - 1]

    def end(self, line):
        """Where LINE ends, its newline not counted."""
        assert line <= len(self.starts), f"there is no line {line}"
        end = self.start(line + 1)
        content = self.data[self.start(line):end]
        return end - (2 if content.endswith(b"\r\n") else content.endswith(b"\n"))

    def column(self, line, column):
        """The offset of a COLUMN in bytes."""
        offset = self.start(line) + column - 1
        limit = self.end(line) if line <= len(self.starts) else len(self.data)
        assert column >= 1 and offset <= limit, f"line {line} has no column {column}"
        return offset

    def character(self, line, column):
        """The offset of a COLUMN in code points, a byte order mark not counted."""
        assert line <= len(self.starts), f"there is no line {line}"
        start = self.start(line)
        start += 3 if start == 0 and self.data.startswith(MARK) else 0
        content = self.data[start:self.start(line + 1)].decode()
        assert column >= 1 and column - 1 <= len(content), f"line {line} has no column {column}"
        return start + len(content[:column - 1].encode())


def apply(data, edits):
    """DATA after EDITS, none of which may overlap."""
    at, parts = 0, []
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        assert at <= edit.start <= edit.end <= len(data), f"{edit} overlaps"
        parts += [data[at:edit.start], edit.new]
        at = edit.end
    return b"".join(parts + [data[at:]])


# ---- rdjson ----

RDJSON_KEYS = {"message", "location", "severity", "source", "code", "suggestions"}


def _rdjson_edit(suggestion, text):
    start, end = suggestion["range"]["start"], suggestion["range"]["end"]
    new = suggestion["text"].encode()
    if "column" in start:
        if start == end:
            assert start["line"] <= len(text.starts), "an insertion at no line"
            assert start["column"] == 1 and new.endswith(b"\n"), "an insertion is of lines"
        first = text.column(start["line"], start["column"])
        return Edit(first, text.column(end["line"], end["column"]), new)
    first, last = text.start(start["line"]), text.end(end["line"])
    if not new:  # the lines go as a whole
        last = text.start(end["line"] + 1)
    return Edit(first, last, new)


def _lines(place):
    return place["start"]["line"], place["end"]["line"]


def _rdjson_finding(diagnostic, files):
    assert set(diagnostic) <= RDJSON_KEYS, f"unknown keys: {diagnostic}"
    location, suggestions = diagnostic["location"], diagnostic.get("suggestions", [])
    place, text = location["range"], Text(files[location["path"]])
    start, end = place["start"], place["end"]
    assert ("column" in start) == ("column" in end), place
    if "column" in start:
        assert text.column(**start) <= text.column(**end), place
    assert 1 <= start["line"] <= end["line"] <= len(text.starts), f"{place} is not in the file"
    # reviewdog puts the comment on the lines of the first suggestion and refuses other lines; for
    # GitLab it counts from the diagnostic.
    assert len(suggestions) <= 1, f"several suggestions: {diagnostic}"
    assert all(_lines(s["range"]) == _lines(place) for s in suggestions), diagnostic
    return Finding(location["path"], diagnostic["code"]["value"], diagnostic["severity"],
                   diagnostic["message"], start["line"],
                   [_rdjson_edit(suggestion, text) for suggestion in suggestions])


def rdjson(data, files):
    report = json.loads(data)
    assert report["source"] == {"name": "cfnfix"}, report["source"]
    return [_rdjson_finding(diagnostic, files) for diagnostic in report["diagnostics"]]


def rdjsonl(data, files):
    assert data == b"" or data.endswith(b"\n")
    return [_rdjson_finding(json.loads(line), files) for line in data.splitlines()]


# ---- SARIF ----

LEVELS = {"error": "ERROR", "warning": "WARNING", "note": "INFO"}


def _region(region, text):
    """Its first and last offset: columns are code points; without columns it is of whole lines, of
    which the last one's newline is no part."""
    first, last = region["startLine"], region.get("endLine", region["startLine"])
    start = text.character(first, region.get("startColumn", 1))
    end = text.character(last, region["endColumn"]) if "endColumn" in region else text.end(last)
    assert start <= end, region
    return start, end


def _artifact(location):
    uri = location["uri"]
    assert re.fullmatch(r"([\w./~-]|%[0-9A-F]{2})+", uri, re.A) and uri[0] != "/", uri
    return urllib.parse.unquote(uri)


def _sarif_edits(fix, path, text):
    change, = fix["artifactChanges"]
    assert fix["description"]["text"] and _artifact(change["artifactLocation"]) == path
    for one in change["replacements"]:
        start, end = _region(one["deletedRegion"], text)
        yield Edit(start, end, one["insertedContent"]["text"].encode())


def _place(thing, files):
    physical = thing["locations"][0]["physicalLocation"]
    path = _artifact(physical["artifactLocation"])
    text = Text(files[path])
    return path, physical["region"], text


def _message(thing):
    text = thing["message"]["text"]
    assert not re.search(r"\]\(", text), f"a link: {text}"
    return text


def _sarif_finding(result, rules, files):
    path, region, text = _place(result, files)
    _region(region, text)
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"], result["ruleId"]
    fixes = result.get("fixes", [])
    assert len(fixes) <= 1 and "fixes" not in result or fixes, fixes
    edits = [edit for fix in fixes for edit in _sarif_edits(fix, path, text)]
    return Finding(path, result["ruleId"], LEVELS[result["level"]], _message(result),
                   region["startLine"], edits,
                   result["partialFingerprints"]["primaryLocationLineHash"])


def _check_rules(rules):
    for rule in rules:
        texts = [rule[key]["text"] for key in ("shortDescription", "fullDescription", "help")]
        assert all(texts) and len(texts[1]) <= 1024 and rule["helpUri"] in texts[2], rule["id"]
        assert texts[2].startswith(texts[1]) or texts[1] == texts[0], rule["id"]


def sarif(data, files):
    report = json.loads(data)
    assert report["version"] == "2.1.0" and "sarif-2.1.0" in report["$schema"]
    run, = report["runs"]
    assert run["tool"]["driver"]["name"] == "cfnfix"
    assert run["columnKind"] == "unicodeCodePoints" and len(run["results"]) <= 25000
    rules = run["tool"]["driver"]["rules"]
    _check_rules(rules)
    found = [_sarif_finding(result, rules, files) for result in run["results"]]
    assert len({one.fingerprint for one in found}) == len(found), "a fingerprint comes twice"
    invocation, = run["invocations"]
    errors = invocation["toolExecutionNotifications"]
    assert invocation["executionSuccessful"] == (not errors), invocation
    for error in errors:
        path, region, _ = _place(error, files)
        found.append(Finding(path, "error", LEVELS[error["level"]], _message(error),
                             region["startLine"]))
    return found


# ---- Workflow commands of GitHub ----

# As the runner reads them (actions/runner, ActionCommand.cs).
COMMAND = re.compile(r"::(?P<name>[a-z-]+) (?P<properties>.*?)::(?P<message>.*)")
ANNOTATIONS = {"error": "ERROR", "warning": "WARNING", "notice": "INFO"}


def _unescape(text, pairs):
    assert not re.search("%(?!" + "|".join(pairs) + ")", text), f"a bare percent sign: {text}"
    return re.sub("%(..)", lambda match: chr(int(match[1], 16)), text)


def _github_finding(line, files):
    command = COMMAND.fullmatch(line)
    assert command and "::" not in command["properties"], f"no command: {line}"
    given = dict(pair.split("=", 1) for pair in command["properties"].split(","))
    given = {key: _unescape(value, ["25", "0D", "0A", "3A", "2C"]) for key, value in given.items()}
    text = Text(files[given["file"]])
    first, last = int(given["line"]), int(given["endLine"])
    assert 1 <= first <= last <= len(text.starts), line
    assert ("col" in given) == ("endColumn" in given), line
    if "col" in given:
        assert first == last, f"columns on several lines: {line}"
        text.character(first, int(given["col"]))
        text.character(last, int(given["endColumn"]))
    tool, rule = given["title"].split(" ")
    assert tool == "cfnfix" and set(given) <= {
        "title", "file", "line", "endLine", "col", "endColumn"
    }, given
    return Finding(given["file"], rule, ANNOTATIONS[command["name"]],
                   _unescape(command["message"], ["25", "0D", "0A"]), first)


def github(data, files):
    assert data == b"" or data.endswith(b"\n")
    return [_github_finding(line, files) for line in data.decode().split("\n")[:-1]]


# ---- GitLab's code quality ----

SEVERITIES = {"critical": "ERROR", "major": "WARNING", "info": "INFO"}


def gitlab(data, files):
    assert not data.startswith(MARK), "GitLab refuses a byte order mark"
    found = []
    for issue in json.loads(data):
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        location = issue["location"]
        line = location["lines"]["begin"]
        assert 1 <= line <= len(Text(files[location["path"]]).starts), location
        found.append(
            Finding(location["path"], issue["check_name"], SEVERITIES[issue["severity"]],
                    issue["description"], line, [], issue["fingerprint"]))
    assert len({one.fingerprint for one in found}) == len(found), "a fingerprint comes twice"
    return found


# ---- JUnit ----


def _junit_finding(case, path):
    assert case.attrib.keys() >= {"classname", "name"} and case.get("file") == path
    outcomes = {one.tag: one for one in case}
    if not outcomes:
        assert case.get("name") == "nothing found", case.attrib
        return None
    (tag, outcome), = outcomes.items()
    rule = case.get("name").split(" ")[0]
    assert outcome.get("type", rule) == rule, case.attrib
    severity = {"error": "ERROR", "failure": "WARNING", "system-out": "INFO"}[tag]
    message = outcome.text if tag == "system-out" else outcome.get("message")
    return Finding(path, rule, severity, message, int(case.get("line")))


def junit(data, files):
    root = xml.etree.ElementTree.fromstring(data)
    assert root.tag == "testsuites" and {suite.tag for suite in root} <= {"testsuite"}
    assert [suite.get("name") for suite in root] == sorted(files), "a suite for each file"
    found = []
    for suite in root:
        assert {case.tag for case in suite} == {"testcase"}, suite.attrib
        names = [case.get("name") for case in suite]
        assert len(names) == len(set(names)), f"a name comes twice: {names}"
        path, count = suite.get("name"), lambda tag: str(len(suite.findall(f"testcase/{tag}")))
        counts = [suite.get(key) for key in ("tests", "failures", "errors", "skipped")]
        assert counts == [str(len(suite)), count("failure"), count("error"), "0"], suite.attrib
        found += filter(None, (_junit_finding(case, path) for case in suite))
    for one in found:
        assert 1 <= one.line <= len(Text(files[one.path]).starts), one
    return found

"""Readers of the formats for the tools of pull requests, as strict as their specifications.

Each gives what a report says as Findings, in the order of the report, and what it offers to change
as Edits of the bytes of a file."""
import json
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

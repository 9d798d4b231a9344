"""Unified diffs, applied by the letter: every context line must match at the very line the hunk
names."""
import re
from dataclasses import dataclass, field


class BadDiff(ValueError):
    pass


@dataclass
class FileDiff:
    path: str
    hunks: list = field(default_factory=list)  # (old start, lines), each line with its sign


HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
QUOTED = re.compile(rb'\\([0-7]{3}|.)')
ESCAPES = {
    b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"v": b"\v", b"f": b"\f"
}


def unquote(name):
    """A path as git writes it in headers."""
    if not name.startswith(b'"'):
        return name.decode("utf-8", "surrogateescape")

    def one(match):
        escape = match.group(1)
        return bytes([int(escape, 8)]) if len(escape) == 3 else ESCAPES.get(escape, escape)

    return QUOTED.sub(one, name[1:-1]).decode("utf-8", "surrogateescape")


def parse(diff):
    """The files of a diff. Anything that is not `diff --git` text is refused."""
    files, lines, i = [], diff.split(b"\n"), 0
    if lines and lines[-1] == b"":
        lines.pop()
    while i < len(lines):
        if not lines[i].startswith(b"diff --git "):
            raise BadDiff(f"line {i + 1} of the diff is no header: {lines[i][:60]!r}")
        i += 1
        while i < len(lines) and not lines[i].startswith(b"--- "):
            if not re.match(rb"(index|old mode|new mode) ", lines[i]):
                raise BadDiff(f"unexpected header {lines[i][:60]!r}")
            i += 1
        names = [unquote(line[4:].split(b"\t")[0]) for line in lines[i:i + 2]]
        if len(names) < 2 or not names[0].startswith("a/") or names[1] != "b/" + names[0][2:]:
            raise BadDiff(f"names {names}")
        if names[0].startswith("a//") or "/../" in names[0]:
            raise BadDiff(f"name is not relative: {names[0]}")
        files.append(FileDiff(names[0][2:]))
        i = _hunks(lines, i + 2, files[-1])
    return files


def _hunks(lines, i, file):
    while i < len(lines) and (match := HUNK.match(lines[i])):
        old_start, old_count, _, new_count = (int(n) if n else 1 for n in match.groups())
        i, body = i + 1, []
        while old_count > 0 or new_count > 0:
            if i >= len(lines) or lines[i][:1] not in (b" ", b"-", b"+"):
                raise BadDiff(f"hunk ends early at line {i + 1}")
            sign = lines[i][:1]
            old_count -= sign in b" -"
            new_count -= sign in b" +"
            line = lines[i] + b"\n"
            if i + 1 < len(lines) and lines[i + 1].startswith(b"\\ No newline"):
                line, i = line[:-1], i + 1
            body.append(line)
            i += 1
        file.hunks.append((old_start, body))
    if not file.hunks:
        raise BadDiff(f"no hunks for {file.path}")
    return i


def apply(before, file):
    """BEFORE with FILE's hunks; BadDiff if one does not fit exactly."""
    old, out, position = _lines(before), [], 0
    for old_start, body in file.hunks:
        has_old = any(line[:1] != b"+" for line in body)
        start = old_start - 1 if has_old else old_start
        if start < position:
            raise BadDiff("hunks overlap")
        _check_context(body)
        out += old[position:start]
        position = start
        for line in body:
            if line[:1] == b"+":
                out.append(line[1:])
                continue
            if position >= len(old) or old[position] != line[1:]:
                raise BadDiff(f"line {position + 1} is not {line[1:][:60]!r}")
            if line[:1] == b" ":
                out.append(line[1:])
            position += 1
    return b"".join(out + old[position:])


def _lines(data):
    lines = [line + b"\n" for line in data.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    return [line for line in lines if line]


def _check_context(body):
    signs = "".join(line[:1].decode() for line in body)
    if signs[:1] and (len(signs) - len(signs.lstrip(" ")) > 3
                      or len(signs) - len(signs.rstrip(" ")) > 3):
        raise BadDiff("more than three lines of context")
    if not signs.strip():
        raise BadDiff("a hunk without a change")

"""A pull request, and what people do with its review: clicks on suggestions, patches applied."""
import os
import re
import subprocess

from lib import diff, program

BLOCK = re.compile(r"^(`{3,})(suggestion|diff)\n(.*?)^\1$", re.M | re.S)


class Repository:
    """A pull request: the commits `base` and HEAD."""

    def __init__(self, folder):
        self.folder = program.fresh(folder)
        self.git("config", "user.email", "a@example.com")
        self.git("config", "user.name", "a")
        self.git("config", "core.autocrlf", "false")

    def git(self, *args, **more):
        return subprocess.run(["git", *args], cwd=self.folder, check=True, capture_output=True,
                              env=os.environ | program.ENVIRONMENT, **more).stdout

    def commit(self, files, message="x"):
        """FILES: name -> bytes, None for what is not there."""
        for name, data in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if data is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(data)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)

    @property
    def head(self):
        return self.git("rev-parse", "HEAD").decode().strip()

    @property
    def diff(self):
        return self.git("diff", "base...HEAD")


# ---- Taking what a review proposes ----


def line_starts(data):
    return [0] + [match.end() for match in re.finditer(b"\n", data)]


def suggestion_edit(data, comment):
    """(start, end, new bytes) of the comment's suggestion, None if it has none."""
    match = BLOCK.search(comment["body"])
    if not match or match[2] != "suggestion":
        return None
    starts = line_starts(data) + [len(data)]
    start = starts[comment.get("start_line", comment["line"]) - 1]
    end, text = starts[comment["line"]], match[3].encode()
    if not data[start:end].endswith(b"\n"):  # lines are joined: the last one stays as it was
        text = text.removesuffix(b"\n")
    return start, end, text


def patch_edits(data, patch):
    """The same of a patch of one file; each line that stays parts two of them."""
    (file,) = diff.parse(patch)
    assert diff.apply(data, file) is not None
    starts, edits = line_starts(data) + [len(data)], []
    for old_start, lines in file.hunks:
        at = starts[old_start - 1] if old_start > 0 else 0
        start, new, dirty = at, b"", False
        for line in [*lines, b" "]:
            if line[:1] == b" ":
                if dirty:
                    edits.append((start, at, new))
                at += len(line) - 1
                start, new, dirty = at, b"", False
            elif line[:1] == b"-":
                at, dirty = at + len(line) - 1, True
            else:
                new, dirty = new + line[1:], True
    return edits


def put_in(data, edits):
    for start, end, text in sorted(edits, reverse=True):
        data = data[:start] + text + data[end:]
    return data


def are_apart(edits):
    """No two have a line in common. Two insertions would, at the same place."""
    places = sorted(edit[:2] for edit in edits)
    return all(end <= start and (a, end) != (start, b)
               for (a, end), (start, b) in zip(places, places[1:]))


def place_now(diff_text, first, last):
    """Where the lines FIRST to LAST are after a diff without context (`git diff -U0`) of their
    file; None if it changed one of them: GitHub calls the comment outdated then."""
    moved = 0
    for match in re.finditer(rb"^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@", diff_text, re.M):
        start, old, new = (1 if n is None else int(n) for n in match.groups())
        start += old == 0  # an insertion stands behind the line that it names
        if start > last:
            break
        if start + old > first:
            return None
        moved += new - old
    return first + moved, last + moved

"""A small stand-in for GitHub's pull-request reviews: what it refuses, and a server that does so.

`check_review` is the rules as a pure function; `GitHub` is an HTTP server with
POST and GET /repos/o/r/pulls/N/reviews and GET …/comments, in pages as GitHub gives them. Where
GitHub's documentation leaves a field out, the strict reading is taken: what passes here passes
there.
https://docs.github.com/en/rest/pulls/reviews#create-a-review-for-a-pull-request
"""
import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from lib import diff

REVIEW_KEYS = {"commit_id", "event", "body", "comments"}
COMMENT_KEYS = {"path", "body", "line", "side", "start_line", "start_side"}
MOST_COMMENTS = 30
LONGEST_BODY = 65536  # characters
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")


def right_hunks(diff_text):
    """{path: [range of the new file's lines]} of a unified diff in bytes, one range a hunk."""
    hunks, path, left, right = {}, None, 0, 0
    for line in diff_text.split(b"\n"):
        if left > 0 or right > 0:
            left -= line[:1] in b" -"
            right -= line[:1] in b" +"
        elif line.startswith(b"+++ "):
            name = diff.unquote(line[4:].split(b"\t")[0])
            path = name[2:] if name.startswith("b/") else None
        elif path is not None and (match := diff.HUNK.match(line)):
            left, right = (int(n) if n else 1 for n in match.group(2, 4))
            start = int(match.group(3))
            hunks.setdefault(path, []).append(range(start, start + right))
    return hunks


# ---- Fences ----


@dataclass
class Fence:
    mark: str
    info: str
    lines: list = field(default_factory=list)
    closed: bool = False


def fences(body):
    """The fenced blocks of a Markdown text, as CommonMark has them at the top level."""
    found, current = [], None
    for line in body.replace("\r\n", "\n").split("\n"):
        match = FENCE.fullmatch(line)
        if current is None:
            if match and not (match[1][0] == "`" and "`" in match[2]):
                current = Fence(match[1], match[2].strip())
                found.append(current)
        elif (match and match[1][0] == current.mark[0] and len(match[1]) >= len(current.mark)
              and not match[2].strip()):
            current.closed, current = True, None
        else:
            current.lines.append(line)
    return found


def suggestion(body):
    """The lines that a comment suggests, or None where it suggests nothing."""
    found = [fence for fence in fences(body) if fence.info == "suggestion"]
    return found[0].lines if found else None


def _fence_complaints(where, body):
    for fence in fences(body):
        if not fence.closed:
            yield f"{where}: a fence is not closed"
        runs = re.findall(re.escape(fence.mark[0]) + "+", "\n".join(fence.lines))
        if fence.info == "suggestion" and any(len(run) >= len(fence.mark) for run in runs):
            yield f"{where}: the suggestion's fence is no longer than what is in it"


# ---- The rules ----


def _keys(where, found, known, needed):
    for key in sorted(set(found) - known):
        yield f"{where}: unknown key '{key}'"
    for key in sorted(needed - set(found)):
        yield f"{where}: '{key}' is missing"


def _body(where, body):
    if not isinstance(body, str) or not body.strip():
        yield f"{where}: the body is empty"
    elif len(body) > LONGEST_BODY:
        yield f"{where}: the body is too long"
    else:
        yield from _fence_complaints(where, body)


def _is_line(value):
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _place(where, comment, hunks):
    line, first = comment.get("line"), comment.get("start_line", comment.get("line"))
    if comment.get("side") != "RIGHT":
        yield f"{where}: side is not RIGHT"
    if ("start_line" in comment) != ("start_side" in comment):
        yield f"{where}: start_line and start_side go together"
    elif comment.get("start_side", "RIGHT") != "RIGHT":
        yield f"{where}: start_side is not RIGHT"
    if not _is_line(line) or not _is_line(first):
        yield f"{where}: a line is no number from 1"
        return
    if "start_line" in comment and first >= line:
        yield f"{where}: start_line must precede line"
    if comment.get("path") not in hunks:
        yield f"{where}: the path is not in the diff"
    elif not any(first in hunk and line in hunk for hunk in hunks[comment["path"]]):
        yield f"{where}: the lines are not in one hunk of the diff"


def _comment(where, comment, hunks):
    if not isinstance(comment, dict):
        yield f"{where}: is no object"
        return
    yield from _keys(where, comment, COMMENT_KEYS, {"path", "body", "line", "side"})
    yield from _body(where, comment.get("body"))
    yield from _place(where, comment, hunks)


def check_review(review, diff_of_pull_request, head=None):
    """Why GitHub would answer REVIEW (the parsed JSON) with 422, as a list of complaints; the
    diff is `git diff base...head` in bytes. Without HEAD any commit is taken for it."""
    if not isinstance(review, dict):
        return ["review: is no object"]
    found = [*_keys("review", review, REVIEW_KEYS, {"commit_id", "event", "body"})]
    if review.get("event") != "COMMENT":
        found.append("review: event is not COMMENT")
    commit = review.get("commit_id")
    if not isinstance(commit, str) or not re.fullmatch(r"[0-9a-f]{40}", commit):
        found.append("review: commit_id is no commit")
    elif head is not None and commit != head:
        found.append("review: commit_id is not the head")
    found += _body("review", review.get("body"))
    comments = review.get("comments", [])
    if not isinstance(comments, list):
        return found + ["review: comments is no list"]
    if len(comments) > MOST_COMMENTS:
        found.append("review: too many comments")
    hunks = right_hunks(diff_of_pull_request)
    for number, comment in enumerate(comments):
        found += _comment(f"comments[{number}]", comment, hunks)
    return found


# ---- The server ----


class GitHub(ThreadingHTTPServer):
    """One repository `o/r` with one pull request, on a free port of this machine.

    `reviews` and `comments` are what it holds; put earlier ones there before a run. `log` has the
    method and target of every request. A token not given, or wrong, is a 401; `read_only` makes
    every POST a 403, as a pull request from a fork has it."""

    def __init__(self, diff_text, head, number=7, token="t0ken", read_only=False,
                 login="github-actions[bot]"):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.diff, self.head, self.number, self.token = diff_text, head, number, token
        self.read_only, self.login = read_only, login
        self.reviews, self.comments, self.log, self.refused = [], [], [], []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def say(self, body, login=None, where="comments"):
        """Puts an earlier comment (or review) there, by LOGIN or by the bot."""
        held = getattr(self, where)
        held.append({"id": len(held) + 1, "body": body, "user": {"login": login or self.login}})

    def add(self, review):
        """Takes REVIEW if the rules allow it: the status and the answer's document."""
        complaints = check_review(review, self.diff, self.head)
        if complaints:
            self.refused.append(complaints)
            return 422, {"message": "Unprocessable Entity", "errors": complaints}
        number = len(self.reviews) + 1
        self.say(review["body"], where="reviews")
        self.reviews[-1] |= {"state": "COMMENTED", "commit_id": review["commit_id"]}
        for comment in review.get("comments", []):
            self.say(comment["body"])
            self.comments[-1] |= comment | {"pull_request_review_id": number}
        return 200, self.reviews[-1]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self._answer(self._get)

    def do_POST(self):
        self._answer(self._post)

    def _answer(self, method):
        self.server.log.append((self.command, self.path))
        length = int(self.headers.get("Content-Length") or 0)
        self.sent, self.link = self.rfile.read(length), None
        known = self.headers.get("Authorization") in (f"Bearer {self.server.token}",
                                                      f"token {self.server.token}")
        url = urlsplit(self.path)
        prefix = f"/repos/o/r/pulls/{self.server.number}/"
        what = url.path.removeprefix(prefix) if url.path.startswith(prefix) else None
        if not known:
            status, document = 401, {"message": "Bad credentials"}
        elif what not in ("reviews", "comments"):
            status, document = 404, {"message": "Not Found"}
        else:
            status, document = method(what, parse_qs(url.query))
        data = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        if self.link:
            self.send_header("Link", self.link)
        self.end_headers()
        self.wfile.write(data)

    def _get(self, what, query):
        """A page: 30 unless told, 100 at most."""
        size = min(int(query.get("per_page", ["30"])[0]), 100)
        page = int(query.get("page", ["1"])[0])
        held = getattr(self.server, what)
        if page * size < len(held):
            path = urlsplit(self.path).path
            self.link = f'<{self.server.url}{path}?per_page={size}&page={page + 1}>; rel="next"'
        return 200, held[(page - 1) * size:page * size]

    def _post(self, what, query):
        if what != "reviews":
            return 404, {"message": "Not Found"}
        if self.server.read_only:
            return 403, {"message": "Resource not accessible by integration"}
        try:
            review = json.loads(self.sent)
        except ValueError:
            return 400, {"message": "Problems parsing JSON"}
        return self.server.add(review)

#!/usr/bin/env python3
"""The stand-in for GitHub refuses each bad review of tests/data/reviews.json for the reason given
there, and takes the good ones; over HTTP it answers as GitHub does."""
import json
import urllib.error
import urllib.request

from lib import program
from lib.github_stand_in import GitHub, check_review, right_hunks, suggestion

LIST = json.loads((program.ROOT / "tests/data/reviews.json").read_text())
DIFF = "\n".join(LIST["diff"]).encode()
HEAD = LIST["head"]


def spelled_out(value):
    """{"$repeat": [x, n]} in the list stands for n times x."""
    if isinstance(value, list):
        return [spelled_out(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "$repeat" in value:
        what, times = value["$repeat"]
        return what * times if isinstance(what, str) else [spelled_out(what)] * times
    return {key: spelled_out(one) for key, one in value.items()}


def ask(url, token="t0ken", data=None):
    """Status, document and Link header of the answer."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(url, data, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer), answer.headers["Link"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error), None


def test_rules(tally):
    for entry in LIST["good"]:
        tally.equal(check_review(spelled_out(entry["review"]), DIFF, HEAD), [],
                    f"good: {entry['name']}")
    for entry in LIST["bad"]:
        found = check_review(spelled_out(entry["review"]), DIFF, HEAD)
        tally.check(len(found) == 1 or "missing" in entry["reason"], f"bad: {entry['name']}: one",
                    found)
        tally.check(any(entry["reason"] in one for one in found),
                    f"bad: {entry['name']}: {entry['reason']}", found)


def test_hunks(tally):
    tally.equal(
        right_hunks(DIFF), {
            "stacks/app.yaml": [range(1, 7), range(22, 26)],
            "new name.yaml": [range(9, 10)]
        }, "the hunks of the list's diff")
    quoted = b'--- /dev/null\n+++ "b/\\303\\244.yaml"\n@@ -0,0 +1,2 @@\n+a\n+b\n'
    tally.equal(right_hunks(quoted), {"ä.yaml": [range(1, 3)]}, "a quoted name")


def test_suggestion(tally):
    for body, lines in (("no", None), ("```suggestion\n```", []),
                        ("x\n````suggestion\r\na\r\n```\r\n````\r\n", ["a", "```"]),
                        ("```diff\n-a\n```\n```suggestion\nb\n\n```", ["b", ""])):
        tally.equal(suggestion(body), lines, f"the suggestion of {body!r}")


def test_server(tally):
    good, bad = LIST["good"][1]["review"], LIST["bad"][1]["review"]
    with GitHub(DIFF, HEAD) as github:
        url = f"{github.url}/repos/o/r/pulls/7"

        def post(review, **more):
            return ask(f"{url}/reviews", data=json.dumps(review).encode(), **more)

        tally.equal(post(good)[0], 200, "a good review is taken")
        status, answer, _ = post(bad)
        tally.check(status == 422 and answer["errors"], "a bad one is a 422", answer)
        tally.equal(post(good, token="x")[0], 401, "a wrong token")
        tally.equal(post(good, token=None)[0], 401, "no token")
        tally.equal(ask(f"{url}/reviews", data=b"{")[0], 400, "no JSON")
        tally.equal(ask(f"{github.url}/repos/o/r/pulls/8/reviews")[0], 404, "another pull request")
        held = ask(f"{url}/comments")[1]
        tally.equal([c["body"] for c in held], [good["comments"][0]["body"]], "its comment is held")
        tally.equal([r["body"] for r in ask(f"{url}/reviews")[1]], [good["body"]],
                    "and its body, and nothing of the bad one")
        github.read_only = True
        tally.equal(post(good)[0], 403, "a fork's token may not post")


def test_pages(tally):
    with GitHub(DIFF, HEAD) as github:
        for number in range(230):
            github.say(f"comment {number}")
        url, found, sizes = f"{github.url}/repos/o/r/pulls/7/comments?per_page=500", [], []
        while url:
            _, page, link = ask(url)
            found += [one["body"] for one in page]
            sizes.append(len(page))
            url = link and link[1:link.index(">")]
        tally.equal(sizes, [100, 100, 30], "100 a page at most")
        tally.equal(found, [f"comment {n}" for n in range(230)], "each once")
        tally.equal(len(ask(f"{github.url}/repos/o/r/pulls/7/comments")[1]), 30, "30 unless told")


def main():
    _, _, tally = program.start(__doc__)
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test(tally)
    tally.end()


if __name__ == "__main__":
    main()

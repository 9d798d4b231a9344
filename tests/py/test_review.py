"""Reviews of pull requests, by the rules of GitHub's stand-in, and taken by clicking on everything.

For every golden case, for the templates of ../shared where those exist, and for those with other line
ends: a pull request brings the template, or a part of its lines. Each review would be accepted; what
earlier ones said is not said again; and all suggestions and patches, as GitHub and git put them in,
give what cfnfix writes.

tests/data/review/ has pull requests whose reviews and comments are there to be read: base/, head/, and
expected.*, which `scripts/regenerate-goldens review` writes.
"""
import html
import json
import os
import random
import re
from dataclasses import dataclass

from lib import program
from lib.github_stand_in import check_review
from lib.review import BLOCK, Repository, are_apart, patch_edits, put_in, suggestion_edit
from test_suggestions import shared_files

TEMPLATE = b"""Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      Tags:
        - Key: payer
          Value: one,two
"""
MOST_REVIEWS = 60
IN_ONE = 30  # templates in one pull request: git is asked about all of them each time


class Reader:
    """Takes one review after the other, until nothing is new."""

    def __init__(self, cfnfix, tally, repository):
        self.cfnfix, self.tally, self.repository = cfnfix, tally, repository
        self.seen = repository.folder.parent / "seen"
        self.comments = self.patches = 0

    def review(self, name, args, chosen):
        """Like a bot that runs again after each review: GitHub's JSON or jq's text of what it said."""
        head, diff_text = self.repository.head, self.repository.diff
        reviews, said = [], []
        while len(reviews) < MOST_REVIEWS:
            self.seen.write_text("\n".join(said) if chosen.random() < 0.5 else json.dumps(
                [{"body": body} for body in said]))
            run = self.cfnfix(*args, "--diff-base", "base", "--seen", self.seen, "--format",
                              "github-review", "-q", name, cwd=self.repository.folder)
            self.tally.check(not run.crashed, f"{name}: runs", run)
            found = run.json()
            if not found["body"]:
                self.tally.equal(found["comments"], [], f"{name}: no body, no comment")
                return reviews
            self.tally.equal(check_review(found, diff_text, head), [], f"{name}: accepted")
            said += [found["body"], *(comment["body"] for comment in found["comments"])]
            reviews.append(found)
        self.tally.check(False, f"{name}: everything is said some time")
        return reviews

    def take(self, name, data, reviews):
        """All edits that the reviews propose."""
        edits = []
        for found in reviews:
            for comment in found["comments"]:
                edit = suggestion_edit(data, comment)
                edits += [edit] if edit else []
                self.comments += 1
            for match in BLOCK.finditer(found["body"]):
                patch = match[3].encode()
                edits += patch_edits(data, patch)
                self.patches += 1
                if self.patches % 20 == 1:
                    self.repository.git("apply", "--check", "-", input=patch)
            if "The patch is too long" in found["body"]:
                return None
        self.tally.check(are_apart(edits), f"{name}: no two proposals share a line", edits)
        return edits

    def check(self, case, chosen):
        reviews = self.review(case.name, case.args, chosen)
        if case.report["secretsHidden"] or case.report["state"] == "error":
            return
        edits = self.take(case.name, case.data, reviews)
        if edits is not None:
            self.tally.equal(put_in(case.data, edits), case.wanted, f"{case.name}: all taken")
        told = json.dumps(reviews)
        for finding in case.report["findings"]:
            self.tally.check(finding["id"] in told, f"{case.name}: all is told", finding)


# ---- Pull requests ----


def older(data, chosen):
    """What the base may have: nothing, or the text with some lines gone or changed; never the same."""
    lines = data.splitlines(keepends=True)
    if len(lines) < 3 or chosen.random() < 0.3:
        return None
    for _ in range(chosen.randint(1, 4)):
        at = chosen.randrange(len(lines))
        count = chosen.randint(1, min(20, len(lines)))
        if chosen.random() < 0.5:
            del lines[at:at + count]
        else:
            lines[at] = b"# old\n"
        lines = lines or [b"\n"]
    text = b"".join(lines)
    return text if text != data else None


def variants(data, chosen):
    """The text as it is, and, of some, with what line-wise tools garble."""
    yield "plain", data
    if chosen.random() < 0.1 and b"\r" not in data:
        yield "crlf", data.replace(b"\n", b"\r\n")
        yield "mixed", data.replace(b"\n", b"\r\n", 3)
        yield "mark", b"\xef\xbb\xbf" + data.removeprefix(b"\xef\xbb\xbf")
        yield "open", data.rstrip(b"\n")


@dataclass
class Case:
    name: str
    args: list
    data: bytes
    report: dict
    wanted: bytes


def find_cases(cfnfix, work, chosen):
    """Those in which something is found."""
    goldens = [(path, args) for _, path, args in program.golden_inputs()
               if "--add-ignores" not in args]  # writes comments, which no review suggests
    for number, (path, args) in enumerate([*goldens, *shared_files(cfnfix)]):
        name = f"{number}-{path.parent.name}{path.suffix}"
        for kind, data in variants(path.read_bytes(), chosen):
            (work / name).write_bytes(data)
            report = cfnfix(*args, "--format", "json", work / name).json()["files"][0]
            if not report["findings"] and not report["errors"]:
                break
            wanted = cfnfix(*args, "-o", "-", "-q", work / name).out
            yield Case(f"{kind}/{name}", args, data, report, wanted)


def test_taken(cfnfix, work, tally):
    chosen, comments, patches = random.Random(7), 0, 0
    cases = list(find_cases(cfnfix, program.fresh(work / "cases"), chosen))
    for at in range(0, len(cases), IN_ONE):
        some = cases[at:at + IN_ONE]
        repository = Repository(work / "pull-request")
        reader = Reader(cfnfix, tally, repository)
        repository.commit({case.name: older(case.data, chosen) for case in some})
        repository.git("tag", "base")
        repository.commit({case.name: case.data for case in some})
        for case in some:
            reader.check(case, chosen)
        comments, patches = comments + reader.comments, patches + reader.patches
    tally.note(f"{len(cases)} templates, {comments} comments, {patches} patches")
    tally.check(comments > 200 and patches > 100, "there was something to try")


# ---- To be read ----

TAGS = re.compile(r"</?(details|summary|code|sub)>|<!-- cfnfix:[0-9a-f ]+ -->")


def spell_out(review):
    """The review as people read it."""
    parts = ["---- the body ----\n" + review["body"]]
    for comment in review["comments"]:
        place = {key: value for key, value in comment.items() if key != "body"}
        parts.append(f"---- {json.dumps(place)} ----\n{comment['body']}")
    return "\n".join(parts)


def check_harmless(tally, text, what):
    """Outside its fences it pings nobody, refers to nothing, and has no HTML but ours."""
    text = BLOCK.sub("", text)
    shown = html.unescape(text)
    for wrong in (r"@\w", r"#\d", r"\bhttps?://(?!docs\.aws\.amazon\.com/)", r"www\.\w"):
        tally.check(not re.search(wrong, shown), f"{what}: no {wrong}", shown)
    tally.check("<" not in TAGS.sub("", text), f"{what}: no other HTML", TAGS.sub("", text))
    tally.check("![" not in text and "](//" not in text, f"{what}: no image, no link of others", text)
    tally.check("```" not in text, f"{what}: no fence is left open", text)
    for row in re.findall(r"^\|.*$", text, re.M):
        tally.check(row.count("|") in (5, 7), f"{what}: no cell more", row)


def check_expected(tally, path, text):
    if os.environ.get("CFN_REGENERATE"):
        path.write_bytes(text.encode())
    wanted = path.read_bytes().decode() if path.exists() else ""
    tally.equal(text, wanted, f"{path.parent.name}: {path.name}")


def read_folder(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())} if folder.exists() else {}


def test_goldens(cfnfix, work, tally):
    for case in sorted((program.ROOT / "tests/data/review").iterdir()):
        repository = Repository(work / "golden")
        repository.commit(read_folder(case / "base"))
        repository.git("tag", "base")
        repository.commit(read_folder(case / "head"))
        run = cfnfix("--diff-base", "base", "--format", "github-review", "-q", "--report",
                     "markdown:../comment.md", cwd=repository.folder)
        tally.check(not run.crashed, f"{case.name}: runs", run)
        tally.equal(check_review(run.json(), repository.diff, repository.head), [],
                    f"{case.name}: accepted")
        comment = (work / "comment.md").read_bytes().decode()
        check_expected(tally, case / "expected.review", spell_out(run.json()))
        check_expected(tally, case / "expected.md", comment)
        tally.check("Winter-2024" not in run.out.decode() + comment, f"{case.name}: no password")
        for text in [comment, run.json()["body"], *(one["body"] for one in run.json()["comments"])]:
            check_harmless(tally, text, case.name)


# ---- What is not shown ----


def test_not_shown(cfnfix, work, tally):
    """GitHub shows no diff of what git takes for binary, so no comment can stand there."""
    repository = Repository(work / "shown")
    attributes = (b"a.yaml -diff\nb.yaml binary\nc.yaml diff=x\nd.yaml linguist-generated\n"
                  b"sub/** -diff\nsub/f.yaml diff\n")
    repository.commit({".gitattributes": attributes, "a.yaml": b"Resources:\n"})
    repository.git("tag", "base")
    names = ["a.yaml", "b.yaml", "c.yaml", "d.yaml", "sub/e.yaml", "sub/f.yaml"]
    repository.commit(dict.fromkeys(names, TEMPLATE))
    run = cfnfix("--diff-base", "base", "--format", "github-review", "-q", "--report",
                 "json:../r.json", cwd=repository.folder)
    review = run.json()
    tally.equal(check_review(review, repository.diff, repository.head), [], "binary: accepted")
    tally.equal([one["path"] for one in review["comments"]], ["c.yaml", "d.yaml", "sub/f.yaml"],
                "only what is shown gets comments")
    for name in ("a.yaml", "b.yaml", "sub/e.yaml"):
        tally.check(name in review["body"], f"{name} is told in the body", review["body"])
    report = json.loads((work / "r.json").read_text())
    tally.check(all(finding["onChangedLines"] for file in report["files"]
                    for finding in file["findings"]), "the lines are touched all the same", report)


def test_patch_again(cfnfix, work, tally):
    """A patch that no longer applies, since a line around its own has changed, is told anew."""
    database = (b"Resources:\n  Database:\n    Type: AWS::RDS::DBCluster\n    Properties:\n"
                b"      Tags:\n        - Key: payer\n          Value: one,two\n"
                b"      Engine: aurora-mysql\n")
    repository = Repository(work / "again")
    repository.commit({})
    repository.git("tag", "base")
    repository.commit({"a.yaml": database})
    command = ["--diff-base", "base", "--format", "github-review", "-q"]
    first = cfnfix(*command, cwd=repository.folder)
    (work / "seen").write_bytes(first.out)
    (comment,) = first.json()["comments"]
    tally.check("DeletionProtection" in first.json()["body"], "the patch is in the body", first.out)
    command += ["--seen", "../seen"]
    tally.equal(cfnfix(*command, cwd=repository.folder).json()["body"], "", "nothing new is said")
    taken = put_in(database, [suggestion_edit(database, comment)])
    repository.commit({"a.yaml": taken})
    again = cfnfix(*command, cwd=repository.folder).json()
    tally.equal(again["comments"], [], "no comment is new")
    (patch,) = [block[3].encode() for block in BLOCK.finditer(again["body"])]
    tally.equal(put_in(taken, patch_edits(taken, patch)),
                cfnfix("-o", "-", "-q", "a.yaml", cwd=repository.folder).out, "the new patch")


# ---- The command line ----


def test_usage(cfnfix, work, tally):
    repository = Repository(work / "usage")
    repository.commit({})
    repository.git("tag", "base")
    repository.commit({"a.yaml": TEMPLATE, "seen": b"any \xff text\0", "new/b.yaml": TEMPLATE})
    home, review = repository.folder, ("--format", "github-review", "-q")
    for args, word in (((*review, "a.yaml"), b"--diff-base"),
                       (("--report", "github-review:r.json", "a.yaml"), b"--diff-base"),
                       ((*review, "--diff-base", "base", "--seen", "none"), b"none: "),
                       (("--diff-base", "base", "--seen", "seen"), b"--seen")):
        run = cfnfix(*args, cwd=home)
        tally.check(run.code == 2 and word in run.err and not run.out, f"refused: {args}", run)
    run = cfnfix(*review, "--diff-base", "base", "--seen", "seen", cwd=home)
    tally.equal({one["path"] for one in run.json()["comments"]}, {"a.yaml", "new/b.yaml"},
                "names from the top")
    tally.equal(run.code, 1, "the exit code is that of any format")
    below = cfnfix(*review, "--diff-base", "base", cwd=home / "new").json()
    tally.equal([one["path"] for one in below["comments"]], ["new/b.yaml"], "so below the top")
    tally.equal(run.json()["commit_id"], repository.head, "the commit")
    text = cfnfix("--diff-base", "base", "-i", "--report", "github-review:r.json", cwd=home)
    written = json.loads((home / "r.json").read_text())
    tally.check(text.code == 0 and len(written["comments"]) == 2, "beside -i, too", text)


def main():
    cfnfix, work, tally = program.start(__doc__)
    test_goldens(cfnfix, work, tally)
    if os.environ.get("CFN_REGENERATE"):
        tally.end()
    test_not_shown(cfnfix, work, tally)
    test_patch_again(cfnfix, work, tally)
    test_usage(cfnfix, work, tally)
    test_taken(cfnfix, work, tally)
    tally.end()


if __name__ == "__main__":
    main()

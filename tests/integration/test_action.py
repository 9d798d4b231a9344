#!/usr/bin/env python3
"""action.yml, played as GitHub's runner plays it, against a stand-in for GitHub's API.

What the action does around cfnfix is tried with a program in its place that writes given reports;
then cfnfix itself reviews pull requests that bring the failures of golden/reports."""
import contextlib
import json
import os
import re
import subprocess
import sys

import yaml

from lib import program
from lib.github_runner import play
from lib.github_stand_in import GitHub
from lib.review import put_in, suggestion_edit

ACTION = program.ROOT / "action.yml"
SCHEMA = ["--builtin-schema", "vendor.github-actions"]
BEFORE = b"Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n"
AFTER = BEFORE + b"    Properties:\n      Tags: [{Key: a, Value: 'b,c'}]\n"
COMMANDS = "::warning file=a.yaml,line=5::a comma\n"

# In place of cfnfix: tells how it was called, writes the reports that it finds in $GIVEN, prints
# its text and ends with its code.
STUB = """#!/usr/bin/env python3
import json, os, shutil, sys
given = os.environ["GIVEN"]
with open(given + "/call", "w") as file:
    json.dump({"args": sys.argv[1:], "env": dict(os.environ)}, file)
for option, value in zip(sys.argv, sys.argv[1:]):
    if option == "--report":
        name, _, path = value.partition(":")
        if os.path.exists(f"{given}/{name}"):
            shutil.copy(f"{given}/{name}", path)
    if option == "--seen":
        shutil.copy(value, given + "/seen")
print(open(given + "/text").read(), file=sys.stderr)
sys.exit(int(open(given + "/code").read()))
"""


class Bed:
    """A repository with a pull request, GitHub, and a program called cfnfix."""

    def __init__(self, folder, **github):
        self.folder, self.plays = folder, 0
        self.clone = program.fresh(folder / "clone")
        self.given = folder / "given"
        self.bin = folder / "bin"
        for made in (self.given, self.bin):
            made.mkdir()
        self.base = self.commit(BEFORE)
        self.head = self.commit(AFTER)
        diff = self.git("diff", self.base, self.head)
        self.github = GitHub(diff, self.head, **github)
        self.program = self.bin / "cfnfix"
        self.program.write_text(STUB)
        self.program.chmod(0o755)
        self.give(code="1", text="a.yaml: 1 fixable", github=COMMANDS, markdown="# cfnfix\n",
                  sarif="{}\n", **{"github-review": json.dumps(self.review())})
        self.event = self.pull_request()

    def git(self, *args):
        name = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        return subprocess.run(["git", *name, *args], cwd=self.clone, check=True,
                              capture_output=True, env=os.environ | program.ENVIRONMENT).stdout

    def use(self, cfnfix):
        """The real program from now on."""
        self.program.unlink()
        self.program.symlink_to(cfnfix.path)

    def push(self, files):
        """Another commit of the pull request, with FILES."""
        for name, data in files.items():
            (self.clone / name).write_bytes(data)
        self.head = self.commit((self.clone / "a.yaml").read_bytes())
        self.github.diff, self.github.head = self.git("diff", self.base, self.head), self.head
        self.event = self.pull_request()

    def commit(self, data):
        (self.clone / "a.yaml").write_bytes(data)
        self.git("add", "-A")
        self.git("commit", "-qm", "x")
        return self.git("rev-parse", "HEAD").decode().strip()

    def give(self, **reports):
        for name, text in reports.items():
            (self.given / name).write_text(text)

    def review(self, line=5):
        return {"commit_id": self.head, "event": "COMMENT", "body": "cfnfix found something.",
                "comments": [{"path": "a.yaml", "line": line, "side": "RIGHT",
                              "body": "A comma.\n\n```suggestion\n      Tags: []\n```\n"}]}

    def pull_request(self, owner="o/r"):
        return {"pull_request": {
            "number": 7, "base": {"sha": self.base, "repo": {"full_name": "o/r"}},
            "head": {"sha": self.head, "repo": owner and {"full_name": owner}}}}

    def play(self, **inputs):
        """Everything that the action did."""
        self.plays += 1
        runner = program.work_folder(self.folder / f"runner-{self.plays}")
        (runner / "event.json").write_text(json.dumps(self.event))
        environment = {
            "PATH": f"{self.bin}:{os.environ['PATH']}", "HOME": str(self.folder),
            "TOKEN": "t0ken", "GIVEN": str(self.given), "RUNNER_TEMP": str(runner),
            "GITHUB_WORKSPACE": str(self.clone), "GITHUB_API_URL": self.github.url,
            "GITHUB_EVENT_PATH": str(runner / "event.json"), "GITHUB_REPOSITORY": "o/r",
            "GITHUB_EVENT_NAME": "pull_request" if "pull_request" in self.event else "push",
        }
        return play(ACTION, runner, environment, inputs)

    def call(self):
        return json.loads((self.given / "call").read_text())

    def posts(self):
        return [target for method, target in self.github.log if method == "POST"]


def test_description(make, tally):
    """action.yml is valid, and no input is pasted into a script."""
    checker = os.path.join(os.path.dirname(sys.executable), "check-jsonschema")
    done = subprocess.run([checker, *SCHEMA, ACTION], capture_output=True, check=False)
    tally.check(done.returncode == 0, "action.yml is valid", done.stdout)
    document = yaml.safe_load(ACTION.read_text())
    for step in document["runs"]["steps"]:
        tally.check("${{" not in step.get("run", ""), f"{step['name']}: nothing is pasted")
    used = set(re.findall(r"inputs\.([\w-]+)", ACTION.read_text()))
    tally.equal(used, set(document["inputs"]), "each input is used")
    page = (program.ROOT / "docs/integrations/github.md").read_text()
    tally.equal(re.findall(r"^\| `([\w-]+)` \|", page, re.M), list(document["inputs"]),
                "the page's table has the inputs")


def test_review(make, tally):
    bed = make()
    played = bed.play(paths="a.yaml\nstacks dir\n", options="--ignore=force-destroy\n\n")
    tally.check(played.code == 0, "changes due do not fail the job", played.log)
    tally.equal(len(bed.github.reviews), 1, "a review is posted")
    tally.equal([c["line"] for c in bed.github.comments], [5], "with its comment")
    tally.equal(played.outputs, {"exit-code": "1", "posted": "review", "sarif": ""}, "outputs")
    tally.equal(played.summary, "# cfnfix\n", "the summary of the job")
    tally.check(COMMANDS.encode() not in played.log, "no annotation besides", played.log)
    call = bed.call()
    args = call["args"]
    tally.equal(args[args.index("--") + 1:], ["a.yaml", "stacks dir"], "paths, one a line")
    tally.check(args[:2] == ["--check", "--ignore=force-destroy"], "options, one a line", args)
    tally.equal(args[args.index("--diff-base") + 1], bed.base, "what the pull request changes")
    tally.check("t0ken" not in json.dumps(call), "cfnfix gets no token", call)
    tally.check(b"t0ken" not in played.log, "no token in the log", played.log)
    tally.equal(bed.git("status", "--porcelain"), b"", "no file is changed")


def test_seen(make, tally):
    """All that the bot said before reaches cfnfix, and nothing that others said."""
    bed = make()
    for number in range(205):
        bed.github.say(f"<!-- cfnfix {number} -->\nsaid")
        bed.github.say(f"<!-- forged {number} -->", login="mallory")
    bed.github.say("<!-- cfnfix review -->", where="reviews")
    bed.play()
    seen = (bed.given / "seen").read_text()
    tally.equal(set(re.findall(r"cfnfix (\w+)", seen)), {str(n) for n in range(205)} | {"review"},
                "all pages of comments, and reviews")
    tally.check("forged" not in seen, "nobody else silences it")


def test_nothing_to_say(make, tally):
    for empty in ("", "null\n", json.dumps({"body": "", "comments": []})):
        bed = make()
        bed.give(code="0", github="", **{"github-review": empty})
        played = bed.play()
        tally.check(played.code == 0 and not bed.posts(), f"nothing is posted: {empty!r}",
                    played.log)
        tally.equal(played.outputs["posted"], "nothing", "and so it says")


def falls_back(bed, tally, what, warning, **inputs):
    played = bed.play(**inputs)
    tally.check(played.code == 0, f"{what}: the job goes on", played.log)
    tally.check(COMMANDS.encode() in played.log, f"{what}: annotations instead", played.log)
    tally.equal(played.outputs["posted"], "commands", f"{what}: and so it says")
    warned = b"::warning title=cfnfix" in played.log
    tally.check(warned == bool(warning) and warning in played.log, f"{what}: it says why", played.log)
    tally.check(not bed.github.reviews, f"{what}: no review")
    return played


def test_refused(make, tally):
    bed = make()
    bed.give(**{"github-review": json.dumps(bed.review(line=9))})
    falls_back(bed, tally, "a bad review", b"HTTP 422")
    tally.equal(len(bed.github.refused), 1, "refused once, and not sent again")
    falls_back(make(read_only=True), tally, "a token that may only read", b"HTTP 403")
    bed = make()
    bed.give(**{"github-review": "{"})
    falls_back(bed, tally, "a review that is no JSON", b"HTTP 400")


def test_wrong_token(make, tally):
    bed = make()
    falls_back(bed, tally, "a wrong token", b"HTTP 401", token="wrong")
    tally.check("--seen" not in bed.call()["args"], "no review without what was seen")


def test_fork(make, tally):
    for owner in ("mallory/r", None):
        bed = make()
        bed.event = bed.pull_request(owner)
        played = falls_back(bed, tally, "a fork", b"", sarif="true")
        tally.equal(bed.github.log, [], "nothing is asked with a fork's token")
        tally.equal(played.used, [], "nothing is uploaded with it")
        tally.check("--diff-base" in bed.call()["args"], "only its changes are looked at")


def test_no_review(make, tally):
    bed = make()
    falls_back(bed, tally, "a review that nobody wants", b"", review="false")
    tally.equal(bed.github.log, [], "then nothing is asked")


def test_push(make, tally):
    bed = make()
    bed.event = {"ref": "refs/heads/main", "after": bed.head}
    played = falls_back(bed, tally, "a push", b"", sarif="true")
    tally.check("--diff-base" not in bed.call()["args"], "all templates are looked at")
    tally.equal(len(played.used), 1, "code scanning has it")


def test_sarif(make, tally):
    played = make().play(sarif="true")
    tally.equal([use[0] for use in played.used], ["github/codeql-action/upload-sarif@v4"], "upload")
    tally.equal(played.used[0][1]["sarif_file"], played.outputs["sarif"], "of the file written")


def test_exit_codes(make, tally):
    for code, fail, wanted in (("0", "true", 0), ("1", "false", 0), ("1", "true", 1),
                               ("2", "false", 2), ("134", "false", 2)):
        bed = make()
        bed.give(code=code)
        played = bed.play(fail=fail, sarif="true")
        tally.equal(played.code, wanted, f"exit {code}, fail: {fail}")
        tally.check(len(bed.github.reviews) == len(played.used) == 1, "all is told before", played)


def test_hostile_text(make, tally):
    """GitHub obeys no command that a template or a file name brings."""
    bed = make()
    bed.give(text="::add-mask::e\n  ::error::boo\n::stop-commands::x\n::x::")
    log = bed.play().log.decode()
    stop = re.search(r"^::stop-commands::(\w{32})$", log, re.M)
    tally.check(stop, "commands are stopped", log)
    inside = log[stop.end():log.index(f"\n::{stop[1]}::\n")]
    tally.check("::add-mask::e" in inside and "::x::" in inside, "while cfnfix speaks", log)
    bed = make()
    evil = "$(touch pwned)\n`touch pwned`\n'; touch pwned; '\n-o pwned"
    bed.play(paths=evil, options="--x=$(touch pwned)")
    args = bed.call()["args"]
    tally.equal(args[args.index("--") + 1:], evil.split("\n"), "inputs are data")
    tally.check(not list(bed.clone.glob("*pwned*")), "and nothing is run")


def test_big_summary(make, tally):
    bed = make()
    bed.give(markdown="x" * 1100000)
    summary = bed.play().summary
    tally.check(0 < len(summary) < 200, "a summary that GitHub would refuse", len(summary))


def test_checkout(make, tally):
    """A checkout that cannot be right is refused, with what to write."""
    bed = make()
    bed.git("commit", "-q", "--allow-empty", "-m", "merge")
    played = bed.play()
    tally.check(played.code == 2 and b"::error title=cfnfix::" in played.log
                and b"ref: ${{ github.event.pull_request.head.sha }}" in played.log,
                "another commit", played.log)
    bed = make()
    whole, bed.clone = bed.clone, bed.folder / "shallow"
    bed.clone.mkdir()
    bed.git("clone", "-q", "--depth", "1", f"file://{whole}", ".")
    played = bed.play()
    tally.check(played.code == 2 and b"fetch-depth: 0" in played.log, "a shallow one", played.log)
    tally.check(not bed.posts(), "nothing is posted")


def test_unreachable(make, tally):
    bed = make()
    bed.event["pull_request"]["number"] = 8
    falls_back(bed, tally, "a pull request that is not there", b"HTTP 404")


def golden_reports():
    return {f"report-{path.parent.name}{path.suffix}": path.read_bytes()
            for path in sorted(program.GOLDEN.glob("reports/*/input.*"))}


def accept(data, comments):
    """DATA with every suggestion of COMMENTS, as GitHub commits them."""
    return put_in(data, filter(None, (suggestion_edit(data, one) for one in comments)))


def test_real_review(make, tally, cfnfix):
    """The whole way: a pull request, its review, the same again, the suggestions accepted."""
    bed = make()
    bed.use(cfnfix)
    files = golden_reports()
    bed.push(files)
    played = bed.play(sarif="true")
    tally.equal((played.code, bed.github.refused), (0, []), f"real: GitHub takes it: {played.log}")
    tally.equal(played.outputs["posted"], "review", "real: the review is posted")
    told = {one["path"] for one in bed.github.comments}
    tally.equal(told - {"a.yaml"}, set(files), "real: each template has suggestions")
    tally.check(played.summary and len(played.used) == 1, "real: summary and SARIF", played)
    tally.check(b"::stop-commands::" in played.log, "real: nobody else commands", played.log)

    before = len(bed.github.comments)
    played = bed.play()
    tally.equal((len(bed.github.comments), played.outputs["posted"]), (before, "nothing"),
                f"real: a second run repeats nothing: {played.log}")

    left = {name: accept(data, [one for one in bed.github.comments if one["path"] == name])
            for name, data in files.items()}
    body = bed.github.reviews[0]["body"]
    for name, data in left.items():
        tally.check(data != files[name] or name in body, f"real: {name}: something was suggested")
    bed.push(left)
    played = bed.play()
    tally.equal((played.code, bed.github.refused), (0, []), f"real: after that: {played.log}")


def test_real_old_code(make, tally, cfnfix):
    """What a pull request does not touch gets no comment, for GitHub would refuse it."""
    bed = make()
    bed.use(cfnfix)
    files = golden_reports()
    bed.push(files)
    bed.base = bed.head
    bed.push({name: data + b"\n" for name, data in files.items()} | {"new.yaml": AFTER})
    played = bed.play()
    tally.equal(bed.github.refused, [], f"real: old code: GitHub takes it: {played.log}")
    tally.equal({one["path"] for one in bed.github.comments}, {"new.yaml"},
                "real: old code: comments")
    body = bed.github.reviews[0]["body"] if bed.github.reviews else ""
    tally.check(all(name in body for name in files), "real: old code: the body has the rest", body)


def test_install(make, tally):
    """Without cfnfix in the PATH, ./setup builds it."""
    bed = make()
    bed.program.unlink()
    bed.event = {}
    played = bed.play(review="false", options="--version")
    tally.check(b"cfnfix: built cfnfix " in played.log, "it is built", played.log)
    tally.equal(played.path, [str(program.ROOT / "build/release")], "and put into the PATH")


def main():
    cfnfix, work, tally = program.start(__doc__)
    made, servers = [], contextlib.ExitStack()

    def make(**github):
        made.append(work / f"bed-{len(made)}")
        made[-1].mkdir()
        bed = Bed(made[-1], **github)
        servers.enter_context(bed.github)
        return bed

    for name, test in list(globals().items()):
        if name.startswith("test_real_"):
            test(make, tally, cfnfix)
        elif name.startswith("test_"):
            test(make, tally)
    servers.close()
    tally.end()


if __name__ == "__main__":
    main()

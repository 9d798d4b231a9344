#!/usr/bin/env python3
"""scripts/demonstrate: ends with nothing to find, leaves nothing behind, and can fail."""
import os
import shlex
import shutil
import subprocess
import sys

from lib import program

SEEDS = 2

# Calls the program, then changes each review with jq.
CHANGER = """#!/bin/bash
code=0
{cfnfix} "$@" || code=$?
for option in "$@"; do
    file=${{option#github-review:}}
    if [ "$file" != "$option" ]; then
        jq {change} "$file" >"$file.new" && mv "$file.new" "$file"
    fi
done
exit $code
"""


class Stage:
    """A plain clone of what the demonstration needs, with nothing beside it."""

    def __init__(self, work):
        self.clone, self.temporary = work / "clone", work / "temporary"
        for part in ("scripts", "tests/py/lib", "golden/reports"):
            shutil.copytree(program.ROOT / part, self.clone / part)
        self.temporary.mkdir()

    def __call__(self, *args, root=None):
        script = (root or self.clone) / "scripts/demonstrate"
        return subprocess.run([sys.executable, script, *map(str, args)], cwd=self.temporary,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False,
                              env=os.environ | {"TMPDIR": str(self.temporary)})


def test_holds(stage, cfnfix, tally):
    for root in (stage.clone, program.ROOT):
        for seed in range(SEEDS):
            done = stage("--cfnfix", cfnfix.path, "--seed", seed, root=root)
            tally.check(done.returncode == 0, f"{root.name}: seed {seed}", done.stdout[-500:])
            tally.equal(done.stderr, b"", f"{root.name}: seed {seed}: no error")
        shown = done.stdout.decode()
        for part in ("clicked", "git apply", "nothing to say", "needs consent", "cannot fix"):
            tally.check(part in shown, f"{root.name}: shows '{part}'")
        tally.check(len(shown.splitlines()) < 500, f"{root.name}: can be read", len(shown))
    tally.equal(list(stage.temporary.iterdir()), [], "nothing is left behind")


def test_keep(stage, cfnfix, tally):
    done = stage("--cfnfix", cfnfix.path, "--keep", "kept")
    kept = stage.temporary / "kept"
    tally.equal((done.returncode, (kept / "repository/stacks").is_dir()), (0, True), "--keep")
    done = stage("--cfnfix", cfnfix.path, "--keep", "kept")
    tally.check(done.returncode == 1 and b"exists" in done.stderr, "never into what is there", done)
    shutil.rmtree(kept)


# How a review is changed (jq), and what is said then.
CHANGES = (
    ('.comments[].body |= gsub("(?s)```suggestion.*```"; "")', "all taken give what"),
    ("del(.comments[].side)", "GitHub refuses"),
    ('if .comments == [] then . else .comments[0].body |= gsub("\n```\n"; "\n# x\n```\n") end',
     "all taken give what"),
    ('.body |= gsub("<!-- cfnfix:[^>]*>"; "")', "repeats"),
    ('.body |= gsub("(?m)^-   "; "-    ")', "patch does not apply"),
)


def test_fails(stage, cfnfix, work, tally):
    """A review that loses something, or suggests something else, is found out."""
    for number, (change, wanted) in enumerate(CHANGES):
        changer = work / f"changer-{number}"
        changer.write_text(CHANGER.format(cfnfix=shlex.quote(cfnfix.path),
                                          change=shlex.quote(change)))
        changer.chmod(0o755)
        last = stage("--cfnfix", changer, "--seed", 1).stdout.decode()[-2000:]
        tally.check("\nFAILED: " in last and wanted in last, f"{change}: found out", last)
    tally.equal(list(stage.temporary.iterdir()), [], "nothing is left behind then, either")


def test_usage(stage, cfnfix, tally):
    for args in (["none.yaml"], ["--cfnfix", "none"]):
        done = stage(*["--cfnfix", cfnfix.path, *args])
        tally.check(done.returncode == 1 and done.stderr.startswith(b"demonstrate: "), f"{args}",
                    done.stderr)


def main():
    cfnfix, work, tally = program.start(__doc__)
    stage = Stage(work)
    test_holds(stage, cfnfix, tally)
    test_keep(stage, cfnfix, tally)
    test_fails(stage, cfnfix, work, tally)
    test_usage(stage, cfnfix, tally)
    tally.end()


if __name__ == "__main__":
    main()

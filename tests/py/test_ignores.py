#!/usr/bin/env python3
"""What --add-ignores writes: comments and Metadata, nothing else, and nothing is found behind it.

Over the goldens' inputs, and over the real templates where they are.
"""
import json
import os
import re

from check import collect
from lib import program

FACTOR = float(os.environ.get("CFN_TIME_FACTOR", 1))
COMMENT = re.compile(rb"[ \t]*# cfnfix: ignore\[[a-z0-9, -]*\]\r?\n?\Z")
MERGED = re.compile(rb"(# ?cfnfix: ?ignore *\[[^\]\n]*)\]")


def every_id(cfnfix):
    return ",".join(line.split()[0] for line in cfnfix("--list").out.decode().splitlines())


def told(run):
    """Findings and useless ignores of a run with --format json."""
    files = json.loads(run.out)["files"]
    findings = [finding for file in files for finding in file["findings"]]
    notices = [notice["message"] for file in files for notice in file["notices"]]
    return findings, [message for message in notices if "ignores nothing" in message]


def report(cfnfix, text, *options):
    return cfnfix("--format", "json", "--check", *options, "-", stdin=text)


def filtered(cfnfix, text, *options):
    return cfnfix("--add-ignores", *options, "-", stdin=text)


def without(text):
    """The text without the comment lines that --add-ignores may have written."""
    return b"".join(line for line in text.splitlines(True) if not COMMENT.match(line))


def drop_metadata(value):
    if isinstance(value, dict):
        kept = {key: drop_metadata(one) for key, one in value.items()}
        own = kept.get("Metadata")
        if isinstance(own, dict) and isinstance(own.get("cfnfix"), dict):
            own["cfnfix"].pop("ignore", None)
            if not own["cfnfix"]:
                own.pop("cfnfix")
        if own == {}:
            kept.pop("Metadata")
        return kept
    return [drop_metadata(one) for one in value] if isinstance(value, list) else value


def same_beside(before, after):
    """Whether AFTER is BEFORE but for ignores. Of JSON the values; of YAML the lines, where no
    Metadata and no comment that was there has one more."""
    try:
        return drop_metadata(json.loads(before)) == drop_metadata(json.loads(after))
    except ValueError:
        pass
    if b"cfnfix:\n" in after or b"{cfnfix:" in after or MERGED.search(before):
        return True  # the proof of the program itself has to do
    return without(after) == without(before)


def check_text(cfnfix, tally, name, text, options):
    first = report(cfnfix, text, *options)
    if first.code == 2:
        return
    wanted = told(first)[0]
    run = filtered(cfnfix, text, *options)
    if not tally.check(run.code == 0, f"{name}: ignores are added", run):
        return
    refused = run.err.count(b"no ignore can be written here")
    left, useless = told(report(cfnfix, run.out, *options))
    tally.equal(len(left), refused, f"{name}: nothing is found behind the ignores")
    known = told(first)[1]
    tally.check(len(useless) <= len(known), f"{name}: no ignore is useless", useless)
    tally.check(same_beside(text, run.out), f"{name}: nothing but ignores was written")
    tally.equal(filtered(cfnfix, run.out, *options).out, run.out, f"{name}: once is enough")
    tally.check(bool(wanted) or run.out == text, f"{name}: where nothing is found nothing changes")


TOPIC = (b"Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      Tags:\n"
         b"        - Key: a\n          Value: a,b\n")


def check_commands(cfnfix, work, tally):
    """In place, as a diff, and into a file, with the exit codes of repairs."""
    folder = program.fresh(work / "commands")
    (folder / "a.yaml").write_bytes(TOPIC)
    marked = TOPIC.replace(b"          Value",
                           b"          # cfnfix: ignore[comma-tags]\n          Value")
    dry = cfnfix("--add-ignores", "a.yaml", cwd=folder)
    tally.equal(dry.code, 1, "a dry run ends with 1")
    tally.check(b"+          # cfnfix: ignore[comma-tags]\n" in dry.out, "and shows the diff", dry)
    tally.check((folder / "a.yaml").read_bytes() == TOPIC, "and writes nothing")
    tally.equal(cfnfix("--add-ignores", "-o", "b.yaml", "a.yaml", cwd=folder).code, 0, "-o")
    tally.equal((folder / "b.yaml").read_bytes(), marked, "-o writes them")
    tally.equal(cfnfix("--add-ignores", "-i", "a.yaml", cwd=folder).code, 0, "-i")
    tally.equal((folder / "a.yaml").read_bytes(), marked, "-i writes them")
    tally.equal(cfnfix("--check", "--strict", "a.yaml", cwd=folder).code, 0, "then all is well")
    tally.equal(cfnfix("--add-ignores", "a.yaml", cwd=folder).code, 0, "and nothing is due")
    tally.equal(cfnfix("--no-ignores", "--check", "a.yaml", cwd=folder).code, 1,
                "but with --no-ignores")
    tally.equal(cfnfix("--add-ignores", "--no-ignores", "a.yaml", cwd=folder).code, 2,
                "both options make no sense")
    tally.equal(cfnfix("--add-ignores", "--ignore", "comma-tags", "b.yaml", cwd=folder).code, 0,
                "what does not run needs no ignore")


def check_choice_kept(cfnfix, tally):
    """What a repair itself writes counts with --no-ignores, too."""
    text = b"Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties: {ForceDestroy: false}\n"
    run = cfnfix("--no-ignores", "-", stdin=text)
    tally.check(run.code == 0 and b"- force-destroy" in run.out and b"Lambda" not in run.out,
                "--no-ignores leaves the ignores that the run itself writes", run)


def check_cost(cfnfix, tally):
    """Hostile comments take no time that grows with their square."""
    count = 100000
    lines = b"".join(b"        # cfnfix: ignore[comma-tags, force-destroy]\n" for _ in range(count))
    texts = {
        "stacked comments": TOPIC.replace(b"        - Key", lines + b"        - Key"),
        "one long comment": TOPIC + b"# cfnfix: ignore[comma-tags] " * count,
        "open comments": TOPIC + b"# cfnfix: ignore[x " * count + b"\n",
        "checkov on one line": TOPIC + b"# checkov:skip=CKV_AWS_260 " * count + b"\n",
        "minified": b'{"Resources":{' + b",".join(
            b'"T%d":{"Type":"AWS::SNS::Topic","Metadata":{"cfnfix":{"ignore":["comma-tags"]}}}' % i
            for i in range(count)) + b"}}",
        "one long scalar": TOPIC + b"Description: '" + b"# cfnfix: ignore[x] " * count + b"'\n",
        "many ids": TOPIC + b"# cfnfix: ignore[" + b"comma-tags," * count + b"x]\n",
        "Metadata": TOPIC + b"Metadata: {cfnfix: {ignore: [" + b"force-destroy," * count + b"x]}}",
        "checkov": TOPIC.replace(b"    Type",
                                 b"    # checkov:skip=CKV_AWS_260\n" * count + b"    Type"),
    }
    for name, text in texts.items():
        run = cfnfix("--check", "-q", "-", stdin=text, timeout=60 * FACTOR)
        tally.check(not run.crashed and run.seconds < 10 * FACTOR,
                    f"{name}: done in time", run.seconds)


def main():
    cfnfix, work, tally = program.start(__doc__)
    check_commands(cfnfix, work, tally)
    check_choice_kept(cfnfix, tally)
    check_cost(cfnfix, tally)
    every = ("--select", every_id(cfnfix))
    for name, path, args in program.golden_inputs():
        text = path.read_bytes()
        for options in ((), every):
            check_text(cfnfix, tally, f"{name} {len(options)}", text, options)
        if "--add-ignores" in args:
            for size in range(len(text)):
                check_text(cfnfix, tally, f"{name} cut to {size}", text[:size], ())
    for folder in program.corpus_folders():
        for name, text in collect(folder):
            check_text(cfnfix, tally, name, text, every)
    tally.end()


if __name__ == "__main__":
    main()

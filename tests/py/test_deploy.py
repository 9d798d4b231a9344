#!/usr/bin/env python3
"""Creates stacks in moto's CloudFormation from templates as they were and as cfnfix writes them.

What could be created before can be created after, with every resource that is still in the
template, and the outputs that no repair reaches have the values they had. A type that moto lacks
gets a placeholder, which resolves the properties and has an identifier, nothing else; they are
counted at the end. What cannot be created before, most often for want of something outside the
template, shows nothing, and is counted with its reason.
"""
import collections
import concurrent.futures
import copy
import json
import multiprocessing
import os
import re
import signal
from dataclasses import dataclass, field

os.environ |= {
    "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1", "MOTO_EC2_LOAD_DEFAULT_AMIS": "false"
}

from cfnlint.decode import decode_str

from lib import moto_stack, program

SECONDS = 20 * int(os.environ.get("CFN_TIME_FACTOR", "1"))  # for one creation
SECTIONS = ("Resources", "Parameters", "Conditions", "Mappings")  # that values may name
LARGEST = 100_000  # bytes of a real template; larger ones take too long


class Late(BaseException):
    """No `except Exception` of moto's must hold this up."""


@dataclass
class Case:
    name: str
    before: bytes
    afters: dict  # how it was repaired: the template


@dataclass
class Verdict:
    name: str
    lacking: set = field(default_factory=set)  # types
    tripped: set = field(default_factory=set)  # types of resources that moto could not create
    error: str = ""  # why there was no stack before
    stacks: int = 0  # of the repaired templates
    outputs: int = 0  # that were compared
    faults: list = field(default_factory=list)


def decode(data):
    """The template with long intrinsics as plain dicts and lists."""
    template, wrong = decode_str(data.decode("utf-8-sig"))
    if wrong or not isinstance(template, dict):
        raise ValueError(f"cfn-lint cannot read it: {wrong[0] if wrong else 'no mapping'}")
    return json.loads(json.dumps(template, default=str))  # a date as it was written


def create(template, seed):
    """The stack of a template, or why there is none."""

    def late(*_):
        raise Late

    signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    try:
        return moto_stack.create(template, seed)
    except Late:
        return moto_stack.Stack(error=f"took more than {SECONDS} seconds")
    except Exception as wrong:  # moto lets any of its own slip out
        return moto_stack.Stack(error=f"{type(wrong).__name__}: {wrong}")
    finally:
        signal.alarm(0)


def judge(case):
    """Creates the stacks of one case; runs in a process of the pool."""
    verdict = Verdict(case.name)
    try:
        before = decode(case.before)
        verdict.lacking = moto_stack.lacking(before)
    except Exception as wrong:  # of cfn-lint's, or of a template that is none
        verdict.error = f"unreadable: {wrong}"
        return verdict
    first = create(before, 1)
    verdict.error = first.error
    if first.error:
        return verdict
    verdict.tripped = {before["Resources"][name]["Type"] for name in first.tripped}
    second = create(before, 2)
    fixed = {name for name, value in first.outputs.items() if second.outputs.get(name) == value}
    for mode, data in case.afters.items():
        after = decode(data)
        verdict.lacking |= moto_stack.lacking(after)
        stack = create(after, 3)
        outputs = {name for name in fixed if reach(before, name) == reach(after, name)}
        verdict.stacks += not stack.error
        verdict.outputs += len(outputs)
        faults = compare(first, stack, kept(before, after), outputs)
        verdict.faults += [f"{mode}: {fault}" for fault in faults]
    return verdict


def kept(before, after):
    """The resources that stay. One that a repair gives a condition may be there or not."""
    return {
        name
        for name, resource in before["Resources"].items()
        if name in after["Resources"]
        and resource.get("Condition") == after["Resources"][name].get("Condition")
    }


def compare(first, stack, resources, outputs):
    """What the repaired template's stack lacks of RESOURCES and OUTPUTS, which it should have."""
    if stack.error:
        return [f"cannot be created any more: {stack.error}"]
    faults = [
        f"{name} is not created: {stack.tripped.get(name, 'no reason given')}"
        for name in sorted((first.created - stack.created) & resources)
    ]
    return faults + [
        f"output {name} is {stack.outputs.get(name)!r}, not {first.outputs[name]!r}"
        for name in sorted(outputs)
        if stack.outputs.get(name) != first.outputs[name]
    ]


def reach(template, output):
    """All that an output's value depends on: the parts of the template that it names, those that
    these name, and so on."""
    found, ahead = {}, [("Outputs", output)]
    while ahead:
        place = ahead.pop()
        part = template.get(place[0], {}).get(place[1])
        if place not in found and part is not None:
            found[place] = part
            words = re.findall(r"\w+", json.dumps(part))
            ahead += [(section, word) for section in SECTIONS for word in set(words)]
    return found


def repair(cfnfix, work, data, suffix, options):
    """What cfnfix makes of a template."""
    path = work / f"template{suffix}"
    path.write_bytes(data)
    run = cfnfix(*options, "--quiet", "-o", "-", path)
    return run.out if run.code in (0, 1) else None


def modes(cfnfix):
    """The options of the default set, and of every repair that there is."""
    listed = re.findall(r"^\s*([a-z0-9-]+) ", cfnfix("--list").out.decode(), re.M)
    return {"default": [], "everything": ["--select", ",".join(listed), "--unsafe-fixes"]}


def golden_cases():
    for name, before, after in program.golden_outputs():
        yield Case(f"golden/{name}", before.read_bytes(), {"expected": after.read_bytes()})


def corpus_cases(cfnfix, work, tally):
    """The real templates that a mode changes."""
    options = modes(cfnfix)
    for folder in program.corpus_folders():
        paths = [p for p in sorted(folder.rglob("*")) if p.suffix in program.SUFFIXES]
        large = [p for p in paths if p.stat().st_size > LARGEST]
        if large:
            tally.note(f"{folder.name}: {len(large)} of {len(paths)} files are passed over, for "
                       f"they are larger than {LARGEST} bytes")
        for path in sorted(set(paths) - set(large)):
            data = path.read_bytes()
            afters = {
                mode: repair(cfnfix, work, data, path.suffix, given)
                for mode, given in options.items()
            }
            afters = {m: after for m, after in afters.items() if after not in (None, data)}
            if afters:
                yield Case(f"{folder.name}/{path.relative_to(folder)}", data, afters)


def judge_all(cases):
    """A verdict for each case, in their order, on two processors."""
    fork = multiprocessing.get_context("fork")
    with concurrent.futures.ProcessPoolExecutor(2, fork) as pool:
        yield from pool.map(judge, cases, chunksize=4)


def check_faults_are_seen(tally):
    """What the test looks for is found when it is there."""
    good = {
        "Resources": {
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "news"}},
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "jobs"}}
        },
        "Outputs": {"Name": {"Value": {"Fn::GetAtt": ["Topic", "TopicName"]}}}
    }
    broken = {
        "a reference to nothing": ("Resources", "Queue", "Properties", {"Tags": {"Ref": "No"}}),
        "a name that is refused": ("Resources", "Queue", "Properties", {"QueueName": "a b" * 60}),
        "an output that is gone": ("Outputs", "Name", "Condition", "Never"),
    }
    for what, (section, name, key, value) in broken.items():
        bad = copy.deepcopy(good) | {"Conditions": {"Never": {"Fn::Equals": ["a", "b"]}}}
        bad[section][name][key] = value
        found = compare(create(good, 1), create(bad, 2), {"Topic", "Queue"}, {"Name"})
        tally.equal(len(found), 1, f"faults found in {what} {found}")
    tally.equal(compare(create(good, 1), create(good, 2), {"Topic", "Queue"}, {"Name"}), [],
                "faults found in what is the same")


def summarise(tally, verdicts):
    """What moto lacks, and what has been created."""
    for what, types in (("moto lacks", [v.lacking for v in verdicts]),
                        ("moto has, but did not create before", [v.tripped for v in verdicts])):
        counts = collections.Counter(kind for kinds in types for kind in kinds)
        ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
        tally.note(f"{what} (in so many templates): " +
                   ", ".join(f"{kind} {count}" for kind, count in ordered))
    for verdict in verdicts:
        if verdict.error:
            tally.note(f"no stack before {verdict.name}: {' '.join(verdict.error.split())[:160]}")
    whole = sum(not (v.error or v.lacking or v.tripped) for v in verdicts)
    tally.note(f"{sum(not v.error for v in verdicts)} of {len(verdicts)} templates created before "
               f"(in {whole} every resource), {sum(v.stacks for v in verdicts)} repaired ones "
               f"after, {sum(v.outputs for v in verdicts)} outputs compared")


def main():
    cfnfix, work, tally = program.start(__doc__)
    check_faults_are_seen(tally)
    goldens = list(golden_cases())
    cases = goldens + list(corpus_cases(cfnfix, work, tally))
    verdicts = list(judge_all(cases))
    for verdict in verdicts:
        tally.equal(verdict.faults, [], verdict.name)
    summarise(tally, verdicts)
    reports = [v for v in verdicts if v.name.startswith("golden/reports/")]
    for verdict in reports:
        tally.check(verdict.stacks, f"{verdict.name} is created", verdict.error)
    tally.check(sum(v.stacks for v in verdicts[:len(goldens)]) > len(goldens) / 2,
                "most golden cases are created")
    tally.check(any(v.outputs for v in verdicts), "there are outputs to compare")
    tally.end()


if __name__ == "__main__":
    main()

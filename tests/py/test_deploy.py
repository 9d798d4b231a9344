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
import json
import multiprocessing
import os
import re
import signal
import sys
import time
from dataclasses import dataclass

os.environ |= {
    "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1", "MOTO_EC2_LOAD_DEFAULT_AMIS": "false"
}

from cfnlint.decode import decode_str

from lib import moto_stack, program

SECONDS = 20 * int(os.environ.get("CFN_TIME_FACTOR", "1"))  # for one creation
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
    lacking: set
    error: str = ""  # why it could not be created before
    created: int = 0  # of the repaired templates
    outputs: int = 0  # that were compared
    faults: tuple = ()


def decode(data):
    """The template with long intrinsics as plain dicts and lists."""
    template, wrong = decode_str(data.decode("utf-8-sig"))
    if wrong or not isinstance(template, dict):
        raise ValueError(f"cfn-lint cannot read it: {wrong[0] if wrong else 'no mapping'}")
    return json.loads(json.dumps(template))


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
    before = decode(case.before)
    first = create(before, 1)
    verdict = Verdict(case.name, moto_stack.lacking(before), first.error)
    if first.error:
        return verdict
    second = create(before, 2)
    fixed = {name for name, value in first.outputs.items() if second.outputs.get(name) == value}
    for mode, data in case.afters.items():
        after = decode(data)
        stack = create(after, 3)
        verdict.lacking |= moto_stack.lacking(after)
        names = {name for name in fixed if reach(before, name) == reach(after, name)}
        verdict.outputs += len(names)
        faults = compare(first, stack, after, names)
        verdict.created += not stack.error
        verdict.faults += tuple(f"{mode}: {fault}" for fault in faults)
    return verdict


def compare(first, stack, after, outputs):
    """What the repaired template's stack lacks; OUTPUTS have to be the same."""
    if stack.error:
        return [f"cannot be created any more: {stack.error}"]
    faults = [
        f"{name} is not created any more"
        for name in sorted(first.resources - stack.resources)
        if name in after["Resources"]
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
            words = set(re.findall(r"\w+", json.dumps(part)))
            ahead += [(section, word) for section in
                      ("Resources", "Parameters", "Conditions", "Mappings") for word in words]
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
    for path in sorted(program.GOLDEN.glob("*/*/expected.*")):
        if path.suffix != ".diff":
            before = path.with_name("input" + path.suffix)
            name = f"golden/{path.parent.parent.name}/{path.parent.name}"
            yield Case(name, before.read_bytes(), {"expected": path.read_bytes()})


def corpus_cases(cfnfix, work, tally):
    """The real templates that a mode changes."""
    for folder in program.corpus_folders():
        paths = [p for p in sorted(folder.rglob("*")) if p.suffix in program.SUFFIXES]
        large = [p for p in paths if p.stat().st_size > LARGEST]
        if large:
            tally.note(f"{folder.name}: {len(large)} of {len(paths)} files are passed over, for "
                       f"they are larger than {LARGEST} bytes")
        for path in sorted(set(paths) - set(large)):
            data = path.read_bytes()
            afters = {m: repair(cfnfix, work, data, path.suffix, o) for m, o in modes(cfnfix).items()}
            afters = {m: after for m, after in afters.items() if after not in (None, data)}
            if afters:
                yield Case(f"{folder.name}/{path.relative_to(folder)}", data, afters)


def run(cases):
    """A verdict for each case, in their order."""
    fork = multiprocessing.get_context("fork")
    with concurrent.futures.ProcessPoolExecutor(2, fork) as pool:
        yield from pool.map(judge, cases)


def main():
    cfnfix, work, tally = program.start(__doc__)
    cases = list(golden_cases())
    tally.check(cases, "there are golden cases")
    cases += corpus_cases(cfnfix, work, tally)
    started = time.monotonic()
    verdicts = []
    for v in run(cases):
        verdicts.append(v)
        print(v.name, v.error[:150], v.faults)
    print(len(cases), time.monotonic() - started)
    tally.end()


if __name__ == "__main__":
    main()

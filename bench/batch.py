"""The batch: 20,000 templates, about 200 MB, made from the real ones, as ratios of one run.

Usage: batch.py BUILD [CORPUS [FILES]], with the Python of build/venv. BUILD has cfnfix and cfnfix-scan, and gets the
folder `batch`; CORPUS holds real templates (default: ../shared/corpus beside the checkout). Exits 1 while a figure is
over its bound. Processor time is that of the process and all that it waited for.
"""

import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
FILES_IN_FOLDER = 200
ROUNDS = 3
MB = 1e6
ONE_REPAIR = "rds-parameter-on-off"
DESCRIPTION = re.compile(r"(Description[\"']?[ \t]*:[ \t]*[\"']?)(?=[A-Za-z])")
BLOCK = """  Queue{0}:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 60
      Tags:
        - Key: service
          Value: service-{0}
  Role{0}:
    Type: AWS::IAM::Role
    Properties:
      ManagedPolicyArns:
        - arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: {{Service: lambda.amazonaws.com}}
            Action: sts:AssumeRole
"""

failed = False


# ---- What is measured ----


class Cost:
    """Seconds on the wall, seconds of processors, peak bytes of the largest process."""

    def __init__(self, command, given=None):
        start = time.perf_counter()
        with open(given or os.devnull, "rb") as source:
            process = subprocess.Popen(command, stdin=source, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            _, self.status, usage = os.wait4(process.pid, 0)
            process.returncode = self.status
        self.wall = time.perf_counter() - start
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak = usage.ru_maxrss * 1024


def median(costs, what):
    return statistics.median(getattr(cost, what) for cost in costs)


def in_turns(*commands):
    """The costs of each command, all measured in turns. A command is a list, or one with its standard input."""
    rounds = [[Cost(*command) for command in commands] for _ in range(ROUNDS)]
    return list(zip(*rounds))


def tell(what, value, bound=None, at_least=False, note=""):
    global failed
    is_over = bound is not None and (value < bound if at_least else value > bound)
    failed = failed or is_over
    limit = "" if bound is None else f"  ({'at least' if at_least else 'at most'} {bound:g})"
    print(f"{'OVER ' if is_over else ''}{what:64} {value:8.2f}{limit} {note}", flush=True)


# ---- The templates ----


def vary(data, number):
    """Another text for each copy, read the same but for its descriptions."""
    try:
        return DESCRIPTION.sub(rf"\g<1>Copy {number} of ", data.decode()).encode()
    except UnicodeDecodeError:
        return data


def readable(cfnfix, corpus):
    """The files of CORPUS that have no syntax errors: those are told, and that is all."""
    run = subprocess.run([cfnfix, "--thorough", "--no-config", "--format", "json", corpus],
                         capture_output=True,
                         check=False)
    files = json.loads(run.stdout)["files"]
    return [pathlib.Path(file["path"]) for file in files if file["state"] != "error"]


def make(folder, sources, count):
    """COUNT variants of SOURCES in FOLDER, in folders of 200; returns their paths and bytes."""
    shutil.rmtree(folder, ignore_errors=True)
    texts = [(path.suffix, path.read_bytes()) for path in sources]
    paths, size = [], 0
    for number in range(count):
        suffix, data = texts[number % len(texts)]
        path = folder / f"{number // FILES_IN_FOLDER:04}" / f"{number:06}{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        data = vary(data, number)
        path.write_bytes(data)
        paths.append(path)
        size += len(data)
    return paths, size


def make_large(folder, size, count):
    """COUNT templates of SIZE bytes."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for number in range(count):
        blocks, length = [f"# {number}\nResources:\n"], 0
        while length < size:
            blocks.append(BLOCK.format(len(blocks)))
            length += len(blocks[-1])
        (folder / f"{number:04}.yaml").write_text("".join(blocks))


def split(cfnfix, sources, folder):
    """SOURCES by what is done with them: "idle" (a look at the bytes is enough), "clean" (parsed, nothing found),
    "told" (findings that are not repaired by default), "repaired"."""
    copies, _ = make(folder, sources, len(sources))
    run = subprocess.run([cfnfix, "--no-config", "--format", "json", folder], capture_output=True, check=False)
    files = {pathlib.Path(file["path"]): file for file in json.loads(run.stdout)["files"]}
    kinds = {"idle": [], "clean": [], "told": [], "repaired": []}
    for source, copy in zip(sources, copies):
        file = files[copy]
        if file["state"] == "changed":
            kinds["repaired"].append(source)
        elif file["findings"]:
            kinds["told"].append(source)
        elif file["readers"]:
            kinds["clean"].append(source)
        else:
            kinds["idle"].append(source)
    return kinds


def listing(path, names):
    path.write_text("".join(f"{name}\n" for name in names))
    return path


# ---- Figures ----


def measure_scan(what, tools, folder, sources, count, bound=None):
    """The batch over COUNT variants of SOURCES against the scan of those that need one; SOURCES also has those that
    do not."""
    base, scan = tools
    every, idle = sources
    paths, size = make(folder, every, count)
    needing = [path for number, path in enumerate(paths) if every[number % len(every)] not in idle]
    names = listing(folder.with_name("needing"), needing)
    batch, bare = in_turns([[*base, "-j", "1", folder]], [[scan], names])
    ratio = median(batch, "cpu") / median(bare, "cpu")
    tell(f"{what}: processor time, bare scans", ratio, bound,
         note=f"{len(paths)} files, {size / MB:.0f} MB, {len(needing)} need a scan; "
         f"{size / MB / median(batch, 'cpu'):.0f} MB for each second of a processor")


def measure_idle(base, folder, idle, count):
    """Where nothing applies, against reading alone."""
    paths, size = make(folder, idle, count)
    names = folder.with_name("idle-names")
    names.write_bytes(b"".join(os.fsencode(path) + b"\0" for path in paths))
    batch, cat = in_turns([[*base, "-j", "1", folder]], [["xargs", "-0", "cat"], names])
    note = f"{len(paths)} files, {size / MB:.0f} MB"
    for what, name in (("cpu", "processor time"), ("wall", "time")):
        tell(f"nothing applies: {name}, cats of all files", median(batch, what) / median(cat, what), 3, note=note)


def measure_workers(base, folder):
    one, two = in_turns([[*base, "-j", "1", folder]], [[*base, "-j", "2", folder]])
    free = (os.cpu_count() or 1) - os.getloadavg()[0]
    tell("two workers: times as fast as one", median(one, "wall") / median(two, "wall"), 1.8, at_least=True,
         note=f"{os.cpu_count()} processors; before, {max(free, 0):.1f} of them were free")


def measure_memory(base, build, every):
    large = build / "batch" / "large"
    make_large(large, 1_000_000, 24)
    tell("templates of 1 MB: peak MB of a worker", Cost([*base, "-j", "2", large]).peak / MB, 64)
    peaks = []
    for count in (2_000, 20_000):
        folder = build / "batch" / "growing"
        make(folder, every, count)
        peaks.append(Cost([*base, "-j", "2", folder]).peak / MB)
    tell("10 times the files: peak memory as a multiple", peaks[1] / peaks[0], 1.5,
         note=f"{peaks[0]:.0f} and {peaks[1]:.0f} MB")


def measure_growth(base, build, every):
    small, big = build / "batch" / "one", build / "batch" / "hundred"
    _, few = make(small, every, 100)
    _, many = make(big, every, 10_000)
    # Ten times the small one, so that both take long enough to be measured.
    costs = in_turns(*[[[*base, "-j", "1", small]]] * 9, [[*base, "-j", "1", big]])
    first = statistics.median(median(runs, "cpu") for runs in costs[:-1])
    tell(f"{few / MB:.0f} to {many / MB:.0f} MB: processor time for each byte, as a multiple",
         median(costs[-1], "cpu") / many / (first / few), 1.1)


def measure_others(base, build, every):
    """cfn-lint, and ruamel.yaml for one repair, on a sample."""
    folder = build / "batch" / "sample"
    paths, size = make(folder, every[::8], len(every[::8]))
    ours, single = in_turns([[*base, "-j", "1", folder]], [[*base, "-j", "1", "--select", ONE_REPAIR, folder]])
    lint = Cost([str(pathlib.Path(sys.executable).with_name("cfn-lint")), *paths])
    ruamel = Cost([sys.executable, HERE / "ruamel_on_off.py", *paths])
    note = f"on {len(paths)} files, {size / MB:.2f} MB"
    tell("cfn-lint: processor time, all repairs as the unit", lint.cpu / median(ours, "cpu"), note=note)
    tell(f"ruamel.yaml: the same, {ONE_REPAIR} alone as the unit", ruamel.cpu / median(single, "cpu"), note=note)


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    corpus = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else HERE.parent.parent / "shared/corpus").resolve()
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 20_000
    cfnfix, scan = str(build / "cfnfix"), str(build / "cfnfix-scan")
    base = [cfnfix, "-q", "--check", "--no-config"]
    work = build / "batch"
    every = readable(cfnfix, corpus)
    kinds = split(cfnfix, every, work / "split")
    print(", ".join(f"{len(files)} {kind}" for kind, files in kinds.items()), "of the real files", flush=True)
    tools = (base, scan)
    measure_scan("all", tools, work / "all", (every, set(kinds["idle"])), count, 1.5)
    for kind in ("clean", "told", "repaired"):
        measure_scan(f"those {kind}", tools, work / kind, (kinds[kind], set()), count // 10)
    measure_workers(base, work / "all")
    measure_idle(base, work / "idle", kinds["idle"], count)
    measure_memory(base, build, every)
    measure_growth(base, build, every)
    measure_others(base, build, every)
    sys.exit(failed)


if __name__ == "__main__":
    main()

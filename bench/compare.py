"""cfnfix beside what people would use instead, on the same files, as ratios of one run.

Usage: compare.py CFNFIX [FOLDER], with the Python of build/venv. FOLDER holds templates (default:
the goldens). Each tool gets all files at once in one process, on a copy of its own:

- `cfnfix -i`, all repairs, and `cfnfix --select rds-parameter-on-off -i --jobs 1`, the one that
- `ruamel_on_off.py` does with ruamel.yaml, and
- `cfn-lint`'s decoder, which merely reads: no rule is run.
"""

import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
SUFFIXES = {".yaml", ".yml", ".json", ".template"}
READ_ONLY = """
import sys
import cfnlint.decode
for path in sys.argv[1:]:
    cfnlint.decode.decode(path)
print(len(sys.argv) - 1)
"""
ONE_REPAIR = "rds-parameter-on-off"
RUNS = 3


def inputs(folder):
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix in SUFFIXES and path.is_file() and path.stat().st_size > 0
    )


def copy(paths, root, target):
    copies = []
    for path in paths:
        place = target / path.relative_to(root)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
        copies.append(str(place))
    return copies


def seconds(command, paths, root):
    times = []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as target:
            arguments = command + copy(paths, root, pathlib.Path(target))
            start = time.perf_counter()
            subprocess.run(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            times.append(time.perf_counter() - start)
    return statistics.median(times)


def main():
    cfnfix = sys.argv[1]
    root = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else HERE.parent / "golden"
    paths = inputs(root)
    size = sum(path.stat().st_size for path in paths)
    base = [cfnfix, "-q", "-i", "--skip-non-templates"]
    tools = {
        "cfnfix, all repairs": base,
        "cfnfix, one repair, one thread": base + ["--select", ONE_REPAIR, "--jobs", "1"],
        "ruamel.yaml script, the same repair": [sys.executable, str(HERE / "ruamel_on_off.py")],
        "cfn-lint, reading alone": [sys.executable, "-c", READ_ONLY],
    }
    print(f"{len(paths)} files, {size / 1e6:.2f} MB")
    first = None
    for name, command in tools.items():
        taken = seconds(command, paths, root)
        first = first or taken
        print(f"{name:40} {taken:8.3f} s {taken / first:8.1f}")


if __name__ == "__main__":
    main()

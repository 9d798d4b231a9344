"""What can be taken or left by itself: suggestions, applied alone and together.

For every golden case, and for the templates of ../shared where those exist: all suggestions of a
file in any order give what cfnfix writes, each fixed finding is in one of them, no two have a line
in common, and each alone leaves a template that cfnfix reads.
"""
import random
import re

from lib import program



def lines_of(data):
    """Its lines with their ends, as cfnfix counts them."""
    parts = data.decode("utf-8").split("\n")
    lines = [part + "\n" for part in parts[:-1]]
    return lines + ([parts[-1]] if parts[-1] else [])


def apply_all(data, suggestions, order):
    """The text with those suggestions applied one by one in ORDER, as someone who clicks on them."""
    lines, moved = lines_of(data), []
    for index in order:
        for one in suggestions[index]["replacements"]:
            line, count = one["line"], one["lines"]
            at = line - 1 + sum(delta for place, delta in moved if place < line)
            new = lines_of(one["text"].encode())
            lines[at:at + count] = new
            moved.append((line, len(new) - count))
    return "".join(lines).encode()


def check_disjoint(tally, suggestions, name):
    """Nothing begins before what stands above it has ended; and what is put in, beside nothing."""
    places = sorted((one["line"], one["lines"]) for suggestion in suggestions
                    for one in suggestion["replacements"])
    for (line, count), (next_line, next_count) in zip(places, places[1:]):
        apart = next_line - line - count
        tally.check(apart > 0 or (apart == 0 and count > 0 and next_count > 0),
                    f"{name}: lines {line} and {next_line} are apart")


def check_alone(cfnfix, tally, data, suggestions, suffix, name):
    for index, suggestion in enumerate(suggestions):
        alone = apply_all(data, suggestions, [index])
        run = cfnfix("--format", "json", "--stdin-filename", f"alone{suffix}", "-", stdin=alone)
        tally.check(run.code in (0, 1), f"{name}: suggestion {index} alone can be read", run)
        tally.check(alone != data, f"{name}: suggestion {index} changes something", suggestion)


def check_file(cfnfix, tally, path, args, chosen):
    data = path.read_bytes()
    run = cfnfix(*args, "--format", "json", path)
    report = run.json()["files"][0]
    suggestions, name = report["suggestions"], f"{path.parent.name}/{path.name} {' '.join(args)}"
    fixed = [i for i, finding in enumerate(report["findings"]) if finding["state"] == "fixed"]
    owned = sorted(i for suggestion in suggestions for i in suggestion["findings"])
    if report["state"] == "error":
        return 0
    tally.equal(owned, fixed, f"{name}: each fixed finding is in one suggestion")
    if not suggestions or report["secretsHidden"]:
        return 0
    check_disjoint(tally, suggestions, name)
    wanted = cfnfix(*args, "-o", "-", path).out
    order = list(range(len(suggestions)))
    for _ in range(3):
        tally.equal(apply_all(data, suggestions, order), wanted, f"{name}: in the order {order}")
        chosen.shuffle(order)
    check_alone(cfnfix, tally, data, suggestions, path.suffix, name)
    return len(suggestions)


def shared_files(cfnfix):
    everything = ",".join(re.findall(r"^([a-z][a-z0-9-]+)", cfnfix("--list").out.decode(), re.M))
    for folder in program.corpus_folders():
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".yaml", ".yml", ".json", ".template") and path.is_file():
                yield path, []
                yield path, ["--unsafe-fixes", "--select", everything]


def main():
    cfnfix, _, tally = program.start(__doc__)
    chosen = random.Random(4)
    count = 0
    goldens = [(path, args) for _, path, args in program.golden_inputs()]
    for path, args in [*goldens, *shared_files(cfnfix)]:
        count += check_file(cfnfix, tally, path, args, chosen)
    tally.note(f"{count} suggestions")
    tally.check(count > 200, "there are suggestions to try", count)
    tally.end()


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Runs the independent checker over the goldens' inputs, and over the real templates where they
are."""
from check import check_folder, collect, report
from lib import program


def modes_of(cfnfix):
    """The default set, the same with consent, and every repair at once."""
    every = ",".join(line.split()[0] for line in cfnfix("--list").out.decode().splitlines())
    return (), ("--unsafe-fixes", ), ("--unsafe-fixes", f"--select={every}")


def label(name, mode):
    return f"{name} with everything at once" if len(mode) > 1 else " ".join([name, *mode])


def check_goldens(cfnfix, work, tally):
    cases = list(program.golden_inputs())
    tally.check(cases, "there are golden cases")
    sources = [(f"{name}{path.suffix}", path.read_bytes()) for name, path, _ in cases]
    for mode in modes_of(cfnfix):
        report(tally, label("golden", mode),
               check_folder(cfnfix, sources, work / "golden", mode), 0.05)
    groups = {}
    for name, path, args in cases:
        if "--add-ignores" in args:
            continue  # comments change no value, so no operation names them: see test_ignores
        groups.setdefault(tuple(args), []).append((f"{name}{path.suffix}", path.read_bytes()))
    for number, (args, group) in enumerate(sorted(groups.items())):
        result = check_folder(cfnfix, group, work / f"golden{number}", args)
        report(tally, " ".join(["golden", *args]), result, 0.2)


def main():
    cfnfix, work, tally = program.start(__doc__)
    check_goldens(cfnfix, work, tally)
    folders = program.corpus_folders()
    if not folders:
        tally.note("no real templates next to the checkout: only the goldens were checked")
    for folder in folders:
        sources = collect(folder)
        for mode in modes_of(cfnfix):
            report(tally, label(folder.name, mode),
                   check_folder(cfnfix, sources, work / folder.name, mode))
    tally.end()


if __name__ == "__main__":
    main()

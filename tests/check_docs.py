#!/usr/bin/env python3
"""--help, the man page and the bash completion name the same options; the program, both of these, the
README and docs/reports.md name the same formats of reports.

usage: check_docs.py path/to/cfnfix
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
OPTION = re.compile(r"(?<![\w-])--?[a-z0][a-z-]*")


def in_help(program):
    text = subprocess.run([program, "--help"], capture_output=True, check=True, text=True).stdout
    lines = [line for line in text.splitlines() if re.match(r"\s+-", line)]
    return {option for line in lines for option in OPTION.findall(line[:34])}


def in_man_page():
    found = set()
    for line in (ROOT / "docs/cfnfix.1").read_text().splitlines():
        if line.startswith(".It Fl "):
            found |= {"-" + name for name in re.findall(r"Fl (\S+)", line)}
    return found


def in_completion():
    text = (ROOT / "completions/cfnfix.bash").read_text()
    listed = re.search(r"compgen -W '\n(.*?)' --", text, re.S).group(1)
    return set(OPTION.findall(listed))


def choices_in_completion():
    text = (ROOT / "completions/cfnfix.bash").read_text()
    return dict(re.findall(r"(--\w+)\) .*compgen -W '([a-z ]+)'", text))


def check_choices(program):
    """A value that the completion offers is one that the program takes."""
    wrong = []
    for option, values in choices_in_completion().items():
        for value in values.split():
            command = [program, option, value, "--version"]
            if subprocess.run(command, capture_output=True).returncode != 0:
                wrong.append(f"{option} {value} is offered by the completion, but not taken")
    return wrong


# ---- Formats ----


def formats_of_program(program):
    """A format that resembles none is told which there are."""
    run = subprocess.run([program, "--format", "?" * 70, "x"], capture_output=True, text=True)
    return set(re.search(r"there is: (.*)", run.stderr).group(1).split(", "))


def formats_in_completion():
    text = (ROOT / "completions/cfnfix.bash").read_text()
    return set(re.search(r"local formats='(.*)'", text).group(1).split())


def formats_in_man_page():
    text = (ROOT / "docs/cfnfix.1").read_text()
    item = re.search(r"^\.It Fl -format .*?(?=^\.It )", text, re.S | re.M).group()
    return set(re.findall(r"^\.Cm (\S+)", item, re.M))


def anchor(heading):
    """As GitHub makes it."""
    return re.sub(r"[^\w -]", "", heading).replace(" ", "-")


def sections_of_reports():
    """Format -> anchor."""
    headings = re.findall(r"^## (.*)", (ROOT / "docs/reports.md").read_text(), re.M)
    return {name: anchor(heading) for heading in headings for name in heading.split(", ")}


def formats_in_readme():
    """Format -> anchor."""
    text = (ROOT / "README.md").read_text()
    return dict(re.findall(r"^\| \[`([\w-]+)`\]\(docs/reports\.md#([\w-]+)\) \|", text, re.M))


def check_formats(program):
    places = {
        "the program": formats_of_program(program),
        "completions/cfnfix.bash": formats_in_completion(),
        "docs/cfnfix.1": formats_in_man_page(),
        "docs/reports.md": set(sections_of_reports()),
        "README.md": set(formats_in_readme()),
    }
    every = set.union(*places.values())
    wrong = [f"{place} lacks the format {name}" for place, names in places.items()
             for name in sorted(every - names)]
    sections = sections_of_reports()
    return wrong + [f"README.md: docs/reports.md has no section #{link}"
                    for name, link in formats_in_readme().items() if sections.get(name) != link]


def main(program):
    places = {
        "--help": in_help(program),
        "docs/cfnfix.1": in_man_page(),
        "completions/cfnfix.bash": in_completion(),
    }
    every = set.union(*places.values())
    wrong = [f"{place} lacks {option}" for place, options in places.items()
             for option in sorted(every - options)]
    wrong += check_choices(program) + check_formats(program)
    if len(every) < 20:
        wrong.append(f"only {len(every)} options found: this test no longer reads the texts")
    print("\n".join(wrong) or f"{len(every)} options, the same everywhere")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

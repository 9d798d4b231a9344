"""Plays GitHub's runner for a composite action: inputs, expressions, steps, and the files that
steps write to."""
import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import yaml

EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")


@dataclass
class Played:
    code: int = 0
    log: bytes = b""
    outputs: dict = field(default_factory=dict)  # the action's
    summary: str = ""
    used: list = field(default_factory=list)  # (action, its inputs) of the `uses` steps
    path: list = field(default_factory=list)  # what was added to PATH


def evaluate(expression, context):
    """The part of GitHub's expressions that a small action needs: references, == and !=, 'text'."""
    sides = re.split(r"\s*(==|!=)\s*", expression)
    values = [_value(side, context) for side in sides[::2]]
    if len(sides) == 1:
        return values[0]
    return (values[0] == values[1]) == (sides[1] == "==")


def _value(text, context):
    if text.startswith("'"):
        return text[1:-1]
    found = context
    for part in text.split("."):
        found = found.get(part, "") if isinstance(found, dict) else ""
    return found


def fill_in(value, context):
    """VALUE with its ${{ }} replaced."""
    return EXPRESSION.sub(lambda match: str(evaluate(match[1], context)), str(value))


def key_values(path):
    """What a step wrote into GITHUB_OUTPUT; only the simple form is taken."""
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if line)


def play(action, work, environment, inputs):
    """Runs the composite ACTION file with INPUTS; WORK is an empty folder for the runner's files
    and ENVIRONMENT what the runner gives besides. A step that fails ends it, as there."""
    document = yaml.safe_load(Path(action).read_text())
    given = {name: fill_in(one.get("default", ""), {"github": {"token": environment["TOKEN"]}})
             for name, one in document["inputs"].items()}
    unknown = set(inputs) - set(given)
    assert not unknown, f"no inputs {unknown}"
    context = {"inputs": given | inputs, "steps": {}}
    played = Played()
    for number, step in enumerate(document["runs"]["steps"]):
        if "if" in step and not evaluate(step["if"], context):
            continue
        if "uses" in step:
            filled = {key: fill_in(value, context) for key, value in step["with"].items()}
            played.used.append((step["uses"], filled))
            continue
        _run(step, number, work, environment, Path(action).parent, context, played)
        if played.code:
            break
    played.outputs = {name: fill_in(one["value"], context)
                      for name, one in document["outputs"].items()}
    return played


def _run(step, number, work, environment, home, context, played):
    assert step["shell"] == "bash" and "${{" not in step["run"]
    files = {name: work / f"{name.lower()}-{number}"
             for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_PATH", "GITHUB_ENV")}
    for file in files.values():
        file.touch()
    script = work / f"step-{number}.sh"
    script.write_text(step["run"])
    own = {key: fill_in(value, context) for key, value in step.get("env", {}).items()}
    path = os.pathsep.join([*reversed(played.path), environment["PATH"]])
    done = subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
                          cwd=environment["GITHUB_WORKSPACE"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                          env={key: value for key, value in environment.items() if key != "TOKEN"}
                          | {name: str(file) for name, file in files.items()}
                          | {"PATH": path, "GITHUB_ACTION_PATH": str(home)} | own)
    played.code = done.returncode
    played.log += done.stdout
    played.summary += files["GITHUB_STEP_SUMMARY"].read_text()
    played.path += files["GITHUB_PATH"].read_text().split()
    if "id" in step:
        context["steps"][step["id"]] = {"outputs": key_values(files["GITHUB_OUTPUT"])}

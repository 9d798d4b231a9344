#!/usr/bin/env python3
"""The examples of docs/integrations: valid for their readers, and what they run does what their
pages say, in repositories made here."""
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

from lib import program

PAGES = program.ROOT / "docs/integrations"
TOOLS = Path(sys.executable).parent
FAULT = b"""Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      Tags: [{Key: a, Value: 'one,two'}]
"""
FIXED = FAULT.replace(b"one,two", b"one-two")

# The keys of MegaLinter's published schema (megalinter-descriptor.jsonschema.json), which allows no
# other; without those that no plugin for one program needs.
DESCRIPTOR_KEYS = {
    "descriptor_id", "descriptor_type", "descriptor_label", "descriptor_flavors", "file_extensions",
    "file_names_regex", "file_names_not_ends_with", "file_contains_regex",
    "file_contains_regex_extensions", "install", "linters"
}
DESCRIPTOR_NEEDS = {"descriptor_id", "descriptor_type", "linters"}
DESCRIPTOR_TYPES = {"language", "format", "tooling_format", "other"}
LINTER_KEYS = {
    "linter_name", "name", "linter_text", "linter_url", "linter_repo", "linter_rules_url",
    "linter_spdx_license", "linter_speed", "cli_executable", "cli_lint_mode", "cli_lint_extra_args",
    "cli_lint_extra_args_after", "cli_lint_fix_arg_name", "cli_lint_fix_remove_args",
    "cli_lint_errors_count", "cli_lint_errors_regex", "cli_help_arg_name", "cli_version_arg_name",
    "cli_config_arg_name", "config_file_name", "can_output_sarif", "cli_sarif_args", "examples",
    "install", "is_formatter", "version_extract_regex"
}
LINTER_NEEDS = {"linter_name", "linter_url", "examples"}
LINT_MODES = {"file", "list_of_files", "project"}
COUNTS = {"regex_number", "regex_count", "regex_sum", "total_lines"}


class Repository:
    """A clone of a repository with a base, and a head that brings a fault."""

    def __init__(self, folder, cfnfix):
        self.origin, self.home = program.fresh(folder / "origin"), folder / "clone"
        self.git("checkout", "-q", "-b", "main")
        self.base = self.commit({"a.yaml": FIXED, "old.yaml": FAULT})
        self.git("clone", "-q", str(self.origin), str(self.home))
        self.origin = self.home
        self.head = self.commit({"a.yaml": FAULT})
        tools = folder / "bin"
        tools.mkdir()
        (tools / "cfnfix").symlink_to(cfnfix.path)
        self.path = f"{tools}:{os.environ['PATH']}"

    def git(self, *args):
        name = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        return subprocess.run(["git", *name, *args], cwd=self.origin, check=True,
                              env=os.environ | program.ENVIRONMENT,
                              capture_output=True).stdout.decode()

    def commit(self, files):
        for name, data in files.items():
            (self.origin / name).write_bytes(data)
        self.git("add", "-A")
        self.git("commit", "-qm", "x")
        return self.git("rev-parse", "HEAD").strip()

    def shell(self, lines, **variables):
        """The LINES as a pipeline runs them: one bash, which ends with the first that fails."""
        return subprocess.run(["bash", "-eo", "pipefail", "-c", "\n".join(lines)], cwd=self.home,
                              env=os.environ | program.ENVIRONMENT | {"PATH": self.path} |
                              variables, capture_output=True, check=False)


def valid(tally, path, *schema):
    done = subprocess.run([TOOLS / "check-jsonschema", *schema, path], capture_output=True,
                          check=False)
    tally.check(done.returncode == 0, f"{path.name} is valid", done.stdout)


def test_pages(cfnfix, work, tally):
    """Every YAML on a page can be read, and what has a schema has it right."""
    checked = set()
    for page in sorted(PAGES.glob("*.md")):
        for number, text in enumerate(re.findall(r"^```yaml\n(.*?)^```", page.read_text(),
                                                 re.M | re.S)):
            document = yaml.safe_load(text)
            path = work / f"{page.stem}-{number}.yaml"
            path.write_text(text)
            if text.startswith("# .github/workflows/"):
                valid(tally, path, "--builtin-schema", "vendor.github-workflows")
                checked.add("workflow")
            elif text.startswith("# .pre-commit-config.yaml"):
                done = subprocess.run([TOOLS / "pre-commit", "validate-config", path],
                                      capture_output=True, check=False)
                tally.check(done.returncode == 0, f"{path.name} is valid", done)
                checked.add("pre-commit")
            tally.check(document, f"{path.name} can be read")
    tally.equal(checked, {"workflow", "pre-commit"}, "what is on the pages")


def test_links(cfnfix, work, tally):
    """The pages' links, and the README's to them, lead somewhere."""
    for page in [program.ROOT / "README.md", *PAGES.glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^):#]+)[^)]*\)", page.read_text()):
            tally.check((page.parent / target).exists(), f"{page.name}: {target}")
    readme = (program.ROOT / "README.md").read_text()
    for page in PAGES.glob("*.md"):
        tally.check(f"docs/integrations/{page.name}" in readme, f"the README knows {page.name}")


def test_gitlab(cfnfix, work, tally):
    path = PAGES / "gitlab-ci.yml"
    valid(tally, path, "--builtin-schema", "vendor.gitlab-ci")
    script = yaml.safe_load(path.read_text())["cfnfix"]["script"]
    at = Repository(program.work_folder(work / "gitlab"), cfnfix)
    done = at.shell(script, CI_MERGE_REQUEST_DIFF_BASE_SHA=at.base)
    tally.equal(done.returncode, 1, f"gitlab: changes are due: {done}")
    report = json.loads((at.home / "gl-code-quality-report.json").read_text())
    tally.equal({(one["location"]["path"], one["location"]["lines"]["begin"]) for one in report},
                {("a.yaml", 5)}, "gitlab: what the merge request changes")
    at.git("clean", "-qffdx")  # as GitLab's runner does before each job
    at.commit({"a.yaml": FIXED})
    done = at.shell(script, CI_MERGE_REQUEST_DIFF_BASE_SHA=at.base)
    tally.equal(done.returncode, 0, f"gitlab: nothing is due: {done}")
    at.git("clean", "-qffdx")
    at.commit({"a.yaml": b"Resources: [\n  }\n"})
    done = at.shell(script, CI_MERGE_REQUEST_DIFF_BASE_SHA=at.base)
    tally.equal(done.returncode, 2, f"gitlab: an error: {done}")


def test_codebuild(cfnfix, work, tally):
    document = yaml.safe_load((PAGES / "buildspec.yml").read_text())
    tally.equal(set(document), {"version", "env", "phases", "reports"}, "codebuild: the keys")
    tally.equal(document["version"], 0.2, "codebuild: the version")
    tally.equal(document["reports"]["cfnfix"]["file-format"], "JUNITXML", "codebuild: its report")
    commands = document["phases"]["build"]["commands"]
    at = Repository(program.work_folder(work / "codebuild"), cfnfix)
    done = at.shell(commands)
    tally.check(done.returncode == 1 and b"old.yaml" in done.stderr, "codebuild: all templates",
                done)
    report = at.home / document["reports"]["cfnfix"]["base-directory"] / "cfnfix.xml"
    tally.check(report.is_file() and "old.yaml" in report.read_text(), "codebuild: the report")
    done = at.shell(commands, CODEBUILD_WEBHOOK_BASE_REF="refs/heads/main")
    tally.check(done.returncode == 1 and "old.yaml" not in report.read_text(),
                "codebuild: what a pull request changes", done)
    at.commit({"a.yaml": FIXED})
    done = at.shell(commands, CODEBUILD_WEBHOOK_BASE_REF="refs/heads/main")
    tally.equal(done.returncode, 0, f"codebuild: nothing is due: {done}")


# ---- MegaLinter ----


def mega_linter_command(linter, files, fixes=False, sarif=None):
    """The command that MegaLinter puts together (Linter.build_lint_command), in its order."""
    command = [linter["linter_name"], *linter["cli_lint_extra_args"]]
    if fixes:
        command.append(linter["cli_lint_fix_arg_name"])
    if sarif:
        command += [arg.replace("{{SARIF_OUTPUT_FILE}}", str(sarif))
                    for arg in linter["cli_sarif_args"]]
    for arg in linter["cli_lint_fix_remove_args"] if fixes else []:
        command.remove(arg)
    return command + files


def check_descriptor(tally, document):
    linter, = document["linters"]
    for what, found, known, needed in (("descriptor", document, DESCRIPTOR_KEYS, DESCRIPTOR_NEEDS),
                                       ("linter", linter, LINTER_KEYS, LINTER_NEEDS)):
        tally.equal(set(found) - known, set(), f"megalinter: keys of the {what}")
        tally.equal(needed - set(found), set(), f"megalinter: needed by the {what}")
    tally.check(document["descriptor_type"] in DESCRIPTOR_TYPES, "megalinter: descriptor_type")
    tally.check(linter["cli_lint_mode"] in LINT_MODES, "megalinter: cli_lint_mode")
    tally.check(linter["cli_lint_errors_count"] in COUNTS, "megalinter: cli_lint_errors_count")
    for line in linter["install"]["dockerfile"]:
        tally.check(line.startswith("RUN "), "megalinter: plugins may only RUN", line)
    for pattern in document["file_contains_regex"]:
        for text, wanted in ((FAULT, True), (b"services:\n  a: {image: b}\n", False)):
            tally.check(bool(re.search(pattern, text.decode())) == wanted,
                        f"megalinter: {pattern} finds templates", text)
    return linter


def test_mega_linter(cfnfix, work, tally):
    path, = PAGES.glob("mega-linter-plugin-*/*.megalinter-descriptor.yml")
    linter = check_descriptor(tally, yaml.safe_load(path.read_text()))
    at = Repository(program.work_folder(work / "megalinter"), cfnfix)
    files = [str(at.home / name) for name in ("a.yaml", "old.yaml", "b.json")]
    (at.home / "b.json").write_text('{"a": 1}')

    def run(*args, **more):
        command = mega_linter_command(linter, files, **more) if not args else args
        done = subprocess.run(command, cwd=at.home, stdout=subprocess.PIPE, check=False,
                              stderr=subprocess.STDOUT,
                              env=os.environ | {"PATH": at.path, "FORCE_COLOR": "0"})
        return done.returncode, done.stdout.decode()

    code, text = run()
    found = re.findall(linter["cli_lint_errors_regex"], text)
    tally.equal((code, sum(map(int, found))), (1, 2), f"megalinter: lints and counts: {text}")
    sarif = work / "CFNFIX.sarif"
    code, text = run(sarif=sarif)
    tally.check(code == 1 and json.loads(sarif.read_text())["version"] == "2.1.0",
                "megalinter: SARIF", text)
    code, text = run(fixes=True)
    tally.check(code == 0 and (at.home / "a.yaml").read_bytes() == FIXED, "megalinter: repairs",
                text)
    tally.equal(run()[0], 0, "megalinter: then nothing is left")
    code, text = run("cfnfix", linter["cli_version_arg_name"])
    tally.check(code == 0 and re.search(r"\d+(\.\d+)+", text), "megalinter: version", text)
    tally.equal(run("cfnfix", linter["cli_help_arg_name"])[0], 0, "megalinter: help")


def main():
    cfnfix, work, tally = program.start(__doc__)
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test(cfnfix, work, tally)
    tally.end()


if __name__ == "__main__":
    main()

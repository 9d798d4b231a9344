#!/usr/bin/env python3
"""SARIF passes the official schema, and what GitHub's code scanning asks for beyond it.

https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""
import json

import jsonschema

from lib import program

SCHEMA = (program.ROOT / "build/clients/node_modules/@microsoft/jest-sarif/lib/schemas" /
          "sarif-2.1.0-rtm.5.json")
MOST_RESULTS = 25000


def units(line, kind):
    """How long a line is for SARIF's columns."""
    return len(line.encode("utf-16-le")) // 2 if kind == "utf16CodeUnits" else len(line)


def check_region(tally, label, region, lines, kind):
    first, last = region["startLine"], region.get("endLine", region["startLine"])
    tally.check(1 <= first <= last <= len(lines), f"{label}: lines within the file", region)
    for line, column in ((first, region.get("startColumn", 1)), (last, region.get("endColumn", 1))):
        text = lines[min(line, len(lines)) - 1]
        tally.check(1 <= column <= units(text, kind) + 1, f"{label}: columns within the line",
                    region)


def check_run(tally, home, run):
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    for name, rule in rules.items():
        for key in ("shortDescription", "fullDescription", "help"):
            tally.check(rule.get(key, {}).get("text"), f"rule {name}: {key}.text", rule)
    tally.check(len(run["results"]) <= MOST_RESULTS, "as many results as GitHub takes")
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        uri, region = place["artifactLocation"]["uri"], place.get("region")
        label = f"{uri}: {result['ruleId']}"
        tally.check(result["ruleId"] in rules, f"{label}: the rule is described")
        tally.check(result["message"].get("text"), f"{label}: a message")
        tally.check(result.get("partialFingerprints"), f"{label}: fingerprints")
        tally.check("://" not in uri and not uri.startswith("/"), f"{label}: a relative path")
        path = home / uri
        if not tally.check(path.is_file(), f"{label}: the file is there"):
            continue
        lines = path.read_bytes().decode("utf-8-sig").split("\n")
        for where in [region] if region else []:
            check_region(tally, label, where, lines, run.get("columnKind"))
        for change in [c for fix in result.get("fixes", []) for c in fix["artifactChanges"]]:
            for one in change["replacements"]:
                check_region(tally, label, one["deletedRegion"], lines, run.get("columnKind"))
                tally.check("text" in one.get("insertedContent", {}), f"{label}: a text to insert")


def test_goldens(cfnfix, work, tally):
    """All golden inputs in one run."""
    home = program.fresh(work / "goldens")
    for name, path, _ in program.golden_inputs():
        (home / name).parent.mkdir(exist_ok=True)
        (home / (name + path.suffix)).write_bytes(path.read_bytes())
    run = cfnfix("--format", "sarif", ".", cwd=home)
    document = json.loads(run.out)
    schema = json.loads(SCHEMA.read_text())
    validator = jsonschema.validators.validator_for(schema)(schema)
    wrong = [f"{error.json_path}: {error.message[:200]}"
             for error in validator.iter_errors(document)]
    tally.equal(wrong, [], "the official schema")
    results = sum(len(one["results"]) for one in document["runs"])
    tally.check(results > 100, "there are results", results)
    for one in document["runs"]:
        check_run(tally, home, one)


def main():
    cfnfix, work, tally = program.start(__doc__)
    tally.check(not jsonschema.validators.validator_for(json.loads(SCHEMA.read_text()))(
        json.loads(SCHEMA.read_text())).is_valid({"version": "2.1.0"}), "the schema can refuse")
    test_goldens(cfnfix, work, tally)
    tally.end()


if __name__ == "__main__":
    main()

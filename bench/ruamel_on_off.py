"""What people would write instead: rds-parameter-on-off with ruamel.yaml's round trip.

Usage: ruamel_on_off.py FILE... rewrites each file in which a parameter was changed.
"""

import io
import sys

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

TYPES = {"AWS::RDS::DBParameterGroup", "AWS::RDS::DBClusterParameterGroup"}
ON_OFF = {"require_secure_transport"}
WORDS = {"1": "ON", "true": "ON", "0": "OFF", "false": "OFF"}


def repair(template):
    changed = False
    for resource in template.get("Resources", {}).values():
        if not isinstance(resource, dict) or resource.get("Type") not in TYPES:
            continue
        parameters = resource.get("Properties", {}).get("Parameters", {})
        for name in ON_OFF & parameters.keys():
            word = WORDS.get(str(parameters[name]).lower())
            if word is not None:
                parameters[name] = word
                changed = True
    return changed


def main(paths):
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    for path in paths:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        try:
            template = yaml.load(text)
        except YAMLError as error:
            print(f"{path}: {type(error).__name__}", file=sys.stderr)
            continue
        if isinstance(template, dict) and repair(template):
            out = io.StringIO()
            yaml.dump(template, out)
            with open(path, "w", encoding="utf-8") as file:
                file.write(out.getvalue())


if __name__ == "__main__":
    main(sys.argv[1:])

#!/usr/bin/env python3
"""hardcoded-db-password never prints a password: in no output, in no spelling, whatever other
repairs do around it. Repaired templates and --patch have the bytes that they must have."""
import json
import re
import subprocess

from check import check_folder
from lib import diff, hidden, program, tree

PASSWORD = re.compile(rb"[A-Z][a-z]+-2024(?:-[a-z]+)?")
CASES = program.GOLDEN / "hardcoded-db-password"
REPLACED = ("basic", "json", "parameter", "never-managed")  # nothing keeps the old one there

# @V@ is the password as it is spelled at its database, @D@ as a default, @M@ in a mapping, @P@ as a
# value elsewhere, @J@ inside of JSON text in single quotes, @S@ inside of double quotes.
YAML = """\
Description: A shop
Parameters:
  Secret:
    Type: String
    Default: @D@
Mappings:
  Map: {eu-west-1: {password: @M@, size: small}}
Resources:
  Database:
    Type: AWS::RDS::DBInstance
    DeletionPolicy: Snapshot
    Properties:
      Engine: mysql
      DBInstanceClass: db.t4g.micro
      AllocatedStorage: '20'
      MasterUsername: shop
      MasterUserPassword: @V@
      Tags: [{Key: a, Value: "one,two"}]
  Api:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: api
      Environment:
        Variables:
          A: x
          DB_PASSWORD: @P@
      Code: {ZipFile: "P = '@S@'"}
      Tags:
        - {Key: b, Value: "one,@S@"}
  Url:
    Type: AWS::SSM::Parameter
    Properties:
      Type: String
      Name: url
      Value: !Sub "mysql://shop:@S@@${Database.Endpoint.Address}/shop"
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions: '[{"Name": "shop", "Image": "shop", "Memory": 512,
        "Environment": [{"Name": "DB_PASSWORD", "Value": "@J@"}]}]'
  Bucket:
    Type: AWS::S3::Bucket
    Properties: {BucketName: shop, Versioning: true, Tags: [{Key: "c,@S@", Value: @P@}]}
"""

# git puts the first line, cut off within the password, above a hunk that is further down.
HEADED = """\
Resources: {OrdersDatabaseOfShop: {Properties: {MasterUserPassword: @V@,
""" + "".join(f"  B{i}: 1,\n" for i in range(9)) + """\
  Tags: [{Key: a, Value: "one,two"}]}, Type: AWS::DocDB::DBCluster}}
"""


def double(text):
    return json.dumps(text, ensure_ascii=False)[1:-1]


def single(text):
    return text.replace("'", "''")


def escaped(text):
    """Every other character as an escape that YAML and JSON have."""
    return "".join(
        double(c) if i % 2 == 0 else f"\\u{ord(c):04x}" if c <= "\uffff" else f"\\U{ord(c):08x}"
        for i, c in enumerate(text))


def fill(password, value, default="none", mapped="none"):
    spelled = {
        "V": value, "D": default, "M": mapped, "P": f'"{double(password)}"', "S": double(password),
        "J": single(double(password))
    }
    return re.sub("@([A-Z])@", lambda match: spelled[match[1]], YAML)


def as_json(text, spelled):
    """The template in JSON, the password spelled another way at its database."""
    template = tree.plain(tree.read(text))
    template["Resources"]["Database"]["Properties"]["MasterUserPassword"] = "@V@"
    return json.dumps(template, indent=1).replace('"@V@"', spelled)


def cases():
    """(name, template, password, whether the repair can read it)"""
    texts = {
        "plain": "Winter-2024-shop", "signs": "it's \"W1nter\" \\next <&>", "url": "p@ss/w0rd%2fx",
        "unicode": "Grüße-2024-\U0001f600", "weak": "gemini", "short": "qz7"
    }
    for name, text in texts.items():
        yield f"{name}-double", fill(text, f'"{double(text)}"'), text, True
        yield f"{name}-single", fill(text, f"'{single(text)}'"), text, True
        yield f"{name}-escaped", fill(text, f'"{escaped(text)}"'), text, True
        yield f"{name}-literal", fill(text, f"|-\n        {text}"), text, True
        yield f"{name}-sub", fill(text, f"!Sub '{single(text)}'"), text, True
        yield f"{name}-default", fill(text, "!Ref Secret", f'"{double(text)}"'), text, True
        yield f"{name}-if", fill(text, f"!If [IsBig, '{single(text)}', !Ref Secret]"), text, True
        yield f"{name}.json", as_json(fill(text, "x"), json.dumps(text)), text, True
        if max(text) <= "\uffff":
            yield f"{name}-escaped.json", as_json(fill(text, "x"), f'"{escaped(text)}"'), text, True
    one, two = "Winter of 2024", "shop"
    yield "folded", fill(f"{one} {two}", f">-\n        {one}\n        {two}"), f"{one} {two}", True
    yield "folded-quotes", fill(f"{one} {two}", f'"{one}\n        {two}"'), f"{one} {two}", True
    yield "broken", fill(f"{one}{two}", f'"{one}\\\n        {two}"'), f"{one}{two}", True
    yield "join", fill(one + two, f"!Join ['', ['{one}', {two}]]"), one + two, True
    yield "find-in-map", fill(one, "!FindInMap [Map, !Ref AWS::Region, password]", mapped=one), \
        one, False
    yield "select", fill(one, f"!Select [0, [{one}, x]]"), one, False
    flow = json.dumps(tree.plain(tree.read(fill(one, f"'{one}'")))["Resources"])
    yield "heading", HEADED.replace("@V@", "Winter-2024-shop"), "Winter-2024-shop", True
    yield "one-line", f"Description: x\nResources: {flow}\nOutputs:\n  A: {{Value: 1}}\n", one, True


MODES = {
    "diff": [], "color": ["--color", "always"], "json": ["--format", "json"], "check": ["--check"],
    "quiet": ["-q"], "strict": ["--strict"], "patch -": ["--patch", "-"],
    "patch /dev/stdout": ["--patch", "/dev/stdout"], "output": ["-o", "out.yaml"],
    "in place": ["-i"], "in place, json": ["-i", "--format", "json"]
}


def printed(run):
    """What was printed, and, of a document, what a reader of it gets. Of a diff without the names
    and numbers of lines."""
    out = run.out.decode()
    if out.startswith("{"):
        for entry in run.json()["files"]:
            yield from hidden.told(entry)
    else:
        yield re.sub(r"^(\x1b\[[0-9;]*m)?@@ [-0-9,+ ]*@@|^(---|\+\+\+) .*", "", out, flags=re.M)
    yield out.replace("\\n", "\n")
    yield run.err.decode()


def check_printed(tally, run, password, what):
    forms = hidden.forms(password) | {escaped(password), password[:8]}
    told = [(form, text[max(0, text.find(form) - 60):][:160])
            for form in forms for text in printed(run)
            if hidden.shows(text, form)]
    tally.check(not run.crashed and not told, f"{what}: printed", told[:2])


def check_bytes(cfnfix, tally, home, name, before, options, what):
    """--patch and -i give the same bytes, and those are what the repair means."""
    (home / name).write_bytes(before)
    cfnfix("--patch", "fix.patch", *options, name, cwd=home)
    patch = (home / "fix.patch").read_bytes() if (home / "fix.patch").exists() else b""
    cfnfix("-i", *options, name, cwd=home)
    placed = (home / name).read_bytes()
    (home / name).write_bytes(before)
    written = cfnfix("-", *options, stdin=before).out
    tally.check(written == placed, f"{what}: -i and - differ")
    tally.check(hidden.HIDDEN.encode() not in placed, f"{what}: hidden in the template")
    if placed == before:
        tally.check(not patch, f"{what}: a patch for nothing")
        return
    tally.check(diff.apply(before, diff.parse(patch)[0]) == placed, f"{what}: other bytes")
    done = subprocess.run(["git", "apply", "--whitespace=nowarn", "fix.patch"], cwd=home,
                          capture_output=True, env=program.os.environ | program.ENVIRONMENT)
    tally.check(done.returncode == 0 and (home / name).read_bytes() == placed,
                f"{what}: git apply", done.stderr)


def check_case(cfnfix, tally, home, every, case):
    name, text, password, is_readable = case
    file = name if name.endswith(".json") else f"{name}.yaml"
    before = text.encode()
    sets = {
        "default": [], "consent": ["--unsafe-fixes"], "every": ["--select", every],
        "every, consent": ["--unsafe-fixes", "--select", every]
    }
    for label, options in sets.items():
        for mode, more in MODES.items():
            (home / file).write_bytes(before)
            run = cfnfix(*more, *options, file, cwd=home)
            check_printed(tally, run, password, f"{name}, {label}, {mode}")
        check_bytes(cfnfix, tally, home, file, before, options, f"{name}, {label}")
        filtered = cfnfix(*options, "-", stdin=before)
        tally.check(not hidden.shows(filtered.err.decode(), password), f"{name}: as a filter")
    (home / file).write_bytes(before)
    run = cfnfix("--select", "hardcoded-db-password", "--format", "json", file, cwd=home)
    found = [f for f in run.json()["files"][0]["findings"]]
    tally.check(found and all((f["state"] != "cannot-fix") == is_readable for f in found),
                f"{name}: found", found)


def check_flag(cfnfix, tally, home):
    """The line and the flag come with what is hidden, and only then."""
    line = b"the diff hides a password and does not apply; --patch FILE writes one that does\n"
    secret = "Winter-2024"
    files = {"a.yaml": fill(secret, secret), "b.yaml": fill(secret, "'{{resolve:x}}'")}
    for name, text in files.items():
        (home / name).write_text(text)
    run = cfnfix("a.yaml", cwd=home)
    tally.check(run.err.count(line) == 1 and b"********" in run.out, "the summary says it", run.err)
    tally.check(line not in cfnfix("--check", "a.yaml", cwd=home).err, "not without a diff")
    tally.check(line not in cfnfix("b.yaml", cwd=home).err, "not where nothing is hidden")
    run = cfnfix("--ignore", "hardcoded-db-password", "a.yaml", cwd=home)
    tally.check(line not in run.err and b"Winter-2024" in run.out, "not where nobody looks for it")
    report = cfnfix("--format", "json", "a.yaml", "b.yaml", cwd=home).json()
    tally.equal([entry["secretsHidden"] for entry in report["files"]], [True, False], "the flag")
    run = cfnfix("-q", "--patch", "-", "a.yaml", cwd=home)
    tally.check(b"********" in run.out and b"Winter" not in run.out, "--patch - hides", run.out)
    (home / "out").write_bytes(b"")
    with open(home / "out", "w") as out:
        command = [cfnfix.path, "-q", "--patch", "/dev/stdout", "a.yaml"]
        subprocess.run(command, cwd=home, stdout=out)
    tally.check("Winter" not in (home / "out").read_text(), "so does a file that is printed to")


def check_golden(tally, path):
    """What the goldens show: nothing keeps a password that is said to be gone."""
    case = path.parent.name
    passwords = set(PASSWORD.findall(path.read_bytes()))
    tally.check(passwords or case == "already-fixed", f"{case}: no password to look for")
    for name in ("expected.diff", "findings.txt"):
        shown = (path.parent / name).read_bytes() if (path.parent / name).exists() else b""
        if case != "left-alone":
            told = [word for word in passwords if word in shown]
            tally.check(not told, f"{case}: {name} shows it", told)
    if case in REPLACED:
        after = (path.parent / path.name.replace("input", "expected")).read_bytes()
        left = [word for word in passwords if word in after]
        tally.check(not left, f"{case}: still in the template", left)


def main():
    cfnfix, work, tally = program.start(__doc__)
    every = ",".join(line.split()[0] for line in cfnfix("--list").out.decode().splitlines())
    home = program.fresh(work / "home")
    for case in cases():
        check_case(cfnfix, tally, home, every, case)
    check_flag(cfnfix, tally, home)
    sources = [(name if name.endswith(".json") else f"{name}.yaml", text.encode())
               for name, text, _, _ in cases()]
    for options in ([], ["--unsafe-fixes"], ["--unsafe-fixes", "--select", every]):
        result = check_folder(cfnfix, sources, work / "checked", options)
        for name, what in result.failures:
            tally.check(False, f"{name} {options[:1]}", what)
        tally.check(not result.unjudged, "all are judged", result.unjudged)
    for path in sorted(CASES.glob("*/input.*")):
        check_golden(tally, path)
    tally.end()


if __name__ == "__main__":
    main()

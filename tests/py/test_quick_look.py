"""The quick look at the bytes changes nothing but what is read: with --thorough the results are the same.

Over all goldens, the real templates where they exist, and variants of both in which words are spelled with escapes
and over several lines; with the default repairs, with all, and with each one alone.
"""
import json
import random
import re

from lib.program import SUFFIXES, corpus_folders, fresh, golden_inputs, start

LETTERS = re.compile(r"[A-Za-z]")
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
KEY = re.compile(r"^( *(?:- )?)([A-Z][A-Za-z]+):(?= |$)", re.M)
TYPE = re.compile(r"^( *(?:- )?)Type: ['\"]?(AWS::\w+::)(\w+)['\"]?$", re.M)
PLAIN = """Resources:
  Topic:
    Type: AWS::SNS::Topic
"""


def escape_json(text, chance):
    """One letter of every other string as \\uXXXX."""

    def escape(match):
        letters = [at.start() for at in LETTERS.finditer(match[1]) if match[1][at.start() - 1:at.start()] != "\\"]
        if not letters or chance.random() < 0.5 or "\\u" in match[1]:
            return match[0]
        at = chance.choice(letters)
        return f'"{match[1][:at]}\\u{ord(match[1][at]):04x}{match[1][at + 1:]}"'

    return STRING.sub(escape, text)


def escape_keys(text, chance):
    """Some keys of block YAML in double quotes, one letter as \\xXX."""

    def escape(match):
        at = chance.randrange(len(match[2]))
        key = f'{match[2][:at]}\\x{ord(match[2][at]):02x}{match[2][at + 1:]}'
        return match[0] if chance.random() < 0.7 else f'{match[1]}"{key}":'

    return KEY.sub(escape, text)


def fold_types(text, _):
    """Types over two lines, where nothing but the backslash tells that they are one word."""
    return TYPE.sub(lambda match: f'{match[1]}Type: "{match[2]}\\\n{" " * 30}{match[3]}"', text)


def sources():
    """(name, path) of all templates there are."""
    for name, path, _ in golden_inputs():
        yield name.replace("/", "-") + path.suffix, path
    for folder in corpus_folders():
        for path in sorted(folder.rglob("*")):
            if path.suffix in SUFFIXES and path.is_file():
                yield "-".join(path.relative_to(folder).parts), path


def make_inputs(folder):
    """Copies them, and what becomes of them, into FOLDER; returns how many are variants."""
    chance = random.Random(5)
    variants = 0
    for name, path in sources():
        (folder / name).write_bytes(path.read_bytes())
        try:
            text = path.read_bytes().decode()
        except UnicodeDecodeError:
            continue
        for number, change in enumerate((escape_json, ) if text.lstrip().startswith("{") else (escape_keys,
                                                                                             fold_types)):
            changed = change(text, chance)
            if changed != text:
                (folder / f"{number}-{name}").write_text(changed, newline="")
                variants += 1
    return variants


def report(cfnfix, folder, *options):
    run = cfnfix("--format", "json", "--no-config", *options, ".", cwd=folder)
    document = run.json()
    return {file["path"]: file for file in document["files"]}, document


def unread(files):
    """The templates that no one had to read."""
    return {path for path, file in files.items() if file["state"] == "unchanged" and not file["readers"]}


def compare(cfnfix, tally, folder, *options):
    """Returns how many templates were not parsed."""
    name = " ".join(options) or "default"
    quick, one = report(cfnfix, folder, *options)
    thorough, other = report(cfnfix, folder, "--thorough", *options)
    spared = unread(quick)
    # What cannot be read at all is an error only for who tries.
    broken = {path for path in spared if thorough[path]["state"] == "error"}
    for path in sorted(quick.keys() | thorough.keys()):
        left, right = quick.get(path), thorough.get(path)
        if path in spared and path not in broken:
            left = left | {"readers": right["readers"]}
        tally.check(path in broken or left == right, f"{name}: {path} is the same", (left, right))
    tally.equal(unread(thorough), set(), f"{name}: --thorough reads all")
    if not broken:
        tally.equal(one | {"files": None}, other | {"files": None}, f"{name}: totals")
    return len(spared)


def test_results_are_the_same(cfnfix, work, tally):
    folder = fresh(work / "same")
    variants = make_inputs(folder)
    tally.check(variants > 200, "there are variants", variants)
    ids = [line.split()[0] for line in cfnfix("--list").out.decode().splitlines() if line.strip()]
    tally.check(compare(cfnfix, tally, folder) > 10, "some templates are not parsed")
    compare(cfnfix, tally, folder, "--select", ",".join(ids))
    for repair in ids:
        spared = compare(cfnfix, tally, folder, "--select", repair)
        if repair != "stack-outputs":  # it has to do with nearly any type
            tally.check(spared > 20, f"{repair}: many templates are not parsed", spared)


def test_escaped_words_are_found(cfnfix, work, tally):
    """So that the variants above say something: escapes hide neither types nor properties."""
    folder = fresh(work / "escaped")
    plain = "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties: {Versioning: true}\n"
    (folder / "a.yaml").write_text(plain)
    (folder / "b.yaml").write_text(fold_types(plain, None))
    (folder / "c.yaml").write_text(plain.replace("Versioning", '"Version\\x69ng"'))
    (folder / "d.json").write_text('{"Resources": {"B": {"Type": "AWS::S3::Buck\\u0065t", "Properties": '
                                   '{"Versioning": true}}}}')
    (folder / "e.json").write_text('{"R\\u0065sources": {"B": {"Type": "AWS::S3::Bucket", "Properties": '
                                   '{"Versioning": true}}}}')
    files, _ = report(cfnfix, folder, "--select", "s3-versioning-property")
    tally.equal({path: len(file["findings"]) for path, file in files.items()},
                dict.fromkeys(("a.yaml", "b.yaml", "c.yaml", "d.json", "e.json"), 1), "one finding in each")


def test_what_is_spared(cfnfix, work, tally):
    """Errors of found files in which nothing can apply are told with --thorough, or by name."""
    folder = fresh(work / "spared")
    (folder / "a.yaml").write_text(PLAIN + "  Broken: [\n")
    (folder / "b.yaml").write_text(PLAIN + "    # cfnfix: ignore[force-destroy]\n")
    (folder / "c.json").write_text('{"caption": "\\u00e9", {{ no JSON }}')
    tally.equal(cfnfix(".", cwd=folder).code, 0, "what is broken is not read")
    for arguments in (["--thorough", "."], ["a.yaml"]):
        run = cfnfix(*arguments, cwd=folder)
        tally.check(run.code == 2 and b"a.yaml:4:" in run.err, f"{arguments}: the error is told", run)
    (folder / "a.yaml").write_text(PLAIN)
    files, _ = report(cfnfix, folder)
    tally.equal(files["a.yaml"]["readers"], [], "nobody read it")
    tally.equal(len(files["b.yaml"]["notices"]), 1, "an ignore without use is told")
    tally.equal(files["c.json"]["state"], "not-a-template", "what has escapes need not be a template")
    named = cfnfix("--format", "json", "a.yaml", cwd=folder).json()["files"][0]
    tally.equal(named["readers"], ["libfyaml"], "what is named is read")


def test_notices(cfnfix, work, tally):
    """That something is not edited is told only where something could be."""
    folder = fresh(work / "notices")
    anchors = "Metadata: {a: &a 1, b: *a}\n"
    (folder / "topic.yaml").write_text(PLAIN + anchors)
    (folder / "tags.yaml").write_text(PLAIN + "    Properties: {Tags: []}\n" + anchors)
    for arguments in (["."], ["--thorough", "."], ["tags.yaml", "topic.yaml"]):
        files, _ = report(cfnfix, folder, *arguments[:-1]) if arguments[-1] == "." else (None, None)
        if files is None:
            run = cfnfix("--format", "json", *arguments, cwd=folder).json()
            files = {file["path"]: file for file in run["files"]}
        tally.equal({path: len(file["notices"]) for path, file in files.items()}, {
            "tags.yaml": 1,
            "topic.yaml": 0
        }, f"{arguments}: notices")


if __name__ == "__main__":
    program, work_folder, counts = start(__doc__)
    test_what_is_spared(program, work_folder, counts)
    test_notices(program, work_folder, counts)
    test_escaped_words_are_found(program, work_folder, counts)
    test_results_are_the_same(program, work_folder, counts)
    counts.end()

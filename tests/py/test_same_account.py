#!/usr/bin/env python3
"""--same-account: one Config recorder and one delivery channel stay in all templates together, always
the same ones, however often and in however many parts the run is made.
"""
import itertools
import json
import random
import shutil

import jsonschema

from lib import program

SCHEMA = json.loads((program.ROOT / "docs/report.schema.json").read_text())
RECORDER, CHANNEL = "AWS::Config::ConfigurationRecorder", "AWS::Config::DeliveryChannel"
BUCKET = "  Bucket:\n    Type: AWS::SNS::Topic\n"
CONDITION = "Parameters:\n  P:\n    Type: String\nConditions:\n  C: !Equals [!Ref P, a]\n"


def recorder(name="Recorder", more=""):
    return f"  {name}:\n    Type: {RECORDER}\n{more}    Properties:\n" \
           "      RoleARN: arn:aws:iam::123456789012:role/config\n"


def channel(name="Channel", more=""):
    return f"  {name}:\n    Type: {CHANNEL}\n{more}    Properties:\n      S3BucketName: b\n"


def template(*resources, before="", after=""):
    return before + "Resources:\n" + "".join(resources) + after


FULL = template(BUCKET, recorder(), channel())
RULE = template(BUCKET, recorder(), channel(),
                "  Rule:\n    Type: AWS::Config::ConfigRule\n    DependsOn: [Bucket, Recorder]\n")
EXPORTED = template(
    BUCKET, recorder(), channel(),
    after="Outputs:\n  O:\n    Value: !Ref Recorder\n    Export:\n      Name: recorder\n")
IF_C = "    Condition: C\n"
CONDITIONAL = template(BUCKET, recorder(more=IF_C), channel(more=IF_C), before=CONDITION)
RETAINED = template(BUCKET, recorder(more="    DeletionPolicy: Retain\n"), channel())
BARE = template(recorder(), channel())
TWICE = template(BUCKET, recorder("One"), recorder("Two"), channel("First"), channel("Second"))
IGNORED = "# cfnfix: ignore-file[duplicate-config-recorder]\n" + FULL
JSON = json.dumps({
    "Resources": {
        "Bucket": {"Type": "AWS::SNS::Topic"},
        "Recorder": {"Type": RECORDER, "Properties": {"RoleARN": "x"}},
        "Channel": {"Type": CHANNEL, "Properties": {"S3BucketName": "b"}}
    }
}, indent=2) + "\n"
REFERRED = template(
    BUCKET, recorder(), channel(),
    "  Value:\n    Type: AWS::SSM::Parameter\n    Properties:\n      Type: String\n"
    "      Value: !Ref Recorder\n")


class Place:
    """A fresh repository for one test, and the program in it."""

    def __init__(self, cfnfix, home, tally, label):
        self.cfnfix, self.home, self.tally, self.label = cfnfix, home, tally, label

    def put(self, **files):
        for name, text in files.items():
            name = name.replace("__", "/") + (".json" if text.startswith("{") else ".yaml")
            path = self.home / "t" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def run(self, *args, code=0):
        run = self.cfnfix("--select", "duplicate-config-recorder", "--same-account", *args,
                          cwd=self.home)
        self.tally.check(run.code == code and not run.crashed, f"{self.label}: {args}", run)
        return run

    def report(self, *args, code=1):
        """{path: [(logical id, state, message, reason)]}"""
        report = self.run("--format", "json", *args, "t", code=code).json()
        jsonschema.validate(report, SCHEMA)
        return {
            file["path"][2:]: [(f["logicalId"], f["state"], f["message"], f["reason"])
                               for f in file["findings"]]
            for file in report["files"]
        }

    def texts(self):
        return {str(path.relative_to(self.home / "t")): path.read_text()
                for path in sorted(self.home.glob("t/**/*.*"))}

    def having(self, kind):
        return [name for name, text in self.texts().items() for _ in range(text.count(kind))]

    def repair(self, *args):
        """Repairs, and sees that a second run has nothing to do."""
        run = self.run("-i", "-q", *args, "t")
        once = self.texts()
        again = self.run("-i", *args, "t")
        self.equal((self.texts(), again.out), (once, b""), f"{args}: a second run does nothing")
        return run

    def equal(self, found, wanted, what):
        return self.tally.equal(found, wanted, f"{self.label}: {what}")

    def check(self, good, what, detail=""):
        return self.tally.check(good, f"{self.label}: {what}", detail)


def test_first(at):
    at.put(b__x=FULL, a__z__y=RULE, a__z__z=JSON, c=FULL, d=template(BUCKET))
    found = at.report()
    at.check(any("'Recorder' of t/a/z/y.yaml:4 is there already" in f[2] for f in found["c.yaml"]),
             "the message names the place", found["c.yaml"])
    err = at.run("--check", "t", code=1).err.decode()
    at.check(f"of all {RECORDER} 'Recorder' of t/a/z/y.yaml:4 stays; 3 other templates had one"
             in err, "where is told", err)
    at.repair()
    at.equal(at.having(RECORDER), ["a/z/y.yaml"], "one recorder stays")
    at.equal(at.having(CHANNEL), ["a/z/y.yaml"], "and its channel")
    at.equal(at.texts()["c.yaml"], template(BUCKET), "nothing else is touched")
    at.equal(list(json.loads(at.texts()["a/z/z.json"])["Resources"]), ["Bucket"], "in JSON")


def test_without(at):
    at.put(a=FULL, b=FULL)
    run = at.cfnfix("-i", "t", cwd=at.home)
    at.equal(set(at.texts().values()), {FULL}, "nothing is done without the option")
    at.check(b"stays" not in run.err, "nor told", run)


def test_dependants(at):
    at.put(a=FULL, b=RULE, c=REFERRED.replace("Parameter", "Parameter"))
    at.repair()
    at.equal(at.having(RECORDER), ["c.yaml"], "the one that is referred to stays")
    at.check("DependsOn: [Bucket]" in at.texts()["b.yaml"], "the rule stays, and waits no more",
             at.texts()["b.yaml"])


def test_outputs_at_the_end(at):
    """What goes, blank lines included, is followed by something else that goes with them."""
    full = template(BUCKET, "\n", channel(), "\n", recorder(),
                    after="\nOutputs:\n  A:\n    Value: !Ref Recorder\n"
                    "  B:\n    Value: !Ref Channel\n")
    at.put(a=full, b=full, c=full[:-1], d=full.replace("\n", "\r\n"))
    at.repair()
    at.equal(at.having(RECORDER), ["a.yaml"], "one stays")
    at.equal({text.replace("\r", "") for text in list(at.texts().values())[1:]},
             {template(BUCKET, "\n")}, "and nothing of the others")


def test_stuck(at):
    at.put(a=FULL, b=EXPORTED, c=REFERRED, d=FULL)
    found = at.report()
    at.equal([f[1] for f in found["c.yaml"]], ["cannot-fix", "fixed"], "the second is told")
    at.check("t/b.yaml:4" in found["c.yaml"][0][2] and "Value refers" in found["c.yaml"][0][3],
             "with place and reason", found["c.yaml"])
    at.repair()
    at.equal(at.having(RECORDER), ["b.yaml", "c.yaml"], "what cannot go stays")
    at.equal(at.having(CHANNEL), ["b.yaml"], "and one channel")
    at.run("--check", "--strict", "t", code=1)


def test_conditions(at):
    at.put(a=CONDITIONAL, b=CONDITIONAL)
    found = at.report(code=0)
    at.equal([f[1] for name in found for f in found[name]], ["cannot-fix"] * 2, "are not compared")
    at.check("may be there" in found["b.yaml"][0][2] and "cannot be compared" in found["b.yaml"][0][3],
             "and that is told", found["b.yaml"])
    at.put(c=FULL)
    at.repair()
    at.equal(at.having(RECORDER), ["c.yaml"], "one without a condition is there for all")


def test_ignored(at):
    at.put(a=FULL, b=IGNORED, c=FULL)
    at.repair()
    at.equal(at.having(RECORDER), ["b.yaml"], "a template that says so keeps it")
    at.put(a=FULL, b=IGNORED, c=FULL)
    at.repair("--no-ignores")
    at.equal(at.having(RECORDER), ["a.yaml"], "unless that does not count")
    lines = template(BUCKET, recorder("One", "    # cfnfix: ignore[duplicate-config-recorder]\n"),
                     recorder("Two"), channel())
    lines = lines.replace("  One:\n", "  # cfnfix: ignore[duplicate-config-recorder]\n  One:\n")
    at.put(a=FULL, b=lines, c=FULL)
    at.repair()
    at.equal(at.having(RECORDER), ["b.yaml"], "one resource of several")
    at.check("  One:" in at.texts()["b.yaml"], "the one that is ignored", at.texts()["b.yaml"])


def test_configured(at):
    at.put(a=FULL, b__x=FULL, c=FULL)
    (at.home / "t/b/.cfnfix.yaml").write_text("ignore: [duplicate-config-recorder]\n")
    run = at.cfnfix("-i", "--same-account", "t", cwd=at.home)
    at.check(run.code == 0, "runs", run)
    at.equal(at.having(RECORDER), ["b/x.yaml"], "a folder that does not have the repair keeps it")
    for args in (["--select", "comma-tags"], ["--ignore", "duplicate-config-recorder"]):
        run = at.cfnfix("--same-account", *args, "t", cwd=at.home)
        at.check(run.code == 2 and b"duplicate-config-recorder" in run.err, "makes no sense", run)
    run = at.cfnfix("--same-account", "--shard", "0/2", "t", cwd=at.home)
    at.check(run.code == 2 and b"--shard" in run.err, "a part is not the account", run)


def test_baseline(at):
    at.put(b=FULL, c=FULL)
    at.run("-q", "--create-baseline", "base.json", "t")
    found = at.report("--baseline", "base.json", code=0)
    at.equal(found, {"b.yaml": [], "c.yaml": []}, "what is accepted is not told")
    at.put(a=FULL)
    at.repair("--baseline", "base.json")
    at.equal(at.having(RECORDER), ["b.yaml", "c.yaml"], "what is new gives way")
    at.equal(at.having(CHANNEL), ["b.yaml", "c.yaml"], "in each kind")


def test_add_ignores(at):
    at.put(a=FULL, b=FULL, c=JSON)
    at.run("-i", "-q", "--add-ignores", "t")
    texts = at.texts()
    found = at.report(code=0)
    at.equal([f for file in found.values() for f in file], [], "nothing is found behind them")
    at.run("-i", "-q", "--add-ignores", "t")
    at.equal(at.texts(), texts, "nor ignored twice")


def test_nothing_left(at):
    at.put(a=FULL, b=BARE, c=BARE)
    found = at.report()
    at.check(all("nothing would be left" in f[3] for f in found["c.yaml"]), "is told", found)
    at.repair()
    at.equal(at.having(RECORDER), ["b.yaml", "c.yaml"], "no template is emptied")


def test_retained(at):
    at.put(a=FULL, b=RETAINED, c=RETAINED)
    found = at.report()
    at.equal([f[1] for f in found["c.yaml"]], ["needs-consent", "fixed"], "it needs consent")
    at.repair()
    at.equal(at.having(RECORDER), ["b.yaml", "c.yaml"], "without it they stay")
    at.repair("--unsafe-fixes")
    at.equal(at.having(RECORDER), ["b.yaml"], "with it one stays")


def test_kinds_apart(at):
    at.put(a=template(BUCKET, channel()), b=template(BUCKET, recorder()),
           c=template(BUCKET, recorder()), d=template(BUCKET, channel()))
    at.repair()
    at.equal((at.having(RECORDER), at.having(CHANNEL)), (["b.yaml"], ["a.yaml"]), "one each")
    at.put(c=FULL, b=template(BUCKET), a=template(BUCKET, channel()))
    at.repair()
    at.equal((at.having(RECORDER), at.having(CHANNEL)), (["c.yaml"], ["c.yaml"]),
             "the channel is the recorder's")


def test_twice_in_one(at):
    at.put(a=TWICE, b=TWICE)
    at.repair()
    at.equal((at.having(RECORDER), at.having(CHANNEL)), (["a.yaml"], ["a.yaml"]), "one stays")
    at.check("  One:" in at.texts()["a.yaml"], "the first", at.texts()["a.yaml"])


def test_setting(at):
    at.put(a=FULL, b=FULL)
    at.repair("--set", "duplicate-config-recorder.account-has-recorder=true")
    at.equal(at.having(RECORDER), ["a.yaml", "b.yaml"], "all are under the parameter")
    at.equal(at.having("CreateConfigRecorder:"), ["a.yaml"] * 2 + ["b.yaml"] * 2, "of each")


def test_spellings(at):
    quoted = FULL.replace(RECORDER, '"AWS::Config::Configuration\\x52ecorder"')
    joined = FULL.replace(RECORDER, '"AWS::Config::Configuration\\\n      Recorder"')
    at.put(b=FULL.replace("S3BucketName: b", "S3BucketName: c"), c=quoted, d=joined,
           e=JSON.replace("ConfigurationR", "Configuration\\u0052"))
    at.repair()
    at.equal([name for name, text in at.texts().items() if "ecorder" in text], ["b.yaml"],
             "are all seen")


def test_macro(at):
    at.put(a=FULL, b="Transform: Ours\n" + FULL, c="Transform: Theirs\n" + FULL)
    at.repair()
    at.equal(at.having(RECORDER), ["b.yaml", "c.yaml"], "who knows what refers to it there")
    each = "  Fn::ForEach::Rules:\n    - N\n    - [A, B]\n    - Rule${N}:\n" \
           "        Type: AWS::Config::ConfigRule\n        DependsOn: Recorder\n"
    at.put(a=FULL, c=FULL, b="Transform: AWS::LanguageExtensions\n" +
           template(BUCKET, recorder(), channel(), each))
    at.repair()
    at.equal(at.having(RECORDER), ["b.yaml"], "what a loop names stays")


def test_bad_neighbours(at):
    at.put(b=FULL, c=FULL, a="Resources: [ " + RECORDER, d="kind: Chart\nx: " + RECORDER + "\n")
    (at.home / "t/e\n::error::x.yaml").write_text(FULL)
    run = at.run("-i", "t", code=2)
    at.check(b"t/a.yaml:" in run.err and b"\n::error" not in run.err, "errors are told", run)
    at.equal(at.having(RECORDER), ["a.yaml", "b.yaml", "d.yaml"], "the others are repaired")


def test_named(at):
    """Neither the order in which files are named, nor how, nor from where, makes a difference."""
    for args in (["t/c.yaml", "t/a.yaml", "t/b.yaml"], ["t/b.yaml", "t"], ["./t/b.yaml", "t/a.yaml", "t/c.yaml"]):
        at.put(a=FULL, b=FULL, c=FULL)
        at.run("-i", "-q", *args)
        at.equal(at.having(RECORDER), ["a.yaml"], f"{args}")
    at.put(a=FULL, b=FULL, c=FULL)
    at.run("-q", "--output-dir", "out", "t")
    at.equal(at.having(RECORDER), ["a.yaml", "b.yaml", "c.yaml"], "the inputs stay")
    at.equal([path.name for path in sorted(at.home.glob("out/**/*.yaml"))
              if RECORDER in path.read_text()], ["a.yaml"], "--output-dir")


def test_hundred(at):
    at.put(**{f"f{i % 9}__g{i % 4}__{i:03}": (JSON, FULL, RULE, TWICE)[i % 4] for i in range(100)})
    at.repair()
    at.equal(at.having(RECORDER), ["f0/g0/000.json"], "one of a hundred")
    at.equal(len(at.texts()), 100, "in as many files")


KINDS = [FULL, RULE, JSON, TWICE, EXPORTED, CONDITIONAL, RETAINED, BARE, IGNORED, REFERRED,
         template(BUCKET), template(BUCKET, channel()), template(BUCKET, recorder())]
FIXED = {FULL, RULE, JSON, TWICE, template(BUCKET, recorder())}


def check_parts(at, files, rng):
    """A run that was stopped somewhere and made again comes to the same end."""
    at.put(**files)
    before = at.texts()
    at.repair()
    after = at.texts()
    for _ in range(3):
        shutil.rmtree(at.home / "t")
        done = {name for name in before if rng.random() < 0.5}
        for name, text in before.items():
            path = at.home / "t" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(after[name] if name in done else text)
        at.run("-i", "-q", "t")
        at.equal(at.texts(), after, f"{sorted(done)} of {files} were done")
    shutil.rmtree(at.home / "t")
    return after


def test_parts(at):
    rng = random.Random(5)
    for _ in range(25):
        chosen = [rng.choice(KINDS) for _ in range(rng.randint(2, 6))]
        files = {f"{rng.choice('abc')}__{i}": text for i, text in enumerate(chosen)}
        after = check_parts(at, files, rng)
        certain = sum(text.count(RECORDER) for text in after.values() if CONDITION not in text)
        stuck = sum(RECORDER in text and text not in FIXED for text in chosen
                    if text != CONDITIONAL)
        wanted = max(stuck, any(RECORDER in t and t != CONDITIONAL for t in chosen))
        at.equal(certain, wanted, f"{files}: so many stay")


def test_pairs(at):
    rng = random.Random(6)
    for one, other in itertools.combinations([FULL, EXPORTED, CONDITIONAL, BARE, IGNORED], 2):
        check_parts(at, {"a": one, "b": other}, rng)
        check_parts(at, {"a": other, "b": one}, rng)


if __name__ == "__main__":
    program.run_all(__doc__, globals(), Place)

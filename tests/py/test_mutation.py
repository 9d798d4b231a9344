#!/usr/bin/env python3
"""Plants each fault in templates, and asserts that it is found, repaired, and that nothing else
changed.

The templates are the real ones next to the checkout where those exist, else the goldens' inputs.
What is planted and where is drawn with a fixed seed. A template that has findings of the repair in
question already is not used for it.
"""
import random
import re
from dataclasses import dataclass

from check import check_folder
from lib import program, surgery, tree
from lib.surgery import Raw, Template

SEED, PER_FAULT, SIZE_LIMIT = 20221, 60, 60_000


@dataclass
class Planting:
    template: Template  # before planting
    text: str  # after planting
    logical_id: str
    wanted: tuple  # texts after the repair that are right; (): anything the checker takes
    style: str  # what is told of it


# ---- A comma in an existing tag value ----


def tag_values(template):
    """(logical id, scalar) of every literal in tag values of lists."""
    for pair in template.resources:
        kind, tags = pair.value.get("Type"), pair.value.get("Properties", "Tags")
        if kind is None or not kind.text.startswith("AWS::") or tags is None or tags.kind != "seq":
            continue
        for item in tags.items:
            value = item.get(
                "Value") if item.kind == "map" and item.get("Key") is not None else None
            for found in literals(value):
                yield pair.key.text, found


def literals(value):
    if value is None:
        return []
    if value.kind == "scalar":
        return [value]
    if value.get("Fn::Sub") is not None and value.get("Fn::Sub").kind == "scalar":
        return [value.get("Fn::Sub")]
    branches = value.get("Fn::If")
    return [b for b in branches.items[1:]
            if b.kind == "scalar"] if branches is not None and branches.kind == "seq" else []


def plant_commas(template, rng):
    for logical_id, value in tag_values(template):
        if value.style not in ("plain", "'",
                               '"') or "," in value.raw or "\\" in value.raw or "\n" in value.raw:
            continue
        in_flow = template.text[value.end:value.end +
                                2].lstrip()[:1] in (",", "]", "}") and value.style == "plain"
        start = value.end - len(value.raw.split(" ",
                                                1)[1]) if value.raw.startswith("!") else value.start
        holes = [
            range(m.start(), m.end())
            for m in re.finditer(r"\$\{[^}]*\}", template.text[start:value.end])
        ]
        places = [
            m.start() + 1
            for m in re.finditer(r"(?=[A-Za-z0-9][A-Za-z0-9])", template.text[start:value.end])
        ]
        places = [p for p in places if not any(p in hole for hole in holes)]
        if not places or in_flow or isinstance(tree.meaning(value), (bool, int, float)):
            continue
        at, comma = start + rng.choice(places), rng.choice([",", ", ", " , "])
        yield Planting(template, template.insert(at,
                                                 comma), logical_id, (template.insert(at, "-"), ),
                       f"{value.style} {'json' if template.is_json else 'yaml'}")


# ---- A second configuration recorder, and channel ----

RECORDER = {
    "Type": "AWS::Config::ConfigurationRecorder", "Properties": {
        "RoleARN": "arn:aws:iam::123456789012:role/config",
        "RecordingGroup": {"AllSupported": True}
    }
}
CHANNEL = {
    "Type": "AWS::Config::DeliveryChannel", "Properties": {"S3BucketName": "config-bucket-of-mine"}
}


def plant_recorders(template, rng):
    for kind in ("AWS::Config::ConfigurationRecorder", "AWS::Config::DeliveryChannel"):
        for pair in template.of_type(kind)[:1]:
            if surgery.can_follow(template, pair):
                text = surgery.copy_resource(template, pair, "PlantedTwin")
                yield Planting(template, text, "PlantedTwin", (template.text, ), "real " + kind)
    if not template.of_type(RECORDER["Type"]) + template.of_type(CHANNEL["Type"]):
        yield from plant_recorder_pairs(template, rng)


def plant_recorder_pairs(template, rng):
    """In a template without: the first recorder and channel, then doubles of one of them."""
    hosts = [p for p in template.resources if surgery.can_follow(template, p)]
    if not hosts:
        return
    host, style = rng.choice(hosts), rng.choice(["block", "unindented"])
    base = template.with_text(surgery.add_resource(template, host, "PlantedChannel", CHANNEL,
                                                   style))
    base = base.with_text(
        surgery.add_resource(base, host_of(base, host), "PlantedRecorder", RECORDER, style))
    first = rng.choice(["PlantedChannel", "PlantedRecorder"])
    text = surgery.copy_resource(base,
                                 base.resources[[p.key.text for p in base.resources].index(first)],
                                 "PlantedTwin")
    yield Planting(base, text, "PlantedTwin", (base.text, ), "added pair")


def host_of(template, pair):
    return next(p for p in template.resources if p.key.text == pair.key.text)


# ---- A key policy without its logs statement ----

LOGS = {
    "Sid": "Logs", "Effect": "Allow", "Principal": {"Service": "logs.amazonaws.com"}, "Action": [
        "kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"
    ], "Resource": "*"
}
OWNER = {
    "Effect": "Allow",
    "Principal": {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}},
    "Action": "kms:*", "Resource": "*"
}


def plant_missing_statements(template, rng):
    for pair in template.of_type("AWS::KMS::Key"):
        statements = pair.value.get("Properties", "KeyPolicy", "Statement")
        for i, item in enumerate(statements.items if statements is not None else []):
            service = item.get("Principal", "Service")
            if service is not None and re.search(r"['\"\[ (]logs\.",
                                                 " " + str(tree.plain(service))):
                text = surgery.cut_item(template, statements, i)
                if text:
                    yield Planting(template, text, pair.key.text, (), "real policy")
    hosts = [p for p in template.resources if surgery.can_follow(template, p)]
    if hosts:
        yield from plant_key(template, rng, rng.choice(hosts))


def plant_key(template, rng, host):
    style = rng.choice(["block", "unindented"])
    key = {
        "Type": "AWS::KMS::Key",
        "Properties": {"KeyPolicy": {"Version": "2012-10-17", "Statement": [OWNER, LOGS]}}
    }
    group = {
        "Type": "AWS::Logs::LogGroup",
        "Properties": {"KmsKeyId": {"Fn::GetAtt": ["PlantedKey", "Arn"]}}
    }
    base = template.with_text(surgery.add_resource(template, host, "PlantedGroup", group, style))
    base = base.with_text(surgery.add_resource(base, host_of(base, host), "PlantedKey", key, style))
    statements = base.root.get("Resources", "PlantedKey", "Properties", "KeyPolicy", "Statement")
    text = surgery.cut_item(base, statements, 1)
    yield Planting(base, text, "PlantedKey", (),
                   f"added key, {'json' if template.is_json else style}")


def has_logs_statement(text, logical_id):
    statements = tree.plain(
        tree.read(text).get("Resources", logical_id, "Properties", "KeyPolicy", "Statement"))
    last = statements[-1]
    return last["Sid"].startswith("AllowCloudWatchLogs") and \
        last["Effect"] == "Allow" and last["Resource"] == "*" and \
        last["Principal"] == {"Service": {"Fn::Sub": "logs.${AWS::Region}.${AWS::URLSuffix}"}} and \
        last["Action"] == LOGS["Action"] and \
        last["Condition"] == {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": {
            "Fn::Sub": "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:*"}}}


# ---- A world-open rule for port 80 ----


def plant_rules(template, rng):
    for pair in template.of_type("AWS::EC2::SecurityGroup"):
        rules = pair.value.get("Properties", "SecurityGroupIngress")
        if rules is not None and rules.kind == "seq" and rules.items and all(i.kind == "map"
                                                                             for i in rules.items):
            index = rng.randrange(len(rules.items) + 1)
            text = surgery.add_item(template, rules, index, world_rule(rng, template.is_json))
            if text:
                yield Planting(template, text, pair.key.text, (template.text, ),
                               rule_style(template, rules))
        if surgery.can_follow(template, pair):
            rule = {
                "Type": "AWS::EC2::SecurityGroupIngress", "Properties": {
                    "GroupId": {"Fn::GetAtt": [pair.key.text, "GroupId"]},
                    **world_rule(rng, template.is_json)
                }
            }
            text = surgery.add_resource(template, pair, "PlantedRule", rule, "block")
            yield Planting(template, text, "PlantedRule", (template.text, ),
                           "separate " + ("json" if template.is_json else "yaml"))


def world_rule(rng, is_json):
    port = rng.choice([80, "80"])
    source = rng.choice([{"CidrIp": "0.0.0.0/0"}, {"CidrIpv6": "::/0"}])
    return {
        "IpProtocol": rng.choice(["tcp", "TCP", "6"]), "FromPort": port, "ToPort": port, **source
    }


def rule_style(template, rules):
    if template.is_json:
        return "json over lines" if "\n" in template.text[rules.start:rules.
                                                          end] else "json in a line"
    if rules.style == "flow":
        return "flow"
    key_indent = template.line_of(rules)[1]
    owner = template.lines.list[template.lines.at(rules.start) - 1]
    return "indented" if key_indent > len(owner) - len(owner.lstrip(" ")) else "unindented"


USERS = ("AWS::ElasticLoadBalancing", "AWS::CloudFront", "AWS::GlobalAccelerator",
         "AWS::Route53::HealthCheck")


def plant_safe_rules(template, rng):
    """Into a new group that also admits 443, where nothing in the template may want port 80:
    repaired without consent."""
    hosts = [p for p in template.resources if surgery.can_follow(template, p)]
    kinds = [
        tree.plain(p.value.get("Type")) if p.value.get("Type") else "" for p in template.resources
    ]
    if not hosts or any(str(kind).startswith(USERS) for kind in kinds):
        return
    host, other = rng.choice(hosts), {
        "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"
    }
    style = rng.choice(["block", "unindented", "flow", "flow items", "flow over lines"])
    rules = {
        "flow": Raw(surgery.flow([other])),
        "flow over lines": Raw(f"[\n            {surgery.flow(other)}\n          ]"),
        "flow items": [Raw(surgery.flow(other))]
    }.get(style, [other])
    group = {
        "Type": "AWS::EC2::SecurityGroup", "Properties": {
            "GroupDescription": "planted",
            "SecurityGroupIngress": [other] if template.is_json else rules
        }
    }
    base = template.with_text(
        surgery.add_resource(template, host, "PlantedGroup", group,
                             style if style == "unindented" else "block"))
    sequence = base.root.get("Resources", "PlantedGroup", "Properties", "SecurityGroupIngress")
    text = surgery.add_item(base, sequence, rng.randrange(2), world_rule(rng, template.is_json))
    if text:
        yield Planting(base, text, "PlantedGroup", (base.text, ),
                       "json" if template.is_json else style)


# ---- A number where Aurora MySQL takes ON and OFF ----

FALSY = (0, "0", False, Raw("off"), Raw("OFF"), Raw("no"))


def plant_parameters(template, rng):
    hosts = [p for p in template.resources if surgery.can_follow(template, p)]
    if not hosts:
        return
    host, style = rng.choice(hosts), rng.choice(["block", "flow"])
    name = rng.choice(
        ["require_secure_transport", "aurora_parallel_query", "aurora_disable_hash_join"])
    values = [1, "1", True, 0, "0", False
              ] + ([] if template.is_json else
                   [Raw("ON"), Raw("on"), Raw("off"), Raw("yes")])
    value = rng.choice(values)
    right = "OFF" if value in FALSY else "ON"

    def group(parameter):
        parameters = {"slow_query_log": "1", name: parameter}
        if style == "flow" and not template.is_json:
            parameters = Raw(surgery.flow(parameters))
        return {
            "Type": "AWS::RDS::DBClusterParameterGroup", "Properties": {
                "Description": "planted", "Family": "aurora-mysql8.0", "Parameters": parameters
            }
        }

    def text(parameter):
        return surgery.add_resource(template, host, "PlantedGroup", group(parameter))

    spellings = [right] if template.is_json else [Raw(f"'{right}'"), Raw(f'"{right}"')]
    yield Planting(template.with_text(text(spellings[0])), text(value), "PlantedGroup",
                   tuple(map(text, spellings)),
                   f"{value!r} {'json' if template.is_json else style}")


# ---- Running ----

FAULTS = (  # repair, what plants it, options
    ("comma-tags", plant_commas, ()),
    ("duplicate-config-recorder", plant_recorders, ()),
    ("kms-logs-statement", plant_missing_statements, ("--unsafe-fixes", )),
    ("strip-port-80-ingress", plant_rules, ("--unsafe-fixes", )),
    ("strip-port-80-ingress", plant_safe_rules, ()),
    ("rds-parameter-on-off", plant_parameters, ()),
)


def templates(tally):
    folders = program.corpus_folders()
    if folders:
        paths = [(p.relative_to(f.parent), p) for f in folders for p in sorted(f.rglob("*"))
                 if p.suffix in program.SUFFIXES and p.is_file()]
    else:
        tally.note("no real templates next to the checkout: the goldens' inputs are used")
        paths = [(name + path.suffix, path) for name, path, _ in program.golden_inputs()]
    found = []
    for name, path in paths:
        data = path.read_bytes()
        try:
            template = Template(str(name), tree.decode(data)) if len(data) <= SIZE_LIMIT else None
        except (tree.Unreadable, UnicodeDecodeError):
            continue
        if template and not data.startswith(b"\xef\xbb\xbf") and surgery.is_simple(template):
            found.append(template)
    return found


def choose(plant, found, rng):
    """Up to PER_FAULT plantings, one per template and style while there are any."""
    groups = {}
    for template in rng.sample(found, len(found)):
        for planting in plant(template, rng):
            groups.setdefault((planting.style, template.name), []).append(planting)
    by_style = {}
    for (style, _), plantings in groups.items():
        by_style.setdefault(style, []).append(rng.choice(plantings))
    chosen, queues = [], [list(reversed(q)) for q in by_style.values()]
    while len(chosen) < PER_FAULT and any(queues):
        chosen += [q.pop() for q in queues if q]
    return chosen[:PER_FAULT]


def sources(plantings, text):
    return [(f"{i:03}-{p.template.name.split('/')[-1]}", text(p).encode())
            for i, p in enumerate(plantings)]


def clean(cfnfix, work, repair, options, plantings, tally):
    """Those whose template had no finding of the repair before."""
    named = sources(plantings, lambda p: p.template.text)
    if not named:
        return []
    home = program.fresh(work)
    for name, data in named:
        (home / name).write_bytes(data)
    run = cfnfix("--format", "json", "--select", repair, *options, *[n for n, _ in named], cwd=home)
    try:
        entries = run.json()["files"]
    except (ValueError, KeyError):
        tally.check(False, f"{repair}: no report on the templates before", run)
        return []
    kept = [
        p for p, e in zip(plantings, entries) if e["state"] == "unchanged"
        and p.logical_id not in [f["logicalId"] for f in e["findings"]]
    ]
    tally.note(
        f"{repair}: {len(plantings) - len(kept)} templates have the fault already or cannot be used"
    )
    return kept


def check_fault(cfnfix, work, fault, found, tally):
    repair, plant, options = fault
    rng = random.Random(f"{SEED}{plant.__name__}")
    plantings = clean(cfnfix, work / "clean", repair, options, choose(plant, found, rng), tally)
    named = sources(plantings, lambda p: p.text)
    result = check_folder(cfnfix, named, work / repair, ["--select", repair, *options])
    for name, what in result.failures:
        tally.check(False, f"{repair} {name}", what)
    recalled, styles = 0, {}
    for (name, _), planting in zip(named, plantings):
        good = judge(repair, name, planting, result, tally)
        recalled += good
        hits, total = styles.get(planting.style, (0, 0))
        styles[planting.style] = (hits + good, total + 1)
    for style, (hits, total) in sorted(styles.items()):
        tally.note(f"{repair}: {hits} of {total} {style}")
    tally.note(f"{repair} ({plant.__name__}): recall {recalled} of {len(plantings)}")
    return len(plantings)


def judge(repair, name, planting, result, tally):
    """Whether the planted fault was found and is repaired as it should be."""
    entry = result.entries.get(name, {"findings": []})
    found = [
        f for f in entry["findings"] if f["id"] == repair and f["logicalId"] == planting.logical_id
    ]
    label = f"{repair} {name} ({planting.style})"
    if not tally.check(any(f["state"] == "fixed"
                           for f in found), f"{label} is found and fixed at {planting.logical_id}",
                       [(f["logicalId"], f["state"], f["reason"]) for f in entry["findings"]]):
        return False
    after = result.after.get(name, b"").decode()
    if planting.wanted:
        return tally.check(after in planting.wanted, f"{label} gives the text before",
                           difference(after, planting.wanted[0]))
    return tally.check(has_logs_statement(after, planting.logical_id),
                       f"{label} gives the statement")


def difference(found, wanted):
    """The first lines that differ."""
    pairs = list(zip(found.split("\n") + [None], wanted.split("\n") + [None]))
    return next(((i + 1, a, b) for i, (a, b) in enumerate(pairs) if a != b), "")


def main():
    cfnfix, work, tally = program.start(__doc__.split("\n")[0])
    found = templates(tally)
    total = sum(check_fault(cfnfix, work, fault, found, tally) for fault in FAULTS)
    tally.note(f"{total} plantings in {len(found)} templates")
    tally.check(total >= (150 if program.corpus_folders() else 40), "enough plantings", total)
    tally.end()


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Each repair over a table of shapes.

A case is a template as data, and what the contract makes of it: the data after, or a test of it,
and the states of the findings. Each case is written in every style (lib/shapes.py), so a cell of
the table is one case in one style; the independent checker judges every cell as well.
"""
import copy
import json
from dataclasses import dataclass

from check import check_folder
from lib import program, shapes, tree
from lib.surgery import Raw

NOTHING, FIXED, CONSENT, CANNOT = set(), {"fixed"}, {"needs-consent"}, {"cannot-fix"}
NO_VALUE = {"Ref": "AWS::NoValue"}
CONDITIONS = {
    "C": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]},
    "NotC": {"Fn::Not": [{"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}]},
    "D": {"Fn::Equals": [{"Ref": "AWS::AccountId"}, "123456789012"]}
}


@dataclass
class Case:
    repair: str
    name: str
    before: dict
    after: object  # data; None: unchanged; a function: what must hold of the data
    states: object  # of the repair's findings; None: whatever
    options: tuple = ()


def ref(name):
    return {"Ref": name}


def getatt(name, attribute="Arn"):
    return {"Fn::GetAtt": [name, attribute]}


def sub(text, *map_):
    return {"Fn::Sub": [text, *map_] if map_ else text}


def join(delimiter, *parts):
    return {"Fn::Join": [delimiter, list(parts)]}


def either(a, b, condition="C"):
    return {"Fn::If": [condition, a, b]}


def resource(kind, properties=None, **attributes):
    found = {"Type": kind, **attributes}
    return found | {"Properties": properties} if properties is not None else found


def template(resources, **sections):
    text = json.dumps([resources, sections])
    conditions = {
        k: v for k, v in CONDITIONS.items() if '"Fn::If"' in text or f'"Condition": "{k}"' in text
    }
    return sections | ({"Conditions": conditions} if conditions else {}) | {"Resources": resources}


# ---- comma-tags ----


def comma_cases():

    def tagged(value, kind="AWS::SNS::Topic", key="k"):
        return template({
            "A": resource(kind,
                          {"Tags": [{"Key": "x", "Value": "y"}, {"Key": key, "Value": value}]})
        })

    values = {
        "literal": ("a,b", "a-b"),
        "spaced": ("a , b,c", "a-b-c"),
        "quoted": ("yes: a, 'b'", "yes: a-'b'"),
        "unicode": ("ä,ö", "ä-ö"),
        "sub": (sub("${AWS::Region},x"), sub("${AWS::Region}-x")),
        "sub-two": (sub("a, ${AWS::Region} ,b"), sub("a-${AWS::Region}-b")),
        "sub-map": (sub("${V},x",
                        {"V": ref("AWS::Region")}), sub("${V}-x", {"V": ref("AWS::Region")})),
        "if": (either("a,b", "c"), either("a-b", "c")),
        "if-both": (either("a,b", sub("c,${AWS::Region}")), either("a-b", sub("c-${AWS::Region}"))),
        "if-no-value": (either(NO_VALUE, "a,b"), either(NO_VALUE, "a-b")),
        "if-in-if": (either("a,b", either("c,d", "e", "D")), either("a-b", either("c-d", "e",
                                                                                  "D"))),
    }
    for name, (before, after) in values.items():
        yield Case("comma-tags", name, tagged(before), tagged(after), FIXED)
    rejecting = "AWS::KMS::Key"
    yield Case("comma-tags", "join", tagged(join(",", "a", ref("AWS::Region")), rejecting),
               tagged(join("-", "a", ref("AWS::Region")), rejecting), FIXED)
    yield Case("comma-tags", "join-literal", tagged(join("", "a,b", ref("AWS::Region")), rejecting),
               tagged(join("", "a-b", ref("AWS::Region")), rejecting), FIXED)
    yield Case("comma-tags", "join-allowed", tagged(join(",", "a", "b"), "AWS::EC2::VPC"), None,
               CANNOT)
    yield Case("comma-tags", "comma-in-key", tagged("v", key="a,b"), None, CANNOT)
    yield Case("comma-tags", "no-comma", tagged("a-b"), None, NOTHING)
    yield Case("comma-tags", "variable-with-comma", tagged(sub("${x}y", {"x": "z"})), None, NOTHING)
    yield Case("comma-tags", "parameter",
               dict(tagged(ref("P")), Parameters={"P": {"Type": "String", "Default": "a,b"}}), None,
               None)
    yield from comma_places()


def comma_places():
    """Where tags are found, and what is none."""
    listed, mapped = (lambda v: [{"Key": "a", "Value": v}]), (lambda v: {"a": v, "b": "c"})
    places = {
        "map": ("AWS::SSM::Parameter",
                lambda v: {"Type": "String", "Value": "a,b", "Tags": mapped(v)}),
        "file-system": ("AWS::EFS::FileSystem", lambda v: {"FileSystemTags": listed(v)}),
        "hosted-zone":
            ("AWS::Route53::HostedZone", lambda v: {"Name": "x.org", "HostedZoneTags": listed(v)}),
        "user-pool": ("AWS::Cognito::UserPool", lambda v: {"UserPoolTags": mapped(v)}),
        "backup-plan": ("AWS::Backup::BackupVault",
                        lambda v: {"BackupVaultName": "v", "BackupVaultTags": mapped(v)}),
        "specifications": ("AWS::EC2::LaunchTemplate", lambda v: {
            "LaunchTemplateData":
                {"TagSpecifications": [{"ResourceType": "instance", "Tags": listed(v)}]}
        }),
        "auto-scaling": ("AWS::AutoScaling::AutoScalingGroup", lambda v: {
            "MinSize": "1", "MaxSize": "1",
            "Tags": [{"Key": "a", "Value": v, "PropagateAtLaunch": True}]
        }),
        "if-item":
            ("AWS::SNS::Topic", lambda v: {"Tags": [either({"Key": "a", "Value": v}, NO_VALUE)]}),
        "if-list": ("AWS::SNS::Topic", lambda v: {"Tags": either(listed(v), NO_VALUE)}),
    }
    for name, (kind, properties) in places.items():
        yield Case("comma-tags", name, template({"A": resource(kind, properties("a,b"))}),
                   template({"A": resource(kind, properties("a-b"))}), FIXED)
    yield Case("comma-tags", "no-tag",
               template({"A": resource("AWS::SNS::Topic", {"DisplayName": "a,b"})}), None, NOTHING)
    ignored = resource("AWS::SNS::Topic", {"Tags": listed("a,b")},
                       Metadata={"cfnfix": {"ignore": ["comma-tags"]}})
    yield Case("comma-tags", "ignored", template({"A": ignored}), None, NOTHING)
    both = (lambda v: template({
        "A": resource("AWS::SNS::Topic", {"Tags": [{"Key": "team", "Value": v}]}), "P": resource(
            "AWS::IAM::ManagedPolicy", {
                "PolicyDocument": {
                    "Version": "2012-10-17", "Statement": [{
                        "Effect": "Allow", "Action": "sns:*", "Resource": "*",
                        "Condition": {"StringEquals": {"aws:ResourceTag/team": v}}
                    }]
                }
            })
    }))
    yield Case("comma-tags", "condition", both("a,b"), both("a-b"), None)


# ---- kms-logs-statement ----

ROOT = {
    "Effect": "Allow",
    "Principal": {"AWS": sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")},
    "Action": "kms:*", "Resource": "*"
}
LOGS = {
    "Sid": "AllowCloudWatchLogs", "Effect": "Allow",
    "Principal": {"Service": sub("logs.${AWS::Region}.${AWS::URLSuffix}")}, "Action": [
        "kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"
    ], "Resource": "*", "Condition": {
        "ArnLike": {
            "kms:EncryptionContext:aws:logs:arn":
                sub("arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:*")
        }
    }
}


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def keyed(key_policy, user=None, kind="AWS::KMS::Key", **more):
    properties = {} if key_policy is None else {"KeyPolicy": key_policy}
    if kind.endswith("ReplicaKey"):
        properties["PrimaryKeyArn"] = "arn:aws:kms:us-east-1:123456789012:key/mrk-1"
    resources = {"Key": resource(kind, properties | more)}
    return template(resources | (user or group(getatt("Key"))))


def group(key):
    return {"Group": resource("AWS::Logs::LogGroup", {"RetentionInDays": 7, "KmsKeyId": key})}


def kms_cases():
    repair = "kms-logs-statement"
    users = {
        "getatt": group(getatt("Key")), "sub": group(sub("${Key.Arn}")),
        "if": group(either(getatt("Key"), NO_VALUE)),
        "sub-arn": group(sub("arn:aws:kms:${AWS::Region}:${AWS::AccountId}:key/${Key}")), "glue": {
            "G": resource(
                "AWS::Glue::SecurityConfiguration", {
                    "Name": "g", "EncryptionConfiguration": {
                        "CloudWatchEncryption":
                            {"CloudWatchEncryptionMode": "SSE-KMS", "KmsKeyArn": getatt("Key")}
                    }
                })
        }, "nobody": {"T": resource("AWS::SNS::Topic", {"TopicName": "t"})}
    }
    for name, user in users.items():
        yield Case(repair, name, keyed(policy(ROOT), user), keyed(policy(ROOT, LOGS), user), FIXED)
    mapping, wrapped = {"Version": "2012-10-17", "Statement": ROOT}, policy(ROOT, LOGS)
    yield Case(repair, "single-statement", keyed(mapping), keyed(wrapped), FIXED)
    yield Case(repair, "if-policy", keyed(either(policy(ROOT), mapping)),
               keyed(either(wrapped, wrapped)), FIXED)
    item = either(dict(ROOT, Sid="Other"), NO_VALUE)
    yield Case(repair, "if-item", keyed(policy(ROOT, item)), keyed(policy(ROOT, item, LOGS)), FIXED)
    taken = dict(ROOT, Sid="AllowCloudWatchLogs")
    yield Case(
        repair, "sid-taken", keyed(policy(taken)),
        lambda d: d["Resources"]["Key"]["Properties"]["KeyPolicy"]["Statement"][1]["Sid"] not in
        ("AllowCloudWatchLogs", ""), FIXED)
    yield Case(repair, "no-policy", keyed(None, Description="d"), has_both_statements, FIXED)
    yield Case(repair, "replica", keyed(policy(ROOT), kind="AWS::KMS::ReplicaKey"),
               keyed(wrapped, kind="AWS::KMS::ReplicaKey"), FIXED)
    yield Case(repair, "replica-without", keyed(None, kind="AWS::KMS::ReplicaKey"), None, CANNOT)
    deny = {"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*"}
    yield Case(repair, "deny", keyed(policy(ROOT, deny)), None, CANNOT)
    yield Case(repair, "asymmetric", keyed(policy(ROOT), KeySpec="RSA_2048",
                                           KeyUsage="SIGN_VERIFY"), None, None)
    yield Case(
        repair, "other-user",
        keyed(policy(ROOT), {"T": resource("AWS::SNS::Topic", {"KmsMasterKeyId": getatt("Key")})}),
        None, CONSENT)
    yield from kms_sufficient(repair)
    text = json.dumps(policy(dict(ROOT, Principal={"AWS": "arn:aws:iam::123456789012:root"})))
    yield Case(repair, "json-text", keyed(text), json_text_is_right, FIXED)
    yield Case(repair, "sub-json-text", keyed(sub(text.replace("123456789012",
                                                               "${AWS::AccountId}"))),
               json_text_is_right, FIXED)


def kms_sufficient(repair):
    full = [
        "kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"
    ]
    enough = {
        "literal": "logs.amazonaws.com", "regional": "logs.eu-west-1.amazonaws.com",
        "sub": sub("logs.${AWS::Region}.amazonaws.com"), "join": join(".", "logs",
                                                                      ref("AWS::Region"),
                                                                      ref("AWS::URLSuffix")),
        "join-empty": join("", "logs.", ref("AWS::Region"),
                           ".amazonaws.com"), "list": ["sns.amazonaws.com", "logs.amazonaws.com"]
    }
    for name, service in enough.items():
        statement = {
            "Effect": "Allow", "Principal": {"Service": service}, "Action": full, "Resource": "*"
        }
        yield Case(repair, f"enough-{name}", keyed(policy(ROOT, statement)), None, NOTHING)
    for name, change in {
            "case": {
                "Action": [
                    "KMS:encrypt*", "kms:decrypt*", "kms:reencrypt*", "kms:generatedatakey*",
                    "kms:describe*"
                ]
            }, "all": {"Action": "kms:*"},
            "no-star": {"Action": [*full[:3], "kms:GenerateDataKey", full[4]]},
            "anybody": {"Principal": "*"}, "any-aws": {"Principal": {"AWS": "*"}}
    }.items():
        statement = {
            "Effect": "Allow", "Principal": {"Service": "logs.amazonaws.com"}, "Action": full,
            "Resource": "*"
        } | change
        yield Case(repair, f"enough-{name}", keyed(policy(statement)), None, NOTHING)
    for name, change in {
            "no-decrypt": {"Action": [full[0], *full[2:]]},
            "delivery": {"Principal": {"Service": "delivery.logs.amazonaws.com"}},
            "flow-logs": {"Principal": {"Service": "vpc-flow-logs.amazonaws.com"}}
    }.items():
        statement = {
            "Effect": "Allow", "Principal": {"Service": "logs.amazonaws.com"}, "Action": full,
            "Resource": "*"
        } | change
        yield Case(repair, f"short-{name}", keyed(policy(ROOT, statement)),
                   keyed(policy(ROOT, statement, LOGS)), FIXED)


def has_both_statements(data):
    found = data["Resources"]["Key"]["Properties"]["KeyPolicy"]
    root, logs = found["Statement"]
    return found["Version"] == "2012-10-17" and logs == shapes.normal(
        LOGS) and root["Action"] == "kms:*" and "root" in str(root["Principal"])


def json_text_is_right(data):
    text = data["Resources"]["Key"]["Properties"]["KeyPolicy"]["Fn::Sub"]
    found = json.loads(text)["Statement"]
    return len(found) == 2 and found[1] == dict(
        LOGS,
        Principal={"Service": LOGS["Principal"]["Service"]["Fn::Sub"]},
        Condition={
            "ArnLike": {
                "kms:EncryptionContext:aws:logs:arn":
                    LOGS["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]["Fn::Sub"]
            }
        })


# ---- log-group-kms-arn ----


def arn_cases():
    repair, other = "log-group-kms-arn", {
        "Key": resource("AWS::KMS::Key", {"Enabled": True}),
        "Alias": resource("AWS::KMS::Alias", {"AliasName": "alias/a", "TargetKeyId": ref("Key")})
    }
    for kind in ("AWS::Logs::LogGroup", "AWS::Logs::LogAnomalyDetector"):

        def using(key):
            return template({"G": resource(kind, {"KmsKeyId": key}), **other})

        end = kind.rpartition("::")[2].lower()
        for name, before, after in (("ref", ref("Key"), getatt("Key")), ("alias", ref("Alias"),
                                                                         getatt("Key")),
                                    ("if", either(ref("Key"),
                                                  NO_VALUE), either(getatt("Key"), NO_VALUE)),
                                    ("if-both", either(ref("Key"), ref("Alias")),
                                     either(getatt("Key"), getatt("Key")))):
            yield Case(repair, f"{name}-{end}", using(before), using(after), FIXED)
        for name, key in (("getatt", getatt("Key")), ("literal",
                                                      "arn:aws:kms:us-east-1:123456789012:key/1"),
                          ("sub", sub("${Key.Arn}"))):
            yield Case(repair, f"{name}-{end}", using(key), None, NOTHING)
        yield Case(repair, f"parameter-{end}",
                   dict(using(ref("P")), Parameters={"P": {"Type": "String"}}), None, None)


# ---- strip-port-80-ingress ----


def rule(port=80, protocol="tcp", to=None, **source):
    return {
        "IpProtocol": protocol, "FromPort": port, "ToPort": port if to is None else to,
        **(source or {"CidrIp": "0.0.0.0/0"})
    }


def grouped(rules, **more):
    properties = {"GroupDescription": "d"
                  } | ({} if rules is None else {"SecurityGroupIngress": rules})
    return template({"G": resource("AWS::EC2::SecurityGroup", properties)} | more)


def port_cases():
    repair, web, unsafe = "strip-port-80-ingress", rule(443), ("--unsafe-fixes", )
    spellings = {
        "number": rule(), "string": rule("80"), "upper": rule(protocol="TCP"),
        "six": rule(protocol="6"), "six-number": rule(protocol=6), "ipv6": rule(CidrIpv6="::/0"),
        "ipv6-long": rule(CidrIpv6="0:0:0:0:0:0:0:0/0"), "described": dict(rule(),
                                                                           Description="web, plain")
    }
    for name, bad in spellings.items():
        for place, rules in (("first", [bad, web]), ("last", [web, bad]),
                             ("middle", [web, bad, rule(22, CidrIp="10.0.0.0/8")])):
            yield Case(repair, f"{name}-{place}", grouped(rules),
                       grouped([r for r in rules if r is not bad]), FIXED)
    yield Case(repair, "both", grouped([rule(), rule(CidrIpv6="::/0"), web]), grouped([web]), FIXED)
    yield Case(repair, "if-list", grouped(either([rule(), web], [web])),
               grouped(either([web], [web])), None)
    yield Case(repair, "if-item", grouped([either(rule(), web), web]),
               no_rule_but(either(NO_VALUE, web)), None, unsafe)
    yield Case(repair, "if-item-no-value", grouped([web, either(rule(), NO_VALUE)]),
               no_rule_but(web), None, unsafe)
    yield Case(repair, "only", grouped([rule()]), None, CONSENT)
    yield Case(repair, "only-unsafe", grouped([rule()]), grouped(None), FIXED, unsafe)
    yield Case(repair, "single-mapping", grouped(rule()), None, CONSENT)
    yield Case(repair, "single-mapping-unsafe", grouped(rule()), grouped(None), FIXED, unsafe)
    for name, left in {
            "range": rule(0, to=65535), "range-from-80": rule(80, to=8080),
            "all": {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}
    }.items():
        yield Case(repair, name, grouped([left, web]), None, CANNOT)
    for name, left in {
            "private": rule(CidrIp="10.0.0.0/8"), "prefix-list": rule(SourcePrefixListId="pl-1"),
            "udp": rule(protocol="udp"), "group": rule(SourceSecurityGroupId=ref("X")),
            "other-port": rule(8080)
    }.items():
        yield Case(repair, name, grouped([left, web]), None, NOTHING)
    by_parameter = grouped([rule(CidrIp=ref("P")), web
                            ]) | {"Parameters": {"P": {"Type": "String", "Default": "0.0.0.0/0"}}}
    yield Case(repair, "parameter", by_parameter, None, CANNOT)
    egress = template({
        "G": resource("AWS::EC2::SecurityGroup",
                      {"GroupDescription": "d", "SecurityGroupEgress": [rule()]})
    })
    yield Case(repair, "egress", egress, None, NOTHING)
    yield from separate_rules(repair, web)


def separate_rules(repair, web):
    bad = resource("AWS::EC2::SecurityGroupIngress", {"GroupId": getatt("G", "GroupId")} | rule())

    def with_topic(depends):
        return {
            "T": resource("AWS::SNS::Topic", {"TopicName": "t"},
                          **({"DependsOn": depends} if depends else {}))
        }

    yield Case(repair, "separate", grouped([web], Bad=bad, **with_topic(None)),
               grouped([web], **with_topic(None)), FIXED)
    yield Case(repair, "separate-depends", grouped([web], Bad=bad, **with_topic("Bad")),
               grouped([web], **with_topic(None)), FIXED)
    yield Case(repair, "separate-depends-list", grouped([web], Bad=bad, **with_topic(["Bad", "G"])),
               grouped([web], **with_topic(["G"])), FIXED)
    yield Case(repair, "separate-depends-only", grouped([web], Bad=bad, **with_topic(["Bad"])),
               grouped([web], **with_topic(None)), FIXED)


def no_rule_but(*kept):
    """80 is gone; what is kept is there."""

    def judge(data):
        rules = data["Resources"]["G"]["Properties"]["SecurityGroupIngress"]
        return "80" not in str(rules).replace("8080", "") and all(
            shapes.normal(k) in rules for k in kept)

    return judge


# ---- skip-final-snapshot ----


def snapshot_cases():
    repair, unsafe = "skip-final-snapshot", ("--unsafe-fixes", )
    gone = {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}
    for kind in ("AWS::RDS::DBCluster", "AWS::RDS::DBInstance"):
        name, base = kind.rpartition("::")[2].lower(), {
            "Engine": "aurora-mysql" if "Cluster" in kind else "mysql"
        }

        def db(properties=(), **attributes):
            return template({"A": resource(kind, base | dict(properties), **attributes)})

        after = db({"DeletionProtection": False}, **gone)
        yield Case(repair, f"absent-{name}", db(), after, FIXED)
        yield Case(repair, f"made-up-true-{name}", db({"SkipFinalSnapshot": True}), after, FIXED)
        yield Case(repair, f"made-up-text-{name}", db({"SkipFinalSnapshot": "true"}), after, FIXED)
        yield Case(repair, f"made-up-false-{name}", db({"SkipFinalSnapshot": False}),
                   lambda d: d["Resources"]["A"]["DeletionPolicy"] == "Snapshot" and
                   "SkipFinalSnapshot" not in d["Resources"]["A"]["Properties"],
                   FIXED | CONSENT)  # Snapshot is a choice, then
        for choice in ("Snapshot", "Retain"):
            both = {"DeletionPolicy": choice, "UpdateReplacePolicy": choice}
            yield Case(repair, f"{choice}-{name}", db(**both), None, CONSENT)
            yield Case(repair, f"{choice}-unsafe-{name}", db(**both), after, FIXED, unsafe)
        yield Case(repair, f"protected-{name}", db({"DeletionProtection": True}), None, CONSENT)
        yield Case(repair, f"protected-unsafe-{name}", db({"DeletionProtection": True}), after,
                   FIXED, unsafe)
        yield Case(repair, f"done-{name}", after, None, NOTHING)
        yield Case(repair, f"behind-if-{name}", db(DeletionPolicy=either("Delete", "Snapshot")),
                   None, CANNOT)
    member = {
        "Engine": "aurora-mysql", "DBClusterIdentifier": "c", "DBInstanceClass": "db.r6g.large"
    }
    yield Case(repair, "member", template({"A": resource("AWS::RDS::DBInstance", member)}), None,
               NOTHING)
    yield Case(repair, "member-snapshot",
               template({"A": resource("AWS::RDS::DBInstance", member, DeletionPolicy="Snapshot")}),
               lambda d: d["Resources"]["A"]["DeletionPolicy"] == "Delete", FIXED)


# ---- force-destroy ----


def bucket(**more):
    properties = more.pop("properties", None)
    return template({"B": resource("AWS::S3::Bucket", properties, **more)})


def destroy_cases():
    repair, bare, unsafe = "force-destroy", ("--set",
                                             "force-destroy.emptier=false"), ("--unsafe-fixes", )
    gone = {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}
    named = {"BucketName": "my-bucket"}
    for name, properties in (("plain", None), ("named", named)):
        yield Case(repair, f"bare-{name}", bucket(properties=properties),
                   bucket(properties=properties, **gone), FIXED, bare)
        yield Case(repair, f"emptier-{name}", bucket(properties=properties), has_emptier, FIXED)
        yield Case(repair, f"emptier-on-delete-{name}", bucket(properties=properties, **gone),
                   has_emptier, FIXED)
    yield Case(repair, "made-up-true", bucket(properties=named | {"ForceDestroy": True}),
               bucket(properties=named, **gone), FIXED, bare)
    yield Case(repair, "made-up-false", bucket(properties=named | {"ForceDestroy": False}),
               bucket(properties=named, Metadata={"cfnfix": {"ignore": [repair]}}), FIXED)
    for choice in ("Retain", "RetainExceptOnCreate"):
        yield Case(repair, choice, bucket(DeletionPolicy=choice), None, CONSENT)
        yield Case(repair, f"{choice}-unsafe", bucket(DeletionPolicy=choice), bucket(**gone), FIXED,
                   bare + unsafe)
    yield Case(repair, "locked", bucket(properties={"ObjectLockEnabled": True}), None, CANNOT)
    yield Case(repair, "behind-if", bucket(DeletionPolicy=either("Delete", "Retain")), None, CANNOT)
    registry = template({"R": resource("AWS::ECR::Repository", {"RepositoryName": "r"})})
    yield Case(repair, "registry", registry,
               lambda d: d["Resources"]["R"]["Properties"]["EmptyOnDelete"] is True, FIXED)
    yield Case(
        repair, "two",
        template({n: resource("AWS::S3::Bucket", {"BucketName": f"x-{n.lower()}"}) for n in "AB"}),
        has_emptier, FIXED)
    yield Case(repair, "conditional",
               template({"A": resource("AWS::S3::Bucket", named, Condition="C")}), has_emptier,
               FIXED)
    with_policy = template({
        "A": resource("AWS::S3::Bucket", named), "P": resource(
            "AWS::S3::BucketPolicy", {
                "Bucket": ref("A"), "PolicyDocument": policy(
                    {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "*"})
            })
    })
    yield Case(repair, "bucket-policy", with_policy, policy_waits, FIXED)


def has_emptier(data):
    """Once a role and a function; per bucket a policy and a custom resource, under the bucket's
    condition."""
    resources = data["Resources"]

    def of(kind):
        return {k: r for k, r in resources.items() if r["Type"] == kind}

    buckets, customs = of("AWS::S3::Bucket"), of("Custom::S3ForceDestroy")
    (function, body), = of("AWS::Lambda::Function").items()
    right = len(
        of("AWS::IAM::Role")) == 1 and len(of("AWS::IAM::Policy")) == len(customs) == len(buckets)
    right &= body["Properties"]["Runtime"] == "python3.13" and "Condition" not in body
    compile(body["Properties"]["Code"]["ZipFile"], "function", "exec")
    for custom in customs.values():
        name = custom["Properties"]["BucketName"]["Ref"]
        right &= custom["Properties"]["ServiceToken"] == {"Fn::GetAtt": f"{function}.Arn"}
        right &= custom["Properties"]["ForceDestroy"] in (True, "true")
        depends = [custom["DependsOn"]] if isinstance(custom["DependsOn"],
                                                      str) else custom["DependsOn"]
        right &= any(resources[d]["Type"] == "AWS::IAM::Policy"
                     and resources[d].get("Condition") == buckets[name].get("Condition")
                     for d in depends)
        right &= custom.get("Condition") == buckets[name].get("Condition")
        right &= buckets[name]["DeletionPolicy"] == buckets[name]["UpdateReplacePolicy"] == "Delete"
    return right


def policy_waits(data):
    custom = next(k for k, r in data["Resources"].items() if r["Type"] == "Custom::S3ForceDestroy")
    return has_emptier(data) and data["Resources"]["P"]["DependsOn"] in (custom, [custom])


# ---- duplicate-config-recorder ----


def recorder_cases():
    repair = "duplicate-config-recorder"
    for kind, properties in (("ConfigurationRecorder",
                              {"RoleARN": "arn:aws:iam::123456789012:role/r"}),
                             ("DeliveryChannel", {"S3BucketName": "b"})):

        def thing(**more):
            return resource(f"AWS::Config::{kind}", properties, **more)

        def with_users(name, depends):
            return {
                "T": resource("AWS::SNS::Topic",
                              {"TopicName": ref(name), "DisplayName": sub("x-${%s}" % name)},
                              DependsOn=depends)
            }

        def outputs(name):
            return {"Outputs": {"O": {"Value": ref(name)}}}

        end = kind.lower()
        # The recorder that is left without a condition is told: the account may have one.
        told = FIXED | CANNOT if kind == "ConfigurationRecorder" else FIXED
        yield Case(repair, f"two-{end}", template({"A": thing(), "B": thing()}),
                   template({"A": thing()}), told)
        yield Case(repair, f"three-{end}", template({"A": thing(), "B": thing(), "Z": thing()}),
                   template({"A": thing()}), told)
        for name, before, after in (("string", "B", "A"), ("list", ["B", "X"], ["A", "X"]),
                                    ("merged", ["A", "B"], ["A"])):
            x = {"X": resource("AWS::SNS::Topic", {"TopicName": "x"})}
            yield Case(
                repair, f"depends-{name}-{end}",
                template({"A": thing(), "B": thing(), **x, **with_users("B", before)},
                         **outputs("B")),
                template({"A": thing(), **x, **with_users("A", after)}, **outputs("A")), told)
        yield Case(repair, f"exclusive-{end}",
                   template({"A": thing(Condition="C"), "B": thing(Condition="NotC")}), None, None)
        yield Case(repair, f"same-condition-{end}",
                   template({"A": thing(Condition="C"), "B": thing(Condition="C")}),
                   lambda d: list(d["Resources"]) == ["A"], FIXED)
        yield Case(repair, f"covered-{end}", template({"A": thing(Condition="C"), "B": thing()}),
                   lambda d: list(d["Resources"]) == ["B"], told)
        yield Case(repair, f"unknown-{end}",
                   template({"A": thing(Condition="C"), "B": thing(Condition="D")}), None, CANNOT)
        yield Case(repair, f"single-{end}", template({"A": thing()}), None, None)


# ---- rds-parameter-on-off ----


def parameter_cases():
    repair, name = "rds-parameter-on-off", "require_secure_transport"

    def parameters(found, family="aurora-mysql8.0", kind="DBClusterParameterGroup"):
        return template({
            "G": resource(
                f"AWS::RDS::{kind}",
                {"Description": "d", "Family": family, "Parameters": {"slow_query_log": 1} | found})
        })

    values = {
        "one": (1, "ON"), "text-one": ("1", "ON"), "true": (True, "ON"), "zero": (0, "OFF"),
        "text-zero": ("0", "OFF"), "false": (False, "OFF"), "bare-on": (Raw("ON"), "ON"),
        "bare-off": (Raw("off"), "OFF"), "bare-yes": (Raw("yes"), "ON"), "if":
            (either("1", "0"), either("ON",
                                      "OFF")), "if-mixed": (either(1, "OFF"), either("ON", "OFF")),
        "if-no-value": (either("1", NO_VALUE), either("ON", NO_VALUE))
    }
    for label, (before, after) in values.items():
        yield Case(repair, label, parameters({name: before}), parameters({name: after}), FIXED)
    for other in ("aurora_parallel_query", "aurora_disable_hash_join", "enforce_gtid_consistency"):
        yield Case(repair, other, parameters({other: "1"}), parameters({other: "ON"}), FIXED)
    for spelling in ("gtid_mode", "gtid-mode"):
        yield Case(repair, f"{spelling}-true", parameters({spelling: True}),
                   parameters({spelling: "ON"}), FIXED)
        yield Case(repair, f"{spelling}-zero", parameters({spelling: "0"}),
                   parameters({spelling: "OFF"}), FIXED)
        yield Case(repair, f"{spelling}-one", parameters({spelling: "1"}), None, CANNOT)
    by_default = {"Parameters": {"F": {"Type": "String", "Default": "aurora-mysql5.7"}}}
    yield Case(repair, "family-by-default",
               parameters({name: "1"}, ref("F")) | by_default,
               parameters({name: "ON"}, ref("F")) | by_default, FIXED)
    for label, found in {
            "done": {name: "ON"}, "off": {name: "OFF"},
            "others": {"general_log": "1", "innodb_print_all_deadlocks": 1}
    }.items():
        yield Case(repair, label, parameters(found), None, NOTHING)
    yield Case(repair, "postgres", parameters({"rds.force_ssl": "1"}, "aurora-postgresql15"), None,
               NOTHING)
    yield Case(repair, "mysql-cluster", parameters({name: "1"}, "mysql8.0"), None, None)
    yield Case(repair, "instance-group", parameters({name: "1"}, "mysql8.0", "DBParameterGroup"),
               None, None)
    yield Case(
        repair, "parameter",
        parameters({name: ref("P")}) | {"Parameters": {"P": {"Type": "String", "Default": "1"}}},
        None, CANNOT)
    yield Case(repair, "sub", parameters({name: sub("${AWS::Region}")}), None, CANNOT)


# ---- Running ----


def all_cases():
    for cases in (comma_cases, kms_cases, arn_cases, port_cases, snapshot_cases, destroy_cases,
                  recorder_cases, parameter_cases):
        yield from cases()


def check_cells(cfnfix, work, repair, options, cases, tally):
    """All shapes of the cases of one repair that run with the same options."""
    cells = {
        f"{case.name}/{shape}": (case, data) for case in cases
        for shape, data in shapes.write_all(copy.deepcopy(case.before))
    }
    result = check_folder(cfnfix, [(name, data) for name, (_, data) in cells.items()],
                          work / repair, ["--select", repair, *options],
                          skip_others=False)
    for name, what in result.failures + result.unjudged:
        tally.check(False, f"{repair} {name}", what)
    for name, (case, data) in cells.items():
        if name not in result.entries or name not in result.after:
            tally.check(False, f"{repair} {name}: no result")
            continue
        label = f"{repair} {name} {' '.join(options)}".strip()
        states = {f["state"] for f in result.entries[name]["findings"] if f["id"] == repair}
        tally.check(
            case.states is None or states == case.states, f"{label}: states",
            f"{sorted(states)} instead of {sorted(case.states or ())}: " +
            str([(f["message"], f["reason"])
                 for f in result.entries[name]["findings"]]) + str(result.entries[name]["errors"]))
        judge_after(tally, label, case, data, result.after[name])
    return len(cells)


def judge_after(tally, label, case, before, after):
    if case.after is None:
        tally.check(after == before, f"{label}: left alone", after[-300:])
        return
    try:
        found = shapes.data_of(tree.decode(after))
        good = case.after(found) if callable(case.after) else found == shapes.normal(case.after)
    except (KeyError, ValueError, IndexError, TypeError, StopIteration, SyntaxError,
            tree.Unreadable) as error:
        found, good = repr(error), False
    tally.check(good, f"{label}: result",
                "unchanged" if after == before else json.dumps(found)[:400])


def main():
    cfnfix, work, tally = program.start(__doc__.split("\n")[0])
    groups = {}
    for case in all_cases():
        groups.setdefault((case.repair, case.options), []).append(case)
    cells = sum(
        check_cells(cfnfix, work, repair, options, cases, tally)
        for (repair, options), cases in groups.items())
    tally.note(f"{cells} cells in {len(shapes.SHAPES)} shapes")
    tally.end()


if __name__ == "__main__":
    main()

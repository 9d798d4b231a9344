"""A stack in moto's CloudFormation, all in this process: nothing is listened to or reached."""
import functools
import hashlib
import json
import logging
import re
import warnings
from dataclasses import dataclass, field

import boto3
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.cloudformation import parsing
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.common_models import CloudFormationModel
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, iam_backends
from moto.moto_api._internal import mock_random

NAME = "stack"
OUTSIDE = ("Custom::", "AWS::CloudFormation::")  # moto runs or fetches something for these
REAL_CLASS = parsing.resource_class_from_type
REAL_CLEAN = parsing.clean_json
REAL_NAME = parsing.generate_resource_name


class CannotFill(Exception):
    """A parameter for which there is no plausible value."""


@dataclass
class Stack:
    created: set = field(default_factory=set)  # logical ids
    tripped: dict = field(default_factory=dict)  # logical id: why moto could not create it
    outputs: dict = field(default_factory=dict)
    error: str = ""  # why there is no stack at all


class Placeholder(CloudFormationModel):
    """A resource that moto cannot create: it has an identifier, and any attribute."""

    def __init__(self, name):
        self.name = name

    @property
    def physical_resource_id(self):
        return self.name

    @staticmethod
    def cloudformation_type():
        return ""

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, *_, **__):
        return cls(resource_name)

    @classmethod
    def has_cfn_attr(cls, _):
        return True

    def get_cfn_attribute(self, attribute):
        return f"{self.name}.{attribute}"


class Attempt:
    """A model of moto's, and a placeholder for what it cannot create."""

    tripped = {}  # of the stack that is being created

    def __init__(self, model):
        self.has_cfn_attr = model.has_cfn_attr
        self.model = model

    def create_from_cloudformation_json(self, name, json, *rest, **known):
        try:
            return self.model.create_from_cloudformation_json(name, json, *rest, **known)
        except Exception as wrong:  # any of Python's own stands for a property it does not know
            self.tripped[known["LogicalId"]] = f"{type(wrong).__name__}: {wrong}"
            return Placeholder(name)


def _class_of(kind):
    return Placeholder if _lacks(kind) else Attempt(REAL_CLASS(kind))


def _lacks(kind):
    return kind.startswith(OUTSIDE) or kind not in parsing.get_model_map()


def _clean(value, resources):
    """As CloudFormation does and moto does not: AWS::NoValue takes an item out of its list."""
    found = REAL_CLEAN(value, resources)
    return [item for item in found if item is not None] if isinstance(value, list) else found


def _name_of(kind, stack, logical_id):
    """A generated name that is the same in every stack, in small letters where ECR wants them."""
    suffix = hashlib.sha256(logical_id.encode()).hexdigest()[:12].upper()
    parsing.random_suffix = lambda: suffix
    name = REAL_NAME(kind, stack, logical_id)
    return name.lower() if kind == "AWS::ECR::Repository" else name


parsing.resource_class_from_type = _class_of
parsing.clean_json = _clean
parsing.generate_resource_name = _name_of
logging.getLogger("moto").setLevel(logging.ERROR)  # it warns of every type that it lacks
warnings.filterwarnings("ignore", module="moto")


def lacking(template):
    """The types of a template's resources that moto has no model of."""
    return {r["Type"] for r in template["Resources"].values() if _lacks(r["Type"])}


@functools.cache
def client(service):
    return boto3.client(service)


@functools.cache
def aws_policies():
    return json.loads(aws_managed_policies_data)


def create(template, seed):
    """The stack of a template in an account of its own; SEED makes its generated ids."""
    template, exports = without_ssm(template), []
    while True:
        mock_random.seed(seed)
        Attempt.tripped = {}
        try:
            with mock_aws():
                return _create(template, exports)
        except ClientError as wrong:
            missing = re.search("No export named (.+) found", str(wrong))
            if not missing or missing[1] in exports:
                return Stack(error=str(wrong))
            exports.append(missing[1])
        except CannotFill as wrong:
            return Stack(error=f"parameter: {wrong}")


def _create(template, exports):
    body, surroundings = json.dumps(template), Surroundings()
    load_policies(body)
    formation = client("cloudformation")
    formation.create_stack(StackName="exports", TemplateBody=exporting(exports, surroundings))
    formation.create_stack(StackName=NAME,
                           TemplateBody=body,
                           Parameters=parameters(template, surroundings),
                           Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"])
    made = formation.describe_stacks(StackName=NAME)["Stacks"][0]
    if made["StackStatus"] != "CREATE_COMPLETE":
        return Stack(error=made["StackStatus"])
    found = formation.describe_stack_resources(StackName=NAME)["StackResources"]
    created = {r["LogicalResourceId"] for r in found if "LogicalResourceId" in r}
    outputs = {o["OutputKey"]: o.get("OutputValue") for o in made.get("Outputs", [])}
    return Stack(created - set(Attempt.tripped), Attempt.tripped, outputs)


def exporting(names, surroundings):
    """A template that exports what another one imports."""
    outputs = {
        f"Export{i}": {"Value": surroundings.value(name, {}), "Export": {"Name": name}}
        for i, name in enumerate(names)
    }
    return json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}, "Outputs": outputs})


def without_ssm(template):
    """Parameters that are read from SSM are of the type that is read."""
    read = {
        name: {"Type": inner[1]}
        for name, parameter in template.get("Parameters", {}).items()
        if (inner := re.search("AWS::SSM::Parameter::Value<(.*)>", str(parameter.get("Type"))))
    }
    return template | {"Parameters": template.get("Parameters", {}) | read}


def load_policies(template):
    """The AWS managed policies that the template names; all of them take moto very long."""
    known = iam_backends[DEFAULT_ACCOUNT_ID]["aws"].managed_policies
    for name, data in aws_policies().items():
        if name in template:
            policy = AWSManagedPolicy.from_data(name, DEFAULT_ACCOUNT_ID, "aws", data)
            known[policy.arn] = policy


def parameters(template, surroundings):
    """A plausible value for each parameter that has no default."""
    return [
        {"ParameterKey": name, "ParameterValue": surroundings.value(name, parameter)}
        for name, parameter in template.get("Parameters", {}).items()
        if "Default" not in parameter
    ]


class Surroundings:
    """What an account has before the stack: the things that parameters name, made when asked for.

    The first row whose pattern is in the parameter's type, or for a string in its name, counts.
    """

    @property
    def ec2(self):
        return client("ec2")

    def value(self, name, parameter):
        kind = parameter.get("Type", "String")
        if "AllowedValues" in parameter:
            return str(parameter["AllowedValues"][0])
        if "Number" in kind:
            return str(parameter.get("MinValue", parameter.get("MaxValue", 1)))
        words = re.sub(r"[\W_]", "", name if kind in ("String", "CommaDelimitedList") else kind)
        for pattern, make in self.THINGS.items():
            if re.search(pattern, words, re.I):
                found = make(self)
                wanted = "List" in kind or re.search("subnets|subnetids", words, re.I)
                return ",".join(found if wanted else found[:1])
        if kind not in ("String", "CommaDelimitedList"):
            raise CannotFill(f"{name} is of type {kind}")
        return text(name, parameter)

    def vpc(self):
        return [v["VpcId"] for v in self.ec2.describe_vpcs()["Vpcs"]]

    def subnets(self):
        found = self.ec2.describe_subnets()["Subnets"]
        return [s["SubnetId"] for s in sorted(found, key=lambda s: s["AvailabilityZone"])][:3]

    def group(self):
        return [g["GroupId"] for g in self.ec2.describe_security_groups()["SecurityGroups"]]

    def key_pair(self):
        if not self.ec2.describe_key_pairs()["KeyPairs"]:
            self.ec2.create_key_pair(KeyName="key")
        return ["key"]

    def image(self):
        return ["ami-12c6146b"]

    def zone(self):
        made = client("route53").create_hosted_zone(Name="example.com", CallerReference="1")
        return [made["HostedZone"]["Id"].rpartition("/")[2]]

    def certificate(self):
        return [client("acm").request_certificate(DomainName="example.com")["CertificateArn"]]

    def zones(self):
        return ["us-east-1a", "us-east-1b", "us-east-1c"]

    THINGS = {
        "subnet(?!.*(cidr|block|range|mask))": subnets,
        "securitygroup|sgid$": group,
        "vpc(?!.*(cidr|block|range|name))": vpc,
        "certificate.*arn": certificate,
        "key(pair|name$)": key_pair,
        "image.?id$|^ami": image,
        "hostedzone(?!.*name)": zone,
        "availabilityzone": zones,
        "cidr|iprange": lambda self: ["10.0.0.0/16"],
    }


GUESSES = ("example", "Example-1", "example.com", "https://example.com/", "user@example.com",
           "10.0.0.0/16", "1", "Passw0rd-example", "123456789012",
           "arn:aws:iam::123456789012:role/example", "vpc-12345678", "subnet-12345678", "us-east-1",
           "a" * 40)


def text(name, parameter):
    """The first guess that the parameter's own rules let through."""
    pattern = parameter.get("AllowedPattern", ".*")
    low, high = int(parameter.get("MinLength", 0)), int(parameter.get("MaxLength", 4096))
    for guess in GUESSES:
        if low <= len(guess) <= high and re.fullmatch(pattern, guess):
            return guess
    raise CannotFill(f"{name} has to match {pattern}")

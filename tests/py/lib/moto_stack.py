"""A stack in moto's CloudFormation, all in this process: nothing is listened to or reached."""
import json
import logging
import re
import warnings
from dataclasses import dataclass, field

import boto3
from moto import mock_aws
from moto.cloudformation import parsing
from moto.core.common_models import CloudFormationModel
from moto.moto_api._internal import mock_random

NAME = "stack"
OUTSIDE = ("Custom::", "AWS::CloudFormation::")  # moto runs or fetches something for these
REAL_CLASS = parsing.resource_class_from_type


class CannotFill(Exception):
    """A parameter for which there is no plausible value."""


@dataclass
class Stack:
    resources: set = field(default_factory=set)  # logical ids
    outputs: dict = field(default_factory=dict)
    error: str = ""


class Placeholder(CloudFormationModel):
    """A resource of a type that moto lacks."""

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


def _class_of(kind):
    return Placeholder if _lacks(kind) else REAL_CLASS(kind)


def _lacks(kind):
    return kind.startswith(OUTSIDE) or kind not in parsing.get_model_map()


parsing.resource_class_from_type = _class_of
logging.getLogger("moto").setLevel(logging.ERROR)  # it warns of every type that it lacks
warnings.filterwarnings("ignore", module="moto")


def lacking(template):
    """The types of a template's resources that moto has no model of."""
    return {r["Type"] for r in template["Resources"].values() if _lacks(r["Type"])}


def create(template, seed):
    """The stack of a template in an account of its own; SEED makes its generated ids."""
    mock_random.seed(seed)
    with mock_aws(config={"iam": {"load_aws_managed_policies": True}}):
        formation = boto3.client("cloudformation")
        try:
            given = parameters(template)
        except CannotFill as wrong:
            return Stack(error=f"parameter: {wrong}")
        formation.create_stack(StackName=NAME,
                               TemplateBody=json.dumps(template),
                               Parameters=given,
                               Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"])
        made = formation.describe_stacks(StackName=NAME)["Stacks"][0]
        if made["StackStatus"] != "CREATE_COMPLETE":
            return Stack(error=made["StackStatus"])
        resources = formation.describe_stack_resources(StackName=NAME)["StackResources"]
        return Stack({r["LogicalResourceId"] for r in resources},
                     {o["OutputKey"]: o["OutputValue"] for o in made.get("Outputs", [])})


def parameters(template):
    """A plausible value for each parameter that has no default."""
    surroundings = Surroundings()
    return [
        {"ParameterKey": name, "ParameterValue": surroundings.value(name, parameter)}
        for name, parameter in template.get("Parameters", {}).items()
        if "Default" not in parameter
    ]


class Surroundings:
    """What an account has before the stack: the things that parameters name, made when asked for.

    The first row whose pattern is in the parameter's type, or for a string in its name, counts.
    """

    def __init__(self):
        self.ec2 = boto3.client("ec2")

    def value(self, name, parameter):
        kind = parameter.get("Type", "String")
        if kind.startswith("AWS::SSM::"):
            raise CannotFill(f"{name} is read from SSM")
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
        source = self.ec2.describe_instances()["Reservations"]
        return [i["ImageId"] for r in source for i in r["Instances"]] or ["ami-12c6146b"]

    def zone(self):
        made = boto3.client("route53").create_hosted_zone(Name="example.com", CallerReference="1")
        return [made["HostedZone"]["Id"].rpartition("/")[2]]

    def zones(self):
        return ["us-east-1a", "us-east-1b", "us-east-1c"]

    THINGS = {
        "subnet(?!.*(cidr|block|range|mask))": subnets,
        "securitygroup|sgid$": group,
        "vpc(?!.*(cidr|block|range|name))": vpc,
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
    low, high = (int(parameter.get(key, end)) for key, end in (("MinLength", 0), ("MaxLength", 4096)))
    for guess in GUESSES:
        if low <= len(guess) <= high and re.fullmatch(pattern, guess):
            return guess
    raise CannotFill(f"{name} has to match {pattern}")

"""One template, written in every style people write: long-form data in, text out."""
import json

from . import surgery, tree

INTRINSICS = ("Ref", "Condition", "Fn::Sub", "Fn::GetAtt", "Fn::If", "Fn::Join", "Fn::Split",
              "Fn::Select", "Fn::Equals", "Fn::Not", "Fn::And", "Fn::Or", "Fn::FindInMap",
              "Fn::ImportValue", "Fn::Transform")


class Writer:
    """YAML in block style, or flow style from the resources' bodies down."""

    def __init__(self, short=True, indented=True, flow=False):
        self.short, self.indented, self.flow = short, indented, flow

    def template(self, data):
        lines = []
        for section, entries in data.items():
            lines.append(f"{section}:")
            for name, body in entries.items():
                lines += self._entry(name, body)
            lines.append("")
        return "\n".join(lines)

    def _entry(self, name, body):
        if not self.flow or not isinstance(body, dict) or self._function(body):
            return ["  " + line for line in self._pair(name, body)]
        return [f"  {name}:"] + [f"    {key}: {self.inline(value)}" for key, value in body.items()]

    def _function(self, value):
        """(tag, argument) of what is written as a short intrinsic."""
        if not self.short or not isinstance(value, dict) or len(value) != 1:
            return None
        (name, argument), = value.items()
        if name not in INTRINSICS or self._function(argument):  # two tags cannot stand on one node
            return None
        if name == "Fn::GetAtt" and isinstance(argument, list):
            argument = ".".join(argument)
        return "!" + name.removeprefix("Fn::"), argument

    def _pair(self, key, value):
        head, lines = self._block(value)
        return [f"{surgery.scalar(key)}:" + (f" {head}" if head else "")] + lines

    def _block(self, value, indent="  "):
        """What stands behind the key, and the lines under it."""
        if function := self._function(value):
            head, lines = self._block(function[1], indent)
            return f"{function[0]} {head}".strip(), lines
        if isinstance(value, dict) and value:
            return "", [indent + line for k, v in value.items() for line in self._pair(k, v)]
        if isinstance(value, list) and value:
            pad = indent if self.indented else ""
            return "", [pad + line for item in value for line in self._item(item)]
        return self.inline(value), []

    def _item(self, item):
        function = self._function(item)
        if isinstance(item, dict) and item and not function:
            first, *rest = [line for k, v in item.items() for line in self._pair(k, v)]
            return ["- " + first] + ["  " + line for line in rest]
        head, lines = self._block(item)
        pad = "" if self.indented else "  "  # a list under a dash is always indented
        return [f"- {head}"] + [pad + line for line in lines]

    def inline(self, value):
        if function := self._function(value):
            return f"{function[0]} {self.inline(function[1])}"
        if isinstance(value, dict):
            return "{" + ", ".join(f"{surgery.scalar(k)}: {self.inline(v)}"
                                   for k, v in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(map(self.inline, value)) + "]"
        return surgery.scalar(value)


SHAPES = {
    "block-short.yaml": Writer().template,
    "block-long.yaml": Writer(short=False).template,
    "unindented-short.yaml": Writer(indented=False).template,
    "unindented-long.yaml": Writer(short=False, indented=False).template,
    "flow-short.yaml": Writer(flow=True).template,
    "flow-long.yaml": Writer(short=False, flow=True).template,
    "crlf.yaml": lambda data: Writer().template(data).replace("\n", "\r\n"),
    "bom.yaml": lambda data: "\ufeff" + Writer(short=False).template(data),
    "no-newline.yaml": lambda data: Writer().template(data).rstrip("\n"),
    "pretty.json": lambda data: json.dumps(data, indent=2) + "\n",
    "tabs.json": lambda data: json.dumps(data, indent="\t"),
    "minified.json": lambda data: json.dumps(data, separators=(",", ":")),
    "crlf.json": lambda data: json.dumps(data, indent=4).replace("\n", "\r\n") + "\r\n",
}


def write_all(data):
    """(shape, bytes) of DATA in each shape. What only YAML can say (a bare ON) is left out of
    JSON."""
    for shape, write in SHAPES.items():
        if not (shape.endswith(".json") and has_raw(data)):
            yield shape, write(data).encode()


def has_raw(value):
    if isinstance(value, dict):
        return any(map(has_raw, value.values()))
    if isinstance(value, list):
        return any(map(has_raw, value))
    return isinstance(value, surgery.Raw)


def data_of(text):
    """The long form of a text, one spelling of GetAtt."""
    return normal(tree.plain(tree.read(text)))


def normal(value):
    if isinstance(value, dict):
        if set(value) == {"Fn::GetAtt"} and isinstance(value["Fn::GetAtt"], list) and all(
                isinstance(p, str) for p in value["Fn::GetAtt"]):
            return {"Fn::GetAtt": ".".join(value["Fn::GetAtt"])}
        return {key: normal(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [normal(inner) for inner in value]
    return tree.meaning(tree.Node("scalar", style="plain", text=value)) if isinstance(
        value, surgery.Raw) else value

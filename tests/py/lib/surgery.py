"""Cutting and sewing templates as text, for planting faults: no code of cfnfix, no YAML writer."""
import json
import re

from . import tree


class Template:
    """A template's text and tree."""

    def __init__(self, name, text):
        self.name, self.text, self.root = name, text, tree.read(text)
        self.lines = tree.Lines(text)
        self.is_json = tree.is_json(text)
        resources = self.root.get("Resources") if self.root.kind == "map" else None
        is_map = resources is not None and resources.kind == "map"
        self.resources = resources.pairs if is_map else []

    def of_type(self, name):
        """The pairs of the resources of a type."""
        return [p for p in self.resources if _type(p) == name]

    def with_text(self, text):
        return Template(self.name, text)

    def line_of(self, node):
        """Number and indent of the line that NODE begins on."""
        number = self.lines.at(node.start)
        line = self.lines.list[number]
        return number, len(line) - len(line.lstrip(" "))

    def insert(self, offset, text):
        return self.text[:offset] + text + self.text[offset:]


def _type(pair):
    node = pair.value.get("Type") if pair.value.kind == "map" else None
    return node.text if node is not None else ""


def is_simple(template):
    """No anchors, merge keys, macros or loops, one kind of line end: nothing that cfnfix leaves
    alone for good reasons."""
    todo = [template.root]
    while todo:
        node = todo.pop()
        if node.anchor or node.kind == "alias":
            return False
        if node.kind == "map":
            keys = [p.key.text for p in node.pairs]
            if len(set(keys)) < len(keys) or any(
                    k in ("<<", "Fn::Transform") or k.startswith("Fn::ForEach") for k in keys):
                return False
        todo.extend(node.children())
    return template.root.get("Transform") is None and bool(
        template.resources) and "\r" not in template.text


def render(value, style):
    """VALUE as lines of text without indent. STYLE: json, block, unindented (sequences under their
    key), flow."""
    if style == "json":
        return json.dumps(value, indent=2).split("\n")
    if style == "flow":
        return [flow(value)]
    return _block(value, "  " if style == "block" else "")


def flow(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


class Raw(str):
    """A scalar spelled just so."""


def scalar(value):
    """One scalar, quoted where YAML would not read it as this string."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Raw)):
        return str(value)
    if re.fullmatch(r"[A-Za-z/][A-Za-z0-9_:/.-]*", value) and tree.meaning(
            tree.Node("scalar", style="plain", text=value)) == value:
        return value
    return "'" + value.replace("'", "''") + "'"


def _block(value, sequence_indent):
    if isinstance(value, dict) and value:
        lines = []
        for key, inner in value.items():
            key = scalar(key)
            if isinstance(inner, (dict, list)) and inner:
                indent = "  " if isinstance(inner, dict) else sequence_indent
                lines += [f"{key}:"] + [indent + line for line in _block(inner, sequence_indent)]
            else:
                lines.append(f"{key}: {flow(inner)}")
        return lines
    if isinstance(value, list) and value:
        lines = []
        for item in value:
            first, *rest = _block(item, sequence_indent)
            lines += ["- " + first] + ["  " + line for line in rest]
        return lines
    return [flow(value)]


def can_follow(template, pair):
    """Whether a resource can be sewn in behind PAIR without a doubt about where it ends."""
    last = pair.value
    while last.children():
        last = last.children()[-1]
    if template.is_json:
        return "\n" in template.text[template.resources[0].key.start:template.resources[0].value.
                                     end]
    ends_line = template.text[last.end:].split("\n")[0].strip() == ""
    return pair.value.style == "block" and last.style not in "|>" and ends_line and last.raw != ""


def add_resource(template, after, logical_id, value, style="block"):
    """TEMPLATE's text with a resource behind the pair AFTER."""
    _, indent = template.line_of(after.key)
    lines = render(value, "json" if template.is_json else style)
    if template.is_json:
        pad = " " * indent
        text = f',\n{pad}"{logical_id}": ' + f"\n{pad}".join(lines)
        return template.insert(after.value.end, text)
    pad = " " * (indent + 2)
    text = f"\n{' ' * indent}{logical_id}:\n" + "\n".join(pad + line for line in lines)
    return template.insert(after.value.end, text)


def copy_resource(template, pair, logical_id):
    """TEMPLATE's text with a copy of the resource PAIR behind it under another name."""
    body = template.text[pair.key.end:pair.value.end]
    quote = template.text[pair.key.start] if template.text[pair.key.start] in "'\"" else ""
    if template.is_json:
        gap = gap_before(template, pair.key)
        return template.insert(pair.value.end, f",{gap}{quote}{logical_id}{quote}{body}")
    _, indent = template.line_of(pair.key)
    return template.insert(pair.value.end, f"\n{' ' * indent}{quote}{logical_id}{quote}{body}")


def gap_before(template, node):
    """The white space in front of NODE."""
    start = node.start
    while start and template.text[start - 1].isspace():
        start -= 1
    return template.text[start:node.start]


def add_item(template, sequence, index, value):
    """TEMPLATE's text with VALUE as item INDEX of SEQUENCE, in the style that its items have; None
    if that is not plain to see."""
    items = sequence.items
    if sequence.style == "block":
        return _add_block_item(template, items, index, value)
    gap = gap_before(template, items[1] if len(items) > 1 else items[0])
    body = json.dumps(value) if template.is_json else flow(value)
    if template.is_json and "\n" in gap and "\n" in template.text[items[0].start:items[0].end]:
        body = _like_json(template, items[0], value)
    if index < len(items):
        return template.insert(items[index].start,
                               body + "," + (gap if len(items) > 1 or "\n" in gap else " "))
    return template.insert(items[-1].end, "," + (gap or " ") + body)


def _like_json(template, item, value):
    """VALUE over several lines, indented as ITEM is."""
    _, indent = template.line_of(item)
    first = item.pairs[0].key if item.kind == "map" and item.pairs else item
    step = max(1, template.line_of(first)[1] - indent)
    return ("\n" + " " * indent).join(json.dumps(value, indent=step).split("\n"))


def _add_block_item(template, items, index, value):
    """Before the line of item INDEX, or behind the last item's last line."""
    dashes = [dash_line(template, item) for item in items]
    if None in dashes:
        return None
    column = len(template.lines.list[dashes[0]]) - len(template.lines.list[dashes[0]].lstrip(" "))
    first, *rest = render(value, "block")
    body = "\n".join([" " * column + "- " + first] + [" " * (column + 2) + line for line in rest])
    if index < len(items):
        return template.insert(template.lines.starts[dashes[index]], body + "\n")
    end = items[-1].end
    if template.text[end:].split("\n")[0].strip():
        return None
    return template.insert(end, "\n" + body)


def dash_line(template, item):
    """The line with the item's dash; None if it does not begin its line."""
    number, _ = template.line_of(item)
    return number if template.lines.list[number].lstrip().startswith("- ") else None


def cut_item(template, sequence, index):
    """TEMPLATE's text without item INDEX of SEQUENCE, which has others; None if that is not plain
    to see."""
    items, text = sequence.items, template.text
    if len(items) < 2:
        return None
    if sequence.style == "flow":
        if index:
            return text[:items[index - 1].end] + text[items[index].end:]
        return text[:items[0].start] + text[items[1].start:]
    dashes = [dash_line(template, item) for item in items]
    if None in dashes:
        return None
    start = template.lines.starts[dashes[index]]
    end = template.lines.at(items[index].end - 1) + 1
    return text[:start] + text[template.lines.starts[end]:] if end < len(
        template.lines.starts) else text[:start]

"""Templates as trees, read without any of cfnfix's code: a JSON parser first, then PyYAML's
events.

Nothing is resolved: a tag `!X` is a mapping with the one key `Fn::X`, aliases and merge keys stay
what they are (so a bomb of aliases stays small), duplicate keys and their order are kept, and a
scalar keeps its text, its spelling and its quotes. Offsets are characters of the text without its
byte order mark.
"""
import bisect
import json
import re
from dataclasses import dataclass, field

import yaml

DEPTH_LIMIT = 400
LOADER = yaml.SafeLoader  # PyYAML's own; `use_fast_reader` takes libyaml's, for very many texts


def use_fast_reader():
    global LOADER
    LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Unreadable(Exception):
    """The readers used here refuse the text; it may still be a valid template."""


@dataclass(eq=False)
class Pair:
    key: "Node"
    value: "Node"
    added: bool = False


@dataclass(eq=False)
class Node:
    kind: str  # scalar, map, seq, alias
    start: int = -1
    end: int = -1
    style: str = ""  # plain ' " | > block flow tag; "report" if it came from an operation
    text: str = ""
    raw: str = ""
    value: object = None  # of a scalar from an operation
    tag: str = ""
    anchor: str = ""
    unended: bool = False  # a block scalar at the end of a text without final newline
    pairs: list = field(default_factory=list)
    items: list = field(default_factory=list)

    def children(self):
        if self.kind == "map":
            return [node for pair in self.pairs for node in (pair.key, pair.value)]
        return self.items

    def get(self, *keys):
        """The value at a path of keys and indexes, also through `{"Fn::X": …}`; None if there is
        none."""
        node = self
        for key in keys:
            if isinstance(key, int):
                node = node.items[key] if node.kind == "seq" and key < len(node.items) else None
            else:
                found = [p.value for p in node.pairs if p.key.text == key]
                node = found[-1] if found else None
            if node is None:
                return None
        return node


def decode(data):
    """The text of a file as both readers see it: without byte order mark."""
    return data.decode("utf-8").removeprefix("\ufeff")


def read(text):
    """The tree of TEXT; Unreadable if neither reader takes it."""
    try:
        json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return _read_yaml(text)
    return _JsonReader(text).tree()


def is_json(text):
    try:
        json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return False
    return True


def _no_constant(name):
    raise ValueError(name)


class _JsonReader:
    """Spans for text that `json` has accepted already."""

    TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[-+.0-9a-zA-Z]+|[{}\[\]:,])', re.S)

    def __init__(self, text):
        self.text = text
        self.tokens = [(m.group(1), m.start(1), m.end(1)) for m in self.TOKEN.finditer(text)]
        self.next = 0

    def tree(self):
        return self.value(0)

    def take(self):
        self.next += 1
        return self.tokens[self.next - 1]

    def value(self, depth):
        if depth > DEPTH_LIMIT:
            raise Unreadable("too deep")
        raw, start, end = self.take()
        if raw == "{":
            return self.mapping(start, depth)
        if raw == "[":
            return self.sequence(start, depth)
        if raw[0] == '"':
            return Node("scalar", start, end, '"', json.loads(raw), raw)
        return Node("scalar", start, end, "plain", raw, raw)

    def mapping(self, start, depth):
        node = Node("map", start, style="flow")
        while self.tokens[self.next][0] != "}":
            key = self.value(depth + 1)
            self.take()
            node.pairs.append(Pair(key, self.value(depth + 1)))
            if self.tokens[self.next][0] == ",":
                self.take()
        node.end = self.take()[2]
        return node

    def sequence(self, start, depth):
        node = Node("seq", start, style="flow")
        while self.tokens[self.next][0] != "]":
            node.items.append(self.value(depth + 1))
            if self.tokens[self.next][0] == ",":
                self.take()
        node.end = self.take()[2]
        return node


def long_name(tag):
    name = tag[1:]
    return name if name in ("Ref", "Condition") else "Fn::" + name


def _read_yaml(text):
    roots, stack = [], []
    try:
        for event in yaml.parse(text, Loader=LOADER):
            if isinstance(event, yaml.DocumentStartEvent) and roots:
                raise Unreadable("more than one document")
            if isinstance(event, (yaml.ScalarEvent, yaml.AliasEvent)):
                _put(roots, stack, _leaf(event, text), _function(event))
            elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                if len(stack) > DEPTH_LIMIT:
                    raise Unreadable("too deep")
                node = _collection(event)
                _put(roots, stack, node, _function(event))
                stack.append(node)
            elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                _close(stack.pop(), event)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Unreadable(" ".join(str(error).split())) from error
    if not roots:
        raise Unreadable("empty")
    _pair_up(roots[0])
    last = roots[0]
    while last.children():
        last = last.children()[-1]
    last.unended = last.style in ("|", ">") and not text.endswith("\n")
    return roots[0]


def _function(event):
    tag = getattr(event, "tag", None)
    return tag if tag and tag != "!" and tag.startswith("!") else None


def _leaf(event, text):
    start, end = event.start_mark.index, event.end_mark.index
    if isinstance(event, yaml.AliasEvent):
        return Node("alias", start, end, text=event.anchor, raw=text[start:end])
    raw = text[start:end]
    style = event.style or "plain"
    if style in "|>":
        raw = raw.rstrip()
    node = Node("scalar",
                start,
                start + len(raw),
                style,
                event.value,
                raw,
                anchor=event.anchor or "")
    node.tag = event.tag if event.tag and not _function(event) else ""
    return node


def _collection(event):
    kind = "map" if isinstance(event, yaml.MappingStartEvent) else "seq"
    node = Node(kind,
                event.start_mark.index,
                style="flow" if event.flow_style else "block",
                anchor=event.anchor or "")
    node.tag = event.tag if event.tag and not _function(event) else ""
    return node


def _put(roots, stack, node, function):
    """Hands NODE to its parent, inside the mapping that its tag stands for. Mappings collect keys
    and values in `items` first."""
    outer = node
    if function:
        outer = Node("map", node.start, node.end, "tag", anchor=node.anchor)
        node.anchor = ""
        if node.kind == "scalar" and not node.text:
            node.tag = "!"  # `!Ref` with nothing behind it: text, as with anything behind it
        outer.items = [Node("scalar", node.start, node.start, "tag", long_name(function)), node]
    (stack[-1].items if stack else roots).append(outer)


def _close(node, event):
    """A block collection ends where its last descendant ends."""
    node.end = event.end_mark.index if node.style == "flow" else node.start
    if node.style == "block" and node.items:
        node.end = max(node.end, _end(node.items[-1]))


def _end(node):
    return _end(node.items[-1]) if node.style == "tag" else node.end


def _pair_up(root):
    todo = [root]
    while todo:
        node = todo.pop()
        if node.kind == "map":
            found, node.items = node.items, []
            node.pairs = [Pair(k, v) for k, v in zip(found[::2], found[1::2])]
            if node.style == "tag":
                node.end = node.pairs[0].value.end
        todo.extend(node.children())


# ---- What a plain scalar means (https://yaml.org/type/), to compare with a report's JSON ----

NULL = re.compile(r"(~|null|Null|NULL|)$")
TRUE = re.compile(r"(y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$")
FALSE = re.compile(r"(n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$")
INT = re.compile(
    r"[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|0|[1-9][0-9_]*|0[0-7_]+|[1-9][0-9_]*(:[0-5]?[0-9])+)$")
FLOAT = re.compile(r"[-+]?([0-9][0-9_]*)?\.[0-9_]*([eE][-+][0-9]+)?$|[-+]?[0-9]+([eE][-+]?[0-9]+)$")


def meaning(node):
    """What a reader of the template gets: a string, or the value of an unquoted boolean, number or
    null."""
    if node.style == "report":
        return node.value
    text = node.text
    if node.style != "plain" or node.tag:
        return text
    if NULL.match(text):
        return None
    if TRUE.match(text) or FALSE.match(text):
        return bool(TRUE.match(text))
    if INT.match(text):
        return _integer(text.replace("_", ""))
    if FLOAT.match(text) and text.strip("+-") != ".":
        return float(text.replace("_", ""))
    return text


def _integer(text):
    sign, digits = (-1 if text[0] == "-" else 1), text.lstrip("+-")
    if ":" in digits:
        total = 0
        for part in digits.split(":"):
            total = total * 60 + int(part)
        return sign * total
    base = {"0b": 2, "0x": 16}.get(digits[:2], 8 if digits[0] == "0" and len(digits) > 1 else 10)
    return sign * int(digits, base)


def plain(node):
    """NODE as the Python data of its long form (the last of duplicate keys counts)."""
    if node.kind == "map":
        return {p.key.text: plain(p.value) for p in node.pairs}
    if node.kind == "seq":
        return [plain(item) for item in node.items]
    return "*" + node.text if node.kind == "alias" else meaning(node)


def from_report(value):
    """The value of an operation as a tree."""
    if isinstance(value, dict):
        pairs = [
            Pair(Node("scalar", style="report", text=k, value=k), from_report(v))
            for k, v in value.items()
        ]
        return Node("map", style="report", pairs=pairs)
    if isinstance(value, list):
        return Node("seq", style="report", items=[from_report(v) for v in value])
    return Node("scalar", style="report", text=value if isinstance(value, str) else "", value=value)


# ---- Lines and comments ----


class Lines:
    """Offsets to line numbers (from 0); lines end in a newline."""

    def __init__(self, text):
        self.text = text
        self.starts = [0] + [m.end() for m in re.finditer("\n", text)]
        self.list = text.split("\n")

    def at(self, offset):
        return bisect.bisect_right(self.starts, offset) - 1

    def blank(self, line):
        return not self.list[line].strip()


@dataclass
class Comment:
    line: int
    column: int
    text: str
    behind: str | None  # the scalar in front of it on its line; None if there is none


def comments(text):
    """The comments of a YAML text: what stands in the gaps between the scanner's tokens."""
    if is_json(text):
        return []
    lines, found, position, scalar = Lines(text), [], 0, None
    try:
        tokens = sorted((t for t in yaml.scan(text, Loader=LOADER)),
                        key=lambda t: (t.start_mark.index, t.end_mark.index))
    except (yaml.YAMLError, RecursionError) as error:
        raise Unreadable(str(error)) from error
    for token in tokens:
        start, end = token.start_mark.index, token.end_mark.index
        if start > position:
            found += _gap_comments(text, lines, position, start, scalar)
        if isinstance(token, yaml.ScalarToken):
            scalar = (token.value, lines.at(max(start, end - 1)))
            if token.style and token.style in "|>":
                header = text[start:(text + "\n").index("\n", start)]
                found += _gap_comments(text, lines, start, start + len(header), None)
        elif end > start:
            scalar = None
        position = max(position, end)
    return found + _gap_comments(text, lines, position, len(text), scalar)


def _gap_comments(text, lines, start, end, scalar):
    found = []
    for match in re.finditer(r"#[^\r\n]*", text[start:end]):
        offset = start + match.start()
        line = lines.at(offset)
        behind = scalar[0] if scalar and scalar[1] == line else None
        found.append(Comment(line, offset - lines.starts[line], match.group(), behind))
    return found

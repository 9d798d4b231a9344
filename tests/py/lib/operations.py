"""What a report declares, applied to a tree, and the comparison with what is really there.

The tree before is changed in place, round by round. Nodes keep the places they had in the text
before, so that afterwards it is known which lines of it an operation may have touched.
"""
from .tree import Node, Pair, from_report, meaning


class Violation(Exception):
    pass


def tokens(pointer):
    if pointer == "":
        return []
    if not pointer.startswith("/"):
        raise Violation(f"no JSON Pointer: {pointer!r}")
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")]


def lookup(root, pointer):
    """(container, index of its pair or item, node) of POINTER; container is None for the root."""
    container, index, node = None, None, root
    for token in tokens(pointer):
        container = node
        if node.kind == "seq":
            if not token.isdigit() or int(token) >= len(node.items):
                raise Violation(f"{pointer}: no item {token}")
            index = int(token)
            node = node.items[index]
        else:
            index = find_key(node, token)
            if index is None:
                raise Violation(f"{pointer}: no key {token!r}")
            node = node.pairs[index].value
    return container, index, node


def find_key(node, key):
    """The index of the pair with KEY; the last one of duplicates."""
    found = [i for i, p in enumerate(node.pairs) if p.key.kind == "scalar" and p.key.text == key]
    return found[-1] if found else None


def is_ambiguous(root, pointer):
    """Whether a duplicate key stands on the way, so that the path means more than one place."""
    node = root
    for token in tokens(pointer):
        if node.kind == "map":
            if sum(p.key.text == token for p in node.pairs) > 1:
                return True
            index = find_key(node, token)
            node = node.pairs[index].value if index is not None else node
        elif node.kind == "seq" and token.isdigit() and int(token) < len(node.items):
            node = node.items[int(token)]
    return False


def check_editable(root, pointer, is_add):
    """Nodes under anchors, aliases, merge and duplicate keys, Fn::Transform and Fn::ForEach are
    never edited."""
    node, parts = root, tokens(pointer)
    for token in parts[:-1] if is_add else parts:
        if node.anchor or node.kind == "alias":
            raise Violation(f"{pointer}: edits what stands under an anchor or alias")
        if node.kind == "map":
            same = [p for p in node.pairs if p.key.text == token]
            if len(same) > 1:
                raise Violation(f"{pointer}: edits under the duplicate key {token!r}")
            if token == "<<" or token == "Fn::Transform" or token.startswith("Fn::ForEach"):
                raise Violation(f"{pointer}: edits under {token!r}")
            node = same[0].value if same else Node("scalar")
        elif node.kind == "seq" and token.isdigit() and int(token) < len(node.items):
            node = node.items[int(token)]
    if node.anchor or node.kind == "alias":
        raise Violation(f"{pointer}: edits an anchored node or an alias")


class Touched:
    """The nodes that operations may have changed."""

    def __init__(self):
        self.removed = []  # (container, index when it went, key or item, value)
        self.replaced = []  # (old node, new node, its key or None)
        self.wrapped = []  # (old node, new list, its key or None)
        self.added = []  # (container, pair or item)


def apply(root, operations):
    """Applies all OPERATIONS to ROOT. Returns the new root and what was touched; Violation if one
    cannot be applied."""
    touched = Touched()
    for number in sorted({op["round"] for op in operations}):
        root = _apply_round(root, [op for op in operations if op["round"] == number], touched)
    return root, touched


def _apply_round(root, operations, touched):
    targets = []
    for op in operations:
        if op["op"] not in ("add", "remove", "replace", "wrap"):
            raise Violation(f"unknown operation {op['op']!r}")
        check_editable(root, op["path"], op["op"] == "add")
        if op["op"] != "add":
            targets.append((op, *lookup(root, op["path"])))
    removals = []
    for op, container, index, node in targets:
        if container is None:
            raise Violation("an operation on the whole template")
        key = container.pairs[index].key if container.kind == "map" else None
        if op["op"] == "remove":
            removals.append((container, index))
        elif op["op"] == "replace":
            touched.replaced.append((node, _set(container, node, from_report(op["value"])), key))
        else:
            touched.wrapped.append(
                (node, _set(container, node, Node("seq", style="report", items=[node])), key))
    _remove_all(removals, touched)
    for op in operations:
        if op["op"] == "add":
            _add(root, op, touched)
    return root


def _set(container, old, new):
    """Puts NEW where OLD stands. By identity, since indexes may have moved; a wrapped node may be
    under its list."""
    places = container.pairs if container.kind == "map" else container.items
    for i, place in enumerate(places):
        if container.kind == "map" and place.value is old:
            place.value = new
            return new
        if container.kind == "seq" and place is old:
            container.items[i] = new
            return new
    raise Violation("two operations on one value")


def _remove_all(removals, touched):
    places = {id(c): c for c, _ in removals}
    for key, container in places.items():
        indexes = [i for c, i in removals if id(c) == key]
        if len(set(indexes)) != len(indexes):
            raise Violation("removed twice")
        for index in sorted(indexes, reverse=True):
            if container.kind == "map":
                gone = container.pairs.pop(index)
                touched.removed.append((container, index, gone.key, gone.value))
            else:
                gone = container.items.pop(index)
                touched.removed.append((container, index, gone, gone))


def _add(root, op, touched):
    parent, _, last = op["path"].rpartition("/")
    last = tokens("/" + last)[0]
    container, value = lookup(root, parent)[2], from_report(op["value"])
    if container.kind == "scalar" and container.raw == "" and container.style == "plain":
        container.kind, container.style = "map", "report"  # `Properties:` with nothing behind it
    if container.kind == "map":
        if find_key(container, last) is not None:
            raise Violation(f"{op['path']}: added, but it is there")
        pair = Pair(from_report(last), value, added=True)
        container.pairs.append(pair)
        touched.added.append((container, pair))
    elif container.kind == "seq" and last.isdigit() and int(last) <= len(container.items):
        container.items.insert(int(last), value)
        touched.added.append((container, value))
    else:
        raise Violation(f"{op['path']}: nothing can be added there")


# ---- The tree that ought to be there, and the one that is ----


def compare(wanted, found, twins, path=""):
    """Walks both trees in step; Violation at the first difference. TWINS gets, by id of a wanted
    node, the found one."""
    twins[id(wanted)] = found
    if wanted.unended:
        twins["unended"] = [(wanted, found)]
    if wanted.kind != found.kind:
        raise Violation(f"{path or '/'}: {found.kind} instead of {wanted.kind}")
    if wanted.style == "report":
        if found.anchor or (found.tag and wanted.kind != "scalar"):
            raise Violation(f"{path}: new value with an anchor or tag")
    elif (wanted.tag, wanted.anchor) != (found.tag, found.anchor):
        raise Violation(f"{path}: tag or anchor differs")
    elif wanted.style != found.style:
        raise Violation(f"{path}: style {found.style!r} instead of {wanted.style!r}")
    if wanted.kind == "map":
        _compare_maps(wanted, found, twins, path)
    elif wanted.kind == "seq":
        if len(wanted.items) != len(found.items):
            raise Violation(f"{path}: {len(found.items)} items instead of {len(wanted.items)}")
        for i, (a, b) in enumerate(zip(wanted.items, found.items)):
            compare(a, b, twins, f"{path}/{i}")
    else:
        _compare_leaves(wanted, found, path)


def _compare_leaves(wanted, found, path):
    if wanted.style == "report":
        a, b = wanted.value, meaning(found)
        is_hidden = hasattr(a, "could_be")
        same = a.could_be(b) if is_hidden else a == b and type(a) is type(b)
    else:
        a, b = wanted.raw, found.raw
        if wanted.unended:  # when something follows it, `|-` keeps its value
            a, b = (raw.replace(wanted.style + "-", wanted.style, 1) for raw in (a, b))
        same = wanted.text == found.text and _stripped(a) == _stripped(b)
    if not same:
        raise Violation(f"{path}: {_short(b)} instead of {_short(a)}")


def _stripped(raw):
    """A wrapped value's lines may have moved to the right."""
    return [line.strip(" \t") for line in raw.split("\n")] if "\n" in raw else raw


def _short(value):
    text = repr(value)
    return text if len(text) < 160 else text[:150] + "…"


def _compare_maps(wanted, found, twins, path):
    added = {p.key.text: p for p in wanted.pairs if p.added}
    free = wanted.style == "report"  # the order of a new mapping's keys is JSON's, hence free
    if free:
        added = {p.key.text: p for p in wanted.pairs}
    kept = [p for p in wanted.pairs if not p.added and not free]
    found_added = [p for p in found.pairs if p.key.kind == "scalar" and p.key.text in added]
    ids = {id(p) for p in found_added}
    found_kept = [p for p in found.pairs if id(p) not in ids]
    if sorted(p.key.text for p in found_added) != sorted(added) or len(kept) != len(found_kept):
        raise Violation(
            f"{path or '/'}: keys {_keys(found.pairs)} instead of {_keys(wanted.pairs)}")
    for a, b in [(added[p.key.text], p) for p in found_added] + list(zip(kept, found_kept)):
        compare(a.key, b.key, twins, path + "/(key)") if not free else _same_key(a, b, path)
        compare(a.value, b.value, twins, f"{path}/{b.key.text}")
        twins[id(a)] = b


def _same_key(a, b, path):
    if a.key.text != b.key.text:
        raise Violation(f"{path}: key {b.key.text!r} instead of {a.key.text!r}")


def _keys(pairs):
    return _short([p.key.text for p in pairs])

"""Which lines of both texts the operations account for; every other line, and every comment, must
be in both."""
from .operations import Violation
from .tree import Lines, comments


class Allowed:
    """Lines of one text that may differ, as a set; blank lines next to them may, too."""

    def __init__(self, text):
        self.lines = Lines(text)
        if text.rpartition("\n")[0].endswith("\r") and self.lines.list[-1]:
            self.lines.list[-1] += "\r"  # as if it were ended, for it may be when something follows
        self.set = set()

    def span(self, start, end):
        if start >= 0:
            self.set.update(range(self.lines.at(start), self.lines.at(max(start, end - 1)) + 1))

    def others(self):
        """The lines that must not differ, in order."""
        total = len(self.lines.list)
        for step in (1, -1):
            for line in sorted(self.set, reverse=step < 0):
                while 0 <= line + step < total and self.lines.blank(line + step):
                    line += step
                    self.set.add(line)
        return [text for i, text in enumerate(self.lines.list) if i not in self.set]


def check_lines(before, after, touched, twins):
    """Every line that no operation accounts for is in both texts, in order, and so is every
    comment."""
    old, new, doomed = Allowed(before), Allowed(after), set()
    for container, index, first, last in touched.removed:
        if first.start >= 0:
            doomed |= _removed_lines(old, container, index, first, last)
        _neighbours(old, new, container, index, twins, removed=True)
    for was, now, key in touched.replaced + touched.wrapped:
        old.span(was.start, was.end)
        _span_of(new, twins.get(id(now)))
        if key is not None:  # what stood behind it may stand under it now
            _span_of(old, key)
            _span_of(new, twins.get(id(key)))
    for container, place in touched.added:
        _added_lines(old, new, container, place, twins)
    _headers_of_unended(old, new, twins)
    _check_kept(before, after, old.others(), new.others(), new.lines.list, old.lines.list)
    _check_comments(before, after, old.lines, doomed, touched)


def _headers_of_unended(old, new, twins):
    """A block scalar that ends the text gets `|-` when something follows it."""
    for was, now in twins.get("unended", ()):
        old.span(was.start, was.start)
        new.span(now.start, now.start)


def _span_of(allowed, node):
    if node is not None:
        allowed.span(node.start, node.end)


def _removed_lines(old, container, index, first, last):
    """The lines of a removed pair or item, with its dash, the comment lines directly above it in
    its column and the deeper ones below it."""
    lines = old.lines
    top, bottom = lines.at(first.start), lines.at(max(first.start, last.end - 1))
    floor = _end_of_previous(lines, container, first.start)
    if container.kind == "seq" and container.style == "block":
        while top > floor + 1 and not lines.list[top].lstrip().startswith("-"):
            top -= 1
    column = len(lines.list[top]) - len(lines.list[top].lstrip())
    while top - 1 > floor and lines.list[top - 1].startswith(" " * column + "#"):
        top -= 1
    for line in range(bottom + 1, len(lines.list)):
        text = lines.list[line]
        if text.lstrip().startswith("#") and len(text) - len(text.lstrip()) > column:
            bottom = line
        elif text.strip():
            break
    own = set(range(top, bottom + 1))
    old.set |= own
    shared = {floor} | {lines.at(node.start) for node in _at(container, index)}
    shared |= {lines.at(container.start), lines.at(container.end -
                                                   1)} if container.style == "flow" else set()
    return own - shared


def _end_of_previous(lines, container, start):
    """The last line of what stays in CONTAINER in front of START."""
    places = container.pairs if container.kind == "map" else container.items
    nodes = [n for p in places for n in ([p.key, p.value] if container.kind == "map" else [p])]
    ends = [lines.at(max(n.start, n.end - 1)) for n in nodes if 0 <= n.start < start]
    return max(ends, default=-1)


def _at(container, index):
    """The key and value, or the item, at INDEX."""
    places = container.pairs if container.kind == "map" else container.items
    if not 0 <= index < len(places):
        return []
    found = [places[index].key, places[index].value] if container.kind == "map" else [places[index]]
    return [node for node in found if node.start >= 0]


def _neighbours(old, new, container, index, twins, removed=False):
    """In flow style commas and brackets next to the place may change; in block style nothing does,
    but that the second pair of a mapping behind a dash moves up to it when the first goes."""
    flow = container.style == "flow"
    if flow:
        _ends(old, container)
        _ends(new, twins.get(id(container)))
    near = _at(container, index) if removed else _at(container, index + 1)
    near = near[:1] if flow or (removed and index == 0) else []
    if flow and index:
        near += _at(container, index - 1)[-1:]
    for node in near:
        for allowed, place in ((old, node), (new, twins.get(id(node)))):
            if place is not None and place.start >= 0:
                allowed.span(place.start, place.start)
                allowed.span(max(place.start, place.end - 1), place.end)


def _ends(allowed, node):
    if node is not None and node.start >= 0:
        allowed.span(node.start, node.start)
        allowed.span(max(node.start, node.end - 1), node.end)


def _added_lines(old, new, container, place, twins):
    found = twins.get(id(place))
    if found is not None:
        new.span((found.key if container.kind == "map" else found).start,
                 (found.value if container.kind == "map" else found).end)
    twin = twins.get(id(container))
    if twin is not None and twin.style == "flow" or container.style == "flow":
        places = container.pairs if container.kind == "map" else container.items
        index = next(i for i, p in enumerate(places) if p is place)
        _neighbours(old, new, container, index, twins)
        _ends(new, twin)
        _ends(old, container)


def _check_kept(before, after, old_others, new_others, after_lines, before_lines):
    missing = first_missing(old_others, after_lines)
    if missing is not None:
        raise Violation(f"line changed that no operation names: {missing!r}")
    missing = first_missing(new_others, before_lines)
    if missing is not None:
        raise Violation(f"new line that no operation names: {missing!r}")


def first_missing(part, whole):
    """The first line of PART that keeps it from being a subsequence of WHOLE; None if it is one."""
    rest = iter(whole)
    for line in part:
        if not any(line == other for other in rest):
            return line
    return None


def _check_comments(before, after, lines, doomed, touched):
    was, now = comments(before), comments(after)
    keep = [c.text for c in was if c.line not in doomed]
    lost = first_missing(keep, [c.text for c in now])
    if lost is not None:
        raise Violation(f"comment lost: {lost!r}")
    new = first_missing([c.text for c in now], [c.text for c in was])
    if new is not None:
        raise Violation(f"comment new or moved: {new!r}")
    known = {(c.text, c.behind) for c in was}
    replaced = {text for _, node, _ in touched.replaced for text in _texts(node)}
    heirs, left = _heirs(touched), {c.text for c in was if c.line in doomed}
    for comment in now:
        if comment.behind is not None and (comment.text, comment.behind) not in known \
                and comment.behind not in replaced \
                and not (comment.text in left and comment.behind in heirs):
            raise Violation(f"comment moved behind {comment.behind!r}: {comment.text!r}")


def _heirs(touched):
    """The texts of pairs that came where others went: a renamed pair keeps its comments."""
    homes = {id(container) for container, *_ in touched.removed}
    return {text for container, place in touched.added if id(container) in homes
            for text in _texts(place.value if container.kind == "map" else place)}


def _texts(node):
    return [node.text] if node.kind == "scalar" else [
        text for child in node.children() for text in _texts(child)
    ]

"""Passwords in a template, read without cfnfix, and what a report may show in their place."""
import json
import re

from . import operations

HIDDEN = "********"
REPAIR = "hardcoded-db-password"


class Hidden(str):
    """A string of a report in which HIDDEN may stand for something."""

    def could_be(self, value):
        if self == HIDDEN:
            return not isinstance(value, (dict, list))
        return isinstance(value, str) and re.fullmatch(_pattern(self), value, re.S) is not None


def _pattern(shown):
    return ".+".join(re.escape(part) for part in shown.split(HIDDEN))


def mark(value):
    """VALUE, parsed JSON, with its strings as Hidden where they hide something."""
    if isinstance(value, dict):
        return {key: mark(item) for key, item in value.items()}
    if isinstance(value, list):
        return [mark(item) for item in value]
    return Hidden(value) if isinstance(value, str) and HIDDEN in value else value


def is_shown_form(shown, whole):
    """Whether SHOWN is the diff WHOLE but for hidden parts of its lines."""
    ours, theirs = shown.split("\n"), whole.split("\n")
    return len(ours) == len(theirs) and all(
        a == b or (HIDDEN in a and re.fullmatch(_pattern(a), b)) for a, b in zip(ours, theirs))


def split(patch):
    """The diffs of single files that PATCH is made of. No line of a hunk begins with a letter."""
    return [part for part in re.split(r"^(?=diff --git )", patch, flags=re.M) if part]


# ---- Own reading ----


def passwords(root, findings):
    """The passwords that stand at the places which FINDINGS name, as texts."""
    found = set()
    for finding in findings:
        if finding["id"] == REPAIR and finding["message"].find("may stand") < 0:
            text = text_of(root, operations.lookup(root, finding["path"])[2])
            found |= {text} if text else set()
    return found


def text_of(root, node):
    """The text of a value: a literal, a default, a Sub or Join of literals. None of all else."""
    if node is None or node.kind not in ("scalar", "map"):
        return None
    if node.kind == "scalar":
        return node.text
    name, text = node.get("Ref"), node.get("Fn::Sub")
    joined = [node.get("Fn::Join", 0), node.get("Fn::Join", 1)] if node.get("Fn::Join") else None
    if name is not None:
        return text_of(root, root.get("Parameters", name.text, "Default"))
    if text is not None and text.kind == "scalar":
        named = re.fullmatch(r"\$\{(\w+)\}", text.text)
        if named:
            return text_of(root, root.get("Parameters", named[1], "Default"))
        return text.text if "${" not in text.text else None
    if joined and joined[1] and joined[1].kind == "seq":
        parts = [text_of(root, item) for item in joined[1].items]
        return None if None in parts else joined[0].text.join(parts)
    return None


def forms(text):
    """How TEXT, or a line of it, may be written."""
    lines = {line.strip() for line in text.split("\n")} - {""}
    doubled = {line.replace("'", "''") for line in lines}
    once = {json.dumps(line, ensure_ascii=ascii)[1:-1] for line in lines | doubled
            for ascii in (True, False)}
    twice = {json.dumps(line)[1:-1] for line in once}
    return lines | doubled | once | twice


def told(entry):
    """All texts of an entry of the JSON report that could show a password. Names are none."""
    for finding in entry["findings"]:
        for text in (finding["message"], finding["reason"] or ""):
            # "The password changes" says nothing, also where that is what it is.
            yield re.sub(r"\bpassword\b", "", text) if finding["id"] == REPAIR else text
    for notice in entry["notices"]:
        yield notice["message"]
    for operation in entry["operations"]:
        yield from _strings(operation.get("value"))
    for error in entry["errors"]:
        yield error["message"]
    for line in entry["diff"].split("\n"):
        if line[:1] in ("+", "-", " ") and line[:4] not in ("--- ", "+++ "):
            yield line[1:]
        elif line.startswith("@@"):
            yield line.split("@@", 2)[2]


def _strings(value):
    if isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif value is not None:
        yield value if isinstance(value, str) else json.dumps(value)


def shows(text, form):
    """Whether TEXT has FORM in it. One of three letters is a part of many words."""
    if len(form.encode()) < 4:
        return re.search(rf"(?<!\w){re.escape(form)}(?!\w)", text) is not None
    return form in text

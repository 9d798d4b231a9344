"""An HTML report as its reader has it: read strictly, by Python's own parser."""
import base64
import hashlib
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input"}
# Attributes that run something or ask someone.
ACTIVE = re.compile(r"on.*|src|srcset|style|action|formaction|data|ping|background|poster|xlink:href")


@dataclass
class Element:
    name: str
    attributes: dict
    parent: object = None
    children: list = field(default_factory=list)  # Elements and str

    @property
    def classes(self):
        return (self.attributes.get("class") or "").split()

    @property
    def text(self):
        return "".join(one if isinstance(one, str) else one.text for one in self.children)

    def walk(self):
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def all(self, name, of_class=None):
        return [one for one in self.walk() if one is not self and one.name == name
                and (of_class is None or of_class in one.classes)]

    def one(self, name, of_class=None):
        found = self.all(name, of_class)
        assert len(found) == 1, f"{len(found)} <{name}> of class {of_class} in <{self.name}>"
        return found[0]


class Tree(HTMLParser):
    """Refuses what browsers mend: tags that are not closed, or not in their order."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.root = self.at = Element("", {})
        self.feed(text)
        self.close()
        assert self.at is self.root, f"<{self.at.name}> is not closed"

    def handle_starttag(self, tag, attrs):
        assert len(dict(attrs)) == len(attrs), f"<{tag}> has an attribute twice"
        element = Element(tag, dict(attrs), self.at)
        self.at.children.append(element)
        if tag not in VOID:
            self.at = element

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.at.name == tag, f"</{tag}> closes <{self.at.name}>"
        self.at = self.at.parent

    def handle_data(self, data):
        self.at.children.append(data)


def read(data):
    """The root of a page; ValueError or AssertionError if it is none."""
    return Tree(data.decode("utf-8")).root


def sha256(text):
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def policy(root):
    """Directive -> what it allows."""
    texts = [meta.attributes["content"] for meta in root.all("meta")
             if meta.attributes.get("http-equiv") == "Content-Security-Policy"]
    assert len(texts) == 1, f"{len(texts)} policies"
    return {name: allowed for name, *allowed in (part.split() for part in texts[0].split(";"))}


def active_attributes(root):
    """All that could run or ask, but for the links that are there to be clicked."""
    found = []
    for element in root.walk():
        for name, value in element.attributes.items():
            if ACTIVE.fullmatch(name):
                found.append((element.name, name, value))
            if name == "href" and not (element.name == "a" and
                                       re.match(r"#|https://docs\.aws\.amazon\.com/", value)):
                found.append((element.name, name, value))
    return found


def files(root):
    """[(folder, path, headline, article)] in the order of the page."""
    found = []
    for section in root.all("section", "folder"):
        folder = section.one("h3").text
        for article in section.all("article"):
            head = article.one("h4")
            found.append((folder, head.one("code").text, head.one("small").text, article))
    return found


def hunks(article):
    """The lines of the diff; [] if there is none."""
    pre = article.all("pre")
    return pre[0].text.splitlines(keepends=True) if pre else []


def counted(root, name):
    """What a group of boxes offers -> its number."""
    return {box.attributes["value"]: int(box.parent.one("span", "number").text)
            for box in root.all("input") if box.attributes.get("name") == name}


def chart(root):
    """Repair -> [fixed, needs consent, cannot fix, all], "All repairs" among them."""
    found = {}
    for row in root.all("tr"):
        numbers = [int(cell.text) for cell in row.all("td", "number")]
        if numbers:
            head = row.one("th")
            name = head.one("label").text if head.all("label") else head.text
            found[name] = numbers
    return found


def bars(root):
    """Repair -> the widths of its bar, by state."""
    return {row.one("label").text: {bar.attributes["class"]: int(bar.attributes["width"])
                                    for bar in row.all("rect")}
            for row in root.all("tr") if row.all("svg")}

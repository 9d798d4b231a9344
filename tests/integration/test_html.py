#!/usr/bin/env python3
"""The HTML report in Chromium: it filters by clicks and by keys, shows diffs as they are, asks
nobody, runs nothing but its own, and shuts nobody out (axe-core).

Leaves screenshots in its folder, to be looked at."""
import http.server
import json
import os
import re
import threading
from collections import Counter
from urllib.parse import unquote

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from lib import page, program

AXE = program.ROOT / "build/clients/node_modules/axe-core/axe.min.js"
FLAGS = ("--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
         "--disable-background-networking --disable-component-update")
WIDE, NARROW = (1300, 900), (400, 800)
EVIL = "<img src=x onerror=document.title='run'>"
HOSTILE = f"""Resources:
  "</script><script>document.title='run'</script>{EVIL}":
    Type: AWS::SNS::Topic
    Properties:
      Tags:
        - Key: "a,b{EVIL}"
          Value: "one"
  Topic: # </pre></details>{EVIL} \u202e\u200b
    Type: AWS::SNS::Topic
    Properties:
      Tags:
        - Key: "&lt;{EVIL}"
          Value: "one,two{EVIL}&amp;"
""".encode()
DUE = b"""Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      Tags:
        - Key: a
          Value: one,two
        - Key: b
          Value: "three, four"
"""


class Browser:
    """Chromium, new and by itself."""

    def __init__(self, work):
        options = webdriver.ChromeOptions()
        for flag in FLAGS.split() + [f"--user-data-dir={work / 'profile'}"]:
            options.add_argument(flag)
        options.binary_location = "/usr/bin/chromium"
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        service = webdriver.ChromeService("/usr/bin/chromedriver")
        self.driver = webdriver.Chrome(options=options, service=service)
        self.driver.set_script_timeout(120)
        self.js = self.driver.execute_script

    def view(self, size=WIDE, scheme="light"):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": scheme}]})

    def allow_scripts(self, allowed):
        self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not allowed})

    def open(self, url, size=WIDE, scheme="light"):
        self.requests()
        self.view(size, scheme)
        self.driver.get(url)

    def requests(self):
        """The addresses that were asked for since this was called last."""
        events = [json.loads(entry["message"])["message"]
                  for entry in self.driver.get_log("performance")]
        urls = [event["params"]["request"]["url"] for event in events
                if event["method"] == "Network.requestWillBeSent"]
        return [url for url in urls if not url.startswith("data:")]

    def complaints(self):
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def press(self, *keys):
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def shown(self):
        """What is told of each entry that is not filtered away: path, and its data-."""
        return [tuple(one) for one in self.js("""
            return Array.from(document.querySelectorAll("#results li"))
                .filter((item) => item.getClientRects().length > 0)
                .map((item) => [item.closest("article").querySelector("h4 code").textContent,
                                item.dataset.state, item.dataset.repair || "",
                                item.dataset.effects || "", item.textContent]);""")]

    def count(self):
        return self.one("#count").text

    def overflow(self):
        return self.js("""const root = document.documentElement;
            return root.scrollWidth - root.clientWidth""")

    def axe(self):
        """The ids of the rules that are broken, and where."""
        self.js(AXE.read_text())
        return self.driver.execute_async_script("""
            const done = arguments[arguments.length - 1];
            const tell = (node) => node.html.slice(0, 200) + node.failureSummary;
            axe.run().then((found) => done(found.violations.map(
                (one) => [one.id, one.nodes.slice(0, 2).map(tell)])));
        """)


class Server:
    """Serves one page, and counts who asks for what."""

    def __init__(self, path):
        asked = self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):

            def do_GET(self):
                asked.append(unquote(self.path))
                data = path.read_bytes() if self.path == "/report.html" else b""
                self.send_response(200 if data else 404)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/report.html"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Report:
    """The page of a run over the templates in a folder, and the JSON of the same run."""

    def __init__(self, cfnfix, home, tally, browser):
        self.cfnfix, self.home, self.tally, self.browser = cfnfix, home, tally, browser

    def write(self, path, data):
        program.put(self.home, path, data)

    def run(self):
        self.path = self.home.parent / f"{self.home.name}.html"
        run = self.cfnfix("-q", "--check", "--report", f"html:{self.path}", "--format", "json", ".",
                          cwd=self.home)
        self.tally.check(not run.crashed, "no crash", run)
        self.files = run.json()["files"]
        self.url = self.path.as_uri()
        return self


def formats(cfnfix, home, tally, browser):
    """The golden cases of formats, each in a folder."""
    report = Report(cfnfix, home, tally, browser)
    for case in sorted((program.GOLDEN / "formats").iterdir()):
        for path in case.glob("[abt]*.[jy]*"):
            report.write(f"{case.name}/{path.name}", path.read_bytes())
    report.write("states/deep/er/template.yaml", DUE)
    return report.run()


# ---- Filters ----


def expected(report):
    """(path, state, repair, effects, words) of each entry."""
    root = page.read(report.path.read_bytes())
    return [(path, item.attributes["data-state"], item.attributes.get("data-repair", ""),
             item.attributes.get("data-effects", ""), item.text)
            for _, path, _, article in page.files(root) for item in article.all("li")]


def check_shown(report, wanted, what):
    tally, browser = report.tally, report.browser
    total = len(expected(report))
    tally.equal(Counter(browser.shown()), Counter(wanted), what)
    files = len({one[0] for one in wanted})
    tally.equal(browser.count(), f"Showing {len(wanted)} of {total} results in {files} "
                f"file{'s' * (files != 1)}.", f"{what}: the count")


def click(browser, name, value):
    browser.one(f"input[name={name}][value='{value}']").click()


def test_clicks(report):
    browser, entries = report.browser, expected(report)
    browser.open(report.url)
    check_shown(report, entries, "all")
    keys = {"repair": lambda one: [one[2]], "state": lambda one: [one[1]],
            "effect": lambda one: one[3].split(", ")}
    for name, key in keys.items():
        values = sorted({value for one in entries for value in key(one) if value})
        found = [box.get_attribute("value") for box in browser.all(f"input[name={name}]")]
        report.tally.equal(sorted(found), values, f"boxes: {name}")
        for value in values:
            click(browser, name, value)
            check_shown(report, [one for one in entries if value in key(one)], f"{name} {value}")
            click(browser, name, value)
    check_together(report, entries)
    check_folders(report, entries)
    report.tally.equal(browser.complaints(), [], "nothing in the console")


def check_together(report, entries):
    """Values of one kind add, kinds narrow."""
    browser = report.browser
    click(browser, "repair", "comma-tags")
    click(browser, "repair", "force-destroy")
    some = [one for one in entries if one[2] in ("comma-tags", "force-destroy")]
    check_shown(report, some, "two repairs")
    click(browser, "state", "fixed")
    check_shown(report, [one for one in some if one[1] == "fixed"], "and fixable")
    browser.one("input[type=search]").send_keys("STATES  payer")
    some = [one for one in some if one[1] == "fixed" and "states" in one[0] and "payer" in one[4]]
    report.tally.check(some, "there is such a one")
    check_shown(report, some, "and words")
    browser.one("#clear").click()
    check_shown(report, entries, "cleared")
    browser.one("input[type=search]").send_keys("nowhere at all")
    check_shown(report, [], "none")
    headings = [one for one in browser.all("#results article, .folder") if one.is_displayed()]
    report.tally.equal(headings, [], "no heading is left")
    browser.one("#clear").click()


def check_folders(report, entries):
    browser = report.browser
    options = [one.get_attribute("value") for one in browser.all("select[name=folder] option")]
    folders = {os.path.dirname(one[0]) for one in entries}
    report.tally.check(folders | {"states/deep", ""} <= set(options), "folders, and above", options)
    for folder in ("states", "states/deep", "states/deep/er"):
        browser.one(f"select[name=folder] option[value='{folder}']").click()
        check_shown(report, [one for one in entries if one[0].startswith(folder + "/")], folder)
    browser.one("#clear").click()
    headings = [one.text for one in browser.all(".folder > h3")]
    report.tally.equal(headings, sorted(headings), "folders are in order")
    browser.one("select[name=order] option[value=most]").click()
    counts = browser.js("""return Array.from(document.querySelectorAll(".folder"),
        (one) => one.querySelectorAll("li").length)""")
    report.tally.equal(counts, sorted(counts, reverse=True), "most first")
    browser.one("select[name=order] option[value=path]").click()


# ---- Keys alone ----


def focused(browser):
    """What has the focus, whether that can be seen, and whether anything lies above it: once the
    page has been drawn anew, for what comes near is laid out then."""
    browser.js("""return new Promise((done) =>
        requestAnimationFrame(() => requestAnimationFrame(done)));""")
    return browser.js("""
        const at = document.activeElement;
        const box = at.getBoundingClientRect();
        const [x, y] = [box.left + Math.min(box.width, 8) / 2, box.top + box.height / 2];
        const over = document.elementFromPoint(x, y);
        return { tag: at.tagName.toLowerCase(), name: at.name || "", value: at.value || "",
                 type: at.type || "", href: at.href || "", id: at.id,
                 outline: getComputedStyle(at).outlineStyle,
                 visible: over !== null && (at.contains(over) || over.contains(at)) };""")


def tab_through(report):
    """All that the Tab key comes to, in its order."""
    browser, found = report.browser, []
    for _ in range(400):
        browser.press(Keys.TAB)
        at = focused(browser)
        if at["tag"] == "body":
            return found
        if found and at == found[0]:
            return found
        found.append(at)
        report.tally.check(at["outline"] != "none", "the focus is seen", at)
        report.tally.check(at["visible"], "nothing lies above it", at)
    return found


def tab_to(browser, **wanted):
    for _ in range(400):
        browser.press(Keys.TAB)
        at = focused(browser)
        if all(at[key] == value for key, value in wanted.items()):
            return True
    return False


def test_keys(report):
    browser, tally, entries = report.browser, report.tally, expected(report)
    browser.open(report.url, size=(1300, 500))
    check_stops(report, tab_through(report))
    browser.open(report.url)
    browser.press(Keys.TAB)
    tally.check(focused(browser)["href"].endswith("#results"), "first, the way past the filters")
    browser.press(Keys.ENTER)
    tally.equal(focused(browser)["id"], "results", "it leads there")
    browser.open(report.url)
    tally.check(tab_to(browser, name="state", value="needs-consent"), "a box is come to")
    browser.press(Keys.SPACE)
    check_shown(report, [one for one in entries if one[1] == "needs-consent"], "space")
    tally.check(tab_to(browser, type="search"), "the search is come to")
    browser.press("password", Keys.ENTER)
    some = [one for one in entries if one[1] == "needs-consent" and "password" in one[0] + one[4]]
    tally.check(some, "there is such a one")
    check_shown(report, some, "typed")
    tally.check(tab_to(browser, id="clear"), "the button is come to")
    browser.press(Keys.SPACE)
    check_shown(report, entries, "cleared by a key")
    check_keys_of_folders(report, entries)


def check_keys_of_folders(report, entries):
    browser, tally = report.browser, report.tally
    browser.open(report.url)
    tally.check(tab_to(browser, name="folder"), "folders are come to")
    browser.press("one-b")
    folder = browser.js("return document.activeElement.value")
    tally.equal(folder, "one-broken", "chosen by a key")
    browser.press(Keys.TAB)
    check_shown(report, [one for one in entries if one[0].startswith(folder + "/")], "a folder by keys")
    browser.open(report.url)
    before = browser.js("return document.querySelectorAll('article details[open]').length")
    tally.check(tab_to(browser, id="open"), "the button for all diffs is come to")
    browser.press(Keys.ENTER)
    diffs = len(browser.all("article details"))
    now = browser.js("return document.querySelectorAll('article details[open]').length")
    tally.check(before < now == diffs or before == diffs, "all diffs open", (before, now, diffs))
    tally.check(tab_to(browser, tag="summary"), "a diff is come to")
    is_open = "return document.activeElement.parentElement.open"
    first = browser.js(is_open)
    browser.press(Keys.ENTER)
    tally.check(browser.js(is_open) != first, "and opened or closed")


def check_stops(report, stops):
    """Everything that can be worked is come to, once, in the order of the page."""
    wanted = [one for one in report.browser.all("a[href], button, input, select, summary")
              if one.rect["width"] > 0]
    report.tally.equal(len(stops), len(wanted), "all controls are come to")


# ---- Diffs ----


def sides(lines):
    """What stands at the left, and at the right, by a unified diff."""
    left, right = [], []
    for line in lines:
        sign, text = line[0], line[1:]
        if sign == "@":
            numbers = re.match(r"@@ -(\d+)(?:,\d+)? \+(\d+)", line)
            at = [int(numbers[1]), int(numbers[2])]
            left.append(("@", line))
            right.append(("@", line))
        elif sign == "\\":
            if last in " -":
                left.append(("", line))
            if last in " +":
                right.append(("", line))
        if sign in " -":
            left.append((str(at[0]), text))
            at[0] += 1
        if sign in " +":
            right.append((str(at[1]), text))
            at[1] += 1
        last = sign
    return left, right


SPLIT = """
    const found = [[], []];
    for (const row of arguments[0].querySelectorAll("tbody tr")) {
        if (row.cells.length === 1) {
            found.forEach((side) => side.push(["@", row.cells[0].textContent]));
            continue;
        }
        for (const side of [0, 1]) {
            const [place, cell] = [row.cells[2 * side], row.cells[2 * side + 1]];
            if (!cell.classList.contains("absent")) {
                const sign = cell.querySelector(".sign").textContent;
                found[side].push([place.textContent, cell.textContent.slice(sign.length)]);
            }
        }
    }
    return found;"""
WAIT = """
    const done = arguments[arguments.length - 1];
    const all = () => arguments[0].classList.contains("built") ? done(true) : setTimeout(all, 20);
    arguments[0].scrollIntoView();
    all();"""


def test_diffs(report):
    """Side by side stand the lines of the unified diff."""
    browser, tally = report.browser, report.tally
    wanted = {path: [line.rstrip("\n") for line in page.hunks(article)]
              for _, path, _, article in page.files(page.read(report.path.read_bytes()))}
    browser.open(report.url)
    browser.one("#open").click()
    if browser.one("#open").text == "Open all diffs":
        browser.one("#open").click()
    count = 0
    for details in browser.all("article details"):
        path = details.find_element(By.XPATH, "../h4/code").get_attribute("textContent")
        browser.driver.execute_async_script(WAIT, details)
        found = [[tuple(line) for line in side] for side in browser.js(SPLIT, details)]
        tally.equal(found, list(map(list, sides(wanted[path]))), f"{path}: side by side")
        count += 1
        pre, table = browser.js("return [...arguments[0].querySelectorAll('pre, table')]", details)
        tally.check(table.is_displayed() and not pre.is_displayed(), f"{path}: wide")
        browser.view(NARROW)
        tally.check(pre.is_displayed() and not table.is_displayed(), f"{path}: narrow")
        browser.view(WIDE)
    tally.check(count >= 8, "there are diffs", count)
    marks = [one.text for one in browser.all(".split mark")]
    tally.check("-" in "".join(marks), "what differs is marked", marks)
    browser.one("input[name=unified]").click()
    tally.check(not any(one.is_displayed() for one in browser.all(".split")), "unified, if asked")


# ---- Colors, widths, paper, no script ----


def luminance(color):
    return sum(map(int, re.findall(r"\d+", color)[:3])) / 3 / 255


def test_appearance(report):
    browser, tally = report.browser, report.tally
    shades = {}
    for scheme in ("light", "dark"):
        for name, size in (("wide", WIDE), ("narrow", NARROW)):
            browser.open(report.url, size, scheme)
            tally.check(browser.overflow() <= 0, f"{scheme}, {name}: nothing sticks out")
            browser.driver.save_screenshot(str(report.path.with_name(f"{scheme}-{name}.png")))
            browser.view((size[0], 9000), scheme)
            if browser.one("#open").text == "Open all diffs":
                browser.one("#open").click()
            browser.js("return new Promise((done) => setTimeout(done, 500))")
            tally.equal(browser.axe(), [], f"{scheme}, {name}: axe-core")
            tally.check(browser.overflow() <= 0, f"{scheme}, {name}: nor with diffs")
        shades[scheme] = luminance(browser.one("body").value_of_css_property("background-color"))
    tally.check(shades["light"] > 0.9 and shades["dark"] < 0.2, "light and dark", shades)
    for width in (320, 600, 1000, 2000):
        browser.view((width, 800))
        tally.check(browser.overflow() <= 0, f"{width} wide: nothing sticks out", browser.overflow())


def test_no_script(report):
    """All is there but the filters, the summary first."""
    browser, tally, entries = report.browser, report.tally, expected(report)
    browser.allow_scripts(False)
    browser.open(report.url)
    tally.equal(Counter(browser.shown()), Counter(entries), "all entries")
    tally.check(not any(one.is_displayed() for one in browser.all("input, select, button")),
                "no control that does nothing")
    tops = [browser.one(one).rect["y"] for one in ("header", "#summary", "#results")]
    tally.equal(tops, sorted(tops), "the summary is above")
    browser.one("article summary").click()
    tally.check(browser.one("article pre").is_displayed(), "diffs open")
    browser.driver.save_screenshot(str(report.path.with_name("no-script.png")))
    browser.allow_scripts(True)


def test_paper(report):
    """What is shown is printed with its diffs, in black on white."""
    browser, tally = report.browser, report.tally
    browser.open(report.url)
    browser.js("dispatchEvent(new Event('beforeprint'))")
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    closed = "return document.querySelectorAll('article details:not([open])').length"
    tally.equal(browser.js(closed), 0, "diffs are open")
    tally.check(all(one.is_displayed() for one in browser.all("article pre")), "and unified")
    tally.check(not browser.one("#filters").is_displayed(), "without filters")
    browser.js("dispatchEvent(new Event('afterprint'))")
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


# ---- What comes from outside ----


def test_asks_nobody(report):
    """One request for the page, be it from a server or a disk; none by what is done with it."""
    browser, server = report.browser, Server(report.path)
    for url in (server.url, report.url):
        browser.open(url)
        browser.one("#open").click()
        click(browser, "state", "fixed")
        browser.one("input[type=search]").send_keys("a")
        report.tally.equal(browser.requests(), [url], "one request")
        report.tally.equal(browser.complaints(), [], "nothing in the console")
    report.tally.equal(server.asked, ["/report.html"], "as the server has it")
    server.server.shutdown()


def test_hostile(cfnfix, home, tally, browser):
    """What templates and file names smuggle in is text; and if it were not, the policy stops it."""
    report = Report(cfnfix, home, tally, browser)
    for name in (f"{EVIL}.yaml", "a\n<script>b.yaml", "\u202egpj.yaml",
                 os.fsdecode(b"caf\xe9.yaml"), "</script>/</style>'\".yaml"):
        report.write(name, HOSTILE)
    report.write("broken.yaml", b"Resources: [\n  }\n  " + EVIL.encode())
    report.run()
    browser.open(report.url)
    tally.equal(len(browser.all("article")), 6, "all files")
    tally.equal(browser.driver.title, "cfnfix report", "nothing ran")
    tally.equal(browser.all("img"), [], "no picture")
    tally.equal(len(browser.all("script")), 1, "one script")
    check_shown(report, expected(report), "all are told")
    options = [one.text for one in browser.all("select[name=folder] option")]
    tally.check("</script>/< (2)" in options, "folders", options)
    tally.equal(browser.axe(), [], "axe-core")
    browser.view(NARROW)
    tally.check(browser.overflow() <= 0, "nothing sticks out", browser.overflow())
    tally.equal(browser.complaints(), [], "nothing in the console")
    browser.js("document.body.insertAdjacentHTML('beforeend', arguments[0])",
               "<img src=x onerror=document.title='run'><p id=p style='position:fixed'>")
    browser.js("const s = document.createElement('script'); s.textContent = 'document.title = \"run\"';"
               "document.body.append(s)")
    tally.equal(browser.driver.title, "cfnfix report", "the policy stops what is not the page's")
    tally.check(len(browser.complaints()) >= 3, "and says so")


def test_many(cfnfix, home, tally, browser):
    """Three thousand files with six thousand findings can be used."""
    report = Report(cfnfix, home, tally, browser)
    for i in range(3000):
        report.write(f"team{i % 20}/app{i % 300}/{i}.yaml", DUE)
    report.run()
    browser.open(report.url)
    load = browser.js("return performance.timing.loadEventEnd - performance.timing.navigationStart")
    box = browser.one("input[name=state]")
    timed = ("const start = performance.now(); {} document.body.offsetHeight;"
             "return performance.now() - start;")
    filtering = browser.js(timed.format("arguments[0].click();"), box)
    tally.equal(browser.count(), "Showing 6000 of 6000 results in 3000 files.", "all of them")
    opening = browser.js(timed.format("document.getElementById('open').click();"))
    browser.js("return new Promise((done) => setTimeout(done, 1500))")
    built = len(browser.all(".built"))
    tally.check(0 < built < 60, "only diffs that are near are made", built)
    tally.note(f"6000 findings, {report.path.stat().st_size // 1024} KiB: loaded in {load} ms, "
               f"filtered in {filtering:.0f} ms, diffs opened in {opening:.0f} ms")
    tally.check(load < 10000 and filtering < 2000 and opening < 5000, "fast enough")


def main():
    cfnfix, work, tally = program.start(__doc__)
    browser = Browser(program.fresh(work / "browser"))
    report = formats(cfnfix, program.fresh(work / "formats"), tally, browser)
    for test in (test_clicks, test_keys, test_diffs, test_appearance, test_no_script, test_paper,
                 test_asks_nobody):
        test(report)
    for test in (test_hostile, test_many):
        test(cfnfix, program.fresh(work / test.__name__[5:]), tally, browser)
    browser.driver.quit()
    tally.end()


if __name__ == "__main__":
    main()


/*
 * Filters, order, and diffs side by side. What is shown is in the page already, from templates of
 * strangers: it only ever goes in as text, never as HTML.
 */
"use strict";

(() => {
    const root = document.documentElement;
    const form = document.getElementById("filters");
    const results = document.getElementById("results");
    const summary = document.getElementById("summary");
    const count = document.getElementById("count");
    const opener = document.getElementById("open");
    /* With so few they are open from the start. */
    const FEW_DIFFS = 10;

    /* ---- What there is ---- */

    function readItem(element, path) {
        const data = element.dataset;
        return {
            element,
            repair: data.repair,
            state: data.state,
            effects: data.effects ? data.effects.split(", ") : [],
            text: (path + " " + element.textContent).toLowerCase(),
        };
    }

    function readFile(element, folder, place) {
        const path = element.querySelector("h4 code").textContent;
        const items = Array.from(element.querySelectorAll("li"), (item) => readItem(item, path));
        const details = element.querySelector("details");
        return { element, folder, place, items, details, text: path.toLowerCase() };
    }

    /* One for each folder, also if its files do not follow each other. */
    function readFolders() {
        const folders = new Map();
        for (const element of results.querySelectorAll(".folder")) {
            const name = element.querySelector("h3").textContent;
            const fresh = { element, name, place: folders.size, files: [], items: 0 };
            const folder = folders.get(name) || fresh;
            for (const article of element.querySelectorAll("article")) {
                const file = readFile(article, folder, folder.files.length);
                folder.files.push(file);
                folder.items += file.items.length;
            }
            if (folders.has(name)) {
                element.remove();
            }
            folders.set(name, folder);
        }
        return Array.from(folders.values());
    }

    const folders = readFolders();
    const files = folders.flatMap((folder) => folder.files);
    const total = files.reduce((sum, file) => sum + file.items.length, 0);

    /* ---- Filters ---- */

    function checked(name) {
        const boxes = document.querySelectorAll(`input[name=${name}]:checked`);
        return new Set(Array.from(boxes, (box) => box.value));
    }

    function readWishes() {
        return {
            repairs: checked("repair"),
            states: checked("state"),
            effects: checked("effect"),
            folder: form.elements.folder.value,
            words: form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean),
        };
    }

    function isIn(folder, wanted) {
        return wanted === "" || folder === wanted || folder.startsWith(wanted + "/");
    }

    function hasWords(text, wishes) {
        return wishes.words.every((word) => text.includes(word));
    }

    function isWanted(item, wishes) {
        return (
            (wishes.repairs.size === 0 || wishes.repairs.has(item.repair)) &&
            (wishes.states.size === 0 || wishes.states.has(item.state)) &&
            (wishes.effects.size === 0 || item.effects.some((one) => wishes.effects.has(one))) &&
            hasWords(item.text, wishes)
        );
    }

    /* A file that has a diff and nothing else goes by its name alone. */
    function filterFile(file, wishes) {
        const inFolder = isIn(file.folder.name, wishes.folder);
        let shown = 0;
        for (const item of file.items) {
            const wanted = inFolder && isWanted(item, wishes);
            item.element.hidden = !wanted;
            shown += wanted;
        }
        const any = wishes.repairs.size + wishes.states.size + wishes.effects.size === 0;
        const whole = file.items.length === 0 && any && inFolder && hasWords(file.text, wishes);
        file.element.hidden = shown === 0 && !whole;
        return shown;
    }

    function words(number, one, many) {
        return `${number} ${number === 1 ? one : many}`;
    }

    function filter() {
        const wishes = readWishes();
        let shown = 0;
        for (const file of files) {
            shown += filterFile(file, wishes);
        }
        for (const folder of folders) {
            folder.element.hidden = folder.files.every((file) => file.element.hidden);
        }
        const places = files.filter((file) => !file.element.hidden).length;
        const [ofAll, inFiles] = [words(total, "result", "results"), words(places, "file", "files")];
        count.textContent = `Showing ${shown} of ${ofAll} in ${inFiles}.`;
    }

    /* Each folder with a result, and those above it. */
    function offerFolders() {
        const sums = new Map();
        for (const folder of folders) {
            const parts = folder.name.split("/");
            for (let depth = 1; depth <= parts.length; depth++) {
                const name = parts.slice(0, depth).join("/");
                if (name !== "") {
                    sums.set(name, (sums.get(name) || 0) + folder.items);
                }
            }
        }
        for (const name of Array.from(sums.keys()).sort()) {
            form.elements.folder.add(new Option(`${name} (${sums.get(name)})`, name));
        }
    }

    /* ---- Order ---- */

    const orders = {
        path: {
            folders: (a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0),
            files: (a, b) => a.place - b.place,
        },
        most: {
            folders: (a, b) => b.items - a.items || a.place - b.place,
            files: (a, b) => b.items.length - a.items.length || a.place - b.place,
        },
    };

    function arrange() {
        const order = orders[form.elements.order.value];
        for (const folder of folders) {
            folder.key = folder.name.replace(/\//g, "\u0001");
        }
        for (const folder of folders.slice().sort(order.folders)) {
            for (const file of folder.files.slice().sort(order.files)) {
                folder.element.append(file.element);
            }
            results.append(folder.element);
        }
    }

    /* ---- Diffs ---- */

    function make(name, className, text) {
        const element = document.createElement(name);
        if (className) {
            element.className = className;
        }
        if (text !== undefined) {
            element.textContent = text;
        }
        return element;
    }

    /* How much of both is the same at their beginning, and at their end behind it. */
    function common(a, b) {
        const shorter = Math.min(a.length, b.length);
        let start = 0;
        while (start < shorter && a[start] === b[start]) {
            start++;
        }
        let end = 0;
        while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) {
            end++;
        }
        return { start, end };
    }

    /* TEXT, with what differs from OTHER (if there is one) marked. */
    function fill(element, text, other) {
        const mine = Array.from(text);
        const same = other === undefined ? { start: 0, end: 0 } : common(mine, Array.from(other));
        if (same.start + same.end === 0) {
            element.append(text);
            return;
        }
        const middle = mine.slice(same.start, mine.length - same.end).join("");
        element.append(mine.slice(0, same.start).join(""));
        if (middle !== "") {
            element.append(make("mark", "", middle));
        }
        element.append(mine.slice(mine.length - same.end).join(""));
    }

    const sides = {
        "-": { className: "removed", element: "del", sign: "\u2212" },
        "+": { className: "added", element: "ins", sign: "+" },
    };

    /* The two cells of one side of a row; LINE is undefined where there is none. */
    function appendSide(row, line, other) {
        if (line === undefined) {
            row.append(make("td", "place absent"), make("td", "absent"));
            return;
        }
        const side = sides[line.sign];
        const cell = make("td", side ? side.className : "");
        cell.append(make("span", "sign", side ? side.sign : ""));
        const holder = side ? make(side.element) : cell;
        fill(holder, line.text, side && other ? other.text : undefined);
        if (side) {
            cell.append(holder);
        }
        row.append(make("td", "place", line.place === 0 ? "" : String(line.place)), cell);
    }

    function appendRow(body, left, right) {
        const row = make("tr");
        appendSide(row, left, right);
        appendSide(row, right, left);
        body.append(row);
    }

    /* Lines that go stand beside those that come. */
    function flush(body, pending) {
        for (let i = 0; i < Math.max(pending.left.length, pending.right.length); i++) {
            appendRow(body, pending.left[i], pending.right[i]);
        }
        pending.left = [];
        pending.right = [];
    }

    function appendHunk(body, line) {
        const row = make("tr");
        const cell = make("td", "hunk", line);
        cell.colSpan = 4;
        row.append(cell);
        body.append(row);
    }

    function appendLines(body, lines) {
        const pending = { left: [], right: [] };
        let [left, right, last] = [0, 0, ""];
        for (const line of lines) {
            const [sign, text] = [line.slice(0, 1), line.slice(1)];
            if (sign === "@") {
                flush(body, pending);
                [left, right] = Array.from(line.matchAll(/[-+](\d+)/g), (match) => Number(match[1]));
                appendHunk(body, line);
            } else if (sign === "-") {
                pending.left.push({ sign, text, place: left++ });
            } else if (sign === "+") {
                pending.right.push({ sign, text, place: right++ });
            } else if (sign === "\\") {
                /* "No newline at end of file" is about the line before it. */
                if (last !== "+") {
                    pending.left.push({ sign, text: line, place: 0 });
                }
                if (last !== "-") {
                    pending.right.push({ sign, text: line, place: 0 });
                }
            } else {
                flush(body, pending);
                appendRow(body, { sign, text, place: left++ }, { sign, text, place: right++ });
            }
            last = sign;
        }
        flush(body, pending);
    }

    function makeHead() {
        const head = make("thead");
        const row = make("tr");
        for (const name of ["Before", "After"]) {
            const cell = make("th", "", name);
            cell.colSpan = 2;
            cell.scope = "colgroup";
            row.append(cell);
        }
        head.append(row);
        return head;
    }

    function makeColumns() {
        const columns = make("colgroup");
        columns.append(make("col", "place"), make("col"), make("col", "place"), make("col"));
        return columns;
    }

    function build(details) {
        const pre = details.querySelector("pre");
        if (pre === null || details.classList.contains("built")) {
            return;
        }
        const table = make("table", "split");
        const body = make("tbody");
        appendLines(body, pre.textContent.replace(/\n$/, "").split("\n"));
        table.append(makeColumns(), makeHead(), body);
        details.append(table);
        details.classList.add("built");
    }

    /* A diff side by side is made when it is open and comes near. */
    const watcher = new IntersectionObserver(
        (entries) => {
            for (const entry of entries.filter((one) => one.isIntersecting)) {
                watcher.unobserve(entry.target);
                build(entry.target);
            }
        },
        { rootMargin: "800px" },
    );

    function isOpenable(file) {
        return file.details !== null && !file.element.hidden;
    }

    function openAll(open) {
        for (const file of files.filter(isOpenable)) {
            file.details.open = open;
        }
        opener.textContent = open ? "Close all diffs" : "Open all diffs";
    }

    results.addEventListener(
        "toggle",
        (event) => {
            if (event.target.open) {
                watcher.observe(event.target);
            }
        },
        true,
    );
    opener.addEventListener("click", () => openAll(opener.textContent === "Open all diffs"));

    /* On paper all that is shown is open. */
    let opened = [];
    window.addEventListener("beforeprint", () => {
        opened = files.filter((file) => isOpenable(file) && !file.details.open);
        opened.forEach((file) => (file.details.open = true));
    });
    window.addEventListener("afterprint", () => {
        opened.forEach((file) => (file.details.open = false));
    });

    /* ---- The whole ---- */

    function update() {
        root.classList.toggle("unified", form.elements.unified.checked);
        arrange();
        filter();
    }

    /* How things are shown is no filter. */
    function clear() {
        const { order, unified } = form.elements;
        const [kept, checked] = [order.value, unified.checked];
        form.reset();
        order.value = kept;
        unified.checked = checked;
        filter();
    }

    root.classList.remove("plain");
    document.querySelector("main").prepend(summary);
    offerFolders();
    update();
    form.addEventListener("submit", (event) => event.preventDefault());
    document.getElementById("clear").addEventListener("click", clear);
    form.elements.text.addEventListener("input", filter);
    form.elements.order.addEventListener("change", update);
    form.elements.unified.addEventListener("change", update);
    form.elements.folder.addEventListener("change", filter);
    summary.addEventListener("change", filter);
    const diffs = files.filter((file) => file.details !== null);
    if (diffs.length <= FEW_DIFFS) {
        openAll(true);
    }
})();

// The Timeline tab: the picture of the events over time, drawn from the data the server put beside the table.
"use strict";

(() => {
  const { element, svg, reportAddress, onChange, onClick } = window.desk;
  const HEIGHT = 190;
  const BASE = 158; // the axis; dots stand on it
  const SIDE = 14;
  const STEP = 11; // from dot to dot in a stack
  const TALLEST = Math.floor((BASE - 8) / STEP);
  const DAY = 86400000;
  const LOCALE = "en-US";

  const dayOf = (iso) => Math.round(Date.parse(`${iso}T00:00:00Z`) / DAY);
  const dateOf = (day) => new Date(day * DAY);
  const words = (day, options) => dateOf(day).toLocaleDateString(LOCALE, { timeZone: "UTC", ...options });
  const inFull = (day) => words(day, { year: "numeric", month: "long", day: "numeric" });
  const utc = (year, month) => Date.UTC(year, month, 1) / DAY;

  // As rag/reports/date_text.py puts it: a day, a whole month or year by its name, else both ends.
  function period(from, to) {
    if (from === to) return inFull(from);
    const year = dateOf(from).getUTCFullYear();
    if (from === utc(year, 0) && to === utc(year, 12) - 1) return String(year);
    const month = dateOf(from).getUTCMonth();
    if (from === utc(year, month) && to === utc(year, month + 1) - 1) return words(from, { month: "long", year: "numeric" });
    return `${inFull(from)} to ${inFull(to)}`;
  }

  const counted = (n) => (n === 1 ? "1 event" : `${n.toLocaleString(LOCALE)} events`);

  // --- units of time: the start of the one a day lies in, the start of the next, its name ---

  const monthsAt = (n) => ({
    start: (day) => utc(dateOf(day).getUTCFullYear(), Math.floor(dateOf(day).getUTCMonth() / n) * n),
    next: (day) => utc(dateOf(day).getUTCFullYear(), dateOf(day).getUTCMonth() + n),
  });
  const UNITS = [
    { days: 1, start: (day) => day, next: (day) => day + 1, name: inFull, tick: (d) => words(d, { month: "short", day: "numeric" }) },
    {
      days: 7,
      start: (day) => day - ((day + 3) % 7), // 1970-01-01 was a Thursday; weeks begin on Monday
      next: (day) => day + 7,
      name: (day) => `Week of ${inFull(day)}`,
      tick: (d) => words(d, { month: "short", day: "numeric" }),
    },
    { days: 30, ...monthsAt(1), name: (d) => words(d, { month: "long", year: "numeric" }), tick: (d) => words(d, { month: "short", year: "numeric" }) },
    { days: 91, ...monthsAt(3), name: (d) => `Three months from ${words(d, { month: "long", year: "numeric" })}`, tick: (d) => words(d, { month: "short", year: "numeric" }) },
    ...[[1, ""], [2, "Two years from "], [5, "Five years from "], [10, "Ten years from "]].map(([n, from]) => ({
      days: 365 * n,
      start: (d) => utc(Math.floor(dateOf(d).getUTCFullYear() / n) * n, 0),
      next: (d) => utc(dateOf(d).getUTCFullYear() + n, 0),
      name: (d) => from + words(d, { year: "numeric" }),
      tick: (d) => words(d, { year: "numeric" }),
    })),
  ];

  class Picture {
    constructor(place, data) {
      this.place = place;
      this.titles = data.titles;
      this.shown = data.shown;
      this.events = data.events.map(([from, to, text, where, told]) => ({ from: dayOf(from), to: dayOf(to), text, where, told }));
      this.whole = [Math.min(...this.events.map((e) => e.from)), Math.max(...this.events.map((e) => e.to)) + 1];
      this.window = this.whole;
      this.table = place.parentElement.querySelector("table.timeline tbody");
      this.note = place.parentElement.querySelector(".timeline-note");
      this.complete = this.note?.textContent ?? "";
      this.bar = element("div", "timeline-bar");
      this.canvas = element("div", "timeline-canvas");
      for (const [label, act] of [
        ["Zoom in", () => this.zoom(0.5)],
        ["Zoom out", () => this.zoom(2)],
        ["Earlier", () => this.move(-0.5)],
        ["Later", () => this.move(0.5)],
        ["Whole period", () => this.show(...this.whole)],
      ]) {
        const made = element("button", "timeline-act", label);
        made.type = "button";
        made.addEventListener("click", act);
        this.bar.append(made);
      }
      this.said = element("span", "timeline-said");
      this.said.setAttribute("role", "status");
      this.bar.append(this.said);
      place.replaceChildren(this.bar, this.canvas);
      new ResizeObserver(() => this.width !== this.canvas.clientWidth && this.draw()).observe(this.canvas);
      this.draw();
    }

    zoom(factor) {
      const [low, high] = this.window;
      const half = Math.max((high - low) * factor, 3) / 2;
      const middle = (low + high) / 2;
      this.show(Math.floor(middle - half), Math.ceil(middle + half));
    }

    move(share) {
      const [low, high] = this.window;
      const by = Math.round((high - low) * share) || Math.sign(share);
      const held = Math.min(Math.max(by, this.whole[0] - low), this.whole[1] - high);
      this.show(low + held, high + held);
    }

    // From a day to a day, the second one excluded; never beyond the events.
    show(low, high) {
      this.window = [Math.max(low, this.whole[0]), Math.min(high, this.whole[1])];
      this.draw();
      this.fillTable();
    }

    inside() {
      const [low, high] = this.window;
      return this.events.filter((e) => e.from < high && e.to >= low);
    }

    bins(width) {
      const [low, high] = this.window;
      const unit = UNITS.find((u) => (high - low) / u.days <= width / 13) ?? UNITS.at(-1);
      const made = new Map();
      for (const event of this.inside()) {
        const start = unit.start(Math.max(event.from, low));
        if (!made.has(start)) made.set(start, []);
        made.get(start).push(event);
      }
      return [unit, made];
    }

    draw() {
      this.width = this.canvas.clientWidth;
      if (!this.width) return; // in a tab that is not shown; the observer calls again
      const [low, high] = this.window;
      const across = this.width - 2 * SIDE;
      const x = (day) => SIDE + ((day - low) / Math.max(high - low, 1)) * across;
      const [unit, bins] = this.bins(across);
      const highest = Math.max(1, ...[...bins.values()].map((b) => b.length));
      const dots = highest <= TALLEST;
      const marks = [];
      for (const [start, events] of [...bins].sort((a, b) => a[0] - b[0])) {
        const middle = Math.min(Math.max((x(Math.max(start, low)) + x(Math.min(unit.next(start), high))) / 2, SIDE), SIDE + across);
        if (dots) events.forEach((event, i) => marks.push(this.dot(event, middle, BASE - 7 - i * STEP)));
        else marks.push(this.column(start, unit, events, middle, highest));
      }
      const n = this.inside().length;
      const days = period(low, high - 1);
      const picture = svg(
        "svg",
        { viewBox: `0 0 ${this.width} ${HEIGHT}`, width: this.width, height: HEIGHT, role: "group", "aria-labelledby": "timeline-title", "aria-describedby": "timeline-words" },
        svg("title", { id: "timeline-title" }, `Timeline: ${counted(n)}, ${days}`),
        svg("line", { class: "axis", x1: SIDE, x2: SIDE + across, y1: BASE, y2: BASE }),
        ...this.ticks(x, across),
        ...marks,
      );
      // One stop for the tab key; the arrow keys go on from there.
      marks.forEach((mark, i) => mark.setAttribute("tabindex", i ? "-1" : "0"));
      picture.addEventListener("keydown", (event) => this.keys(event, marks));
      const focused = this.canvas.contains(document.activeElement);
      this.drag(picture, (px) => low + ((px - SIDE) / across) * (high - low));
      this.canvas.replaceChildren(picture);
      if (focused) marks[0]?.focus();
      const whole = low === this.whole[0] && high === this.whole[1];
      this.said.textContent = whole ? "" : `${n.toLocaleString(LOCALE)} of ${counted(this.events.length)}, ${days}`;
      for (const [index, off] of [
        [0, high - low <= 3],
        [1, whole],
        [2, low <= this.whole[0]],
        [3, high >= this.whole[1]],
        [4, whole],
      ]) this.bar.children[index].disabled = off;
    }

    ticks(x, across) {
      const [low, high] = this.window;
      const unit = UNITS.find((u) => (high - low) / u.days <= across / 74) ?? UNITS.at(-1);
      const made = [];
      for (let day = unit.start(low); day < high; day = unit.next(day)) {
        if (day < low) continue;
        const at = x(day);
        made.push(svg("line", { class: "tick", x1: at, x2: at, y1: BASE, y2: BASE + 5 }));
        if (at < SIDE + across - 30) made.push(svg("text", { class: "tick-label", x: at, y: BASE + 20 }, unit.tick(day)));
      }
      return made;
    }

    dot(event, at, height) {
      const [report, start, end] = event.told[0];
      const place = event.where ? `, ${event.where}` : "";
      const said = `${period(event.from, event.to)}${place}: ${event.text}`;
      const css = event.told.length > 1 ? "dot open-report many" : "dot open-report";
      return svg(
        "a",
        { class: css, href: reportAddress(report, start, end), "aria-label": said.slice(0, 300) },
        svg("title", {}, said),
        svg("circle", { cx: at, cy: height, r: event.told.length > 1 ? 5 : 4 }),
      );
    }

    column(start, unit, events, at, highest) {
      const tall = Math.max(3, (events.length / highest) * (BASE - 24));
      const said = `${unit.name(start)}: ${counted(events.length)}; zoom in`;
      const made = svg(
        "g",
        { class: "column", role: "button", "aria-label": said, "data-from": start, "data-to": unit.next(start) },
        svg("title", {}, said),
        svg("rect", { class: "hit", x: at - 6, y: 0, width: 12, height: BASE }),
        svg("rect", { class: "fill", x: at - 5, y: BASE - tall, width: 10, height: tall, rx: 1.5 }),
      );
      made.picture = this;
      return made;
    }

    keys(event, marks) {
      const at = marks.indexOf(event.target);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: marks.length - 1 }[event.key];
      if (at >= 0 && to !== undefined && marks[to]) {
        marks[at].setAttribute("tabindex", "-1");
        marks[to].setAttribute("tabindex", "0");
        marks[to].focus();
      } else if (at >= 0 && (event.key === "Enter" || event.key === " ")) {
        marks[at].dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
      } else if (event.key === "+") this.zoom(0.5);
      else if (event.key === "-") this.zoom(2);
      else return;
      event.preventDefault();
    }

    // Dragging over the picture zooms to what was passed over.
    drag(picture, dayAt) {
      let from = null;
      let band = null;
      const at = (event) => event.clientX - picture.getBoundingClientRect().left;
      picture.addEventListener("dragstart", (event) => event.preventDefault()); // a dot is a link, which browsers drag about
      picture.addEventListener("pointerdown", (event) => {
        if (event.button === 0) from = at(event);
      });
      picture.addEventListener("pointermove", (event) => {
        if (from === null || Math.abs(at(event) - from) < 6) return;
        if (!band) {
          band = svg("rect", { class: "band", y: 0, height: BASE });
          picture.append(band);
          picture.setPointerCapture(event.pointerId);
        }
        band.setAttribute("x", Math.min(from, at(event)));
        band.setAttribute("width", Math.abs(at(event) - from));
      });
      const stop = (event) => {
        const began = from;
        from = null;
        if (!band || began === null) return;
        const [low, high] = [began, at(event)].sort((a, b) => a - b).map(dayAt);
        // The click that follows would open what lies under the pointer.
        const swallow = (click) => (click.stopPropagation(), click.preventDefault());
        window.addEventListener("click", swallow, { capture: true });
        setTimeout(() => window.removeEventListener("click", swallow, { capture: true }), 0);
        this.show(Math.floor(low), Math.max(Math.ceil(high), Math.floor(low) + 1));
      };
      picture.addEventListener("pointerup", stop);
      picture.addEventListener("pointercancel", () => {
        from = null;
        band?.remove();
        band = null;
      });
    }

    fillTable() {
      const inside = this.inside();
      const rows = inside.slice(0, this.shown).map((event) => {
        const row = document.createElement("tr");
        const when = element("td", "on", period(event.from, event.to));
        const told = document.createElement("ul");
        told.className = "told";
        for (const [report, start, end, title, day] of event.told) {
          const item = document.createElement("li");
          const link = element("a", "open-report", this.titles[title]);
          link.href = reportAddress(report, start, end);
          item.append(link, " ", element("span", "meta", day ? inFull(dayOf(day)) : "undated"));
          told.append(item);
        }
        const cell = document.createElement("td");
        cell.append(told);
        row.append(when, element("td", "", event.text), element("td", "", event.where), cell);
        return row;
      });
      this.table.replaceChildren(...rows);
      const all = this.window[0] === this.whole[0] && this.window[1] === this.whole[1];
      const cut = inside.length > this.shown ? `The table shows the first ${this.shown} of these; zoom in to see the others.` : "";
      if (this.note) this.note.textContent = all ? this.complete : cut;
    }
  }

  onClick("svg .column", (column) => column.picture.show(Number(column.dataset.from), Number(column.dataset.to)));

  onChange(() => {
    for (const place of document.querySelectorAll(".timeline-picture:empty")) {
      const data = place.parentElement.querySelector(".timeline-data");
      if (data) new Picture(place, JSON.parse(data.textContent));
    }
  });
})();

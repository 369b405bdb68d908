// The Reports tab: a report is removed or replaced after a question, the table is sorted, the coverage is drawn.
"use strict";

(() => {
  const { byId, button, setField, dialog, element, svg, onClick, onChange, lookSoon } = window.desk;

  // Gradio takes a new value over in its next update; what is pressed before that sees the old one.
  const SETTLE_MS = 50;

  // A question with two answers; `act` runs inside the click, as file pickers want it.
  function confirm(pressed, label, text, yes, danger, act) {
    const box = dialog("confirm-dialog", label, pressed);
    const acts = element("div", "confirm-acts");
    const keep = element("button", "close", "Keep");
    const go = element("button", danger ? "danger" : "go", yes);
    keep.type = go.type = "button";
    keep.addEventListener("click", () => box.close());
    go.addEventListener("click", () => {
      box.close();
      act();
    });
    acts.append(keep, go);
    box.replaceChildren(element("p", "confirm-text", text), acts);
    box.showModal();
    keep.focus();
  }

  const titleOf = (pressed) => pressed.closest("tr").querySelector("a")?.textContent ?? "this report";

  onClick("button.remove", (pressed) => {
    const text = `Remove “${titleOf(pressed)}”? It stops answering at once. A copy in the corpus folder is deleted too.`;
    confirm(pressed, "Remove a report", text, "Remove", true, () => {
      setField("removing", pressed.id.replace(/^remove-/, ""));
      setTimeout(() => button("remove").click(), SETTLE_MS);
    });
  });

  onClick("button.replace", (pressed) => {
    const text = `Replace “${titleOf(pressed)}” with another file? The new one takes its name; the earlier version answers until it is ready.`;
    confirm(pressed, "Replace a report", text, "Choose a file", false, () => {
      setField("replacing", pressed.id.replace(/^replace-/, ""));
      byId("replacement").querySelector("input[type=file]").click();
    });
  });

  onClick("button.sort", (pressed) => {
    const [, column, direction] = pressed.id.split("-");
    setField("sorting", `${column} ${direction}`);
    setTimeout(() => button("sort").click(), SETTLE_MS);
    const again = () => document.querySelector(`button.sort[id^="sort-${column}-"]:not(#${pressed.id})`)?.focus();
    new MutationObserver((_, watcher) => {
      watcher.disconnect();
      requestAnimationFrame(again); // the sorted table has new buttons
    }).observe(byId("reports-table"), { childList: true, subtree: true });
  });

  onClick("#sync", lookSoon);

  // --- coverage: a row for each country, a cell for each span of months, the stronger its colour the more entries ---

  const ROW = 18;

  const serial = (month) => Math.floor(month / 100) * 12 + (month % 100) - 1;
  const named = (at) => new Date(Date.UTC(Math.floor(at / 12), at % 12)).toLocaleDateString("en-US", { timeZone: "UTC", month: "long", year: "numeric" });

  function drawCoverage(place, countries) {
    const style = getComputedStyle(place);
    const width = place.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    if (width <= 0) return; // in a tab that is not shown; the observer calls again
    const left = width < 600 ? 96 : 150;
    const all = countries.flatMap(([, months]) => months.map(([month]) => serial(month)));
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const span = [1, 3, 6, 12, 24, 60, 120].find((n) => ((width - left - 4) * n) / (high - low + n) >= 5) ?? 240;
    const first = Math.floor(low / span) * span;
    const cells = Math.floor((high - first) / span) + 1;
    const wide = Math.min((width - left - 4) / cells, 40);
    const parts = [];
    const rows = countries.map(([country, months]) => {
      const row = new Map();
      for (const [month, n] of months) {
        const at = Math.floor((serial(month) - first) / span);
        row.set(at, (row.get(at) ?? 0) + n);
      }
      return [country, row];
    });
    const most = Math.max(...rows.flatMap(([, row]) => [...row.values()]));
    rows.forEach(([country, row], i) => {
      const y = i * ROW;
      const label = svg("text", { class: "country", x: left - 8, y: y + 13 }, country.length > left / 7.5 ? `${country.slice(0, Math.floor(left / 7.5))}…` : country);
      label.append(svg("title", {}, country));
      parts.push(label, svg("rect", { class: "lane", x: left, y: y + 1, width: cells * wide, height: ROW - 3 }));
      for (const [at, n] of row) {
        const from = first + at * span;
        const when = span === 1 ? named(from) : `${named(from)} to ${named(from + span - 1)}`;
        const share = 0.25 + 0.75 * Math.sqrt(n / most);
        const cell = svg("rect", { class: "cell", x: left + at * wide, y: y + 1, width: Math.max(wide - 1, 2), height: ROW - 3, "fill-opacity": share.toFixed(2) });
        cell.append(svg("title", {}, `${country}, ${when}: ${n === 1 ? "1 entry" : `${n} entries`}`));
        parts.push(cell);
      }
    });
    const height = rows.length * ROW;
    const step = Math.max(1, Math.ceil(44 / ((12 / span) * wide))); // years between labels
    for (let year = Math.ceil(first / 12); year * 12 <= high; year += 1) {
      if (year % step) continue;
      const x = left + ((year * 12 - first) / span) * wide;
      parts.push(svg("line", { class: "tick", x1: x, x2: x, y1: 0, y2: height + 4 }));
      if (x < width - 28) parts.push(svg("text", { class: "tick-label", x: x + 2, y: height + 16 }, String(year)));
    }
    const picture = svg(
      "svg",
      { viewBox: `0 0 ${width} ${height + 22}`, width, height: height + 22, role: "img", "aria-labelledby": "coverage-title", "aria-describedby": "coverage-words" },
      svg("title", { id: "coverage-title" }, "Entries by country and month"),
      ...parts,
    );
    place.replaceChildren(picture);
    place.dataset.width = place.clientWidth;
  }

  onChange(() => {
    for (const sort of document.querySelectorAll("th:not([aria-sort]) button.sort")) {
      const order = sort.classList.contains("up") ? "ascending" : sort.classList.contains("down") ? "descending" : "none";
      sort.closest("th").setAttribute("aria-sort", order); // Gradio's sanitiser takes it out of the markup
    }
    for (const place of document.querySelectorAll(".coverage-picture:empty:not([data-watched])")) {
      const data = place.parentElement.querySelector(".coverage-data");
      if (!data) continue;
      const countries = JSON.parse(data.textContent);
      place.dataset.watched = "";
      new ResizeObserver(() => Number(place.dataset.width) !== place.clientWidth && drawCoverage(place, countries)).observe(place);
    }
  });
})();

// The Evaluate tab: how far an evaluation is, its scorecard, and each question with expected and given answer side by side.
"use strict";

(() => {
  const { byId, element, dialog, bar, apart, reportAddress, onClick, onChange, onStatus, lookSoon } = window.desk;

  onClick("#eval-start", lookSoon);
  onClick("#eval-cancel", lookSoon);

  // --- progress ---

  onStatus(({ evaluation }) => {
    const place = document.querySelector(".eval-progress");
    if (!place || !evaluation) return;
    const cancel = byId("eval-cancel");
    const start = byId("eval-start");
    if (cancel) cancel.disabled = !evaluation.running;
    if (start) start.disabled = evaluation.running;
    const said = JSON.stringify(evaluation);
    if (place.dataset.said === said) return;
    place.dataset.said = said;
    const line = element("p", "panel-note eval-line", evaluation.line);
    line.setAttribute("role", "status");
    const parts = [line];
    if (evaluation.running) {
      const bar = element("progress", "eval-bar");
      bar.max = 1;
      if (evaluation.share) bar.value = evaluation.share;
      bar.setAttribute("aria-label", "Progress of the evaluation");
      parts.push(bar);
    }
    if (evaluation.problems.length) {
      const list = element("ul", "outcome");
      list.append(...evaluation.problems.map((problem) => element("li", "refused", problem)));
      parts.push(list);
    }
    place.replaceChildren(...parts);
  });

  // --- the scorecard and its questions ---

  const LISTED = 1000; // rows; more would take seconds to draw

  const outcomeOf = (row) => {
    if (row.abstained) return row.answerable ? "refused" : "rightly declined";
    if (!row.answerable) return "answered, though the reports do not say";
    return row.correct === null ? "not marked" : row.correct ? "right" : "wrong";
  };
  const given = (row) => (row.abstained ? "The reports do not say." : row.short_answer || row.answer);

  async function rowsOf(name) {
    const response = await fetch(`evaluation/${encodeURIComponent(name)}/questions`);
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  }

  function choice(label, values, pick) {
    const box = element("label", "eval-filter", label);
    const select = document.createElement("select");
    select.append(...values.map((value) => new Option(value, value)));
    select.addEventListener("change", pick);
    box.append(select);
    return [box, select];
  }

  function questions(rows, earlier) {
    const before = new Map(earlier.map((row) => [row.id, row]));
    const section = element("section", "eval-questions");
    const kinds = ["every kind", ...new Set(rows.map((row) => row.kind))];
    const outcomes = ["every outcome", ...new Set(rows.map(outcomeOf))];
    if (earlier.length) outcomes.push("changed");
    const body = document.createElement("tbody");
    const note = element("p", "soft");
    note.setAttribute("role", "status");
    const changed = (row) => before.has(row.id) && outcomeOf(before.get(row.id)) !== outcomeOf(row);
    const fill = () => {
      const wanted = rows.filter(
        (row) =>
          (kind.value === kinds[0] || row.kind === kind.value) &&
          (outcome.value === outcomes[0] || (outcome.value === "changed" ? changed(row) : outcomeOf(row) === outcome.value)),
      );
      const cut = wanted.length > LISTED ? `; the first ${LISTED} are listed, choose a kind or an outcome to see others` : "";
      note.textContent = `${wanted.length} of ${rows.length} questions${cut}`;
      body.replaceChildren(
        ...wanted.slice(0, LISTED).map((row) => {
          const line = document.createElement("tr");
          const open = element("button", "eval-question", row.question);
          open.type = "button";
          open.addEventListener("click", () => side(open, row, before.get(row.id)));
          const cell = element("td", "text");
          cell.append(open);
          line.append(element("td", "", row.kind), cell, element("td", "text", row.expected || "nothing: the reports do not say"), element("td", "text", given(row)), element("td", "", outcomeOf(row)));
          return line;
        }),
      );
    };
    const [kindBox, kind] = choice("Kind ", kinds, fill);
    const [outcomeBox, outcome] = choice("Outcome ", outcomes, fill);
    const table = document.createElement("table");
    const head = document.createElement("tr");
    head.append(...["Kind", "Question", "Expected", "Given", "Outcome"].map((name) => Object.assign(element("th", "text", name), { scope: "col" })));
    const top = document.createElement("thead");
    top.append(head);
    table.append(top, body);
    const wrap = element("div", "scroll");
    wrap.tabIndex = 0;
    wrap.setAttribute("role", "region");
    wrap.setAttribute("aria-label", "Questions");
    wrap.append(table);
    const filters = element("div", "eval-filters");
    filters.append(kindBox, outcomeBox);
    section.append(element("h2", "", "Every question"), filters, note, wrap);
    fill();
    return section;
  }

  // Expected and given answer side by side, with the earlier run's where there is one.
  function side(opener, row, before) {
    const box = dialog("question-dialog", "Question", opener);
    const body = element("div", "dialog-body");
    body.tabIndex = 0;
    const columns = element("div", "eval-side");
    const column = (title, ...parts) => {
      const made = element("div", "eval-column");
      made.append(element("h3", "", title), ...parts);
      return made;
    };
    const answer = (one) => {
      const parts = [element("p", "eval-short", given(one))];
      if (!one.abstained && one.answer && one.answer !== one.short_answer) parts.push(element("p", "", one.answer));
      parts.push(element("p", "soft", `${outcomeOf(one)}; confidence ${Math.round(100 * one.confidence)} %`));
      for (const citation of one.citations ?? []) {
        const quote = element("blockquote", "eval-quote", citation.quote);
        const from = element("a", "open-report", citation.report);
        from.href = reportAddress(citation.report, citation.start, citation.end);
        parts.push(quote, from);
      }
      return parts;
    };
    columns.append(
      column("Expected", element("p", "eval-short", row.expected || "Nothing: the reports do not say.")),
      column("Given", ...answer(row)),
    );
    if (before) columns.append(column("Given earlier", ...answer(before)));
    body.append(element("p", "asked", row.question), columns);
    box.replaceChildren(bar(box, element("span", "soft", `${row.id} · ${row.kind} · ${outcomeOf(row)}`)), body);
    box.showModal();
    body.focus({ preventScroll: true });
  }

  let showing = "";

  async function show(name, earlier) {
    const host = byId("eval-host");
    const key = `${name} ${earlier}`;
    if (!host || showing === key) return;
    showing = key;
    host.querySelector(".scorecard")?.remove();
    const card = element("div", "scorecard", name ? "Opening …" : "");
    host.append(card);
    if (!name) return;
    try {
      const address = `evaluation/${encodeURIComponent(name)}`;
      const [page, rows, before] = await Promise.all([
        fetch(`${address}?part=true`).then((reply) => (reply.ok ? reply.text() : Promise.reject(new Error("it is no longer there")))),
        rowsOf(name),
        earlier && earlier !== name ? rowsOf(earlier) : [],
      ]);
      if (showing !== key) return;
      const part = element("div", "scorecard-part");
      part.innerHTML = page; // made by the evaluation, every text escaped
      for (const region of part.querySelectorAll(".scroll")) {
        region.setAttribute("role", "region");
        region.setAttribute("aria-label", "Table");
      }
      for (const figure of part.querySelectorAll("figure")) figure.tabIndex = 0; // it scrolls sideways on narrow screens
      card.replaceChildren(apart("Open the scorecard in a tab", address), part, questions(rows, before));
    } catch (error) {
      card.textContent = `The scorecard cannot be opened: ${error.message}.`;
    }
  }

  onChange(() => {
    const view = byId("eval-view");
    if (view) show(view.querySelector(".run")?.textContent ?? "", view.querySelector(".earlier")?.textContent ?? "");
  });
})();

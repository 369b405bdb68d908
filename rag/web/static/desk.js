// The page's own script, next to Gradio's. It only moves focus, opens dialogs and presses buttons: what it shows of reports is
// markup the server has escaped, or text set as text. The tabs' scripts (ask.js, corpus.js ...) come after it and use window.desk.
"use strict";

(() => {
  window.__gradio_mode__ = "app"; // Gradio's inline scripts are left out by the Content-Security-Policy; this is what they set.

  const byId = (id) => document.getElementById(id);
  const field = (id) => document.querySelector(`#${id} textarea, #${id} input`);
  const button = (id) => (byId(id)?.matches("button") ? byId(id) : byId(id)?.querySelector("button"));

  function setField(id, value) {
    const input = field(id);
    const owner = input instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(owner.prototype, "value").set.call(input, value);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // --- a whole report in a dialog ---

  const openers = new Map();

  // The dialog of this id, made when first asked for; `opener` gets the focus back when it closes.
  function dialog(id, label, opener) {
    openers.set(id, opener);
    let box = byId(id);
    if (!box) {
      box = document.createElement("dialog");
      box.id = id;
      box.setAttribute("aria-label", label);
      box.addEventListener("click", (event) => event.target === box && box.close());
      box.addEventListener("close", () => openers.get(id)?.isConnected && openers.get(id).focus());
      document.body.append(box);
    }
    return box;
  }

  function element(tag, className, text) {
    const made = document.createElement(tag);
    made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  function svg(tag, attributes, ...children) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  // The bar at the top of a dialog: something to say, and the way out.
  function bar(box, first) {
    const made = element("div", "dialog-bar");
    const close = element("button", "close", "Close");
    close.type = "button";
    close.addEventListener("click", () => box.close());
    made.append(first, close);
    return made;
  }

  // A link that opens somewhere else than in this page.
  function apart(label, address) {
    const made = element("a", "plain-link", label);
    made.href = address;
    made.target = "_blank";
    made.rel = "noopener noreferrer";
    return made;
  }

  // As rag/web/markup.py has it.
  const reportAddress = (report, start, end) => `report/${encodeURIComponent(report)}?start=${start}&end=${end}#quote`;

  async function openReport(link) {
    const address = new URL(link.getAttribute("href"), document.baseURI);
    const whole = address.href;
    address.searchParams.set("part", "true");
    const box = dialog("report-dialog", "Report", link);
    const body = element("div", "dialog-body");
    body.tabIndex = 0;
    body.textContent = "Opening …";
    box.replaceChildren(bar(box, apart("Open in a tab", whole)), body);
    if (!box.open) box.showModal();
    try {
      const response = await fetch(address);
      body.innerHTML = await response.text();
    } catch {
      body.textContent = "The report cannot be opened: the program does not answer. Is it still running?";
    }
    const quote = body.querySelector("#quote");
    if (quote) {
      quote.scrollIntoView({ block: "center" });
      quote.focus({ preventScroll: true });
    } else {
      body.focus({ preventScroll: true });
    }
  }

  // --- what a click on something does: (selector, handler) pairs, the first that fits ---

  const clicks = [];

  function onClick(selector, handler) {
    clicks.push([selector, handler]);
  }

  onClick("a.open-report", openReport);

  document.addEventListener("click", (event) => {
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    const target = event.target instanceof Element ? event.target : null;
    if (!target || !plain) return;
    for (const [selector, handler] of clicks) {
      const found = target.closest(selector);
      if (!found) continue;
      if (found.matches("a")) event.preventDefault();
      handler(found, event);
      return;
    }
  });

  // --- the state of the machine ---

  let version = null;
  let timer = 0;
  let expecting = 0; // until when something that was begun may show any moment
  const statusHandlers = [];

  function onStatus(handler) {
    statusHandlers.push(handler);
  }

  async function watch() {
    let wait = 15000;
    try {
      const status = await (await fetch("desk-status", { cache: "no-store" })).json();
      const line = byId("machine");
      if (line) {
        if (line.textContent !== status.line) line.textContent = status.line;
        line.className = `machine ${status.state}`;
      }
      if (version !== null && version !== status.version) button("refresh")?.click();
      if (line) version = status.version;
      statusHandlers.forEach((handler) => handler(status));
      wait = !line ? 100 : status.busy || status.evaluation?.running || Date.now() < expecting ? 700 : 15000;
    } catch {
      const line = byId("machine");
      if (line) {
        line.textContent = "the program does not answer";
        line.className = "machine failed";
      }
      wait = 3000;
    }
    clearTimeout(timer); // another look was asked for meanwhile
    timer = setTimeout(watch, wait);
  }

  // Something was begun: look at the state of the machine at once, and again until it shows.
  function lookSoon() {
    expecting = Date.now() + 5000;
    clearTimeout(timer);
    timer = setTimeout(watch, 200);
  }

  // --- after each change of the page: accessible names that Gradio leaves out, and what the tabs want done ---

  const changes = [];

  function onChange(handler) {
    changes.push(handler);
  }

  onChange(() => {
    for (const region of document.querySelectorAll(".table-wrap[title]")) {
      region.setAttribute("aria-label", region.title);
      region.removeAttribute("title");
    }
  });

  window.desk = { byId, field, button, setField, dialog, bar, apart, element, svg, reportAddress, onClick, onChange, onStatus, lookSoon };

  document.addEventListener("DOMContentLoaded", () => {
    new MutationObserver(() => changes.forEach((handler) => handler())).observe(document.body, { childList: true, subtree: true });
    watch();
  });
})();

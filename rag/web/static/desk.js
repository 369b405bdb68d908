// The page's own script, next to Gradio's. It only moves focus, opens dialogs and presses buttons: what it shows of reports is
// markup the server has escaped, or text set as text.
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

  // --- evidence: a mark shows its answer's group and brings its card into view ---

  function showCard(id) {
    const card = byId(id);
    const group = card?.closest(".group");
    if (!group) return false;
    for (const other of document.querySelectorAll("#evidence .group")) other.hidden = other !== group;
    document.querySelectorAll(".card.current").forEach((c) => c.classList.remove("current"));
    card.classList.add("current");
    card.scrollIntoView({ block: "nearest", behavior: "auto" });
    card.focus({ preventScroll: true });
    return true;
  }

  // --- a whole report in a dialog ---

  let opener = null;

  function dialog(id, label) {
    let box = byId(id);
    if (!box) {
      box = document.createElement("dialog");
      box.id = id;
      box.setAttribute("aria-label", label);
      box.addEventListener("click", (event) => event.target === box && box.close());
      box.addEventListener("close", () => opener?.isConnected && opener.focus());
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

  async function openReport(link) {
    opener = link;
    const address = new URL(link.href);
    address.searchParams.set("part", "true");
    const box = dialog("report-dialog", "Report");
    const bar = element("div", "dialog-bar");
    const apart = element("a", "plain-link", "Open in a tab");
    apart.href = link.href;
    apart.target = "_blank";
    apart.rel = "noopener noreferrer";
    const close = element("button", "close", "Close");
    close.type = "button";
    close.addEventListener("click", () => box.close());
    bar.append(apart, close);
    const body = element("div", "dialog-body");
    body.tabIndex = 0;
    body.textContent = "Opening …";
    box.replaceChildren(bar, body);
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

  // --- removing a report, after a question ---

  function confirmRemoval(pressed) {
    opener = pressed;
    const box = dialog("confirm-dialog", "Remove a report");
    const title = pressed.closest("tr").querySelector("a")?.textContent ?? "this report";
    const text = element("p", "confirm-text", `Remove “${title}”? It stops answering at once. A copy in the corpus folder is deleted too.`);
    const acts = element("div", "confirm-acts");
    const keep = element("button", "close", "Keep");
    const remove = element("button", "danger", "Remove");
    keep.type = remove.type = "button";
    keep.addEventListener("click", () => box.close());
    remove.addEventListener("click", () => {
      opener = null;
      box.close();
      setField("removing", pressed.id.replace(/^remove-/, ""));
      // Gradio takes the new value over in its next update.
      setTimeout(() => button("remove").click(), 50);
    });
    acts.append(keep, remove);
    box.replaceChildren(text, acts);
    box.showModal();
    keep.focus();
  }

  document.addEventListener("click", (event) => {
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    const target = event.target instanceof Element ? event.target : null;
    if (!target || !plain) return;
    const mark = target.closest("a.cite");
    if (mark) {
      const id = decodeURIComponent((mark.getAttribute("href") ?? "").replace(/^.*#/, ""));
      if (mark.classList.contains("back")) byId(id)?.scrollIntoView({ block: "nearest" });
      else showCard(id);
      event.preventDefault();
      return;
    }
    const report = target.closest("a.open-report");
    if (report) {
      event.preventDefault();
      openReport(report);
      return;
    }
    const remove = target.closest("button.remove");
    if (remove) confirmRemoval(remove);
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable=true], dialog");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const question = field("question");
      if (question?.offsetParent) {
        event.preventDefault();
        question.focus();
      }
    }
  });

  // --- the state of the machine ---

  let version = null;

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
      wait = !line ? 100 : status.busy ? 700 : 15000;
    } catch {
      const line = byId("machine");
      if (line) {
        line.textContent = "the program does not answer";
        line.className = "machine failed";
      }
      wait = 3000;
    }
    setTimeout(watch, wait);
  }

  // --- accessible names: Gradio reads a message's markup out as its name, and leaves some fields without one ---

  let newest = "";

  function mend() {
    // A new answer's evidence starts at its top, wherever the panel was scrolled to.
    const group = [...document.querySelectorAll("#evidence .group")].pop()?.id ?? "";
    if (group !== newest) {
      newest = group;
      const side = document.querySelector(".evidence-side");
      if (side) side.scrollTop = 0;
    }
    for (const message of document.querySelectorAll('#chat [data-testid="bot"][aria-label], #chat [data-testid="user"][aria-label]')) {
      message.removeAttribute("aria-label");
    }
    for (const region of document.querySelectorAll(".table-wrap[title]")) {
      region.setAttribute("aria-label", region.title);
      region.removeAttribute("title");
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    new MutationObserver(mend).observe(document.body, { childList: true, subtree: true });
    watch();
  });
})();

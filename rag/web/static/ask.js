// The Ask tab: marks lead to their evidence, "/" leads to the question.
"use strict";

(() => {
  const { byId, field, onClick, onChange } = window.desk;

  // A mark shows its answer's group of evidence and brings its card into view.
  function showCard(id) {
    const card = byId(id);
    const group = card?.closest(".group");
    if (!group) return;
    for (const other of document.querySelectorAll("#evidence .group")) other.hidden = other !== group;
    document.querySelectorAll(".card.current").forEach((c) => c.classList.remove("current"));
    card.classList.add("current");
    card.scrollIntoView({ block: "nearest", behavior: "auto" });
    card.focus({ preventScroll: true });
  }

  onClick("a.cite", (mark) => {
    const id = decodeURIComponent((mark.getAttribute("href") ?? "").replace(/^.*#/, ""));
    if (mark.classList.contains("back")) byId(id)?.scrollIntoView({ block: "nearest" });
    else showCard(id);
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

  let newest = "";

  onChange(() => {
    // A new answer's evidence starts at its top, wherever the panel was scrolled to.
    const group = [...document.querySelectorAll("#evidence .group")].pop()?.id ?? "";
    if (group !== newest) {
      newest = group;
      const side = document.querySelector(".evidence-side");
      if (side) side.scrollTop = 0;
    }
    // Gradio reads a message's markup out as its name.
    for (const message of document.querySelectorAll('#chat [data-testid="bot"][aria-label], #chat [data-testid="user"][aria-label]')) {
      message.removeAttribute("aria-label");
    }
  });
})();

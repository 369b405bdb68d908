// The Ask tab: marks lead to their evidence, "/" leads to the question.
"use strict";

(() => {
  const { byId, button, field, setField, onClick, onChange } = window.desk;

  function showGroup(group) {
    if (!group) return false;
    for (const other of document.querySelectorAll("#evidence .group")) other.hidden = other !== group;
    return true;
  }

  // A mark shows its answer's group of evidence and brings its card into view.
  function showCard(id) {
    const card = byId(id);
    if (!showGroup(card?.closest(".group"))) return;
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

  // The entry before or after, or the whole of this one, in the place of what the card shows.
  onClick("a.step", async (step) => {
    const card = step.closest(".card");
    const body = step.closest(".card-body");
    if (!card || !body) return;
    const address = new URL(step.getAttribute("href"), document.baseURI);
    address.searchParams.set("part", "true");
    let markup = "";
    try {
      markup = await (await fetch(address)).text();
    } catch {
      markup = '<p class="panel-note">The entry cannot be read: the program does not answer.</p>';
    }
    if (!body.isConnected) return;
    const label = step.textContent;
    body.outerHTML = markup;
    // The same step again, for those who go on by keys; at the end of the report the card itself.
    const next = [...card.querySelectorAll("a.step")].find((a) => a.textContent === label);
    (next ?? card).focus({ preventScroll: true });
    card.querySelector("mark.quote")?.scrollIntoView({ block: "nearest" });
  });

  // A thumb under an answer opens the feedback form above its evidence; the number makes each press a new one.
  let presses = 0;
  let thumb = null;

  onClick('.act[id^="up-"], .act[id^="down-"]', (pressed) => {
    const number = pressed.id.replace(/^\w+-/, "");
    for (const other of document.querySelectorAll(`#up-${number}, #down-${number}`)) other.classList.toggle("given", other === pressed);
    thumb = pressed.id;
    wanted = "form";
    showGroup(byId(`g${number}`));
    setField("pressed", `${pressed.id}#${++presses}`);
  });

  function feedbackIsOpen() {
    return Boolean(byId("feedback")?.offsetParent);
  }

  document.addEventListener("keydown", (event) => {
    // In a list of choices Escape closes the list, in a dialog the dialog.
    const nearer = document.querySelector("dialog[open]") ?? (event.target instanceof Element && event.target.closest("#chosen-evidence"));
    if (event.key === "Escape" && feedbackIsOpen() && !nearer) button("close-feedback")?.click();
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

  // The conversation fills what the filters above it leave of the window.
  function fit() {
    const desk = document.querySelector(".desk");
    if (desk?.offsetParent) desk.style.setProperty("--above", `${Math.round(desk.getBoundingClientRect().top + scrollY)}px`);
  }

  // What was read to its end stays at its end when suggestions, which come later, take some of the room.
  let atEnd = true;
  const resized = new ResizeObserver(([{ target }]) => atEnd && target.scrollTo({ top: target.scrollHeight }));

  function keepEnd(log) {
    log.dataset.kept = "";
    let before = 0;
    log.addEventListener("scroll", () => {
      // Gradio glides to the end of a new message; only who scrolls back has left it.
      if (log.scrollHeight - log.scrollTop - log.clientHeight < 40) atEnd = true;
      else if (log.scrollTop < before) atEnd = false;
      before = log.scrollTop;
    });
    resized.observe(log);
  }

  // Where the page scrolls and not the conversation, a new question goes to the top, so that its answer is read from its start.
  const narrow = matchMedia("(max-width: 900px)");
  let asked = 0;

  function toNewest() {
    const questions = document.querySelectorAll("#chat .asked");
    if (questions.length > asked && narrow.matches) questions[questions.length - 1].scrollIntoView({ block: "start" });
    asked = questions.length;
  }

  let newest = "";

  let wanted = "";

  onChange(() => {
    fit();
    toNewest();
    const log = document.querySelector("#chat .panel-wrap:not([data-kept])");
    if (log) keepEnd(log);
    // The form takes the focus when it has opened, and gives it back to its thumb when it has closed.
    const target = wanted === "form" ? field("why") : wanted === "thumb" && !feedbackIsOpen() ? byId(thumb) : null;
    if (target?.offsetParent) {
      if (wanted === "form") byId("feedback").scrollIntoView({ block: "nearest" });
      wanted = wanted === "form" ? "thumb" : "";
      target.focus({ preventScroll: true });
    }
    // A new answer's evidence starts at its top, wherever the panel was scrolled to.
    const group = [...document.querySelectorAll("#evidence .group")].pop()?.id ?? "";
    if (group !== newest) {
      newest = group;
      const side = document.querySelector(".evidence-side");
      if (side) side.scrollTop = 0;
    }
    // Suggestions are tried out after an answer; by then another question may stand below it.
    const replies = document.querySelectorAll("#chat .reply");
    const label = document.querySelector('#suggestions [id^="next-of-"]');
    byId("suggestions")?.classList.toggle("stale", label?.id !== `next-of-${replies[replies.length - 1]?.id}`);
    // Gradio reads a message's markup out as its name.
    for (const message of document.querySelectorAll('#chat [data-testid="bot"][aria-label], #chat [data-testid="user"][aria-label]')) {
      message.removeAttribute("aria-label");
    }
  });
})();

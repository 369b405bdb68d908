// Conversations kept in this browser: listed, opened again, renamed, deleted, exported; answers and links copied. Nothing of it
// leaves the machine. What the server gives to keep is data: it is shown as text, and goes back to the server to be checked.
"use strict";

(() => {
  const { byId, setField, dialog, bar, element, onClick, onChange } = window.desk;

  const STORE = "ask-the-reports.conversations";
  const THREAD = "ask-the-reports.thread";
  const MOST = 100; // conversations
  const LONGEST = 50; // exchanges of one, as many as the server remembers

  // --- the store: an array of {thread, title, changed, records}, the last changed first ---

  let memory = []; // where the browser keeps nothing

  function stored() {
    try {
      const text = localStorage.getItem(STORE);
      const found = text === null ? memory : JSON.parse(text);
      return Array.isArray(found) ? found.filter((c) => typeof c?.thread === "string" && Array.isArray(c.records)) : [];
    } catch {
      return memory;
    }
  }

  function store(conversations) {
    const kept = conversations.slice(0, MOST);
    memory = kept;
    while (kept.length) {
      try {
        localStorage.setItem(STORE, JSON.stringify(kept));
        return;
      } catch {
        // Full: the oldest goes. A browser that keeps nothing at all ends up with the memory of this page.
        if (kept.length === 1) return;
        say(`The browser's store is full; “${kept.pop().title}” was let go.`);
      }
    }
    try {
      localStorage.removeItem(STORE);
    } catch {
      // Nothing was kept there.
    }
  }

  const remembered = {
    get thread() {
      try {
        return sessionStorage.getItem(THREAD) ?? "";
      } catch {
        return "";
      }
    },
    set thread(value) {
      try {
        sessionStorage.setItem(THREAD, value);
      } catch {
        // This tab will not find its conversation again after a reload.
      }
    },
  };

  function keep(record) {
    const conversations = stored();
    const known = conversations.find((c) => c.thread === record.thread);
    const conversation = known ?? { thread: record.thread, title: shortened(record.question), changed: "", records: [] };
    conversation.records = [...conversation.records.filter((r) => r.key !== record.key), record].slice(-LONGEST);
    conversation.changed = new Date().toISOString();
    store([conversation, ...conversations.filter((c) => c !== known)]);
    remembered.thread = record.thread;
  }

  function change(thread, edit) {
    store(stored().flatMap((c) => (c.thread === thread ? edit(c) : [c])));
  }

  function shortened(text) {
    const flat = String(text).replace(/\s+/g, " ").trim();
    return flat.length > 90 ? `${flat.slice(0, 89)}…` : flat;
  }

  // --- said to everybody: seen for some seconds, read out by screen readers ---

  let fading = 0;

  function say(text) {
    let toast = byId("toast");
    if (!toast) {
      toast = element("div", "");
      toast.id = "toast";
      toast.setAttribute("role", "status");
      document.body.append(toast);
    }
    // Inside an open dialog everything outside is inert.
    (document.querySelector("dialog[open]") ?? document.body).append(toast);
    toast.textContent = text;
    clearTimeout(fading);
    fading = setTimeout(() => (toast.textContent = ""), 4000);
  }

  // --- copy and export ---

  async function copy(text, said) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without https and off this machine browsers have no clipboard for scripts; the old way still works.
      const area = element("textarea", "unseen");
      area.value = text;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      if (!done) return say("The browser does not let the page copy.");
    }
    say(said);
  }

  function recordOf(number) {
    const conversation = stored().find((c) => c.thread === remembered.thread);
    return conversation?.records.find((r) => r.number === number);
  }

  const escaped = (text) => text.replace(/[\\`*_[\]<>&~|$#]/g, "\\$&");

  function download(conversation, ending, type, text) {
    const link = element("a", "");
    const name = conversation.title.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 60);
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = `${name || "conversation"}.${ending}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  function exportMarkdown(conversation) {
    const parts = conversation.records.map((r) => r.markdown);
    download(conversation, "md", "text/markdown", `# ${escaped(conversation.title)}\n\n${parts.join("\n---\n\n")}`);
  }

  function exportJson(conversation) {
    const exchanges = conversation.records.map(({ markdown, ...rest }) => rest);
    const data = { title: conversation.title, thread: conversation.thread, changed: conversation.changed, exchanges };
    download(conversation, "json", "application/json", JSON.stringify(data, null, 2) + "\n");
  }

  onClick('.act[id^="copy-"]', (pressed) => {
    const record = recordOf(Number(pressed.id.slice(5)));
    if (record) copy(record.markdown, "Copied with its citations, as Markdown.");
    else say("This answer is not kept any more; ask again to copy it.");
  });

  onClick("a.permalink", (link) => copy(new URL(link.getAttribute("href"), document.baseURI).href, "Link copied: it asks this question again."));

  onClick("a.alone", (link) => location.assign(new URL(link.getAttribute("href"), document.baseURI)));

  // --- the list ---

  let turn = 0;

  function openConversation(conversation) {
    remembered.thread = conversation.thread;
    // The number makes it a change for Gradio when the same conversation is opened once more.
    setField("restoring", JSON.stringify({ turn: ++turn, records: conversation.records }));
  }

  function row(box, conversation) {
    const item = element("li", conversation.thread === remembered.thread ? "current" : "");
    const open = element("button", "history-open", conversation.title);
    const n = conversation.records.length;
    const when = new Date(conversation.changed).toLocaleString();
    open.append(element("span", "history-when", `${when} · ${n} ${n === 1 ? "question" : "questions"}`));
    open.addEventListener("click", () => {
      box.close();
      openConversation(conversation);
    });
    const acts = element("span", "history-acts");
    const act = (label, name, handler) => {
      const made = element("button", "", label);
      made.setAttribute("aria-label", `${name}: ${conversation.title}`);
      made.addEventListener("click", () => handler(made));
      acts.append(made);
    };
    act("Rename", "Rename", () => rename(box, item, open, acts, conversation));
    act("Markdown", "Export as Markdown", () => exportMarkdown(conversation));
    act("JSON", "Export as JSON", () => exportJson(conversation));
    act("Delete", "Delete", (pressed) => {
      if (!pressed.classList.contains("danger")) {
        pressed.classList.add("danger");
        pressed.textContent = "Really delete";
        pressed.setAttribute("aria-label", `Really delete: ${conversation.title}`);
        return;
      }
      change(conversation.thread, () => []);
      if (conversation.thread === remembered.thread) remembered.thread = "";
      list(box);
      box.querySelector("button")?.focus();
    });
    item.append(open, acts);
    return item;
  }

  function rename(box, item, open, acts, conversation) {
    const input = element("input", "history-rename");
    input.value = conversation.title;
    input.maxLength = 120;
    input.setAttribute("aria-label", "New name");
    const done = (save) => {
      const title = shortened(input.value);
      if (save && title) change(conversation.thread, (c) => [{ ...c, title }]);
      list(box);
      [...box.querySelectorAll(".history-open")].find((b) => b.dataset.thread === conversation.thread)?.focus();
    };
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      done(event.key === "Enter");
    });
    const save = element("button", "", "Save name");
    save.addEventListener("click", () => done(true));
    acts.replaceChildren(save);
    open.replaceWith(input);
    input.select();
    input.focus();
  }

  function list(box) {
    const conversations = stored();
    const rows = element("ul", "history-list");
    rows.append(...conversations.map((c) => row(box, c)));
    const note = conversations.length
      ? "Kept in this browser only."
      : "Nothing yet. Conversations are kept here, in this browser only, as you ask.";
    box.replaceChildren(bar(box, element("h2", "", "Conversations")), rows, element("p", "history-note", note));
    rows.querySelectorAll(".history-open").forEach((b, i) => (b.dataset.thread = conversations[i].thread));
  }

  onClick("#history", (pressed) => {
    const box = dialog("history-dialog", "Conversations", pressed);
    list(box);
    box.showModal();
  });

  onClick("#fresh", () => (remembered.thread = ""));

  // --- what the page brings: an answer to keep; at its opening a link to follow, or the conversation this tab had ---

  let last = "";
  let opened = false;

  function start() {
    const address = new URL(location.href);
    if (address.searchParams.get("q")) {
      const asked = [...address.searchParams];
      for (const name of ["q", "since", "until", "as_of", "country", "report"]) address.searchParams.delete(name);
      history.replaceState(null, "", address);
      remembered.thread = "";
      setField("reopening", JSON.stringify(asked));
      return;
    }
    const conversation = stored().find((c) => c.thread === remembered.thread);
    if (conversation) openConversation(conversation);
  }

  onChange(() => {
    // The first thing the server says shows that Gradio answers events by now.
    if (!opened && document.querySelector("#coverage .coverage")) {
      opened = true;
      start();
    }
    const text = document.querySelector("#kept-record .record")?.textContent ?? "";
    if (!text || text === last) return;
    last = text;
    keep(JSON.parse(text));
  });
})();

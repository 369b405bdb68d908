// The Reports tab: a report is removed after a question.
"use strict";

(() => {
  const { button, setField, dialog, element, onClick } = window.desk;

  onClick("button.remove", (pressed) => {
    const box = dialog("confirm-dialog", "Remove a report", pressed);
    const title = pressed.closest("tr").querySelector("a")?.textContent ?? "this report";
    const text = element("p", "confirm-text", `Remove “${title}”? It stops answering at once. A copy in the corpus folder is deleted too.`);
    const acts = element("div", "confirm-acts");
    const keep = element("button", "close", "Keep");
    const remove = element("button", "danger", "Remove");
    keep.type = remove.type = "button";
    keep.addEventListener("click", () => box.close());
    remove.addEventListener("click", () => {
      box.close();
      setField("removing", pressed.id.replace(/^remove-/, ""));
      // Gradio takes the new value over in its next update.
      setTimeout(() => button("remove").click(), 50);
    });
    acts.append(keep, remove);
    box.replaceChildren(text, acts);
    box.showModal();
    keep.focus();
  });
})();

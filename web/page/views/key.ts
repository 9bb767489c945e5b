import { freshId, h } from "../dom.ts";
import { say } from "../messages/index.ts";

/** The key that the visitor gives, or null. `again`: the last one was refused. */
export function askForKey(again: boolean): Promise<string | null> {
  const [heading, note] = [freshId(), freshId()];
  // A password's field: no one looking over a shoulder reads it.
  const field = h("input", { type: "password", required: true, autocomplete: "off", "aria-describedby": note });
  const dialog = h(
    "dialog",
    { "aria-labelledby": heading, class: "panel" },
    h(
      "form",
      { onsubmit: (event: Event) => (event.preventDefault(), dialog.close(field.value)) },
      h("h2", { id: heading }, say.key.heading),
      again && h("p", { class: "warning" }, say.key.wrong),
      h("label", {}, say.key.label, field),
      h("p", { id: note, class: "note" }, say.key.note),
      h(
        "div",
        { class: "actions" },
        h("button", { class: "primary" }, say.key.use),
        h("button", { type: "button", onclick: () => dialog.close("") }, say.key.cancel),
      ),
    ),
  );
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue.trim() || null);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

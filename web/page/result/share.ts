import { ProblemError } from "../../client/index.ts";
import { h } from "../dom.ts";
import { jobLink } from "../links.ts";
import { say } from "../messages/index.ts";
import type { Outcome } from "../outcome.ts";
import { withService } from "../service.ts";

/** Has the service keep the result under a link; before that nothing is kept. Without the video there is nothing to share. */
export function share(outcome: Outcome): HTMLElement {
  const words = say.result;
  const place = h("div", { class: "share" });
  const status = h("p", { class: "note", role: "status" });
  const button = h("button", { onclick: () => void make() }, words.share);
  place.append(button, status);
  if (!outcome.job && !outcome.video) button.hidden = true;

  async function make(): Promise<void> {
    button.disabled = true;
    status.textContent = words.sharing;
    try {
      outcome.job ??= (await withService((service) => service.createJob(outcome.video!, outcome.options))).id;
      offer(jobLink(outcome.job));
    } catch (error) {
      button.disabled = false;
      status.textContent = error instanceof ProblemError ? error.problem.title : say.failure.unreachable;
    }
  }

  function offer(link: string): void {
    const field = h("input", { readonly: true, value: link, "aria-label": words.shared });
    const copy = h(
      "button",
      {
        onclick: async () => {
          field.select();
          await navigator.clipboard.writeText(link);
          status.textContent = words.copied;
        },
      },
      words.copy,
    );
    status.textContent = words.shared;
    button.replaceWith(h("div", { class: "link" }, field, copy));
    field.select();
    field.focus();
  }
  return place;
}

import { ProblemError, UnreachableError } from "../../client/index.ts";
import { h } from "../dom.ts";
import type { View } from "../frame.ts";
import { goHome } from "../links.ts";
import { say } from "../messages/index.ts";
import { CannotRecord } from "../recording/camera.ts";

interface Told {
  title: string;
  hint: string;
  detail?: string;
}

/** What went wrong and what to do about it; `again` does it once more. */
export function failureView(error: unknown, again: () => void): View {
  const { title, hint, detail } = told(error);
  const retry = h("button", { class: "primary", onclick: again }, say.failure.again);
  const element = h(
    "section",
    { class: "panel failure" },
    h("h1", {}, title),
    h("p", {}, hint),
    detail && h("p", { class: "note", lang: "en" }, detail),
    h("div", { class: "actions" }, retry, h("button", { onclick: goHome }, say.failure.start)),
  );
  return { element };
}

function told(error: unknown): Told {
  const words = say.failure;
  if (error instanceof CannotRecord) return { title: words[error.why], hint: words[`${error.why}Hint`] };
  if (error instanceof UnreachableError) return { title: words.unreachable, hint: words.unreachableHint };
  if (error instanceof ProblemError) {
    // The service speaks English; where the page has words of its own, what happened is told beside them.
    const { title, hint, detail, code } = error.problem;
    const own = words.problems[code];
    const wait = error.retryAfter === null ? "" : ` ${words.retryAfter(error.retryAfter)}`;
    return { title: own?.title ?? title, hint: (own?.hint ?? hint) + wait, detail };
  }
  return { title: words.unexpected, hint: words.unreachableHint, detail: String(error) };
}

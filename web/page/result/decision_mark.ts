import type { Decision } from "../../client/index.ts";
import { h } from "../dom.ts";
import { SIGNS } from "./words.ts";

/** The decision by its sign and its name, as the service says it. */
export function decisionMark(decision: Decision): HTMLElement {
  return h(
    "span",
    { class: `decision ${decision.toLowerCase()}` },
    h("span", { "aria-hidden": "true" }, SIGNS[decision]),
    decision,
  );
}

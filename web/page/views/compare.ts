import { ProblemError, type Score } from "../../client/index.ts";
import { freshId, h } from "../dom.ts";
import { type View } from "../frame.ts";
import { goHome, jobOf } from "../links.ts";
import { number, say } from "../messages/index.ts";
import type { Outcome } from "../outcome.ts";
import { decisionMark } from "../result/decision_mark.ts";
import { syncCurve } from "../result/sync_curve.ts";
import { headline, orUnknown, sentences, shiftOf } from "../result/words.ts";
import { withService } from "../service.ts";
import { outcomes } from "../visit.ts";
import { storedScore } from "./stored.ts";

type Pair = [Outcome | undefined, Outcome | undefined];

/** Two results side by side; at first the last two of this visit. */
export function compareView(): View {
  const words = say.compare;
  const pair: Pair = [outcomes.at(-2), outcomes.at(-1)];
  const table = h("div", { class: "comparison" });
  let drawn = new AbortController();

  function draw(): void {
    drawn.abort();
    drawn = new AbortController();
    const [first, second] = pair;
    if (first && second) table.replaceChildren(comparison([first, second], drawn.signal));
    else table.replaceChildren(h("p", { class: "note" }, words.empty));
  }

  const sides = words.sides.map((name, n) =>
    picker(name, pair[n], (outcome) => {
      pair[n] = outcome;
      draw();
    }),
  );
  draw();
  const element = h(
    "section",
    { class: "compare" },
    h("h1", {}, words.heading),
    h("p", {}, words.intro),
    h("div", { class: "sides" }, ...sides),
    table,
    h("div", { class: "actions" }, h("button", { onclick: goHome }, words.back)),
  );
  return { element, leave: () => drawn.abort() };
}

function picker(name: string, now: Outcome | undefined, choose: (outcome: Outcome | undefined) => void): HTMLElement {
  const words = say.compare;
  const heading = freshId();
  const status = h("p", { class: "warning", role: "status" });
  const select = h("select", { onchange: () => choose(outcomes[select.selectedIndex - 1]) });
  const link = h("input", { type: "text", spellcheck: "false" });
  const file = h("input", { type: "file", accept: "application/json,.json", onchange: () => void open(fromFile) });

  function list(chosen: Outcome | undefined): void {
    select.replaceChildren(
      h("option", {}, words.none),
      ...outcomes.map((outcome) => h("option", { selected: outcome === chosen }, outcome.name)),
    );
  }

  async function fromFile(): Promise<Outcome> {
    const [chosen] = file.files ?? [];
    const score: unknown = JSON.parse(await chosen!.text());
    if (!isScore(score)) throw new SyntaxError("not a score");
    return { name: chosen!.name, score };
  }

  async function fromLink(): Promise<Outcome> {
    const job = jobOf(link.value);
    if (!job) throw new SyntaxError("not a job");
    const never = new AbortController();
    return { name: job, score: await withService((service) => storedScore(service, job, never.signal)), job };
  }

  async function open(from: () => Promise<Outcome>): Promise<void> {
    status.textContent = "";
    try {
      const outcome = await from();
      outcomes.push(outcome);
      list(outcome);
      choose(outcome);
    } catch (error) {
      if (error instanceof SyntaxError) status.textContent = words.notAResult;
      else status.textContent = error instanceof ProblemError ? error.message : say.failure.unreachable;
    }
  }

  list(now);
  return h(
    "section",
    { class: "panel side", "aria-labelledby": heading },
    h("h2", { id: heading }, name),
    h("label", {}, words.ofVisit, select),
    h("label", {}, words.file, file),
    h(
      "form",
      { class: "link", onsubmit: (event: Event) => (event.preventDefault(), void open(fromLink)) },
      h("label", {}, words.link, link),
      h("button", {}, words.open),
    ),
    status,
  );
}

function isScore(value: unknown): value is Score {
  const score = value as Partial<Score> | null;
  return (
    Array.isArray(score?.debug?.all_results) && Array.isArray(score.reason_codes) && !!score.video && !!score.model
  );
}

function comparison(pair: [Outcome, Outcome], gone: AbortSignal): HTMLElement {
  const words = say.compare;
  const row = (name: string, value: (score: Score) => Node | string) =>
    h("tr", {}, h("th", { scope: "row" }, name), ...pair.map(({ score }) => h("td", {}, value(score))));
  const { rows } = words;
  return h(
    "div",
    {},
    h(
      "table",
      {},
      h("caption", { class: "visually-hidden" }, words.table),
      h("thead", {}, h("tr", {}, h("td", {}), ...pair.map(({ name }) => h("th", { scope: "col" }, name)))),
      h(
        "tbody",
        {},
        row(rows.decision, (score) => h("div", {}, decisionMark(score.decision), h("p", {}, headline(score)))),
        row(rows.why, (score) => sentences(score).join(" ")),
        row(rows.score, (score) => orUnknown(score.score, 2)),
        row(rows.shift, (score) => shiftOf(score)),
        row(rows.confidence, (score) => orUnknown(score.confidence, 1)),
        row(rows.evidence, (score) => say.result.seconds(number(score.evidence_s, 1))),
        row(rows.faces, (score) => String(score.debug.num_results)),
        row(rows.model, (score) => `${score.model.name} ${score.model.version}`),
      ),
    ),
    h("h2", {}, words.curves),
    syncCurve(
      pair.map(({ name, score }) => ({ name, face: score.debug.all_results[0] })),
      gone,
    ),
  );
}

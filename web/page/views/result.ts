import { h } from "../dom.ts";
import { show, type View } from "../frame.ts";
import { COMPARE, goHome } from "../links.ts";
import { number, say } from "../messages/index.ts";
import type { Outcome } from "../outcome.ts";
import { decisionMark } from "../result/decision_mark.ts";
import { player } from "../result/face_boxes.ts";
import { faceTable } from "../result/face_table.ts";
import { review } from "../result/review.ts";
import { share } from "../result/share.ts";
import { syncCurve } from "../result/sync_curve.ts";
import { timeline } from "../result/timeline.ts";
import { advice, headline, orUnknown, sentences, shiftOf } from "../result/words.ts";
import { outcomes } from "../visit.ts";

/** A new result: it is remembered for comparing. */
export function showResult(outcome: Outcome): void {
  outcomes.push(outcome);
  show(() => resultView(outcome));
}

function resultView(outcome: Outcome): View {
  const { score, video } = outcome;
  const words = say.result;
  const gone = new AbortController();
  const seen = video && player(video, score, gone.signal);
  const faces = score.debug.all_results;

  const curve = h("div", {});
  let ofCurve = new AbortController();
  function showCurve(face = faces[0]): void {
    ofCurve.abort();
    ofCurve = new AbortController();
    const name = face ? words.faceLabel(face.track + 1) : "";
    curve.replaceChildren(syncCurve([{ name, face }], ofCurve.signal));
  }
  showCurve();

  const surer = advice(score);
  const element = h(
    "section",
    { class: "result" },
    verdict(outcome),
    h(
      "div",
      { class: "columns" },
      h(
        "div",
        {},
        seen && part(words.video, words.videoNote, seen.element),
        surer.length > 0 &&
          part(words.surer, "", h("ul", { class: "advice" }, ...surer.map((text) => h("li", {}, text)))),
      ),
      h(
        "div",
        {},
        part(words.curve, words.curveNote, curve),
        part(
          words.time,
          [words.timeNote, score.report && words.limitNote, seen && words.seekNote].filter(Boolean).join(" "),
          timeline(score, seen?.video ?? null, gone.signal),
        ),
      ),
    ),
    review(score, seen?.video ?? null, gone.signal),
    part(words.faces, faces.length > 1 ? words.facesNote : "", faceTable(score, showCurve)),
    h("p", { class: "note" }, words.about(score.model.name, score.model.version, score.processing_time_ms)),
  );
  return {
    element,
    leave() {
      gone.abort();
      ofCurve.abort();
    },
  };
}

function verdict(outcome: Outcome): HTMLElement {
  const { score, name } = outcome;
  const words = say.result;
  const fact = (term: string, value: string, note: string) =>
    h("div", {}, h("dt", {}, term), h("dd", {}, value), h("dd", { class: "note" }, note));
  return h(
    "div",
    { class: `panel verdict ${score.decision.toLowerCase()}` },
    h("p", { class: "name note" }, name),
    h("h1", {}, headline(score)),
    decisionMark(score.decision),
    h("p", { class: "sentence" }, sentences(score).join(" ")),
    score.stopped_at_s !== undefined && h("p", { class: "note" }, words.stoppedAt(number(score.stopped_at_s, 1))),
    h(
      "dl",
      { class: "facts" },
      fact(words.facts.score, orUnknown(score.score, 2), words.facts.scoreNote),
      fact(words.facts.offset, shiftOf(score), words.facts.offsetNote),
      fact(words.facts.evidence, words.seconds(number(score.evidence_s, 1)), words.facts.evidenceNote),
    ),
    h(
      "div",
      { class: "actions" },
      h("button", { class: "primary", onclick: goHome }, words.again),
      h("button", { onclick: () => download(outcome) }, words.download),
      share(outcome),
      h("a", { class: "button", href: COMPARE }, words.compare),
    ),
  );
}

function part(title: string, note: string, content: HTMLElement): HTMLElement {
  return h("section", { class: "part" }, h("h2", {}, title), note !== "" && h("p", { class: "note" }, note), content);
}

function download({ name, score }: Outcome): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(score, null, 2)], { type: "application/json" }));
  h("a", { href: url, download: `${name}.json` }).click();
  URL.revokeObjectURL(url);
}

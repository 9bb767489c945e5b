import type { Face, Score } from "../../client/index.ts";
import { h } from "../dom.ts";
import { number, say } from "../messages/index.ts";
import { decisionMark } from "./decision_mark.ts";
import { cell, head } from "./table.ts";
import { FRAME_MS, orUnknown, sentences, shiftOf } from "./words.ts";

/** A row for each face; `choose` is called when the visitor wants another one's curve. */
export function faceTable(score: Score, choose: (face: Face) => void): HTMLElement {
  const faces = score.debug.all_results;
  if (faces.length === 0) return h("p", { class: "note" }, say.result.noFaces);
  const columns = say.result.faceColumns;

  const chosen = (face: Face, n: number) =>
    h("input", {
      type: "radio",
      name: "face",
      checked: n === 0,
      "aria-label": `${say.result.faceLabel(face.track + 1)}: ${say.result.showCurve}`,
      onchange: () => choose(face),
    });

  const row = (face: Face, n: number) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, faces.length > 1 && chosen(face, n), say.result.faceLabel(face.track + 1)),
      cell(columns.decision, decisionMark(face.decision)),
      cell(columns.score, orUnknown(face.score, 2)),
      cell(columns.shift, shiftOf({ reason_codes: face.reason_codes, lag_ms: lagOf(face) })),
      cell(columns.when, `${number(face.start_s, 1)}–${number(face.end_s, 1)} s`),
      cell(columns.evidence, say.result.seconds(number(face.evidence_s, 1))),
      cell(columns.reason, ownSentences(face)),
    );

  return h(
    "table",
    { class: "rows faces" },
    h("caption", { class: "visually-hidden" }, say.result.faces),
    head(columns),
    h("tbody", {}, ...faces.map(row)),
  );
}

function lagOf({ offset }: Face): number | null {
  return offset === null ? null : offset * FRAME_MS;
}

function ownSentences(face: Face): string {
  const { reason_codes, evidence_s, spoke, speech_s } = face;
  const spoken = spoke.reduce((sum, [from, to]) => sum + to! - from!, 0);
  const mismatched_s = Math.max(0, speech_s - spoken);
  return sentences({ reason_codes, evidence_s, mismatched_s, lag_ms: lagOf(face) }).join(" ");
}

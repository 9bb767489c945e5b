// What an answer means, in the chosen language.
import type { Decision, ReasonCode, Score } from "../../client/index.ts";
import { number, say } from "../messages/index.ts";

/** The audio against the lips: above 0 it is early. */
export function shift(ms: number | null): string {
  if (ms === null) return say.result.unknown;
  const rounded = Math.round(ms);
  if (rounded === 0) return say.result.inTime;
  return rounded > 0 ? say.result.early(rounded) : say.result.late(-rounded);
}

/** The same of a whole answer: where the voice fits at no time, the least bad one means nothing. */
export function shiftOf({ reason_codes, lag_ms }: Pick<Score, "reason_codes" | "lag_ms">): string {
  return reason_codes.includes("voice_does_not_match") ? say.result.nowhere : shift(lag_ms);
}

export const FRAME_MS = 40;

export function headline({ decision, reason_codes }: Pick<Score, "decision" | "reason_codes">): string {
  if (decision === "BLOCK" && reason_codes.includes("offset_too_large")) return say.result.otherTime;
  return say.result.decisions[decision];
}

/** One sentence for each reason. */
export function sentences(score: Pick<Score, "reason_codes" | "evidence_s" | "mismatched_s" | "lag_ms">): string[] {
  return score.reason_codes.map((code) =>
    say.result.reasons[code]({
      evidence: number(score.evidence_s, 1),
      mismatched: number(score.mismatched_s, 1),
      shift: shift(score.lag_ms),
    }),
  );
}

export function orUnknown(value: number | null, digits: number): string {
  return value === null ? say.result.unknown : number(value, digits);
}

type Advice = keyof typeof say.result.advice;

const ADVICE: Record<ReasonCode, Advice[]> = {
  in_sync: [],
  offset_too_large: ["fix", "original"],
  offset_at_edge: ["wider"],
  drifts: ["fix", "original"],
  jumps: ["original"],
  part_does_not_match: ["original", "onePerson"],
  voice_does_not_match: ["original"],
  lips_do_not_move: ["look", "onePerson"],
  uncertain: ["speak", "light", "closer"],
  too_little_speech: ["speak", "louder"],
  no_audio: ["microphone"],
  no_face: ["look", "closer", "light"],
  no_speech: ["louder", "microphone"],
  too_short: ["speak"],
  mouth_not_visible: ["light", "closer"],
  file_cut_off: ["complete"],
};

/** What would make the answer surer, the most useful first. */
export function advice({ reason_codes }: Score): string[] {
  const wanted = new Set(reason_codes.flatMap((code) => ADVICE[code]));
  return [...wanted].map((name) => say.result.advice[name]);
}

/** A sign beside the words: colour alone tells nobody anything. */
export const SIGNS: Record<Decision, string> = { ALLOW: "✓", NEXT: "?", BLOCK: "✕" };

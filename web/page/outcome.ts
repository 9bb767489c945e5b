import type { AnalysisOptions, Score } from "../client/index.ts";

/** A result, and what it was made from as far as this tab has it. */
export interface Outcome {
  name: string;
  score: Score;
  video?: Blob;
  options?: AnalysisOptions;
  job?: string;
}

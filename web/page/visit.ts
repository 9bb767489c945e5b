// What this visit has so far; gone when the tab is closed.
import type { AnalysisOptions } from "../client/index.ts";
import type { Outcome } from "./outcome.ts";

export const outcomes: Outcome[] = [];

/** What the visitor has chosen under the options of the first view. */
export const wishes: AnalysisOptions = {};

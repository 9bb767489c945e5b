import type { Messages } from "./messages/en.ts";

/** The sample clips that were made when the page was built; without the tools for that there are none. */
export const samples: readonly Sample[] = __SAMPLES__;

export interface Sample {
  name: keyof Messages["samples"];
  url: string;
}

declare const __SAMPLES__: Sample[];

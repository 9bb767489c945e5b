/** The sample clips that were made when the page was built; without the tools for that there are none. */
export const samples: readonly { name: string; url: string }[] = __SAMPLES__;

declare const __SAMPLES__: { name: string; url: string }[];

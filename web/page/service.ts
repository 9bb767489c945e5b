import { Client, ProblemError, type Abilities, type AnalysisOptions } from "../client/index.ts";
import { askForKey } from "./views/key.ts";

const KEPT = "api-key";

function client(): Client {
  return new Client({ key: sessionStorage.getItem(KEPT) ?? undefined });
}

/** Does it with the service; where that wants a key, asks for one and does it again. */
export async function withService<T>(task: (service: Client) => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await task(client());
    } catch (error) {
      if (!(error instanceof ProblemError && error.code === "unauthorized")) throw error;
      const key = await askForKey(sessionStorage.getItem(KEPT) !== null);
      if (key === null) throw error;
      sessionStorage.setItem(KEPT, key);
    }
  }
}

let known: Promise<Abilities> | null = null;

export function abilities(): Promise<Abilities> {
  known ??= client().abilities();
  known.catch(() => (known = null)); // asked again when it is there again
  return known;
}

/** Those of the page's wishes that this service knows. */
export async function understood(wishes: AnalysisOptions): Promise<AnalysisOptions> {
  const { options } = await abilities();
  return Object.fromEntries(Object.entries(wishes).filter(([name, value]) => options.has(name) && value !== undefined));
}

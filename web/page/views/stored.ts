import { ProblemError, type Client, type Score } from "../../client/index.ts";
import { h } from "../dom.ts";
import { show, type View } from "../frame.ts";
import { goHome } from "../links.ts";
import { say } from "../messages/index.ts";
import { withService } from "../service.ts";
import { failureView } from "./failure.ts";
import { showResult } from "./result.ts";

/** The result of a stored job, once it has one. */
export function showStored(id: string): void {
  show(() => storedView(id));
}

function storedView(id: string): View {
  const gone = new AbortController();
  const status = h("p", { class: "status", role: "status" }, say.upload.waiting);
  const element = h(
    "section",
    { class: "panel upload" },
    h("h1", {}, say.upload.heading),
    h("p", { class: "note name" }, id),
    h("progress", { "aria-label": say.upload.waiting }),
    status,
    h("div", { class: "actions" }, h("button", { onclick: goHome }, say.upload.cancel)),
  );
  withService((service) => storedScore(service, id, gone.signal)).then(
    (score) => gone.signal.aborted || showResult({ name: id, score, job: id }),
    (error: unknown) => gone.signal.aborted || show(() => failureView(error, () => showStored(id))),
  );
  return { element, busy: true, leave: () => gone.abort() };
}

/** Waits for the job's end. Throws what it failed with. */
export async function storedScore(service: Client, id: string, signal: AbortSignal): Promise<Score> {
  for await (const job of service.watchJob(id, signal)) {
    if (job.error) throw new ProblemError(job.error);
    if (job.result) return job.result;
  }
  throw new Error(`${id} ended without a result`);
}

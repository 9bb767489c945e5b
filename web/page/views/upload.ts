import type { AnalysisOptions } from "../../client/index.ts";
import { h } from "../dom.ts";
import { show, type View } from "../frame.ts";
import { goHome } from "../links.ts";
import { say } from "../messages/index.ts";
import { understood, withService } from "../service.ts";
import { failureView } from "./failure.ts";
import { showResult } from "./result.ts";

/** Has a video scored, and shows how far that is, then the result. */
export function upload(name: string, video: Blob, wishes: AnalysisOptions): void {
  show(() => uploadView(name, video, wishes));
}

function uploadView(name: string, video: Blob, wishes: AnalysisOptions): View {
  const words = say.upload;
  const gone = new AbortController();
  const bar = h("progress", { max: 1, value: 0, "aria-label": words.sending });
  const status = h("p", { class: "status", role: "status" }, words.sending);
  const part = h("p", { class: "note" });
  const element = h(
    "section",
    { class: "panel upload" },
    h("h1", {}, words.heading),
    h("p", { class: "note name" }, name),
    bar,
    h("div", { class: "live" }, status, part),
    h("div", { class: "actions" }, h("button", { onclick: goHome }, words.cancel)),
  );

  function onProgress(sent: number, total: number): void {
    if (sent < total) {
      bar.value = sent / total;
      part.textContent = words.percent(sent / total);
      return;
    }
    bar.removeAttribute("value");
    part.textContent = "";
    status.textContent = words.scoring;
  }

  async function run(): Promise<void> {
    try {
      const options = await understood({ report: "r37", ...wishes, windows: true, boxes: true });
      const sending = { signal: gone.signal, onProgress };
      const score = await withService((service) => service.score(video, options, sending));
      if (!gone.signal.aborted) showResult({ name, score, video, options });
    } catch (error) {
      if (!gone.signal.aborted) show(() => failureView(error, () => upload(name, video, wishes)));
    }
  }

  void run();
  return { element, busy: true, leave: () => gone.abort() };
}

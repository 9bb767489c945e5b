import type { AnalysisOptions, Verdict } from "../../client/index.ts";
import { h } from "../dom.ts";
import { show, type View } from "../frame.ts";
import { goHome } from "../links.ts";
import { language, say } from "../messages/index.ts";
import { close, devices, openCamera, type Choice } from "../recording/camera.ts";
import { levelMeter } from "../recording/level.ts";
import { cameraStage } from "../recording/stage.ts";
import { NotSent, take, type Watcher } from "../recording/take.ts";
import { understood, withService } from "../service.ts";
import { wishes } from "../visit.ts";
import { failureView } from "./failure.ts";
import { showResult } from "./result.ts";
import { upload } from "./upload.ts";

const COUNTDOWN = 3;
const COUNTDOWN_STEP_MS = 700;

export function recordView(): View {
  const words = say.record;
  const gone = new AbortController();
  const forLogin: AnalysisOptions = { ...wishes, face: "largest", early: true };
  let stream: MediaStream | null = null;
  let enough = new AbortController();

  const stage = cameraStage();
  const meter = levelMeter();

  // One line that is read out when it changes, one that is only seen: seconds would be a chatter.
  const status = h("p", { class: "status", role: "status" }, words.asking);
  const clock = h("p", { class: "clock note" });

  const start = h("button", { class: "primary", disabled: true, onclick: () => void run() }, words.start);
  const stop = h("button", { class: "primary", hidden: true, onclick: () => enough.abort() }, words.stop);
  const camera = h("select", { onchange: () => void open(chosen()) });
  const microphone = h("select", { onchange: () => void open(chosen()) });

  const element = h(
    "section",
    { class: "record" },
    h("h1", {}, words.heading),
    h("p", {}, words.place),
    h("p", { class: "text" }, words.text),
    stage.element,
    meter.element,
    h("div", { class: "live" }, status, clock),
    h("div", { class: "actions" }, start, stop, h("button", { onclick: goHome }, words.back)),
    h("div", { class: "devices" }, h("label", {}, words.camera, camera), h("label", {}, words.microphone, microphone)),
  );

  function tell(text: string): void {
    if (status.textContent !== text) status.textContent = text; // not read out again
  }

  function chosen(): Choice {
    return { camera: camera.value, microphone: microphone.value };
  }

  async function open(choice: Choice): Promise<void> {
    try {
      if (stream) close(stream);
      stream = await openCamera(choice);
      if (gone.signal.aborted) return close(stream);
      stage.show(stream);
      meter.listen(stream);
      await offer(camera, "videoinput", stream.getVideoTracks(), words.unnamedCamera);
      await offer(microphone, "audioinput", stream.getAudioTracks(), words.unnamedMicrophone);
      setRunning(false);
      tell("");
      if (document.activeElement === document.body || element.querySelector("h1") === document.activeElement)
        start.focus();
    } catch (error) {
      failed(error);
    }
  }

  function failed(error: unknown): void {
    if (gone.signal.aborted) return;
    const again =
      error instanceof NotSent ? () => upload(nameOf(new Date()), error.video, forLogin) : () => show(recordView);
    show(() => failureView(error, again));
  }

  function setRunning(running: boolean): void {
    element.classList.toggle("running", running);
    camera.disabled = microphone.disabled = start.disabled = running;
  }

  async function countdown(): Promise<void> {
    tell(words.countdown(COUNTDOWN));
    for (let left = COUNTDOWN; left > 0; left--) {
      stage.count(left);
      await new Promise((done) => setTimeout(done, COUNTDOWN_STEP_MS));
    }
    stage.count(null);
    start.hidden = true;
    stop.hidden = false;
    stop.focus();
    tell(words.speak);
  }

  const watcher: Omit<Watcher, "enough"> = {
    gone: gone.signal,
    onTime: (now, most) => (clock.textContent = words.seconds(Math.floor(now), most)),
    onVerdict: (verdict) => {
      stage.mark(verdict);
      tell(inWords(verdict));
    },
    onConnection: (state) => tell({ lost: words.lost, found: words.found, "given up": words.withoutLive }[state]),
    onRecorded: () => {
      stop.hidden = true;
      clock.textContent = words.finishing;
    },
  };

  async function run(): Promise<void> {
    const at = new Date();
    setRunning(true);
    try {
      const options = await understood({ ...forLogin, windows: true, boxes: true });
      const taken = await withService(async (service) => {
        await countdown();
        gone.signal.throwIfAborted();
        enough = new AbortController();
        return take(service, stream!, options, { ...watcher, enough: enough.signal });
      });
      if (gone.signal.aborted) return;
      showResult({ name: nameOf(at), options, ...taken });
    } catch (error) {
      failed(error);
    }
  }

  void open({});
  return {
    element,
    busy: true,
    leave() {
      gone.abort();
      if (stream) close(stream);
      meter.close();
    },
  };
}

function nameOf(at: Date): string {
  return `${say.record.name}, ${at.toLocaleTimeString(language)}`;
}

/** What can be done about it, or how it looks so far. */
function inWords({ decision, hints }: Verdict): string {
  return hints[0] ? say.record.hints[hints[0]] : say.record.soFar[decision];
}

async function offer(
  select: HTMLSelectElement,
  kind: "videoinput" | "audioinput",
  used: MediaStreamTrack[],
  unnamed: (n: number) => string,
): Promise<void> {
  const now = used[0]?.getSettings().deviceId;
  const options = (await devices(kind)).map(({ deviceId, label }, n) =>
    h("option", { value: deviceId, selected: deviceId === now }, label || unnamed(n + 1)),
  );
  select.replaceChildren(...options);
}

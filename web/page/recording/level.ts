import { h } from "../dom.ts";
import { say } from "../messages/index.ts";

const QUIETEST_DB = -60;
const TOLD_EVERY_MS = 500; // to screen readers

export interface LevelMeter {
  element: HTMLElement;
  listen: (stream: MediaStream) => void;
  close: () => void;
}

/** How loud the microphone is. */
export function levelMeter(): LevelMeter {
  const bar = h("div", { class: "bar" });
  const element = h(
    "div",
    {
      class: "meter",
      role: "meter",
      "aria-label": say.record.level,
      "aria-valuemin": 0,
      "aria-valuemax": 100,
      "aria-valuenow": 0,
    },
    bar,
  );
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 2048 });
  const samples = new Float32Array(analyser.fftSize);
  let source: MediaStreamAudioSourceNode | null = null;
  let next = 0;
  let told = 0;

  function draw(now: number): void {
    next = requestAnimationFrame(draw);
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    const part = Math.min(1, Math.max(0, 1 - (10 * Math.log10(power + 1e-12)) / QUIETEST_DB));
    bar.style.transform = `scaleX(${part})`;
    if (now - told < TOLD_EVERY_MS) return;
    told = now;
    element.setAttribute("aria-valuenow", String(Math.round(100 * part)));
  }

  return {
    element,
    listen(stream) {
      source?.disconnect();
      source = context.createMediaStreamSource(stream);
      source.connect(analyser);
      cancelAnimationFrame(next);
      next = requestAnimationFrame(draw);
    },
    close() {
      cancelAnimationFrame(next);
      void context.close();
    },
  };
}

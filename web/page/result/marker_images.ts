import type { Report } from "../../client/index.ts";
import { h } from "../dom.ts";

const MOST = 100;
const HEIGHT = 72; // CSS pixels

export interface MarkerImages {
  /** In the markers' order; of the first hundred. */
  canvases: HTMLCanvasElement[];
  /** Once: a browser that can't show the video leaves them empty. */
  draw: () => void;
}

/** The frame in the middle of each marker, drawn from the video that the visitor has. */
export function markerImages(shown: HTMLVideoElement, markers: Report["markers"], gone: AbortSignal): MarkerImages {
  const some = markers.slice(0, MOST);
  const canvases = some.map(() => h("canvas", { class: "marker-image", hidden: true, "aria-hidden": "true" }));
  let begun = false;

  async function drawAll(): Promise<void> {
    const video = h("video", { src: shown.src, muted: true, preload: "auto", playsinline: true });
    await once(video, "loadeddata", gone);
    for (const [n, { start_s, end_s }] of some.entries()) {
      const sought = once(video, "seeked", gone);
      video.currentTime = (start_s + end_s) / 2;
      await sought;
      const canvas = canvases[n]!;
      canvas.height = HEIGHT * devicePixelRatio;
      canvas.width = Math.round((canvas.height * video.videoWidth) / video.videoHeight);
      canvas.getContext("2d")!.drawImage(video, 0, 0, canvas.width, canvas.height);
      canvas.hidden = false;
    }
  }

  return {
    canvases,
    draw() {
      if (begun) return;
      begun = true;
      drawAll().catch(() => undefined); // the times and words say the same
    },
  };
}

function once(video: HTMLVideoElement, event: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    video.addEventListener(event, () => resolve(), { once: true, signal });
    video.addEventListener("error", () => reject(video.error), { once: true, signal });
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

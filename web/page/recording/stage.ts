import type { Verdict } from "../../client/index.ts";
import { h } from "../dom.ts";
import { say } from "../messages/index.ts";
import { colour } from "../style/colour.ts";

export interface Stage {
  element: HTMLElement;
  show: (stream: MediaStream) => void;
  /** The faces that the service sees. */
  mark: (verdict: Verdict) => void;
  /** A number over the picture; null: none. */
  count: (left: number | null) => void;
}

/** What the camera sees, with a frame for the face. */
export function cameraStage(): Stage {
  const preview = h("video", { playsinline: true, autoplay: true, "aria-label": say.record.preview });
  preview.muted = true;
  const canvas = h("canvas", { "aria-hidden": "true" });
  const number = h("div", { class: "count", "aria-hidden": "true" });
  const element = h("div", { class: "stage" }, preview, canvas, h("div", { class: "guide" }), number);
  preview.onloadedmetadata = () => (element.style.aspectRatio = `${preview.videoWidth} / ${preview.videoHeight}`);

  return {
    element,
    show: (stream) => (preview.srcObject = stream),
    mark: (verdict) => draw(canvas, verdict),
    count: (left) => (number.textContent = left === null ? "" : String(left)),
  };
}

function draw(canvas: HTMLCanvasElement, { faces, width, height }: Verdict): void {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d")!;
  context.lineWidth = Math.max(2, width / 200);
  context.strokeStyle = colour("on-video");
  for (const { box } of faces) {
    const [left, top, right, bottom] = box as [number, number, number, number];
    context.strokeRect(left, top, right - left, bottom - top);
  }
}

import type { Face, Score } from "../../client/index.ts";
import { h } from "../dom.ts";
import { say } from "../messages/index.ts";
import { colour } from "../style/colour.ts";

const BOXES_APART_S = 0.2; // as the service sends them

export interface Player {
  element: HTMLElement;
  video: HTMLVideoElement;
}

/** The video with its faces boxed: solid while the voice is the face's own, dashed while it isn't. */
export function player(clip: Blob, score: Score, gone: AbortSignal): Player {
  const url = URL.createObjectURL(clip);
  const video = h("video", { src: url, controls: true, playsinline: true, "aria-label": say.result.video });
  const canvas = h("canvas", { "aria-hidden": "true" });
  canvas.width = score.video.width;
  canvas.height = score.video.height;
  const context = canvas.getContext("2d")!;
  const faces = score.debug.all_results;

  function draw(seconds: number): void {
    context.clearRect(0, 0, canvas.width, canvas.height);
    for (const face of faces) {
      const box = boxAt(face, seconds);
      if (box) drawBox(context, face, box, isIn(face.spoke, seconds));
    }
  }

  // The callback tells which frame is on the screen; the clock alone is up to a frame ahead of it.
  const tellsFrames: unknown = video.requestVideoFrameCallback; // Firefox since 132
  if (tellsFrames) {
    const onFrame = (_: number, { mediaTime }: VideoFrameCallbackMetadata): void => {
      draw(mediaTime);
      if (!gone.aborted) video.requestVideoFrameCallback(onFrame);
    };
    video.requestVideoFrameCallback(onFrame);
  } else {
    video.addEventListener("timeupdate", () => draw(video.currentTime));
  }
  video.addEventListener("loadedmetadata", () => findLength(video), { once: true });
  gone.addEventListener("abort", () => URL.revokeObjectURL(url));
  return { element: h("div", { class: "stage" }, video, canvas), video };
}

// A recording's file does not say how long it is until somebody has looked for its end.
function findLength(video: HTMLVideoElement): void {
  if (Number.isFinite(video.duration)) return;
  video.addEventListener("durationchange", () => (video.currentTime = 0), { once: true });
  video.currentTime = Number.MAX_SAFE_INTEGER;
}

type Box = [left: number, top: number, right: number, bottom: number];

/** Where a face is at a time, or null. Where the service told no boxes, where it mostly is. */
export function boxAt({ boxes, mean_box, start_s, end_s }: Face, seconds: number): Box | null {
  if (seconds < start_s || seconds > end_s) return null;
  if (!boxes?.length) return mean_box as Box;
  const next = boxes.findIndex(([at]) => at! >= seconds);
  if (next <= 0) return next === 0 ? boxOf(boxes[0]!) : boxOf(boxes.at(-1)!);
  const [before, after] = [boxes[next - 1]!, boxes[next]!];
  const gap = after[0]! - before[0]!;
  if (gap > 2 * BOXES_APART_S) return null; // out of view in between
  const part = (seconds - before[0]!) / gap;
  return boxOf(before).map((side, n) => side + part * (boxOf(after)[n]! - side)) as Box;
}

function boxOf([, ...box]: number[]): Box {
  return box as Box;
}

function isIn(spans: number[][], seconds: number): boolean {
  return spans.some(([from, to]) => seconds >= from! && seconds < to!);
}

function drawBox(
  context: CanvasRenderingContext2D,
  face: Face,
  [left, top, right, bottom]: Box,
  speaks: boolean,
): void {
  const unit = Math.max(1, context.canvas.width / 320);
  context.lineWidth = 2 * unit;
  context.strokeStyle = colour("on-video");
  context.setLineDash(speaks ? [] : [6 * unit, 5 * unit]);
  context.strokeRect(left, top, right - left, bottom - top);

  const label = say.result.faceLabel(face.track + 1) + (speaks ? `: ${say.result.speaking}` : "");
  context.font = `600 ${Math.round(11 * unit)}px system-ui`;
  const height = 16 * unit;
  const width = context.measureText(label).width + 10 * unit;
  const y = top > height ? top - height : bottom;
  context.fillStyle = colour("on-video");
  context.fillRect(left - unit, y, width, height);
  context.fillStyle = colour("on-video-ink");
  context.fillText(label, left + 4 * unit, y + 12 * unit);
}

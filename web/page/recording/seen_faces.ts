import type { Verdict } from "../../client/index.ts";
import { colour } from "../style/colour.ts";
import { h } from "../dom.ts";

/** The faces that the service sees, drawn over the preview. */
export function seenFaces(): { element: HTMLCanvasElement; show: (verdict: Verdict) => void } {
  const element = h("canvas", { "aria-hidden": "true" });
  return {
    element,
    show({ faces, width, height }) {
      element.width = width;
      element.height = height;
      const context = element.getContext("2d")!;
      context.lineWidth = Math.max(2, width / 200);
      context.strokeStyle = colour("on-video");
      for (const { box } of faces) {
        const [left, top, right, bottom] = box as [number, number, number, number];
        context.strokeRect(left, top, right - left, bottom - top);
      }
    },
  };
}

import type uPlot from "uplot";

import type { Face } from "../../client/index.ts";
import { h } from "../dom.ts";
import { number, say } from "../messages/index.ts";
import { colour } from "../style/colour.ts";
import { chart } from "./chart.ts";
import { FRAME_MS, shift } from "./words.ts";

export interface NamedCurve {
  name: string;
  face: Face | undefined;
}

const LINES = [
  { colour: "accent", dash: [] },
  { colour: "second", dash: [6, 4] },
];

/** The distance at each shift of the audio; one face's, or two to compare. */
export function syncCurve(curves: NamedCurve[], gone: AbortSignal): HTMLElement {
  const drawn = curves.flatMap(({ name, face }) => (face?.curve ? [{ name, curve: face.curve }] : []));
  if (drawn.length === 0) return h("p", { class: "note" }, say.result.noCurve);

  const points = Math.max(...drawn.map(({ curve }) => curve.length));
  const shifts = Array.from({ length: points }, (_, n) => (n - (points - 1) / 2) * FRAME_MS);
  const data: uPlot.AlignedData = [shifts, ...drawn.map(({ curve }) => centred(curve, points))];
  const lows = drawn.map((_, n) => lowest(shifts, data[n + 1]!));

  const summaries = drawn.map(({ name }, n) => {
    const { at, distance } = lows[n]!;
    return `${name}: ${say.result.curveSummary(shift(at), number(distance, 1))}`;
  });
  const { element } = chart(data, {
    height: 240,
    summary: summaries.join(" "),
    axes: [say.result.shiftAxis, say.result.distanceAxis],
    series: drawn.map((_, n) => ({
      stroke: () => colour(LINES[n]!.colour),
      width: 2,
      dash: LINES[n]!.dash,
      points: { show: false },
    })),
    scales: { x: { time: false } },
    hooks: { draw: [(plot) => lows.forEach((low, n) => mark(plot, low, LINES[n]!.colour))] },
    gone,
  });
  const legend = h(
    "ul",
    { class: "legend" },
    ...summaries.map((text, n) => h("li", { class: n === 0 ? "first" : "second" }, text)),
  );
  return h("div", {}, element, legend);
}

// Searched less far, a curve is shorter; its middle is offset 0 all the same.
function centred(curve: (number | null)[], points: number): (number | null)[] {
  const missing = Array<null>((points - curve.length) / 2).fill(null);
  return [...missing, ...curve, ...missing];
}

interface Low {
  at: number;
  distance: number;
}

function lowest(shifts: number[], curve: ArrayLike<number | null | undefined>): Low {
  const low = { at: 0, distance: Infinity };
  for (const [n, at] of shifts.entries()) {
    const distance = curve[n] ?? Infinity;
    if (distance < low.distance) Object.assign(low, { at, distance });
  }
  return low;
}

function mark(plot: uPlot, { at, distance }: Low, name: string): void {
  const [x, y] = [plot.valToPos(at, "x", true), plot.valToPos(distance, "y", true)];
  const { ctx } = plot;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.fillStyle = colour(name);
  ctx.strokeStyle = colour("surface");
  ctx.lineWidth = 2 * scale;
  ctx.beginPath();
  ctx.arc(x, y, 5 * scale, 0, 2 * Math.PI);
  ctx.fill();
  ctx.stroke();
  ctx.restore();
}

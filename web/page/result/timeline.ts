import type uPlot from "uplot";

import type { Report, Score } from "../../client/index.ts";
import { h } from "../dom.ts";
import { number, say } from "../messages/index.ts";
import { colour } from "../style/colour.ts";
import { chart, RIGHT_MARGIN, Y_AXIS_WIDTH } from "./chart.ts";
import { shift } from "./words.ts";

type Timeline = NonNullable<Score["windows"]>;
type Span = [from: number, to: number];

const FITS = 0.5; // of a window's fit
const SHORTEST_S = 0.2; // that speech of nobody is worth a lane
const LEAST_SHOWN_MS = 200; // on each side of 0: one frame to and fro is no drama

/** The offset over time, speech and who speaks; a press goes there in the video. */
export function timeline(score: Score, video: HTMLVideoElement | null, gone: AbortSignal): HTMLElement {
  const { windows } = score;
  const seconds = score.stopped_at_s ?? score.video.seconds;
  const element = h("div", { class: "timeline" });
  if (windows) element.append(offsets(windows, score.report, seconds, gone));
  const lanes = h("div", { class: "lanes" });
  const tracks = score.debug.all_results.map(({ track }) => track).sort((a, b) => a - b);
  if (windows) lanes.append(lane(say.result.speechLane, windows.speech.map(spanOf), seconds, "speech"));
  for (const track of tracks) {
    const spans = score.passages.filter((passage) => passage.track === track && passage.fits).map(spanOf);
    lanes.append(lane(say.result.faceLabel(track + 1), spans, seconds, "spoke"));
  }
  if (windows) {
    const nobody = windows.speakers
      .filter(({ track, start_s, end_s }) => track === null && end_s - start_s >= SHORTEST_S)
      .map(spanOf);
    if (nobody.length > 0) lanes.append(lane(say.result.nobodyLane, nobody, seconds, "nobody"));
  }
  element.append(lanes);
  if (video) {
    const head = h("div", { class: "playhead" });
    lanes.append(h("div", { class: "playhead-space" }, head));
    // The video may go on behind what was looked at.
    video.addEventListener("timeupdate", () => {
      head.style.left = `${(100 * Math.min(video.currentTime, seconds)) / seconds}%`;
    });
    element.addEventListener("click", (event) => {
      const { left, width } = lanes.getBoundingClientRect();
      const part = (event.clientX - left - Y_AXIS_WIDTH) / (width - Y_AXIS_WIDTH - RIGHT_MARGIN);
      if (part >= 0 && part <= 1) video.currentTime = part * seconds;
    });
  }
  return element;
}

function spanOf({ start_s, end_s }: { start_s: number; end_s: number }): Span {
  return [start_s, end_s];
}

function lane(name: string, spans: Span[], seconds: number, kind: string): HTMLElement {
  const told = spans.map(([from, to]) => `${number(from, 1)}–${number(to, 1)} s`).join(", ") || "–";
  const bars = spans.map(([from, to]) => {
    const bar = h("span", { class: `bar ${kind}` });
    bar.style.left = `${(100 * from) / seconds}%`;
    bar.style.width = `${(100 * (Math.min(to, seconds) - from)) / seconds}%`;
    return bar;
  });
  return h(
    "div",
    { class: "lane" },
    h("span", { class: "lane-name" }, name),
    h("div", { class: "bars", role: "img", "aria-label": `${name}: ${told}` }, ...bars),
  );
}

function offsets({ tracks }: Timeline, report: Report | undefined, seconds: number, gone: AbortSignal): HTMLElement {
  const [leading] = tracks;
  const points = (leading?.windows ?? []).filter((window) => window.evidence);
  if (points.length === 0) return h("p", { class: "note" }, say.result.noOffsets);

  const middles = points.map(({ start_s, end_s }) => (start_s + end_s) / 2);
  const where = (fits: boolean) => points.map((point) => (point.fit >= FITS === fits ? point.fine_lag_ms : null));
  const most = Math.max(LEAST_SHOWN_MS, ...points.map((point) => 1.2 * Math.abs(point.fine_lag_ms)));
  const parts = leading!.offsets.map(({ start_s, end_s, lag_ms }) =>
    say.result.timePart(number(start_s, 1), number(end_s, 1), shift(lag_ms)),
  );
  const data: uPlot.AlignedData = [middles, where(true), where(false)];
  return chart(data, {
    height: 170,
    summary: say.result.timeSummary(parts.join("; ") || say.result.unknown),
    axes: [say.result.timeAxis, say.result.offsetAxis],
    series: [
      {
        stroke: () => colour("accent"),
        width: 2,
        points: { show: true, size: 8, fill: () => colour("accent") },
      },
      {
        stroke: () => colour("ink-soft"),
        paths: () => null,
        points: { show: true, size: 8, fill: () => colour("paper") },
      },
    ],
    scales: { x: { time: false, range: [0, seconds] }, y: { range: [-most, most] } },
    hooks: { drawAxes: [(plot) => report && drawLimit(plot, report)] },
    gone,
  }).element;
}

/** Between the lines passes for broadcast, by the limit that decided. */
function drawLimit(plot: uPlot, { limits, decided_by }: Report): void {
  const { early_ms, late_ms } = limits.find(({ limit }) => limit === decided_by)!;
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colour("allow");
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.lineWidth = devicePixelRatio;
  for (const ms of [early_ms, -late_ms]) {
    const y = plot.valToPos(ms, "y", true);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}

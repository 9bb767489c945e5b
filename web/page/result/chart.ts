// What all charts share: uPlot in the page's colours, as wide as its place.
import uPlot from "uplot";

import { h } from "../dom.ts";
import { language } from "../messages/index.ts";
import { colour, onSchemeChange } from "../style/colour.ts";

export interface Chart {
  element: HTMLElement;
  plot: () => uPlot | null;
}

export interface ChartOptions {
  height: number;
  /** For those who can't see it. */
  summary: string;
  axes: [x: string, y: string];
  series: uPlot.Series[];
  scales?: uPlot.Scales;
  hooks?: uPlot.Hooks.Arrays;
  /** Aborted when the view is left. */
  gone: AbortSignal;
}

export const Y_AXIS_WIDTH = 66; // CSS pixels; what stands below a chart lines up with it
export const RIGHT_MARGIN = 20;

export function chart(data: uPlot.AlignedData, options: ChartOptions): Chart {
  const element = h("div", { class: "chart", role: "img", "aria-label": options.summary });
  let plot: uPlot | null = null;

  function axis(label: string): uPlot.Axis {
    return {
      label,
      labelFont: "13px system-ui",
      font: "12px system-ui",
      labelSize: 22,
      stroke: () => colour("ink-soft"),
      grid: { stroke: () => colour("line"), width: 1 },
      ticks: { stroke: () => colour("line"), width: 1, size: 4 },
      values: (_, splits) => splits.map((value) => value.toLocaleString(language)),
    };
  }

  function draw(width: number): void {
    if (plot) return plot.setSize({ width, height: options.height });
    const [x, y] = options.axes;
    plot = new uPlot(
      {
        width,
        height: options.height,
        padding: [12, RIGHT_MARGIN, 0, 0],
        axes: [
          { ...axis(x), size: 30 },
          { ...axis(y), size: Y_AXIS_WIDTH - 22 },
        ],
        series: [{}, ...options.series],
        scales: options.scales ?? {},
        hooks: options.hooks ?? {},
        legend: { show: false },
        cursor: { show: false },
      },
      data,
      element,
    );
  }

  const resized = new ResizeObserver(([entry]) => draw(Math.floor(entry!.contentRect.width)));
  resized.observe(element);
  options.gone.addEventListener("abort", () => {
    resized.disconnect();
    plot?.destroy();
  });
  onSchemeChange(() => plot?.redraw(false, true), options.gone);
  return { element, plot: () => plot };
}

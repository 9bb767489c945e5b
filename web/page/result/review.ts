import type { Report, Score } from "../../client/index.ts";
import { h } from "../dom.ts";
import { number, say } from "../messages/index.ts";
import { markerImages } from "./marker_images.ts";
import { cell, head } from "./table.ts";
import { sentences, shift } from "./words.ts";

type Limit = Report["limits"][number];
type Marker = Report["markers"][number];

const SIGNS: Record<Report["outcome"], string> = { pass: "✓", borderline: "≈", fail: "✕", not_judged: "–" };

/** The review for broadcast, where the service was asked for one; folded up, as not every visitor broadcasts. */
export function review(score: Score, video: HTMLVideoElement | null, gone: AbortSignal): HTMLElement | null {
  const { report } = score;
  if (!report) return null;
  const words = say.review;
  const images = video && markerImages(video, report.markers, gone);
  return h(
    "details",
    { class: "part review", ontoggle: () => images?.draw() },
    h(
      "summary",
      {},
      h("h2", {}, words.heading),
      outcomeMark(report.outcome),
      h("span", { class: "headline" }, headline(report, score)),
    ),
    h("h3", {}, words.limits),
    h("p", { class: "note" }, words.limitsNote(number(report.uncertainty_ms, 0))),
    limitTable(report),
    h("h3", {}, words.markers),
    report.markers.length === 0
      ? h("p", {}, words.noMarkers)
      : markerTable(report, video, images ? images.canvases : []),
    h("h3", {}, words.fix),
    ...remedy(report),
    h("h3", {}, words.notJudged),
    h("ul", { class: "advice" }, ...report.not_judged.map(({ code }) => h("li", {}, unjudged(code, score, report)))),
    h("h3", {}, words.file),
    fileFacts(score),
    h(
      "p",
      { class: "note" },
      words.more,
      " ",
      h("code", {}, `syncnet report --standard ${report.standard} VIDEO -o report.pdf -o markers.edl`),
    ),
  );
}

function outcomeMark(outcome: Report["outcome"]): HTMLElement {
  return h(
    "span",
    { class: `decision ${outcome}` },
    h("span", { "aria-hidden": "true" }, SIGNS[outcome]),
    say.review.outcomes[outcome],
  );
}

function headline(report: Report, score: Score): string {
  const limit = limitOf(report, report.decided_by)!;
  if (limit.worst_ms === null) return sentences(score).join(" ");
  const most = limit.worst_ms > 0 ? limit.early_ms : -limit.late_ms;
  return say.review.headline(limit.name, shift(limit.worst_ms), shift(most));
}

function limitOf(report: Report, code: Limit["limit"] | null): Limit | undefined {
  return report.limits.find(({ limit }) => limit === code);
}

function nameOf({ name, limit }: Limit): string {
  return `${name}, ${say.review.clauses[limit]}`;
}

function limitTable({ limits }: Report): HTMLElement {
  const { limitColumns: columns, limits: caption, range } = say.review;
  const row = (limit: Limit) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, nameOf(limit)),
      cell(columns.range, range(number(limit.early_ms, 0), number(limit.late_ms, 0))),
      cell(columns.worst, shift(limit.worst_ms)),
      cell(columns.outcome, outcomeMark(limit.outcome)),
    );
  return h(
    "table",
    { class: "rows" },
    h("caption", { class: "visually-hidden" }, caption),
    head(columns),
    h("tbody", {}, ...limits.map(row)),
  );
}

function markerTable(report: Report, video: HTMLVideoElement | null, canvases: HTMLCanvasElement[]): HTMLElement {
  const { markerColumns: columns, markers: caption, markerKinds } = say.review;
  const when = ({ start, end, start_s }: Marker) => {
    const text = `${start} – ${end}`;
    return video ? h("button", { class: "time", onclick: () => (video.currentTime = start_s) }, text) : text;
  };
  const row = (marker: Marker, n: number) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, `${n + 1}`),
      cell(columns.when, when(marker), canvases[n] ?? false),
      cell(
        columns.what,
        h("strong", {}, markerKinds[marker.kind].title),
        " ",
        markerKinds[marker.kind].text(shift(marker.offset_ms), limitText(limitOf(report, marker.limit))),
      ),
    );
  return h(
    "table",
    { class: "rows" },
    h("caption", { class: "visually-hidden" }, caption),
    head(columns),
    h("tbody", {}, ...report.markers.map(row)),
  );
}

function limitText(limit: Limit | undefined): string {
  return limit ? `${nameOf(limit)} (${say.review.range(number(limit.early_ms, 0), number(limit.late_ms, 0))})` : "";
}

function remedy({ fix }: Report): HTMLElement[] {
  const { remedies, earlier, later } = say.review;
  const later_ms = fix.audio_later_ms ?? 0;
  const moved = (later_ms < 0 ? earlier : later)(number(Math.abs(later_ms), 0));
  const text = h("p", {}, remedies[fix.remedy](moved, number(100 * (fix.speed ?? 1), 3)));
  return fix.command === null
    ? [text]
    : [text, h("pre", {}, h("code", {}, fix.command)), h("p", { class: "note" }, say.review.commandNote)];
}

function unjudged(code: Report["not_judged"][number]["code"], score: Score, report: Report): string {
  return say.review.unjudged[code]({
    compared: number(report.compared_s, 1),
    speech: number(report.speech_s, 1),
    seconds: number(score.video.seconds, 1),
    searched: number(score.max_offset_ms, 0),
    tracks: score.audio?.tracks.length ?? 0,
    why: sentences(score).join(" "),
  });
}

function fileFacts({ video, audio }: Score): HTMLElement {
  const words = say.review.facts;
  const facts: [string, string][] = [
    [words.length, say.result.seconds(number(video.seconds, 2))],
    [words.container, video.container],
    [words.video, `${video.codec}, ${video.width} × ${video.height}`],
    [words.rate, words.perSecond(number(video.fps, 3))],
    [words.timeCode, video.time_code ?? words.noTimeCode],
    [words.audio, audio ? `${audio.track}/${audio.tracks.length}: ${audio.codec}, ${audio.layout}` : "–"],
  ];
  return h("dl", { class: "file-facts" }, ...facts.flatMap(([what, value]) => [h("dt", {}, what), h("dd", {}, value)]));
}

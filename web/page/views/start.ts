import { UnreachableError, type AnalysisOptions } from "../../client/index.ts";
import { freshId, h } from "../dom.ts";
import { show, type View } from "../frame.ts";
import { COMPARE } from "../links.ts";
import { say } from "../messages/index.ts";
import { samples, type Sample } from "../samples.ts";
import { withService } from "../service.ts";
import { wishes } from "../visit.ts";
import { failureView } from "./failure.ts";
import { recordView } from "./record.ts";
import { upload } from "./upload.ts";

type Standard = NonNullable<AnalysisOptions["report"]>;

export function startView(): View {
  const words = say.start;
  const element = h(
    "section",
    { class: "start" },
    h("h1", {}, words.heading),
    h("p", { class: "intro" }, words.intro),
    h(
      "div",
      { class: "ways" },
      h(
        "div",
        { class: "panel way" },
        h("div", { class: "drawn camera", "aria-hidden": "true" }),
        h("button", { class: "primary large", onclick: () => show(recordView) }, words.camera),
        h("p", { class: "note" }, words.cameraNote),
      ),
      dropZone(),
    ),
    samples.length > 0 && sampleChoice(),
    h("p", { class: "note" }, words.privacy),
    optionChoice(),
    h("p", {}, h("a", { href: COMPARE }, words.compare)),
  );
  return { element };
}

function dropZone(): HTMLElement {
  const words = say.start;
  const formats = freshId();
  const file = h("input", {
    type: "file",
    hidden: true, // the button speaks for it
    accept: "video/*,.mkv,.avi,.mxf,.ts,.mpg",
    onchange: () => take(file.files),
  });
  const zone = h(
    "div",
    { class: "panel way drop", ondragover: over, ondragleave: () => zone.classList.remove("over"), ondrop: drop },
    h("div", { class: "drawn file", "aria-hidden": "true" }),
    h("p", { class: "large" }, words.drop),
    h("button", { onclick: () => file.click(), "aria-describedby": formats }, words.choose),
    file,
    h("p", { class: "note", id: formats }, words.formats),
  );

  function over(event: DragEvent): void {
    event.preventDefault();
    zone.classList.add("over");
  }
  function drop(event: DragEvent): void {
    event.preventDefault();
    zone.classList.remove("over");
    take(event.dataTransfer?.files);
  }
  function take(files: FileList | null | undefined): void {
    const [video] = files ?? [];
    if (video) upload(video.name, video, wishes);
  }
  return zone;
}

function sampleChoice(): HTMLElement {
  const heading = freshId();
  return h(
    "section",
    { class: "samples", "aria-labelledby": heading },
    h("h2", { id: heading }, say.start.samples),
    h("ul", {}, ...samples.map((sample) => h("li", {}, sampleButton(sample)))),
  );
}

function sampleButton({ name, url }: Sample): HTMLElement {
  const words = say.samples[name];
  const button = h(
    "button",
    { class: "sample", onclick: () => void open() },
    h("strong", {}, words.name),
    h("span", {}, words.note),
  );
  async function open(): Promise<void> {
    try {
      const clip = await (await fetch(url)).blob();
      upload(words.name, clip, wishes);
    } catch (cause) {
      show(() => failureView(new UnreachableError(url, { cause }), () => void open()));
    }
  }
  return button;
}

function optionChoice(): HTMLElement {
  const words = say.start;
  const faces = h(
    "select",
    { onchange: () => (wishes.face = faces.value) },
    ...Object.entries(words.faces).map(([value, text]) =>
      h("option", { value, selected: value === (wishes.face ?? "all") }, text),
    ),
  );
  const models = h(
    "select",
    { onchange: () => (models.value ? (wishes.model = models.value) : delete wishes.model) },
    h("option", { value: "" }, words.defaultModel),
  );
  const standards = h(
    "select",
    { onchange: () => (wishes.report = standards.value as Standard) },
    ...Object.entries(words.standards).map(([value, text]) =>
      h("option", { value, selected: value === (wishes.report ?? "r37") }, text),
    ),
  );
  const details = h(
    "details",
    { ontoggle: () => details.open && models.length === 1 && void offerModels(models) },
    h("summary", {}, words.options),
    h(
      "div",
      { class: "devices" },
      h("label", {}, words.face, faces),
      h("label", {}, words.model, models),
      h("label", {}, words.standard, standards),
    ),
  );
  return details;
}

async function offerModels(select: HTMLSelectElement): Promise<void> {
  // Without an answer the service's own choice is left.
  const health = await withService((service) => service.health()).catch(() => null);
  for (const name of health?.models ?? [])
    select.append(h("option", { value: name, selected: name === wishes.model }, name));
}

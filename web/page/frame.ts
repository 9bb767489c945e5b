// What stands around every view: the name, the language, the place where the view is.
import { h } from "./dom.ts";
import { goHome } from "./links.ts";
import { language, languages, say, speak, type Language } from "./messages/index.ts";

/** What the visitor sees at a time. */
export interface View {
  /** Its heading is what gets the focus. */
  element: HTMLElement;
  leave?: () => void;
  /** Something goes on here that making it again, in another language, would interrupt. */
  busy?: boolean;
}

const header = document.querySelector("header")!;
const home = header.querySelector("a")!;
const place = h("main", { id: "content" });
const skip = h("a", { href: "#content", class: "skip", onclick: skipToContent });
const picker = h("select", { onchange: () => chosen(picker.value as Language) });

let make: (() => View) | null = null;
let current: View | null = null;

export function frame(): void {
  for (const [name, messages] of Object.entries(languages))
    picker.append(h("option", { value: name, lang: name }, messages.language));
  speak(language);
  label();
  home.addEventListener("click", goHome);
  header.append(picker);
  header.before(skip);
  header.after(place);
}

/** `makeView` is called again when the language changes. */
export function show(makeView: () => View): void {
  const isFirst = current === null;
  current?.leave?.();
  make = makeView;
  current = makeView();
  place.replaceChildren(current.element);
  picker.disabled = current.busy ?? false;
  const heading = current.element.querySelector("h1");
  document.title = heading?.textContent ? `${heading.textContent} · ${say.title}` : say.title;
  if (isFirst || !heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

function label(): void {
  picker.value = language;
  picker.setAttribute("aria-label", say.languageLabel);
  home.setAttribute("aria-label", `${say.title}: ${say.home}`);
  skip.textContent = say.skip;
}

function chosen(name: Language): void {
  speak(name);
  label();
  if (make) show(make);
  picker.focus();
}

// Not by the address: that says which view it is.
function skipToContent(event: Event): void {
  event.preventDefault();
  place.tabIndex = -1;
  place.focus();
}

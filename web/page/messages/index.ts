import { de } from "./de.ts";
import { en, type Messages } from "./en.ts";

export const languages = { en, de };
export type Language = keyof typeof languages;

const KEPT = "language";

function isLanguage(name: string | null | undefined): name is Language {
  return !!name && name in languages;
}

function preferred(): Language {
  const kept = localStorage.getItem(KEPT);
  if (isLanguage(kept)) return kept;
  return navigator.languages.map((name) => name.slice(0, 2)).find(isLanguage) ?? "en";
}

export let language: Language = preferred();
/** The page's sentences, in the language that is chosen now. */
export let say: Messages = languages[language];

export function speak(chosen: Language): void {
  localStorage.setItem(KEPT, chosen);
  language = chosen;
  say = languages[chosen];
  document.documentElement.lang = chosen;
}

export function number(value: number, digits: number): string {
  return value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

import { h } from "../dom.ts";

export function head(columns: Record<string, string>): HTMLElement {
  return h("thead", {}, h("tr", {}, ...Object.values(columns).map((name) => h("th", { scope: "col" }, name))));
}

/** On a phone the column's name stands beside the value. */
export function cell(column: string, ...value: (Node | string | false)[]): HTMLElement {
  return h("td", { "data-column": column }, ...value);
}

type Child = Node | string | null | false | undefined;
type Properties = Record<string, string | number | boolean | null | undefined | ((event: never) => void)>;

/** An element. Functions are listeners (`onclick`), everything else attributes; false and null leave one out. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value as (event: Event) => void);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child): child is Node | string => !!child));
  return element;
}

let names = 0;
/** For an id that another attribute names. */
export function freshId(): string {
  return `id-${++names}`;
}

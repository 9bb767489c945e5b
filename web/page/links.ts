// Addresses of the page. What follows the # is never sent to a server.
export const COMPARE = "#compare";

export function jobLink(id: string): string {
  return new URL(`#job=${id}`, location.href).href;
}

/** The first job that a link, or whatever else holds its number, names. */
export function jobOf(link: string): string | undefined {
  return /job_[0-9a-f]{32}/.exec(link)?.[0];
}

/** Back to the first view, also from a view that has no address of its own. */
export function goHome(): void {
  if (location.hash) location.hash = "";
  else window.dispatchEvent(new HashChangeEvent("hashchange"));
}

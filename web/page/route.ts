// Which view an address asks for. What has no address (a recording, a result) is shown by show() alone.
import { show } from "./frame.ts";
import { COMPARE, jobOf } from "./links.ts";
import { compareView } from "./views/compare.ts";
import { startView } from "./views/start.ts";
import { showStored } from "./views/stored.ts";

export function route(): void {
  const job = jobOf(location.hash);
  if (job) showStored(job);
  else if (location.hash === COMPARE) show(() => compareView());
  else show(startView);
}

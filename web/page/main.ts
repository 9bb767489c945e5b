import { frame } from "./frame.ts";
import { route } from "./route.ts";

frame();
window.addEventListener("hashchange", route);
// A video dropped beside its place must not replace the page.
for (const type of ["dragover", "drop"]) {
  window.addEventListener(type, (event) => {
    const takesFiles = event.target instanceof HTMLInputElement;
    if (!takesFiles) event.preventDefault();
  });
}
route();

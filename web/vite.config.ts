import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { defineConfig } from "vite";

const page = fileURLToPath(new URL("page/", import.meta.url));
const clips = `${page}public/assets/`;

export default defineConfig({
  root: page,
  base: "/",
  define: {
    // Whatever clips scripts/make_samples.mjs has made; without its tools there are none.
    __SAMPLES__: JSON.stringify(
      ["in_sync", "late", "other_voice"]
        .map((name) => ({ name, file: `sample-${name}.mp4` }))
        .filter(({ file }) => existsSync(clips) && readdirSync(clips).includes(file))
        .map(({ name, file }) => ({ name, url: `/assets/${file}` })),
    ),
  },
  build: {
    outDir: fileURLToPath(new URL("dist/", import.meta.url)),
    emptyOutDir: true,
    assetsInlineLimit: 0, // data: addresses would be one more thing to allow
    modulePreload: { polyfill: false },
    target: "es2022",
  },
});

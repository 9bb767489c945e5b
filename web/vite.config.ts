import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { defineConfig, type Plugin } from "vite";

const page = fileURLToPath(new URL("page/", import.meta.url));

// The service compresses nothing; it sends these to whoever takes them.
function gzipped(): Plugin {
  return {
    name: "gzipped",
    enforce: "post", // after Vite's own, which adds index.html
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        const source = file.type === "chunk" ? file.code : file.source;
        this.emitFile({ type: "asset", fileName: `${file.fileName}.gz`, source: gzipSync(source, { level: 9 }) });
      }
    },
  };
}

export default defineConfig({
  root: page,
  base: "/",
  define: {
    // Whatever clips scripts/make_samples.mjs has made; without its tools there are none.
    __SAMPLES__: JSON.stringify(
      ["in_sync", "late", "other_voice"]
        .map((name) => ({ name, url: `/samples/${name}.mp4` }))
        .filter(({ url }) => existsSync(`${page}public${url}`)),
    ),
  },
  plugins: [gzipped()],
  build: {
    outDir: fileURLToPath(new URL("dist/", import.meta.url)),
    emptyOutDir: true,
    assetsInlineLimit: 0, // data: addresses would be one more thing to allow
    modulePreload: { polyfill: false },
    target: "es2022",
  },
});

// Takes the picture of docs/page.md: node tests/web/docs_picture.mjs
import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import path from "node:path";

import { drawn, launch, open } from "./browser.mjs";
import { artifacts, root, sample } from "./files.mjs";
import { Service } from "./service.mjs";

const picture = path.join(root, "docs/page.png");
const service = await Service.start();
const browser = await launch();
const page = await open(browser, service.url, { viewport: { width: 1000, height: 900 } });
const clip = readFileSync(sample("mp4", "--seconds", "8", "--seed", "3"));
await page.locator("input[type=file]").setInputFiles({ name: "clip.mp4", mimeType: "video/mp4", buffer: clip });
await page.locator(".verdict").waitFor();
await drawn(page);
await page.locator(".stage video").evaluate((video) => (video.currentTime = 2));
await page.waitForTimeout(500);
const large = path.join(artifacts, "docs.png");
await page.screenshot({ path: large, fullPage: true });
// 256 colours are enough, and a third of the bytes.
const few = "split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none";
execFileSync("ffmpeg", ["-nostdin", "-v", "error", "-y", "-i", large, "-vf", few, "-frames:v", "1", picture]);
console.log(`${picture}: ${statSync(picture).size} bytes`);
await browser.close();
await service.stop();

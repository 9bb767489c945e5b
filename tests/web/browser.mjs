// Debian's chromium with its fake camera, and what all browser tests ask of a page.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

import { chromium } from "playwright-core";

import { artifacts } from "./files.mjs";

const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** `camera`: files as cameraFiles() makes them; `allowed`: what the visitor says when asked for it. */
export async function launch({ camera, allowed = true } = {}) {
  const args = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"];
  if (camera || !allowed) args.push("--use-fake-device-for-media-stream");
  if (camera && allowed) args.push("--use-fake-ui-for-media-stream");
  if (!allowed) args.push("--deny-permission-prompts");
  if (camera) {
    args.push(`--use-file-for-fake-video-capture=${camera.video}`, `--use-file-for-fake-audio-capture=${camera.audio}`);
  }
  return chromium.launch({ executablePath: EXECUTABLE, args });
}

/** A page in a context of its own, which complains of everything that a visitor's console would show. */
export async function open(browser, url, options = {}) {
  const context = await browser.newContext({ locale: "en-GB", ...options });
  const page = await context.newPage();
  page.complaints = [];
  page.on("console", (message) => message.type() === "error" && page.complaints.push(message.text()));
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  await page.goto(url);
  return page;
}

/** A picture among the artifacts, after axe has looked at the same state. */
export async function look(page, name) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const found = violations.map(
    ({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map((node) => node.html).join(" | ")}`,
  );
  await page.screenshot({ path: path.join(artifacts, `${name}.png`), fullPage: true });
  assert.deepEqual(found, [], `${name}: what axe found`);
}

/** Has the page take a file as if the visitor had chosen it, and waits for the answer. */
export async function upload(page, file) {
  await page.locator("input[type=file]").setInputFiles(file);
  const verdict = page.locator(".verdict");
  await verdict.waitFor({ timeout: 60_000 });
  return verdict.innerText();
}

/** Until the charts stand. */
export async function drawn(page) {
  await page.locator(".chart canvas").first().waitFor();
  await page.waitForTimeout(300);
}

// How the page behaves for everybody: by keyboard, on a phone, in the dark, in German, with a key, in little time.
import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";

import { devices } from "playwright-core";

import { drawn, launch, look, open, upload } from "./browser.mjs";
import { built, cameraFiles, sample } from "./files.mjs";
import { program, Service } from "./service.mjs";

const CLIP = ["--seconds", "6", "--seed", "3"];
const PAGE_BYTES = 150 * 1024; // gzip
const FIRST_PAINT_MS = 500;

let service, browser;
before(async () => {
  service = await Service.start();
  browser = await launch({ camera: cameraFiles("--seconds", "8", "--seed", "3") });
});
after(async () => {
  await browser.close();
  await service.stop();
});

/** What has the focus, as a screen reader would name it. */
function focused(page) {
  return page.evaluate(
    () => document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent.trim(),
  );
}

async function tabTo(page, name) {
  for (let presses = 0; presses < 30; presses++) {
    await page.keyboard.press("Tab");
    if ((await focused(page)) === name) return;
  }
  assert.fail(`no Tab leads to ${name}`);
}

test("by keyboard alone, from the first look to the verdict and back", async () => {
  const page = await open(browser, service.url);
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Skip to content");
  await page.keyboard.press("Enter");
  await tabTo(page, "Use my camera");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.textContent === "Start"); // no Tab is needed
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.textContent === "Stop");
  await page.waitForTimeout(5500);
  if ((await focused(page)) === "Stop") await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.matches(".verdict h1"));
  assert.match(await focused(page), /belongs to these lips/);
  await tabTo(page, "Start again");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.matches(".start h1"));
  await page.context().close();
});

test("a phone: nothing sticks out, everything can be pressed", async () => {
  const page = await open(browser, service.url, { ...devices["Pixel 7"], locale: "en-GB" });
  const fits = async (name) => {
    await look(page, `phone_${name}`);
    const beyond = await page.locator("html").evaluate((all) => all.scrollWidth - all.clientWidth);
    assert.equal(beyond, 0, name);
    const small = await page
      .locator("button:visible, select:visible, .button:visible")
      .evaluateAll((all) =>
        all.filter((control) => control.getBoundingClientRect().height < 44).map((control) => control.outerHTML),
      );
    assert.deepEqual(small, [], name);
  };
  await fits("start");
  await page.getByRole("button", { name: "Use my camera" }).tap();
  await page.getByRole("button", { name: "Start", exact: true }).and(page.locator(":enabled")).waitFor();
  await fits("ready");
  await page.getByRole("button", { name: "Back" }).tap();
  await upload(page, sample("mp4", "--seconds", "8", "--seed", "3", "--turns", "--size", "640x360"));
  await drawn(page);
  await fits("result");
  await page.getByRole("link", { name: "Compare" }).tap();
  await fits("compare");
  await page.context().close();
});

test("dark", async () => {
  const page = await open(browser, service.url, { colorScheme: "dark" });
  await look(page, "dark_start");
  await page.getByRole("button", { name: "Use my camera" }).click();
  await page.getByRole("button", { name: "Start", exact: true }).and(page.locator(":enabled")).waitFor();
  await look(page, "dark_ready");
  await page.getByRole("button", { name: "Back" }).click();
  await upload(page, sample("mp4", ...CLIP, "--delay-ms", "320"));
  await drawn(page);
  await look(page, "dark_result");
  await page.getByRole("button", { name: "Start again" }).click();
  await upload(page, sample("mp4", ...CLIP));
  await page.getByRole("link", { name: "Compare" }).click();
  await drawn(page);
  await look(page, "dark_compare");
  await page.goto(`${service.url}/#job=job_${"0".repeat(32)}`);
  await page.getByRole("heading", { name: /not here/ }).waitFor();
  await look(page, "dark_failure");
  await page.context().close();
});

test("German, by the browser's wish or by choice", async () => {
  const page = await open(browser, service.url, { locale: "de-AT" });
  await page.getByRole("heading", { name: "Gehört diese Stimme zu diesen Lippen?" }).waitFor();
  await upload(page, sample("mp4", ...CLIP, "--delay-ms", "320"));
  await drawn(page);
  await look(page, "german");
  assert.equal(await page.locator("html").getAttribute("lang"), "de");
  await page.getByLabel("Sprache", { exact: true }).selectOption("English");
  await page.getByRole("heading", { name: /not at this time/ }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Does this voice belong to these lips?" }).waitFor();
  await page.context().close();
});

test("a service with keys asks for one, and the key is in no address", async () => {
  const made = spawnSync(program, ["keys", "new", "--name", "page", "--scope", "score,jobs"], { encoding: "utf8" });
  const key = made.stderr.trim().split(/\s+/).at(-1);
  const guarded = await Service.start({ keys: made.stdout });
  const page = await open(browser, guarded.url);
  const addresses = [];
  page.on("request", (request) => addresses.push(request.url()));
  page.on("websocket", (socket) => addresses.push(socket.url()));
  page.on("framenavigated", (frame) => addresses.push(frame.url()));

  await page.locator("input[type=file]").setInputFiles(sample("mp4", ...CLIP));
  await page.getByLabel("API key").fill("sn_wrong");
  await page.getByRole("button", { name: "Use it" }).click();
  await page.getByText("This key is not known here").waitFor();
  await look(page, "key");
  await page.getByLabel("API key").fill(key);
  await page.keyboard.press("Enter");
  await page.locator(".verdict").getByText("ALLOW").waitFor();

  // By WebSocket too.
  await page.getByRole("button", { name: "Start again" }).click();
  await page.getByRole("button", { name: "Use my camera" }).click();
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await page.getByText(/so far|Not sure yet/).waitFor();

  assert.ok(
    addresses.some((address) => address.startsWith("ws:")),
    addresses.join("\n"),
  );
  for (const address of addresses) assert.ok(!address.includes(key), address);
  assert.ok(!(await page.evaluate(() => JSON.stringify(localStorage))).includes(key));
  await page.context().close();
  await guarded.stop();
});

test("a recording asks for the key, too, and begins again with it", async () => {
  const made = spawnSync(program, ["keys", "new", "--name", "page", "--scope", "score"], { encoding: "utf8" });
  const guarded = await Service.start({ keys: made.stdout });
  const page = await open(browser, guarded.url);
  await page.getByRole("button", { name: "Use my camera" }).click();
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await page.getByLabel("API key").fill(made.stderr.trim().split(/\s+/).at(-1));
  await page.getByRole("button", { name: "Use it" }).click();
  await page.getByText(/so far|Not sure yet/).waitFor();
  await page.context().close();
  await guarded.stop();
});

test("nothing from elsewhere, nothing against the policy", async () => {
  const page = await open(browser, service.url);
  const elsewhere = [];
  page.on("request", (request) => {
    const own = request.url().startsWith(service.url) || request.url().startsWith("blob:");
    if (!own) elsewhere.push(request.url());
  });
  await page.reload();
  const policy = (await page.request.get(service.url)).headers()["content-security-policy"];
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe/);
  await upload(page, sample("mp4", ...CLIP));
  await drawn(page);
  assert.deepEqual(elsewhere, []);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("small: at most 150 KB of page, without the samples", () => {
  const assets = readdirSync(path.join(built, "assets")).map((name) => `assets/${name}`);
  const files = ["index.html.gz", ...assets.filter((name) => name.endsWith(".gz"))];
  const bytes = files.reduce((sum, name) => sum + readFileSync(path.join(built, name)).length, 0);
  console.log(`# page: ${bytes} bytes gzip`);
  assert.ok(bytes <= PAGE_BYTES, `${bytes}`);
});

test("quick: the first paint within half a second", async () => {
  const first = [];
  const largest = [];
  for (let n = 0; n < 5; n++) {
    const page = await open(browser, service.url); // in a context of its own: nothing is cached
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForTimeout(300);
    first.push(await lastPaint(page, "paint"));
    largest.push(await lastPaint(page, "largest-contentful-paint"));
    await page.context().close();
  }
  const median = (times) => Math.round(times.sort((a, b) => a - b)[2]);
  console.log(`# first contentful paint: ${median(first)} ms, largest: ${median(largest)} ms`);
  assert.ok(median(first) <= FIRST_PAINT_MS, `${first}`);
});

/** Of the kind's entries so far; of "paint" that is the first contentful one. */
function lastPaint(page, type) {
  return page.evaluate(
    (wanted) =>
      new Promise((resolve) => {
        const heard = (list) => resolve(list.getEntries().at(-1).startTime);
        new PerformanceObserver(heard).observe({ type: wanted, buffered: true });
      }),
    type,
  );
}

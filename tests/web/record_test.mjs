// Recording by the fake camera. Pictures and sound of its files start within a frame of each other (measured: 0 to 40 ms),
// and both loop every 8 s, so what the clip's offset is can be read off the verdict.
import { strict as assert } from "node:assert";
import { after, before, test } from "node:test";

import { launch, look, open } from "./browser.mjs";
import { cameraFiles } from "./files.mjs";
import { Service } from "./service.mjs";

const CLIP = ["--seconds", "8", "--seed", "3"];
const TAKE_MS = 5500;

let service;
before(async () => (service = await Service.start()));
after(() => service.stop());

async function withCamera(options, body, contextOptions) {
  const browser = await launch(options);
  try {
    await body(await open(browser, service.url, contextOptions));
  } finally {
    await browser.close();
  }
}

async function begin(page) {
  await page.getByRole("button", { name: "Use my camera" }).click();
  await page.getByRole("button", { name: "Start", exact: true }).click();
}

/** What the page says when the verdict is there: early, or after as long as one needs. */
async function finish(page) {
  const stop = page.getByRole("button", { name: "Stop" });
  const verdict = page.locator(".verdict");
  await stop.or(verdict).waitFor();
  await verdict.waitFor({ timeout: TAKE_MS }).catch(() => stop.click());
  await verdict.waitFor();
  return verdict.innerText();
}

test("two clicks from the first look to a verdict of one's own face", async () => {
  await withCamera({ camera: cameraFiles(...CLIP) }, async (page) => {
    await look(page, "start");
    await page.getByRole("button", { name: "Use my camera" }).click();
    const start = page.getByRole("button", { name: "Start", exact: true });
    await start.and(page.locator(":enabled")).waitFor();
    await page.waitForFunction(() => document.querySelector("[role=meter]").ariaValueNow > 20);
    await look(page, "ready");
    await start.click();
    await page.locator(".count").getByText("2").waitFor();
    await look(page, "countdown");
    assert.match(await finish(page), /The voice belongs to these lips[^]*ALLOW/);
    await page.waitForTimeout(500); // the charts
    await look(page, "recorded");
    assert.deepEqual(page.complaints, []);
  });
});

test("another voice is BLOCKed", async () => {
  await withCamera({ camera: cameraFiles(...CLIP, "--other-audio") }, async (page) => {
    await begin(page);
    assert.match(await finish(page), /does not belong[^]*BLOCK/);
  });
});

test("late sound is told with its offset", async () => {
  await withCamera({ camera: cameraFiles(...CLIP, "--delay-ms", "320") }, async (page) => {
    await begin(page);
    const told = await finish(page);
    const late = Number(/(\d+) ms late/.exec(told)[1]);
    assert.ok(late >= 240 && late <= 400, told);
    assert.match(told, /not at this time[^]*BLOCK/);
  });
});

test("while nothing is said: the face is boxed, and what to do is told", async () => {
  await withCamera({ camera: cameraFiles(...CLIP, "--silence") }, async (page) => {
    await begin(page);
    await page
      .getByRole("status")
      .getByText(/Speak louder|No sound|Not sure yet/)
      .waitFor();
    await page.waitForFunction(() => {
      const canvas = document.querySelector(".stage canvas");
      return canvas
        .getContext("2d")
        .getImageData(0, 0, canvas.width, canvas.height)
        .data.some((value) => value > 0);
    });
    await look(page, "recording");
    assert.match(await finish(page), /Not sure[^]*NEXT[^]*No speech/);
  });
});

test("without a face it says what to do", async () => {
  await withCamera({ camera: cameraFiles(...CLIP, "--no-face") }, async (page) => {
    await begin(page);
    await page.getByRole("status").getByText("Come into the frame").waitFor();
    await look(page, "hint");
    assert.match(await finish(page), /Not sure[^]*NEXT[^]*No face/);
  });
});

test("a camera that is denied, and the way out", async () => {
  await withCamera({ allowed: false }, async (page) => {
    await page.getByRole("button", { name: "Use my camera" }).click();
    await page.getByRole("heading", { name: "The camera was not allowed" }).waitFor();
    await look(page, "denied");
    await page.getByRole("button", { name: "Start page" }).click();
    await page.getByRole("button", { name: "Choose a file" }).waitFor();
  });
});

test("a service that dies while somebody speaks: the recording is not lost", async () => {
  await withCamera({ camera: cameraFiles(...CLIP) }, async (page) => {
    await begin(page);
    await page.getByRole("button", { name: "Stop" }).waitFor();
    await page.waitForTimeout(500);
    await service.kill();
    await page.getByText("The connection is lost").waitFor();
    await look(page, "connection_lost");
    await service.restart();
    assert.match(await finish(page), /ALLOW/);
  });
});

test("a service that dies and is not there at the end: tried again when it is back", async () => {
  await withCamera({ camera: cameraFiles(...CLIP) }, async (page) => {
    // As if the service could not follow recordings: the page then sends it at the end.
    await page.route("**/openapi.json", async (route) => {
      const description = await (await route.fetch()).json();
      delete description.paths["/v1/live"];
      await route.fulfill({ json: description });
    });
    await begin(page);
    await page.getByRole("button", { name: "Stop" }).waitFor();
    await service.kill();
    await page.getByRole("heading", { name: "The service can’t be reached" }).waitFor();
    await look(page, "unreachable");
    await service.restart();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator(".verdict").getByText("ALLOW").waitFor();
  });
});

// Files of each kind, by button, by drag and drop, and as a sample.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { drawn, launch, look, open, upload } from "./browser.mjs";
import { sample } from "./files.mjs";
import { Service } from "./service.mjs";

const CLIP = ["--seconds", "6", "--seed", "3"];

let service, browser;
before(async () => {
  service = await Service.start({ MAX_VIDEO_SIZE_MB: "4" });
  browser = await launch();
});
after(async () => {
  await browser.close();
  await service.stop();
});

async function start(options) {
  return open(browser, service.url, options);
}

for (const ending of ["mp4", "mov", "webm", "mkv", "avi"]) {
  test(`a clip as ${ending}`, async () => {
    const page = await start();
    assert.match(await upload(page, sample(ending, ...CLIP)), /belongs to these lips[^]*ALLOW/);
    await page.context().close();
  });
}

test("late audio: the offset, over time and at the curve's minimum", async () => {
  const page = await start();
  assert.match(
    await upload(page, sample("mp4", ...CLIP, "--delay-ms", "320")),
    /not at this time[^]*BLOCK[^]*(280|320) ms late/,
  );
  await drawn(page);
  assert.match(
    await page.getByRole("img", { name: /Lowest where the audio is/ }).getAttribute("aria-label"),
    /(280|320) ms late/,
  );
  assert.match(
    await page.getByRole("img", { name: /Offset over time/ }).getAttribute("aria-label"),
    /(280|320) ms late/,
  );
  await look(page, "late");
  await page.context().close();
});

test("another voice", async () => {
  const page = await start();
  assert.match(await upload(page, sample("mp4", ...CLIP, "--other-audio")), /does not belong[^]*BLOCK/);
  await drawn(page);
  await look(page, "other_voice");
  await page.context().close();
});

test("two people take turns: a row and a lane for each, and each one's curve", async () => {
  const page = await start();
  await upload(page, sample("mp4", "--seconds", "8", "--seed", "3", "--turns", "--size", "640x360"));
  assert.equal(await page.locator(".faces tbody tr").count(), 2);
  await page.getByRole("radio", { name: "Face 2: Show its curve" }).check();
  await page.getByRole("img", { name: /Face 2: Lowest/ }).waitFor();
  await drawn(page);
  await look(page, "two_faces");
  await page.context().close();
});

test("no sound: it can't tell, and says what would help", async () => {
  const page = await start();
  assert.match(await upload(page, sample("mp4", ...CLIP, "--no-audio")), /Not sure[^]*NEXT[^]*no audio/);
  await page.getByText("Check that the microphone is on").waitFor();
  await look(page, "no_audio");
  await page.context().close();
});

test("dropped on its place", async () => {
  const page = await start();
  const bytes = readFileSync(sample("mp4", ...CLIP)).toString("base64");
  const transfer = await page.evaluateHandle(async (encoded) => {
    const data = new DataTransfer();
    const clip = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
    data.items.add(new File([clip], "dropped.mp4", { type: "video/mp4" }));
    return data;
  }, bytes);
  await page.dispatchEvent(".drop", "dragover", { dataTransfer: transfer });
  await look(page, "drag");
  await page.dispatchEvent(".drop", "drop", { dataTransfer: transfer });
  await page.locator(".verdict").getByText("dropped.mp4").waitFor({ timeout: 60_000 });
  await page.context().close();
});

test("a slow upload shows how far it is, and can be cancelled", async () => {
  const page = await start();
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Network.enable");
  await devtools.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: 60_000,
  });
  await page.locator("input[type=file]").setInputFiles(sample("mp4", ...CLIP));
  await page.getByText(/^[1-9]\d? %$/).waitFor();
  await look(page, "uploading");
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Use my camera" }).waitFor();
  await page.context().close();
});

test("options of the first view go along", async () => {
  const page = await start();
  await page.getByText("Options").click();
  await page.getByLabel("Whose voice").selectOption("The largest face’s");
  await page.getByLabel("Model").selectOption("lipsync-grid");
  await look(page, "options");
  const request = page.waitForRequest(/\/v1\/score/);
  await upload(page, sample("mp4", ...CLIP));
  const asked = new URL((await request).url()).searchParams;
  assert.deepEqual([asked.get("face"), asked.get("model"), asked.get("windows")], ["largest", "lipsync-grid", "true"]);
  await page.context().close();
});

test("each sample is what it says", async () => {
  const page = await start();
  for (const [name, decision] of Object.entries({
    "In sync": "ALLOW",
    "Late audio": "BLOCK",
    "Another voice": "BLOCK",
  })) {
    await page.getByRole("button", { name }).click();
    await page.locator(".verdict").getByText(decision).waitFor({ timeout: 60_000 });
    await page.getByRole("button", { name: "Start again" }).click();
  }
  await page.context().close();
});

test("what is no video, and what is too large, is refused in plain words", async () => {
  const page = await start();
  await page
    .locator("input[type=file]")
    .setInputFiles({ name: "notes.mp4", mimeType: "video/mp4", buffer: Buffer.from("Not a video. ".repeat(999)) });
  await page.getByRole("heading", { level: 1 }).getByText(/video/).waitFor();
  await page.getByRole("button", { name: "Try again" }).waitFor();
  await look(page, "not_a_video");
  await page.getByRole("button", { name: "Start page" }).click();
  await page
    .locator("input[type=file]")
    .setInputFiles({ name: "large.mp4", mimeType: "video/mp4", buffer: Buffer.alloc(5 << 20) });
  await page.getByRole("heading", { name: "The video is too large" }).waitFor();
  await page.context().close();
});

// What can be done with a result: play it, keep it, share it, compare it.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { drawn, launch, look, open, upload } from "./browser.mjs";
import { sample } from "./files.mjs";
import { Service } from "./service.mjs";

const CLIP = ["--seconds", "6", "--seed", "3"];

let service, browser;
before(async () => {
  service = await Service.start();
  browser = await launch();
});
after(async () => {
  await browser.close();
  await service.stop();
});

async function post(path, clip) {
  const body = readFileSync(clip);
  const answer = await fetch(service.url + path, { method: "POST", headers: { "Content-Type": "video/mp4" }, body });
  return answer.json();
}

function score(clip, options = "") {
  return post(`/score?${options}`, clip);
}

/** How much of the canvas over the video is drawn on, left and right of the middle. */
function painted(page) {
  return page.locator(".stage canvas").evaluate((canvas) => {
    const { data, width } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const sides = { left: 0, right: 0 };
    for (let at = 3; at < data.length; at += 4)
      if (data[at]) sides[((at >> 2) % width) * 2 < width ? "left" : "right"]++;
    return sides;
  });
}

test("faces are boxed in the frame that is shown", async () => {
  const page = await open(browser, service.url);
  await upload(page, sample("mp4", "--seconds", "8", "--seed", "3", "--other-face", "3:5"));
  const video = page.locator(".stage video");
  const at = async (seconds) => {
    await video.evaluate((v, to) => (v.currentTime = to), seconds);
    await page.waitForTimeout(400);
    return painted(page);
  };
  for (const seconds of [1, 4, 6]) {
    const { left, right } = await at(seconds);
    assert.ok(left > 0 && right > 0, `at ${seconds} s: ${left} and ${right} pixels`);
  }
  // A press on the timeline goes there.
  const lane = page.locator(".lane .bars").first();
  await lane.click({ position: { x: (await lane.boundingBox()).width / 2, y: 5 } });
  const now = await video.evaluate((v) => v.currentTime);
  assert.ok(now > 3.9 && now < 4.1, `${now}`);
  await drawn(page);
  await look(page, "cut_to_another_face");
  await page.context().close();
});

test("JSON is what the service said", async () => {
  const page = await open(browser, service.url);
  await upload(page, sample("mp4", ...CLIP));
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download JSON" }).click();
  const saved = JSON.parse(readFileSync(await (await download).path(), "utf8"));
  const said = await score(sample("mp4", ...CLIP), "windows=true&boxes=true&report=r37");
  for (const answer of [saved, said]) for (const name of ["processing_time_ms", "cached"]) delete answer[name];
  assert.deepEqual(saved, said);
  await page.context().close();
});

test("the review for broadcast says what the report says", async () => {
  const page = await open(browser, service.url);
  await upload(page, sample("mp4", "--seconds", "8", "--seed", "3", "--delay-ms", "240"));
  const review = page.locator(".review");
  const summary = review.locator("summary");
  assert.match(await summary.innerText(), /Fail[^]*EBU R37: at worst the audio is \d+ ms late/);
  const limits = review.getByRole("table", { name: "Against the limits" });
  assert.equal(await limits.isVisible(), false);
  await summary.focus();
  await page.keyboard.press("Enter");
  assert.equal(await limits.getByText("Fail").count(), 3);

  const markers = review.getByRole("table", { name: "Places to look at" });
  await markers.getByText("Outside the limit").waitFor();
  await markers.locator("canvas").waitFor(); // the frame in the marker's middle
  const video = page.locator(".stage video");
  await video.evaluate((v) => (v.currentTime = 5));
  await markers.getByRole("button").click();
  assert.ok((await video.evaluate((v) => v.currentTime)) < 1);
  assert.match(await review.innerText(), /\d+ ms earlier[^]*syncnet fix VIDEO -o VIDEO\.fixed\.mkv/);
  await drawn(page);
  await look(page, "review_for_broadcast");
  await page.getByRole("combobox", { name: "Language" }).selectOption("de");
  await review.getByText("Nicht bestanden").first().waitFor();
  await page.context().close();

  const phone = await open(browser, service.url, { viewport: { width: 360, height: 740 }, colorScheme: "dark" });
  await phone.getByText("Options").click();
  await phone.getByLabel("Limits for broadcast").selectOption("bt1359");
  await upload(phone, sample("mp4", ...CLIP));
  await phone.locator(".review summary").click();
  await phone.getByText("ITU-R BT.1359: at worst").waitFor();
  await phone.locator(".review").getByText("None.", { exact: true }).waitFor();
  await drawn(phone);
  await look(phone, "review_on_a_phone");
  await phone.context().close();
});

test("a link to a stored job shows the same result, and an old one says so", async () => {
  const page = await open(browser, service.url, { permissions: ["clipboard-read", "clipboard-write"] });
  await upload(page, sample("mp4", ...CLIP));
  await page.getByRole("button", { name: "Make a link" }).click();
  const link = await page.getByLabel(/open this link/).inputValue();
  assert.match(link, /^http:[^?]*\/#job=job_[0-9a-f]{32}$/);
  await page.getByRole("button", { name: "Copy" }).click();
  await page.getByText("Copied.").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), link);
  await look(page, "shared");

  const other = await open(browser, link);
  await other.locator(".verdict").getByText("ALLOW").waitFor();
  await drawn(other);
  await look(other, "from_link");
  await other.goto(link.replace(/[0-9a-f]{32}/, "0".repeat(32)));
  await other.reload();
  await other
    .getByRole("heading", { level: 1 })
    .getByText(/not here/)
    .waitFor();
  await look(other, "no_such_job");
  await page.context().close();
  await other.context().close();
});

test("two results are compared: of this visit, from a file, from a link", async () => {
  const page = await open(browser, service.url);
  await upload(page, sample("mp4", ...CLIP));
  await page.getByRole("button", { name: "Start again" }).click();
  await upload(page, sample("mp4", ...CLIP, "--delay-ms", "320"));
  await page.getByRole("link", { name: "Compare" }).click();
  const table = page.getByRole("table", { name: "Both results" });
  await table.getByText("ALLOW").waitFor();
  await table.getByText("BLOCK").waitFor();
  await drawn(page);
  await look(page, "compare");

  const first = page.getByRole("region", { name: "First result" });
  const saved = JSON.stringify(await score(sample("mp4", ...CLIP, "--no-audio")));
  await first
    .getByLabel("Open a JSON file")
    .setInputFiles({ name: "saved.json", mimeType: "application/json", buffer: Buffer.from(saved) });
  await table.getByText("saved.json").waitFor();
  await first
    .getByLabel("Open a JSON file")
    .setInputFiles({ name: "other.json", mimeType: "application/json", buffer: Buffer.from("{}") });
  await first.getByText("not a result").waitFor();
  const job = await post("/v1/jobs", sample("mp4", ...CLIP, "--other-audio"));
  await first.getByLabel("Link or job number").fill(job.id);
  await first.getByRole("button", { name: "Open", exact: true }).click();
  await table.getByText(job.id).waitFor();
  await page.context().close();
});

// Makes the clips that the page offers as samples. Without espeak-ng, ffmpeg or Python's numpy and Pillow there are none.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const web = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const folder = path.join(web, "page/public/samples");
// Of one in eight seeds the lips fit the other words somewhere, by chance.
const CLIP = ["--seconds", "6", "--seed", "3", "--size", "480x360"];
const SAMPLES = { in_sync: [], late: ["--delay-ms", "320"], other_voice: ["--other-audio"] };
// They are fetched over whatever line the visitor has.
const SMALL = [
  "-c:v",
  "libx264",
  "-crf",
  "31",
  "-preset",
  "slow",
  "-c:a",
  "aac",
  "-b:a",
  "40k",
  "-movflags",
  "+faststart",
];

function run(program, ...options) {
  const { status, error } = spawnSync(program, options, { stdio: ["ignore", "ignore", "inherit"] });
  if (error ?? status !== 0) throw error ?? new Error(`${program} ended with ${status}`);
}

function make(name, options) {
  const clip = path.join(folder, `${name}.mp4`);
  if (existsSync(clip)) return;
  const scratch = mkdtempSync(path.join(tmpdir(), "syncnet-sample-"));
  try {
    const large = path.join(scratch, "large.mp4");
    run(path.join(web, "../scripts/make_sample"), large, ...CLIP, ...options);
    run("ffmpeg", "-nostdin", "-v", "error", "-i", large, ...SMALL, clip);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

mkdirSync(folder, { recursive: true });
try {
  for (const [name, options] of Object.entries(SAMPLES)) make(name, options);
} catch (error) {
  console.error(`no samples (${error.message}): scripts/setup.sh demo installs what makes them`);
}

// Where things are, and the clips that the tests show to the camera or upload.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const built = path.join(root, "build/page");
export const artifacts = path.join(root, "build/web-artifacts");

const clips = path.join(root, "build/web-clips");
mkdirSync(clips, { recursive: true });
mkdirSync(artifacts, { recursive: true });

function once(name, make) {
  const file = path.join(clips, name);
  if (existsSync(file)) return file;
  const unfinished = path.join(clips, `unfinished-${process.pid}-${name}`);
  make(unfinished);
  renameSync(unfinished, file);
  return file;
}

function ffmpeg(...options) {
  execFileSync("ffmpeg", ["-nostdin", "-v", "error", "-y", ...options], { stdio: ["ignore", "ignore", "inherit"] });
}

/** A clip of scripts/make_sample; `ending` chooses its format. */
export function sample(ending, ...options) {
  const name = `${options.join("_").replaceAll(/[^\w.-]/g, "")}.${ending}`;
  return once(name, (file) => {
    execFileSync(path.join(root, "scripts/make_sample"), [file, "--size", "480x360", ...options]);
  });
}

/** What chromium's fake camera and microphone show again and again; its camera plays MJPEG at 30 images a second. */
export function cameraFiles(...options) {
  const clip = sample("mkv", "--fps", "30", ...options);
  const name = path.basename(clip, ".mkv");
  return {
    video: once(`${name}.mjpeg`, (file) =>
      ffmpeg("-i", clip, "-an", "-c:v", "mjpeg", "-q:v", "3", "-f", "mjpeg", file),
    ),
    audio: once(`${name}.wav`, (file) => ffmpeg("-i", clip, "-vn", "-c:a", "pcm_s16le", "-f", "wav", file)),
  };
}

// An API in front of the lip-sync service: Client -> this -> service. The client sends a form with a `video` and a
// `session_id`; it gets the service's answer as it is.
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";

import express from "express";
import multer from "multer";
import { Client, ProblemError } from "../../web/client/dist/index.js"; // built by ./run page

const HOST = process.env.HOST ?? "127.0.0.1";
const PORT = Number(process.env.PORT ?? 3000);
const SERVICE = process.env.SYNCNET_URL ?? "http://127.0.0.1:5000";
const UPLOAD_DIR = (process.env.UPLOAD_DIR ?? "uploads").split(":")[0]; // the first of the service's
const MAX_VIDEO_SIZE_MB = Number(process.env.MAX_VIDEO_SIZE_MB ?? 10);
const PATIENCE_MS = 90_000; // longer than the service's PROCESSING_TIMEOUT_SECONDS: its answer says more than ours

const service = new Client({ url: SERVICE, key: process.env.SYNCNET_API_KEY });

const app = express();
app.disable("x-powered-by");

// The whole upload goes on while it comes in, and touches no disk here. Authenticate before this line.
app.post("/verify", async (request, response) => {
  // Anything else, JSON with a video_path above all, would let clients ask for other people's files.
  if (!request.is("multipart/form-data")) return void refuse(response, 415, "Send multipart/form-data with a video.");
  const form = { stream: bytesOf(request), type: request.headers["content-type"] };
  await answer(request, response, (signal) => service.score(form, {}, { signal }));
});

// The older way: the video is laid into a folder that both can see, and the service is told its name.
const uploads = multer({
  storage: multer.diskStorage({
    destination: UPLOAD_DIR,
    filename: (_request, _file, done) => done(null, randomUUID()), // never the client's
  }),
  limits: { files: 1, fileSize: MAX_VIDEO_SIZE_MB * 2 ** 20 },
});

app.post("/verify-by-path", uploads.single("video"), async (request, response) => {
  if (!request.file) return void refuse(response, 400, "The form has no video.");
  const session_id = request.body.session_id ?? "";
  try {
    const video = { path: request.file.filename };
    await answer(request, response, (signal) => service.score(video, { session_id }, { signal }));
  } finally {
    await rm(request.file.path, { force: true });
  }
});

// What the service says, whatever that is. A client that leaves takes its work with it.
async function answer(request, response, ask) {
  const gone = new AbortController();
  response.on("close", () => gone.abort(new Error("the client has left")));
  let patience;
  const wait = () => (patience = setTimeout(() => gone.abort(new Error("the service is silent")), PATIENCE_MS));
  if (request.readableEnded) wait();
  else request.on("end", wait); // an upload takes the time that it takes
  try {
    send(response, 200, "application/json", await ask(gone.signal));
  } catch (error) {
    if (response.destroyed) return;
    if (!(error instanceof ProblemError)) return void unreachable(response, error);
    if (error.retryAfter !== null) response.setHeader("Retry-After", error.retryAfter);
    send(response, error.status, "application/problem+json", error.problem);
  } finally {
    clearTimeout(patience);
  }
}

// No faster than they are taken. The service may answer before the end (too large, no key, no room); the rest then has
// no reader, but the client must get to the end of it to hear that, which Readable.toWeb would not let it.
function bytesOf(request) {
  let cancelled = false;
  return new ReadableStream({
    start(controller) {
      request.on("data", (chunk) => {
        if (cancelled) return;
        controller.enqueue(chunk);
        if (controller.desiredSize <= 0) request.pause();
      });
      request.on("end", () => cancelled || controller.close());
      request.on("error", (error) => cancelled || controller.error(error));
    },
    pull: () => void request.resume(),
    cancel() {
      cancelled = true;
      request.resume();
    },
  });
}

function send(response, status, type, body) {
  response.writeHead(status, { "Content-Type": type }).end(JSON.stringify(body));
}

function refuse(response, status, error) {
  response.status(status).json({ error });
}

function unreachable(response, error) {
  console.error(`${SERVICE}: ${error.cause?.cause?.message ?? error.cause?.message ?? error.message}`);
  refuse(response, 502, "The lip-sync service can't be reached.");
}

app.use((error, _request, response, next) => {
  if (response.headersSent) return void next(error);
  if (error.code === "LIMIT_FILE_SIZE") return void refuse(response, 413, error.message);
  if (!error.syscall) return void refuse(response, error.status ?? 400, error.message); // the form
  console.error(error.message); // the disk
  refuse(response, 500, "The video can't be kept.");
});

const server = app.listen(PORT, HOST, (error) => {
  if (error) throw error;
  console.log(`listening on http://${HOST}:${server.address().port}`);
});

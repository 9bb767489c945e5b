// An API in front of the lip-sync service: Client -> this -> service. The client sends a form with a `video` and a
// `session_id`; it gets the service's answer as it is.
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import http from "node:http";

import express from "express";
import multer from "multer";

const HOST = process.env.HOST ?? "127.0.0.1";
const PORT = Number(process.env.PORT ?? 3000);
const SERVICE = new URL("/score", process.env.SYNCNET_URL ?? "http://127.0.0.1:5000");
const UPLOAD_DIR = (process.env.UPLOAD_DIR ?? "uploads").split(":")[0]; // the first of the service's
const MAX_VIDEO_SIZE_MB = Number(process.env.MAX_VIDEO_SIZE_MB ?? 10);
const PATIENCE_MS = 90_000; // longer than the service's PROCESSING_TIMEOUT_SECONDS: its answer says more than ours

const KEY = process.env.SYNCNET_API_KEY ? { authorization: `Bearer ${process.env.SYNCNET_API_KEY}` } : {};

const PASSED_ON = ["content-type", "retry-after"]; // of the service's headers

const app = express();
app.disable("x-powered-by");

// The whole upload goes on while it comes in, and touches no disk here. Authenticate before this line.
app.post("/verify", (request, response, next) => {
  // Anything else, JSON with a video_path above all, would let clients ask for other people's files.
  if (!request.is("multipart/form-data")) return void refuse(response, 415, "Send multipart/form-data with a video.");

  const headers = { ...KEY, ...chosen(["content-type", "content-length"], (name) => request.headers[name]) };
  // A kept connection may be closed just when it is used, and an upload can't be sent again.
  const forwarded = http.request(SERVICE, { method: "POST", headers, agent: false });
  forwarded.setTimeout(PATIENCE_MS, () => forwarded.destroy(new Error("the service is silent")));
  forwarded.on("response", (answer) => {
    // It may come before the upload has ended: too large, no key, no room. The rest has no reader.
    request.unpipe(forwarded);
    request.resume();
    response.writeHead(answer.statusCode, chosen(PASSED_ON, (name) => answer.headers[name]));
    answer.on("error", next);
    answer.pipe(response);
  });
  forwarded.on("error", (error) => response.headersSent || response.destroyed || unreachable(response, error));
  // A client that leaves takes its work with it.
  response.on("close", () => response.writableFinished || forwarded.destroy());
  request.pipe(forwarded);
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
  try {
    const answer = await fetch(SERVICE, {
      method: "POST",
      headers: { "content-type": "application/json", ...KEY },
      body: JSON.stringify({ video_path: request.file.filename, session_id: request.body.session_id ?? "" }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const body = Buffer.from(await answer.arrayBuffer());
    response.writeHead(answer.status, chosen(PASSED_ON, (name) => answer.headers.get(name))).end(body);
  } catch (error) {
    unreachable(response, error);
  } finally {
    await rm(request.file.path, { force: true });
  }
});

// Those headers that are there.
function chosen(names, get) {
  return Object.fromEntries(names.map((name) => [name, get(name)]).filter(([, value]) => value));
}

function refuse(response, status, error) {
  response.status(status).json({ error });
}

function unreachable(response, error) {
  console.error(`${SERVICE}: ${error.cause?.message ?? error.message}`);
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

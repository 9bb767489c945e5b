// The client in Node: against the real service, and live against one that does as it is told.
import { strict as assert } from "node:assert";
import { createReadStream, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { Readable } from "node:stream";

import WebSocket from "ws";

import { Client, ProblemError, UnreachableError } from "../../web/client/dist/index.js";
import { sample } from "./files.mjs";
import { LiveServer } from "./live_server.mjs";
import { Service } from "./service.mjs";

const clip = sample("mp4", "--seconds", "6", "--seed", "3");

let service, client;
before(async () => {
  service = await Service.start();
  client = new Client({ url: service.url });
});
after(() => service.stop());

// ---- HTTP

test("a Blob, a stream and a whole form are scored alike", async () => {
  const bytes = readFileSync(clip);
  const form = await new Response(formOf(bytes)).blob();
  const videos = [
    new Blob([bytes]),
    { stream: Readable.toWeb(createReadStream(clip)), type: "video/mp4" },
    { stream: form.stream(), type: form.type },
  ];
  for (const video of videos) assert.equal((await client.score(video)).decision, "ALLOW");
});

function formOf(bytes) {
  const form = new FormData();
  form.append("video", new Blob([bytes]), "clip.mp4");
  return form;
}

test("options go along", async () => {
  const score = await client.score(new Blob([readFileSync(clip)]), {
    windows: true,
    session_id: "söme id",
    face: "largest",
  });
  assert.equal(score.session_id, "söme id");
  assert.ok(score.windows.tracks.length > 0);
});

test("a refusal is a ProblemError", async () => {
  await assert.rejects(client.score(new Blob(["no video"])), (error) => {
    assert.ok(error instanceof ProblemError);
    assert.equal(error.status, 415);
    assert.equal(error.code, "unsupported_media");
    assert.match(error.message, /not a video/);
    return true;
  });
});

test("an upload that is refused while it is sent", async () => {
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1 << 16)) });
  const sending = { signal: AbortSignal.timeout(30_000) };
  await assert.rejects(client.score({ stream: endless, type: "video/mp4" }, {}, sending), { code: "too_large" });
});

test("no service, and one that is not ours", async () => {
  await assert.rejects(new Client({ url: "http://127.0.0.1:9" }).health(), UnreachableError);
  const other = await LiveServer.start(() => {});
  await assert.rejects(new Client({ url: other.url }).health(), UnreachableError);
  other.stop();
});

test("what was aborted stays aborted", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  await assert.rejects(client.score(new Blob(["x"]), {}, { signal }), /enough/);
});

test("a job from its beginning to its end", async () => {
  const job = await client.createJob(new Blob([readFileSync(clip)]), {}, { idempotencyKey: "once" });
  const again = await client.createJob(new Blob([readFileSync(clip)]), {}, { idempotencyKey: "once" });
  assert.equal(again.id, job.id);
  const states = [];
  for await (const { state } of client.watchJob(job.id)) states.push(state);
  assert.equal(states.at(-1), "done");
  assert.equal((await client.job(job.id)).result.decision, "ALLOW");
  await client.deleteJob(job.id);
  await assert.rejects(client.job(job.id), { code: "not_found" });
});

test("what a service can do", async () => {
  const { live, options } = await client.abilities();
  assert.equal(typeof live, "boolean");
  assert.ok(options.has("face") && options.has("windows"));
});

// ---- live

const READY = { type: "ready", session_id: "s", max_seconds: 60, max_bytes: 1000 };

async function liveServer(t, play) {
  const server = await LiveServer.start(play);
  t.after(() => server.stop());
  return server;
}

function chunk(...bytes) {
  return Uint8Array.from(bytes).buffer;
}

test("live: start, bytes in their order, end, verdicts, the result", async (t) => {
  const heard = [];
  const server = await liveServer(t, async (connection) => {
    heard.push(await connection.next());
    connection.say(READY);
    for (let n = 0; n < 3; n++) heard.push(await connection.next());
    connection.say({ type: "verdict", decision: "NEXT", hints: ["no_face"] });
    heard.push(await connection.next());
    connection.say({ type: "result", result: { decision: "ALLOW" } });
  });
  const verdicts = [];
  const key = "sn_secret";
  const session = new Client({ url: server.url, key }).live({
    WebSocket,
    session_id: "s",
    face: "largest",
    onVerdict: (v) => verdicts.push(v),
  });
  // A Blob takes longer than what comes after it.
  session.send(new Blob([new Uint8Array(chunk(1, 2))]));
  session.send(chunk(3));
  session.send(chunk(4));
  setTimeout(() => session.end(), 100);
  assert.equal((await session.result).decision, "ALLOW");
  const [start, ...rest] = heard;
  assert.deepEqual(start, { type: "start", face: "largest", session_id: session.id });
  assert.deepEqual(
    rest.slice(0, 3).map((bytes) => [...bytes]),
    [[1, 2], [3], [4]],
  );
  assert.deepEqual(rest[3], { type: "end" });
  assert.equal(verdicts[0].hints[0], "no_face");
  assert.equal(server.requests[0].headers["sec-websocket-protocol"], `syncnet.v1,key.${key}`);
  assert.ok(!server.requests[0].url.includes(key));
});

test("live: the result may come before the end", async (t) => {
  const server = await liveServer(t, async (connection) => {
    await connection.next();
    connection.say(READY);
    await connection.next();
    connection.say({ type: "result", result: { decision: "ALLOW", stopped_at_s: 2 } });
  });
  const session = new Client({ url: server.url }).live({ WebSocket, session_id: "s" });
  session.send(chunk(1));
  assert.equal((await session.result).stopped_at_s, 2);
  session.send(chunk(2)); // the recorder's last: nobody minds
  session.end();
});

test("live: after a break it goes on where the service is", async (t) => {
  let resumed;
  const server = await liveServer(t, async (connection, n) => {
    const start = await connection.next();
    connection.say(n === 0 ? READY : { ...READY, received_bytes: 4 });
    if (n === 0) {
      await connection.next();
      await connection.next();
      connection.break(); // it had four of the six bytes
      return;
    }
    resumed = {
      start,
      rest: [...(await connection.next()), ...(await connection.next())],
      end: await connection.next(),
    };
    connection.say({ type: "result", result: { decision: "NEXT" } });
  });
  const states = [];
  const session = new Client({ url: server.url }).live({
    WebSocket,
    session_id: "s",
    onConnection: (connected) => states.push(connected),
  });
  session.send(chunk(1, 2, 3));
  session.send(chunk(4, 5, 6));
  while (states.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  session.send(chunk(7)); // recorded while there was no connection
  session.end();
  await session.result;
  assert.deepEqual(states, [false, true]);
  assert.equal(resumed.start.resume, true);
  assert.equal(resumed.start.session_id, session.id);
  assert.deepEqual(resumed.rest, [5, 6, 7]);
  assert.deepEqual(resumed.end, { type: "end" });
});

test("live: an error is a ProblemError", async (t) => {
  const problem = {
    type: "about:blank",
    title: "Busy",
    status: 503,
    detail: "",
    code: "overloaded",
    hint: "Wait",
    error: "Busy",
  };
  const server = await liveServer(t, async (connection) => {
    await connection.next();
    connection.say({ type: "error", problem: { ...problem, retry_after_s: 3 } });
    connection.socket.close(1013);
  });
  const session = new Client({ url: server.url }).live({ WebSocket, session_id: "s" });
  await assert.rejects(
    session.result,
    (error) => error instanceof ProblemError && error.retryAfter === 3 && error.code === "overloaded",
  );
});

test("live: no service; and who cancels", async (t) => {
  await assert.rejects(
    new Client({ url: "http://127.0.0.1:9" }).live({ WebSocket, session_id: "s" }).result,
    UnreachableError,
  );
  let said;
  const server = await liveServer(t, async (connection) => {
    await connection.next();
    connection.say(READY);
    said = connection.next();
  });
  const session = await new Promise((resolve) => {
    const begun = new Client({ url: server.url }).live({ WebSocket, session_id: "s", onReady: () => resolve(begun) });
  });
  session.cancel();
  await assert.rejects(session.result, { name: "AbortError" });
  assert.deepEqual(await said, { type: "cancel" });
});

test("live: the real service", async (t) => {
  if (!(await client.abilities()).live) return t.skip("it has no /v1/live");
  const webm = readFileSync(sample("webm", "--seconds", "6", "--seed", "3"));
  const session = client.live({ WebSocket, session_id: "s", early: false });
  for (let at = 0; at < webm.length; at += 50_000) session.send(new Uint8Array(webm.subarray(at, at + 50_000)).buffer);
  session.end();
  assert.equal((await session.result).decision, "ALLOW");
});

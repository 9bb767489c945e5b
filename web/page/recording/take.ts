// From a camera that is open to an answer: live where the service can, else the recording is sent when it is done.
import {
  ProblemError,
  UnreachableError,
  type AnalysisOptions,
  type Client,
  type Score,
  type Verdict,
} from "../../client/index.ts";
import { abilities } from "../service.ts";
import { Recording } from "./recording.ts";

const LIVE_SECONDS = 15; // an early verdict mostly comes after three or four
const SECONDS = 6;

export interface Watcher {
  onTime: (seconds: number, most: number) => void;
  onVerdict: (verdict: Verdict) => void;
  /** Given up: what is recorded is sent at the end. */
  onConnection: (state: "lost" | "found" | "given up") => void;
  onRecorded: () => void;
  /** Aborted when the visitor has said enough. */
  enough: AbortSignal;
  /** Aborted when nobody wants the answer. */
  gone: AbortSignal;
}

/** The service can't be reached; the recording may be sent later. */
export class NotSent extends UnreachableError {
  constructor(
    readonly video: Blob,
    cause: UnreachableError,
  ) {
    super(cause.message, { cause });
  }
}

export interface Taken {
  score: Score;
  video: Blob;
}

export async function take(
  service: Client,
  stream: MediaStream,
  options: AnalysisOptions,
  watcher: Watcher,
): Promise<Taken> {
  if ((await abilities()).live) return takeLive(service, stream, options, watcher);
  const recording = record(stream, SECONDS, watcher);
  return sendWhole(service, recording, options, watcher);
}

function record(stream: MediaStream, seconds: number, watcher: Watcher, onChunk?: (chunk: Blob) => void): Recording {
  const onTime = (now: number) => watcher.onTime(now, seconds);
  const recording = new Recording(stream, { seconds, onTime, ...(onChunk && { onChunk }) });
  for (const signal of [watcher.enough, watcher.gone]) signal.addEventListener("abort", () => recording.stop());
  void recording.whole.then(watcher.onRecorded);
  return recording;
}

async function takeLive(
  service: Client,
  stream: MediaStream,
  options: AnalysisOptions,
  watcher: Watcher,
): Promise<Taken> {
  const session = service.live({
    ...options,
    onVerdict: watcher.onVerdict,
    onConnection: (connected) => watcher.onConnection(connected ? "found" : "lost"),
  });
  watcher.gone.addEventListener("abort", () => session.cancel());
  const recording = record(stream, LIVE_SECONDS, watcher, (chunk) => session.send(chunk));
  void recording.whole.then(() => session.end());
  try {
    const score = await session.result;
    return { score, video: await recording.stop() };
  } catch (error) {
    const wantsKey = error instanceof ProblemError && error.code === "unauthorized";
    if (watcher.gone.aborted || wantsKey) {
      void recording.stop();
      throw error;
    }
    // The recording itself is safe, whatever became of the session.
    watcher.onConnection("given up");
    return sendWhole(service, recording, options, watcher);
  }
}

async function sendWhole(
  service: Client,
  recording: Recording,
  options: AnalysisOptions,
  { gone }: Watcher,
): Promise<Taken> {
  const video = await recording.whole;
  try {
    return { score: await service.score(video, options, { signal: gone }), video };
  } catch (error) {
    if (error instanceof UnreachableError) throw new NotSent(video, error);
    throw error;
  }
}

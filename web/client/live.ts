import type { AnalysisOptions, Score } from "./client.js";
import type { components } from "./openapi.js";
import { ProblemError, UnreachableError, type Problem } from "./problem.js";

/** What is known of a recording that goes on. */
export type Verdict = components["schemas"]["VerdictSoFar"];
export type Hint = Verdict["hints"][number];

export interface Ready {
  session_id: string;
  max_seconds: number;
  max_bytes: number;
}

export interface LiveOptions extends AnalysisOptions {
  /** Nobody must be able to guess it. Made up where there is `crypto.randomUUID`: not in Node before 19, nor without https. */
  session_id?: string;
  onReady?: (ready: Ready) => void;
  onVerdict?: (verdict: Verdict) => void;
  /** False when the connection breaks, true when it goes on. */
  onConnection?: (connected: boolean) => void;
  /** Where there is none of the platform's (Node before 22): that of the package `ws`, for example. */
  WebSocket?: typeof WebSocket;
}

type Message =
  | ({ type: "ready"; received_bytes?: number } & Ready)
  | ({ type: "verdict" } & Verdict)
  | { type: "result"; result: Score }
  | { type: "error"; problem: Problem & { retry_after_s?: number } };

const PATIENCE_MS = 30_000; // so long the service keeps a session without a connection
const PAUSES_MS = [250, 500, 1000, 2000];

// Whoever guessed it could go on with the session.
function freshId(): string {
  if (!globalThis.crypto?.randomUUID) throw new TypeError("name a session_id: there is no randomness here");
  return crypto.randomUUID();
}

/** A recording on its way. It is kept until the answer is there: a connection that breaks is opened again. */
export class LiveSession {
  readonly id: string;
  /** May come before the end. Rejects with ProblemError, UnreachableError or, after cancel(), an AbortError. */
  readonly result: Promise<Score>;

  readonly #connect: () => WebSocket;
  readonly #options: LiveOptions;
  readonly #start: object;
  #resolve!: (result: Score) => void;
  #reject!: (reason: Error) => void;

  #socket: WebSocket | null = null; // while the service takes bytes
  #opening: WebSocket;
  #over = false;
  #wasReady = false;
  #brokenSince = 0;
  #tries = 0;

  readonly #chunks: Uint8Array<ArrayBuffer>[] = [];
  #sentChunks = 0;
  #ended = false;
  #arrival: Promise<void> = Promise.resolve(); // of all chunks so far: a Blob takes its time

  constructor(url: URL, key: string | undefined, options: LiveOptions) {
    const { onReady, onVerdict, onConnection, WebSocket: Socket = globalThis.WebSocket, ...fields } = options;
    this.#options = options;
    this.id = fields.session_id ?? freshId();
    this.#start = { type: "start", ...fields, session_id: this.id };
    this.#connect = () => new Socket(url, key ? ["syncnet.v1", `key.${key}`] : ["syncnet.v1"]);
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.result.catch(() => {}); // whoever cancels need not listen
    this.#opening = this.#open();
  }

  /** More of the recording, in its order. */
  send(chunk: Blob | ArrayBuffer): void {
    this.#later(async () => {
      this.#chunks.push(new Uint8Array(chunk instanceof Blob ? await chunk.arrayBuffer() : chunk));
    });
  }

  /** The recording is complete. */
  end(): void {
    this.#later(async () => {
      this.#ended = true;
    });
  }

  /** Nobody wants the answer. */
  cancel(): void {
    this.#socket?.send(JSON.stringify({ type: "cancel" }));
    this.#finish(() => this.#reject(new DOMException("the session was cancelled", "AbortError")));
  }

  #later(step: () => Promise<void>): void {
    this.#arrival = this.#arrival.then(step).then(() => this.#pump());
  }

  #open(): WebSocket {
    const socket = this.#connect();
    this.#opening = socket;
    socket.onopen = () => socket.send(JSON.stringify(this.#wasReady ? { ...this.#start, resume: true } : this.#start));
    socket.onmessage = ({ data }) => this.#hear(socket, JSON.parse(String(data)) as Message);
    socket.onclose = () => this.#broken();
    socket.onerror = () => {}; // close comes after it; Node's would end the process
    return socket;
  }

  #hear(socket: WebSocket, message: Message): void {
    if (this.#over) return;
    if (message.type === "ready") this.#goOn(socket, message);
    else if (message.type === "verdict") this.#options.onVerdict?.(message);
    else if (message.type === "result") this.#finish(() => this.#resolve(message.result));
    else {
      const { retry_after_s, ...problem } = message.problem;
      this.#finish(() => this.#reject(new ProblemError(problem, retry_after_s ?? null)));
    }
  }

  #goOn(socket: WebSocket, ready: Ready & { received_bytes?: number }): void {
    this.#socket = socket;
    this.#tries = 0;
    this.#rewind(ready.received_bytes ?? 0);
    if (this.#wasReady) this.#options.onConnection?.(true);
    else this.#options.onReady?.(ready);
    this.#wasReady = true;
    this.#pump();
  }

  // So that the next chunk is the one that begins after `received` bytes.
  #rewind(received: number): void {
    this.#sentChunks = 0;
    while (this.#sentChunks < this.#chunks.length) {
      const chunk = this.#chunks[this.#sentChunks]!;
      if (chunk.byteLength > received) {
        const [known, rest] = [chunk.slice(0, received), chunk.slice(received)];
        if (received > 0) this.#chunks.splice(this.#sentChunks++, 1, known, rest);
        return;
      }
      received -= chunk.byteLength;
      this.#sentChunks++;
    }
  }

  #pump(): void {
    if (!this.#socket || this.#over) return;
    while (this.#sentChunks < this.#chunks.length) this.#socket.send(this.#chunks[this.#sentChunks++]!);
    if (this.#ended) this.#socket.send(JSON.stringify({ type: "end" }));
  }

  #broken(): void {
    if (this.#over) return;
    if (this.#socket) {
      this.#socket = null;
      this.#brokenSince = Date.now();
      this.#options.onConnection?.(false);
    }
    if (!this.#wasReady || Date.now() - this.#brokenSince > PATIENCE_MS) {
      return this.#finish(() => this.#reject(new UnreachableError("the service can't be reached")));
    }
    setTimeout(() => this.#over || this.#open(), PAUSES_MS[Math.min(this.#tries++, PAUSES_MS.length - 1)]);
  }

  #finish(settle: () => void): void {
    if (this.#over) return;
    this.#over = true;
    this.#socket = null;
    settle();
    this.#opening.close();
  }
}

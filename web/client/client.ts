import { eventsOf } from "./events.js";
import { LiveSession, type LiveOptions } from "./live.js";
import type { components, paths } from "./openapi.js";
import { send, sendWithProgress, type Progress, type Request } from "./transport.js";
import { bodyOf, type Video } from "./video.js";

type Schemas = components["schemas"];
export type Score = Schemas["Score"];
export type Face = Schemas["Face"];
export type Report = NonNullable<Score["report"]>;
export type Job = Schemas["Job"];
export type Health = Schemas["Health"];
export type Decision = Schemas["Decision"];
export type ReasonCode = Schemas["ReasonCode"];

/** What may be asked of an analysis, by the names that the service knows. */
export type AnalysisOptions = NonNullable<paths["/score"]["post"]["parameters"]["query"]>;

export interface ClientOptions {
  /** Where the service is; in a browser, where the page is from. */
  url?: string | URL;
  /** Sent as a header, never in an address. */
  key?: string | undefined;
}

export interface Sending {
  signal?: AbortSignal | undefined;
  /** In browsers, for a Blob. */
  onProgress?: Progress;
}

export interface JobSending extends Sending {
  /** The same key gives the same job. */
  idempotencyKey?: string;
  /** An https address that is told when the job has ended. */
  webhook?: string;
}

/** What this service can do that others of its kind may not. */
export interface Abilities {
  live: boolean;
  options: ReadonlySet<string>;
}

export class Client {
  readonly #url: string;
  readonly #key: string | undefined;

  constructor({ url = "", key }: ClientOptions = {}) {
    this.#url = String(url).replace(/\/$/, "");
    this.#key = key;
  }

  /** Does the voice belong to the lips? One request, one answer. */
  async score(video: Video, options: AnalysisOptions = {}, sending: Sending = {}): Promise<Score> {
    return this.#sendVideo<Score>("/v1/score", video, options, {}, sending);
  }

  /** The same without waiting; the job survives whatever happens to the service. */
  async createJob(video: Video, options: AnalysisOptions = {}, sending: JobSending = {}): Promise<Job> {
    const { idempotencyKey, webhook } = sending;
    const headers: Record<string, string> = idempotencyKey ? { "Idempotency-Key": idempotencyKey } : {};
    return this.#sendVideo<Job>("/v1/jobs", video, webhook ? { ...options, webhook } : options, headers, sending);
  }

  async job(id: string, signal?: AbortSignal): Promise<Job> {
    return this.#json(this.#request("GET", jobPath(id), signal));
  }

  async deleteJob(id: string, signal?: AbortSignal): Promise<void> {
    await send(this.#request("DELETE", jobPath(id), signal));
  }

  /** The job whenever it changes; the last one has ended. */
  async *watchJob(id: string, signal?: AbortSignal): AsyncGenerator<Job> {
    for (;;) {
      for await (const event of eventsOf(await send(this.#request("GET", `${jobPath(id)}/events`, signal)))) {
        const job = JSON.parse(event.data) as Job;
        yield job;
        if (job.state === "done" || job.state === "failed") return;
      }
      // The service ends such an answer after an hour; something in between may do so sooner.
      await new Promise((later) => setTimeout(later, 1000));
    }
  }

  async health(signal?: AbortSignal): Promise<Health> {
    return this.#json(this.#request("GET", "/health", signal));
  }

  async abilities(signal?: AbortSignal): Promise<Abilities> {
    interface Description {
      paths: Record<string, { post?: { parameters?: { name?: string }[] } }>;
    }
    const { paths } = await this.#json<Description>(this.#request("GET", "/openapi.json", signal));
    const names = paths["/v1/score"]?.post?.parameters?.flatMap(({ name }) => name ?? []);
    return { live: "/v1/live" in paths, options: new Set(names) };
  }

  /** Scores a recording while it is made, by WebSocket. */
  live(options: LiveOptions = {}): LiveSession {
    const url = new URL(`${this.#url}/v1/live`, globalThis.location?.href);
    url.protocol = url.protocol.replace("http", "ws");
    return new LiveSession(url, this.#key, options);
  }

  async #sendVideo<T>(
    path: string,
    video: Video,
    fields: object,
    headers: Record<string, string>,
    { signal, onProgress }: Sending,
  ): Promise<T> {
    const { type, data, beside } = bodyOf(video, fields);
    const request = this.#request("POST", path + queryOf(beside), signal);
    Object.assign(request.headers, headers, { "Content-Type": type });
    request.body = data;
    if (!onProgress || !(data instanceof Blob) || typeof XMLHttpRequest === "undefined") return this.#json(request);
    return JSON.parse(await sendWithProgress(request, onProgress)) as T;
  }

  #request(method: Request["method"], path: string, signal: AbortSignal | undefined): Request {
    const headers: Record<string, string> = this.#key ? { Authorization: `Bearer ${this.#key}` } : {};
    return { method, url: this.#url + path, headers, signal };
  }

  async #json<T>(request: Request): Promise<T> {
    return (await (await send(request)).json()) as T;
  }
}

function jobPath(id: string): string {
  return `/v1/jobs/${encodeURIComponent(id)}`;
}

function queryOf(fields: Record<string, unknown>): string {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null);
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return query && `?${query}`;
}

import { problemOf, UnreachableError } from "./problem.js";

export interface Request {
  method: "GET" | "POST" | "DELETE";
  url: string;
  headers: Record<string, string>;
  body?: Blob | string | ReadableStream<Uint8Array>;
  signal?: AbortSignal | undefined;
}

/** How much of the body has been sent. */
export type Progress = (sent: number, total: number) => void;

/** The answer, where it is a success. Throws ProblemError, UnreachableError, and what the signal was aborted for. */
export async function send(request: Request): Promise<Response> {
  const { url, signal, ...rest } = request;
  const streamed = rest.body instanceof ReadableStream ? { duplex: "half" } : {};
  let answer: Response;
  try {
    answer = await fetch(url, { ...rest, ...streamed, signal: signal ?? null });
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw new UnreachableError("the service can't be reached", { cause: error });
  }
  if (answer.ok) return answer;
  throw problemOf(answer.status, await answer.text().catch(() => ""), answer.headers.get("Retry-After"));
}

/** The same for browsers, where fetch can't tell how far an upload is. */
export function sendWithProgress(request: Request, onProgress: Progress): Promise<string> {
  return new Promise((resolve, reject) => {
    const { signal, body } = request;
    if (signal?.aborted) return reject(signal.reason);
    const xhr = new XMLHttpRequest();
    const abort = () => xhr.abort();
    signal?.addEventListener("abort", abort);
    xhr.upload.onprogress = (event) => onProgress(event.loaded, event.total);
    xhr.onload = () => {
      if (xhr.status >= 200 && xhr.status < 300) resolve(xhr.responseText);
      else reject(problemOf(xhr.status, xhr.responseText, xhr.getResponseHeader("Retry-After")));
    };
    xhr.onerror = () => reject(new UnreachableError("the service can't be reached"));
    xhr.onabort = () => reject(signal?.reason);
    xhr.onloadend = () => signal?.removeEventListener("abort", abort);
    xhr.open(request.method, request.url);
    for (const [name, value] of Object.entries(request.headers)) xhr.setRequestHeader(name, value);
    xhr.send(body as Blob | string);
  });
}

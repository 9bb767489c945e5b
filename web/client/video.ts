/** The video of a request. */
export type Video =
  | Blob
  /** A file that the service sees itself, below a folder of its UPLOAD_DIR. */
  | { path: string }
  /**
   * Bytes as they come, never held in memory as a whole; `type` is their Content-Type. A form that a client of yours
   * sends (`multipart/form-data; boundary=…`) may go on as it is: it then has the options, too.
   */
  | { stream: ReadableStream<Uint8Array>; type: string };

export interface Body {
  readonly type: string;
  readonly data: Blob | string | ReadableStream<Uint8Array>;
  /** What goes beside the body, in the query. */
  readonly beside: Record<string, unknown>;
}

export function bodyOf(video: Video, fields: object): Body {
  const beside = fields as Record<string, unknown>;
  // The service looks at the bytes, and what browsers call a file may not be a video's name.
  if (video instanceof Blob) return { type: "application/octet-stream", data: video, beside };
  if ("stream" in video) return { type: video.type, data: video.stream, beside };
  return { type: "application/json", data: JSON.stringify({ video_path: video.path, ...fields }), beside: {} };
}

import { CannotRecord } from "./camera.ts";

const CHUNK_MS = 200;
const BITS_PER_SECOND = 1_500_000;
// The service reads them while they grow; VP8 costs phones the least.
const TYPES = ["video/webm;codecs=vp8,opus", "video/webm", "video/mp4"];

export interface RecordingOptions {
  /** It ends by itself after so many seconds. */
  seconds: number;
  onChunk?: (chunk: Blob) => void;
  onTime: (seconds: number) => void;
}

/** A recording from its first moment; what comes is handed on at once, and kept. */
export class Recording {
  readonly whole: Promise<Blob>;
  readonly #recorder: MediaRecorder;

  constructor(stream: MediaStream, { seconds, onChunk, onTime }: RecordingOptions) {
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    if (!mimeType) throw new CannotRecord("cannotRecord");
    const recorder = new MediaRecorder(stream, { mimeType, videoBitsPerSecond: BITS_PER_SECOND });
    this.#recorder = recorder;

    const chunks: Blob[] = [];
    recorder.ondataavailable = ({ data }) => {
      if (data.size === 0) return;
      chunks.push(data);
      onChunk?.(data);
    };
    const began = performance.now();
    const clock = setInterval(() => {
      const now = (performance.now() - began) / 1000;
      onTime(Math.min(now, seconds));
      if (now >= seconds) this.stop();
    }, CHUNK_MS);
    this.whole = new Promise((resolve) => {
      recorder.onstop = () => {
        clearInterval(clock);
        resolve(new Blob(chunks, { type: mimeType }));
      };
    });
    recorder.start(CHUNK_MS);
  }

  /** The last chunk comes before `whole` is there. */
  stop(): Promise<Blob> {
    if (this.#recorder.state !== "inactive") this.#recorder.stop();
    return this.whole;
  }
}

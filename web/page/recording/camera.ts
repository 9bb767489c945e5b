/** Why there is no recording; the names are those of the messages. */
export class CannotRecord extends Error {
  constructor(readonly why: "denied" | "noDevice" | "deviceBusy" | "insecure" | "cannotRecord") {
    super(why);
  }
}

export interface Choice {
  camera?: string;
  microphone?: string;
}

/** Camera and microphone, as the visitor allows. Throws CannotRecord. */
export async function openCamera({ camera, microphone }: Choice): Promise<MediaStream> {
  if (!navigator.mediaDevices) throw new CannotRecord("insecure");
  if (typeof MediaRecorder === "undefined") throw new CannotRecord("cannotRecord");
  try {
    return await navigator.mediaDevices.getUserMedia({
      video: {
        ...(camera ? { deviceId: { exact: camera } } : { facingMode: "user" }),
        width: { ideal: 640 },
        height: { ideal: 480 },
        frameRate: { ideal: 30 },
      },
      // What makes a call pleasant may swallow or shift speech.
      audio: {
        ...(microphone ? { deviceId: { exact: microphone } } : {}),
        echoCancellation: false,
        noiseSuppression: false,
        autoGainControl: true,
      },
    });
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    if (name === "NotAllowedError" || name === "SecurityError") throw new CannotRecord("denied");
    if (name === "NotFoundError" || name === "OverconstrainedError") throw new CannotRecord("noDevice");
    throw new CannotRecord("deviceBusy");
  }
}

export function close(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** Of one kind; they have names only once they were allowed. */
export async function devices(kind: "videoinput" | "audioinput"): Promise<MediaDeviceInfo[]> {
  return (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === kind);
}

export interface ServerEvent {
  name: string;
  data: string;
}

/** The server-sent events of an answer. EventSource can't send a key. */
export async function* eventsOf(answer: Response): AsyncGenerator<ServerEvent> {
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += value;
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const event = parsed(text.slice(0, end));
        text = text.slice(end + 2);
        if (event) yield event;
      }
    }
  } finally {
    await reader.cancel();
  }
}

// Null: a comment, which tells that the connection lives.
function parsed(block: string): ServerEvent | null {
  const event = { name: "message", data: "" };
  for (const line of block.split("\n")) {
    const [, field, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (field === "event") event.name = value!;
    if (field === "data") event.data += value!;
  }
  return event.data ? event : null;
}

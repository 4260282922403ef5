/** Reads a stream of server-sent events as WHATWG HTML 9.2.6 says. It ignores ids and reconnection times. */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
}

export type Body = NonNullable<Response['body']>;

/** No line of the vault's is longer. */
const MAX_LINE = 1024 * 1024;

/** @param alive called at every sign of life, also for comments */
export async function* eventsIn(body: Body, alive: () => void): AsyncGenerator<StreamEvent, void, undefined> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let text = '';
  let [event, data]: [string, string[]] = ['', []];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      // An event without an empty line after it is not complete, and is dropped.
      if (done) return;
      alive();
      text += decoder.decode(value, { stream: true });
      if (text.length > MAX_LINE) throw new RangeError('This is no stream of events.');
      // A carriage return at the end may be half of a line's end, so it waits for the next bytes.
      const lines = text.split(/\r\n|\n|\r(?!$)/);
      text = lines.pop() ?? '';
      for (const line of lines) {
        if (line === '') {
          if (data.length > 0) yield { event: event || 'message', data: data.join('\n') };
          [event, data] = ['', []];
          continue;
        }
        const [, field, content = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
        if (field === 'event') event = content;
        else if (field === 'data') data.push(content);
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

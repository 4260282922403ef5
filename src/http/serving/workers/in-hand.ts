/**
 * The first process takes each connection and hands it to a worker, the next one in turn; until the worker says that it
 * has it, both hold it. If the worker dies first, Node forgets the first process's hold, and the client would wait for
 * an answer from nobody.
 *
 * Guarantees: such a connection is closed, as those are that the worker had already.
 * Does not: know Node's own messages. It relies on a handle being the second argument of `send`, and on one connection
 * at a time being in hand for a worker; `test/threats/workers.test.ts` notices when this no longer holds.
 */
import type { Worker } from 'node:cluster';

interface Handle {
  close(): void;
}

/** To whom a connection was handed last: a worker that stops refuses it, and another is asked. */
const holders = new WeakMap<Handle, Worker>();

export function closeWhatIsInHand(worker: Worker): void {
  const { process } = worker;
  const send = process.send.bind(process) as (...args: unknown[]) => boolean;
  let inHand: Handle | undefined;
  process.send = (...args: unknown[]) => {
    const [, handle] = args;
    if (isHandle(handle)) {
      inHand = handle;
      holders.set(handle, worker);
    }
    return send(...args);
  };
  // Closing what is closed does nothing. Either may come first, and something may be handed over in between.
  const close = () => {
    if (inHand !== undefined && holders.get(inHand) === worker) inHand.close();
  };
  worker.on('exit', close);
  worker.on('disconnect', close);
}

function isHandle(value: unknown): value is Handle {
  return typeof value === 'object' && value !== null && 'close' in value;
}

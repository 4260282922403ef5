/**
 * The program of a worker. It takes over the settings and the root key from the first process, and then serves like a
 * server that is alone (`../run.ts`). It ends when it is told to, and when the first process is gone.
 */
import '../../../closed-memory.ts';
import cluster from 'node:cluster';
import { telltales } from '../../../config.ts';
import { assertMemoryIsClosed } from '../../../process-memory.ts';
import { newLog } from '../log.ts';
import { dieQuietly, explain, runVault } from '../run.ts';
import { listenForStop } from '../stopping.ts';
import type { Supervisor } from '../supervisor.ts';
import { type FromWorker, newColleagues, type ToWorker } from './colleagues.ts';
import { closePipe, giveBack, take } from './handover.ts';

async function run(): Promise<void> {
  dieQuietly();
  assertMemoryIsClosed(...telltales());
  const { config, number, isFirst } = take();
  const log = newLog(config.logLevel, number);
  const send = (message: FromWorker) => {
    if (process.connected) process.send?.(message, () => {});
  };
  const stopping = listenForStop({ log, withParent: false });
  const colleagues = newColleagues(number, send);
  process.on('message', (message: ToWorker) => {
    if (message.is === 'stop') stopping.stop('the first process stops');
    else colleagues.receive(message);
  });
  // Node would end the process here and now, whatever it is about to answer.
  if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true;
  process.on('disconnect', () => {
    // A person has asked twice.
    if (stopping.asked) process.exit(1);
    stopping.stop('the first process is gone');
  });
  if (!isFirst) closePipe();
  const status = (text: string, isReady: boolean) => send({ is: 'status', status: text, isReady });
  const supervisor: Supervisor = {
    ready: (text) => status(text, true),
    status: (text) => status(text, false),
    stopping: () => send({ is: 'stopping' }),
  };
  await runVault(config, {
    ...{ log, stopping, supervisor, colleagues, isFirst },
    unsealed: isFirst ? giveBack : undefined,
    serving: () => send({ is: 'serving' }),
  });
}

await run().catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
});

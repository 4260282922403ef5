/**
 * How a worker gets what it needs to open the vault: through a pipe that its process is born with. Only the two ends
 * have it; nothing of it is in an argument, the environment, a file or a message.
 *
 *   to the worker   4 + n bytes    length, and JSON: the settings but for the key, and which worker this is
 *                   4 + 32 bytes   length, and the root key; if the JSON says that it follows
 *   back            32 bytes       the root key, from the worker that unsealed the vault
 *
 * Guarantees: the worker reads the key into one buffer, which its owner wipes, and it has closed the pipe before it
 * serves. The first process keeps one copy, to start workers with, and wipes it at the end.
 * Does not: reach the copies that Node makes of what a pipe brings, or strings: a passphrase, a PIN, the stores' URLs.
 */
import { closeSync, readSync, writeSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import type { Config } from '../../../config.ts';
import { StartError } from '../../../errors.ts';
import { secret, wipe } from '../../../secret.ts';

type RootKey = Config['rootKey'];

/** Where a worker finds the pipe. */
const PIPE = 3;
export const STDIO = ['ignore', 'inherit', 'inherit', 'pipe', 'ipc'] as const;
const KEY_BYTES = 32;
const LENGTH_BYTES = 4;

/** What a worker is handed. */
export interface Handed {
  readonly config: Config;
  /** Which worker it is, from 1. */
  readonly number: number;
  /** Whether it unseals the vault, and hands the root key back. */
  readonly isFirst: boolean;
}

interface Text extends Handed {
  readonly hasKey: boolean;
}

/** @param handed the caller keeps the root key in it */
export function give(pipe: Duplex, { config, ...place }: Handed): void {
  // A worker may end before it has read this; what becomes of it is seen by its end.
  pipe.on('error', () => {});
  const { rootKey } = config;
  const key = rootKey.from === 'environment' ? rootKey.key : undefined;
  // A server has no use for the API key of the command line, and the supervisor is told by the first process alone.
  const settings = { ...config, apiKey: undefined, notify: undefined, rootKey: { ...rootKey, key: undefined } };
  send(pipe, Buffer.from(JSON.stringify({ config: settings, ...place, hasKey: key !== undefined })));
  if (key !== undefined) send(pipe, Buffer.from(key));
}

/** Wipes the bytes when they have gone. */
function send(pipe: Duplex, bytes: Buffer): void {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(bytes.length);
  pipe.write(length);
  pipe.write(bytes, () => wipe(bytes));
}

/** @returns what this worker was handed; the caller owns the root key in it */
export function take(): Handed {
  using text = secret(readPart());
  const { hasKey, config, ...place } = JSON.parse(text.toString()) as Text;
  const rootKey = hasKey ? ({ ...config.rootKey, key: readPart() } as RootKey) : config.rootKey;
  return { ...place, config: { ...config, rootKey } };
}

function readPart(): Buffer {
  return read(read(LENGTH_BYTES).readUInt32BE());
}

/** Waits for so many bytes. @throws where the first process is gone */
function read(size: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(size);
  for (let at = 0; at < size; ) {
    const count = readSync(PIPE, bytes, at, size - at, null);
    if (count === 0) throw new StartError('The first process of this server is gone.');
    at += count;
  }
  return bytes;
}

/** Hands the root key back, and nothing more. @param rootKey the caller keeps it */
export function giveBack(rootKey: Buffer): void {
  writeSync(PIPE, rootKey);
  closePipe();
}

/** To be called when nothing is handed over any more. */
export function closePipe(): void {
  closeSync(PIPE);
}

/** @param received gets the root key that a worker hands back, and owns it */
export function takeBack(pipe: Duplex, received: (rootKey: Buffer) => void): void {
  const key = Buffer.allocUnsafeSlow(KEY_BYTES);
  let at = 0;
  pipe.on('data', (chunk: Buffer) => {
    at += chunk.copy(key, at);
    wipe(chunk);
    if (at === KEY_BYTES) received(key);
  });
  pipe.once('close', () => {
    if (at < KEY_BYTES) wipe(key);
  });
}

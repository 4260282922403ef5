/**
 * The root key comes from outside at start: the environment, a file, a passphrase, or shares (`root-shares.ts`). It is
 * never in a database. A check value is, which detects a wrong root key before anything is opened or written with it.
 */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { deriveKey, passphraseKey } from '../../crypto/kdf.ts';
import { equalBytes } from '../../crypto/mac.ts';
import type { RandomSource } from '../../crypto/random.ts';
import { StartError, UnavailableError } from '../../errors.ts';
import { makeFolder } from '../../make-folder.ts';
import type { KeyTx, Reader } from '../../storage/tx.ts';
import { keyFact } from '../key-store-facts.ts';
import type { RootKeySource } from '../settings.ts';
import { createDurably } from '../slots/durable-file.ts';

const KEY_BYTES = 32;
const SALT_BYTES = 16;

/**
 * @param mayCreate whether an absent key file (or salt) is made: only for a vault that holds nothing yet
 * @returns 32 bytes owned by the caller
 * @throws {StartError} where the source has no usable key
 */
export async function loadRootKey(source: RootKeySource, random: RandomSource, mayCreate: boolean): Promise<Buffer> {
  if (source.from === 'environment') return Buffer.from(source.key);
  if (source.from === 'shares') {
    throw new StartError(
      'This vault starts from shares of its root key: run `npm run lethe -- serve`, then `npm run lethe -- unseal` for each.',
    );
  }
  if (source.from === 'passphrase') {
    const salt = await readOrCreate(source.saltPath, SALT_BYTES, 'salt', random, mayCreate);
    return passphraseKey(source.passphrase, salt);
  }
  return readOrCreate(source.path, KEY_BYTES, 'root key', random, mayCreate);
}

/** Key files are one line of hexadecimal digits, so that they survive a copy, a printout and a password manager. */
async function readOrCreate(
  path: string,
  sizeBytes: number,
  what: string,
  random: RandomSource,
  mayCreate: boolean,
): Promise<Buffer> {
  const text = await readFile(path, 'ascii').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new StartError(`The ${what} file cannot be read (${path}, ${error.code}).`);
  });
  if (text !== undefined) {
    const digits = text.trim();
    // Checked by hand: Node reads hexadecimal up to the first character that is none, and says nothing.
    if (digits.length !== 2 * sizeBytes || !/^[0-9a-f]*$/i.test(digits)) {
      throw new StartError(`The ${what} file (${path}) does not hold ${sizeBytes} bytes in hexadecimal.`);
    }
    return Buffer.from(digits, 'hex');
  }
  if (!mayCreate) {
    throw new StartError(
      `The ${what} file is missing (${path}), and this vault holds data sealed under it. Put the file back (see keys/README.md).`,
    );
  }
  const key = random(sizeBytes);
  await makeFolder(dirname(path));
  if (await createDurably(path, Buffer.from(`${key.toString('hex')}\n`, 'ascii'))) return key;
  // Another process made it since: a vault has one root key, and that is the one.
  return readOrCreate(path, sizeBytes, what, random, false);
}

/**
 * A vault whose root key is being replaced has keys under two: with one of them it must not serve.
 * @throws {StartError} saying what to run
 */
export async function assertNotReplacing(reader: Reader<'keys'>): Promise<void> {
  if ((await keyFact(reader, 'root_key_check_next')) === undefined) return;
  throw new StartError(
    'The root key of this vault is being replaced, and that was interrupted. Run `npm run lethe -- root replace` again, with the same new key.',
  );
}

/** @throws {StartError} where the replacement of the root key was begun with another key */
export async function assertReplacing(reader: Reader<'keys'>, key: Uint8Array, vaultId: string): Promise<void> {
  const next = await keyFact(reader, 'root_key_check_next');
  if (next === undefined || next === rootKeyCheck(key, vaultId)) return;
  throw new StartError('The replacement of the root key was begun with another new key. Bring that one.');
}

/**
 * Whether a root key is the one that new epochs of this vault are made with.
 * @throws {UnavailableError} where it was replaced, or is being replaced, by another
 */
export async function assertCurrent(tx: KeyTx, check: string): Promise<void> {
  const [present, next] = [await keyFact(tx, 'root_key_check'), await keyFact(tx, 'root_key_check_next')];
  // A vault that is just being made has neither yet.
  if ((next ?? present ?? check) === check) return;
  throw new UnavailableError('key_unavailable', 'The root key of this vault was replaced. Restart with the new one.');
}

/** Says which root key a vault was made with and gives away nothing else about it. */
export function rootKeyCheck(rootKey: Uint8Array, vaultId: string): string {
  return deriveKey(rootKey, 'lethe/root-key-check/1', vaultId).subarray(0, 16).toString('hex');
}

export function assertRootKey(rootKey: Uint8Array, vaultId: string, expected: string): void {
  if (!equalBytes(Buffer.from(rootKeyCheck(rootKey, vaultId)), Buffer.from(expected))) {
    throw new StartError('This is not the root key of this vault: its check value differs. Nothing has been changed.');
  }
}

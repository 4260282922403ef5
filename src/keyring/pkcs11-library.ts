/**
 * PKCS#11 libraries as a process has them: each loaded once, initialised for all who use it, and finalised with the
 * last. The only user of pkcs11js, which is loaded when the first library is: it is an optional dependency, and a vault
 * without an HSM needs none.
 *
 * Does not: let a library's texts out, which may name paths; of an error only the name of its return value is kept.
 */
import { createRequire } from 'node:module';
import { UnavailableError } from '../errors.ts';

/** What is used of pkcs11js. Spelt out here, because the types are absent where the package is. */
export interface Cryptoki {
  load(path: string): void;
  close(): void;
  C_Initialize(options?: { flags: number }): void;
  C_Finalize(): void;
  C_GetSlotList(tokenPresent: boolean): Buffer[];
  C_GetSlotInfo(slot: Buffer): { flags: number };
  C_GetTokenInfo(slot: Buffer): TokenInfo;
  C_GetInfo(): { manufacturerID: string; libraryDescription: string; libraryVersion: Version };
  C_OpenSession(slot: Buffer, flags: number): Buffer;
  C_CloseSession(session: Buffer): void;
  C_Login(session: Buffer, user: number, pin: string): void;
  C_CreateObject(session: Buffer, template: Attribute[]): Buffer;
  C_DestroyObject(session: Buffer, object: Buffer): void;
  C_FindObjectsInit(session: Buffer, template: Attribute[]): void;
  C_FindObjects(session: Buffer, max: number): Buffer[];
  C_FindObjectsFinal(session: Buffer): void;
  C_GetAttributeValue(session: Buffer, object: Buffer, template: Attribute[]): { type: number; value: Buffer }[];
}

export interface Version {
  readonly major: number;
  readonly minor: number;
}

export interface TokenInfo {
  readonly label: string;
  readonly manufacturerID: string;
  readonly model: string;
  readonly serialNumber: string;
  readonly flags: number;
  readonly firmwareVersion: Version;
}

export interface Attribute {
  readonly type: number;
  readonly value?: number | boolean | string | Buffer;
}

const CKF_OS_LOCKING_OK = 0x2;

const REFUSED_PIN = new Set(['CKR_PIN_INCORRECT', 'CKR_PIN_LOCKED', 'CKR_PIN_EXPIRED', 'CKR_PIN_LEN_RANGE']);
/** After these a library may be well again once it has been initialised anew. */
const LOST = new Set([
  ...['CKR_CRYPTOKI_NOT_INITIALIZED', 'CKR_DEVICE_ERROR', 'CKR_DEVICE_REMOVED', 'CKR_GENERAL_ERROR'],
  ...['CKR_SESSION_CLOSED', 'CKR_SESSION_HANDLE_INVALID', 'CKR_SLOT_ID_INVALID'],
  ...['CKR_TOKEN_NOT_PRESENT', 'CKR_TOKEN_NOT_RECOGNIZED'],
]);

/** One copy of a library a process: `C_Initialize` counts for all that use it. */
const loaded = new Map<string, { readonly cryptoki: Cryptoki; users: number }>();

/** @throws {UnavailableError} saying what is missing */
export function loadLibrary(path: string): Cryptoki {
  const known = loaded.get(path);
  if (known !== undefined) {
    known.users += 1;
    return known.cryptoki;
  }
  const cryptoki = newCryptoki();
  try {
    cryptoki.load(path);
    initialise(cryptoki);
  } catch (error) {
    throw refusal(error, 'The PKCS#11 library cannot be loaded. Is it installed, and for this kind of machine?');
  }
  loaded.set(path, { cryptoki, users: 1 });
  return cryptoki;
}

/** For each `loadLibrary` once. */
export function unloadLibrary(path: string): void {
  const known = loaded.get(path);
  if (known === undefined) return;
  known.users -= 1;
  if (known.users > 0) return;
  loaded.delete(path);
  attempt(() => known.cryptoki.C_Finalize());
  attempt(() => known.cryptoki.close());
}

/** For a library that has lost its device. Ends the sessions of all its users, who have none between operations. */
export function restart(cryptoki: Cryptoki): void {
  attempt(() => cryptoki.C_Finalize());
  initialise(cryptoki);
}

function newCryptoki(): Cryptoki {
  try {
    const { PKCS11 } = createRequire(import.meta.url)('pkcs11js') as { PKCS11: new () => Cryptoki };
    return new PKCS11();
  } catch {
    throw new UnavailableError(
      'key_unavailable',
      'The package pkcs11js is not installed. It is built at `npm install`, which takes Python 3, make and a C++ compiler.',
    );
  }
}

function initialise(cryptoki: Cryptoki): void {
  try {
    cryptoki.C_Initialize({ flags: CKF_OS_LOCKING_OK });
  } catch (error) {
    if (codeOf(error) !== 'CKR_CRYPTOKI_ALREADY_INITIALIZED') throw error;
  }
}

/** The name of a PKCS#11 return value; never the text around it, which may name paths. */
export function codeOf(error: unknown): string {
  return /\bCKR_[A-Z0-9_]+/.exec(error instanceof Error ? error.message : '')?.[0] ?? 'unknown';
}

export function refusal(error: unknown, message = 'The HSM does not answer, or refuses to.'): UnavailableError {
  if (error instanceof UnavailableError) return error;
  const code = codeOf(error);
  const said = REFUSED_PIN.has(code)
    ? 'The HSM refuses the PIN. It is not tried again until it changes: tokens lock themselves.'
    : message;
  return new UnavailableError('key_unavailable', said, { cause: code });
}

export function isLost(error: unknown): boolean {
  return LOST.has(codeOf(error));
}

export function isRefusedPin(error: unknown): boolean {
  return REFUSED_PIN.has(codeOf(error));
}

export function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // What is to be closed may be gone already.
  }
}

/**
 * PKCS#11 libraries as a process has them: each loaded once, initialised for all who use it, and finalised with the
 * last. The only user of pkcs11js, which is loaded when the first library is: it is an optional dependency, and a vault
 * without an HSM needs none.
 *
 * Does not: let a library's texts out, which may name paths; of an error only the name of its return value is kept.
 */
import { createRequire } from 'node:module';
import { UnavailableError } from '../../errors.ts';

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

interface TokenInfo {
  readonly label: string;
  readonly manufacturerID: string;
  readonly model: string;
  readonly serialNumber: string;
  readonly flags: number;
  readonly firmwareVersion: Version;
}

interface Attribute {
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
    // The reason is the dynamic linker's, with a path in it: the one that a setting names is said by the caller.
    throw error instanceof UnavailableError ? error : new LibraryNotLoadedError();
  }
  loaded.set(path, { cryptoki, users: 1 });
  return cryptoki;
}

/** Called once for each `loadLibrary`. */
export function unloadLibrary(path: string): void {
  const known = loaded.get(path);
  if (known === undefined) return;
  known.users -= 1;
  if (known.users > 0) return;
  loaded.delete(path);
  attempt(() => known.cryptoki.C_Finalize());
  attempt(() => known.cryptoki.close());
}

/** For a library that has lost its device. Ends the sessions of all its users; they have none between operations. */
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

/** A failure of the dynamic linker, or of the library's own start. */
export class LibraryNotLoadedError extends Error {}

/** What was tried on which token, for an operator. It never has a PIN. */
export interface Tried {
  /** The root slot, its library, and the token's label. */
  readonly slot: string;
  readonly library: string;
  readonly token: string;
  /** Such as `log in`. */
  readonly step: string;
}

/** @param others the labels that were found where the token was not */
export function refusal(
  error: unknown,
  { slot, library, token, step }: Tried,
  others: readonly string[] = [],
): UnavailableError {
  const code = codeOf(error);
  const said = (what: string) =>
    new UnavailableError('key_unavailable', `The root slot ${slot} (HSM, token ${token}): ${what}`, { cause: code });
  if (error instanceof UnavailableError) return said(error.message);
  if (error instanceof LibraryNotLoadedError) {
    return said(`the PKCS#11 library cannot be loaded (${library}). Is it installed, and for this kind of machine?`);
  }
  if (code === 'CKR_PIN_LOCKED') {
    return said('the token has locked its PIN after wrong ones. Its security officer sets a new one.');
  }
  if (REFUSED_PIN.has(code)) {
    return said(
      `the token refuses the PIN of LETHE_HSM_PIN, or of its file (${code}). It is not tried again until it changes: tokens lock themselves.`,
    );
  }
  if (code === 'CKR_TOKEN_NOT_PRESENT') {
    const found = others.length === 0 ? 'there is none' : `there are ${others.join(', ')}`;
    return said(`no token has this label, or it is taken out (${library}; ${found}).`);
  }
  return said(`it does not answer, or refuses to ${step} (${code}).`);
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
    // It may be gone already.
  }
}

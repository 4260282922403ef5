/**
 * One token behind a PKCS#11 library (OASIS PKCS #11 v2.40): finds it by its label, logs in, and runs a few calls in a
 * session of their own.
 *
 * Guarantees: every operation is one synchronous run of calls, so that none meets another's session or login; a session
 * lost since is no matter, because each operation opens its own; a library that has lost its device is initialised
 * anew, once; a PIN that was refused is not tried again by this process, because tokens lock themselves.
 * Does not: keep the event loop free. A call blocks it for as long as the device takes; hence few calls, and short.
 */
import { UnavailableError } from '../../errors.ts';
import {
  attempt,
  type Cryptoki,
  codeOf,
  isLost,
  isRefusedPin,
  loadLibrary,
  refusal,
  restart,
  unloadLibrary,
  type Version,
} from './pkcs11-library.ts';

// PKCS #11 v2.40, pkcs11t.h.
const CKF_HW_SLOT = 0x4;
const CKF_WRITE_PROTECTED = 0x2;
const CKF_LOGIN_REQUIRED = 0x4;
const CKF_RW_AND_SERIAL_SESSION = 0x2 | 0x4;
const CKU_USER = 1;
const CKO_DATA = 0;
const CKA = { CLASS: 0, TOKEN: 1, PRIVATE: 2, LABEL: 3, APPLICATION: 0x10, VALUE: 0x11, MODIFIABLE: 0x170 } as const;
const PAGE = 16;

export interface Pkcs11Settings {
  /** Path of the library, such as `/usr/lib/softhsm/libsofthsm2.so`. */
  readonly library: string;
  /** Label of the token. */
  readonly token: string;
  /** Tells two tokens of one label apart. */
  readonly serial?: string | undefined;
}

/** What answers, as it names itself. */
export interface TokenFacts {
  readonly product: string;
  /** Whether the library says that a device is behind the slot (CKF_HW_SLOT), and not a program. */
  readonly hardware: boolean;
  readonly serial: string;
}

/** The objects of one label, within one session. */
export interface TokenSession {
  readonly facts: TokenFacts;
  /** The values of all private objects of this label. */
  valuesOf(label: string): Buffer[];
  create(label: string, value: Buffer): void;
  /** @returns how many were there */
  destroyAll(label: string): number;
}

export class Pkcs11Token {
  readonly #settings: Pkcs11Settings;
  readonly #slot: string;
  readonly #pin: () => Promise<string>;
  #cryptoki: Cryptoki | undefined;
  #refused: { readonly pin: string; readonly refusal: UnavailableError } | undefined;
  /** What is being tried, and which other tokens were seen. */
  #step = '';
  #others: readonly string[] = [];

  /**
   * @param slot the name of the root slot, for messages
   * @param pin read for each operation, so that a file may be replaced while the vault runs
   */
  constructor(slot: string, settings: Pkcs11Settings, pin: () => Promise<string>) {
    this.#slot = slot;
    this.#settings = settings;
    this.#pin = pin;
  }

  /**
   * @param what the work is, for messages: such as `store a secret`
   * @throws {UnavailableError} naming slot, token and what was tried, and never a library's text
   */
  async run<R>(what: string, work: (session: TokenSession) => R): Promise<R> {
    const pin = await this.#pin();
    // Said as it was when it was tried: a vault asks more than once while it opens.
    if (pin === this.#refused?.pin) throw this.#refused.refusal;
    const inSession = (cryptoki: Cryptoki) => this.#inSession(cryptoki, pin, what, work);
    try {
      this.#step = 'be loaded';
      this.#cryptoki ??= loadLibrary(this.#settings.library);
      return inSession(this.#cryptoki);
    } catch (error) {
      if (!isLost(error) || this.#cryptoki === undefined) throw this.#refusal(error, pin);
    }
    try {
      restart(this.#cryptoki);
      return inSession(this.#cryptoki);
    } catch (error) {
      throw this.#refusal(error, pin);
    }
  }

  close(): void {
    if (this.#cryptoki !== undefined) unloadLibrary(this.#settings.library);
    this.#cryptoki = undefined;
  }

  #refusal(error: unknown, pin: string): UnavailableError {
    const { library, token } = this.#settings;
    const said = refusal(error, { slot: this.#slot, library, token, step: this.#step }, this.#others);
    if (isRefusedPin(error)) this.#refused = { pin, refusal: said };
    return said;
  }

  #inSession<R>(cryptoki: Cryptoki, pin: string, what: string, work: (session: TokenSession) => R): R {
    this.#step = 'say which tokens it has';
    const { slot, facts } = this.#find(cryptoki);
    this.#step = 'open a session';
    const session = cryptoki.C_OpenSession(slot, CKF_RW_AND_SERIAL_SESSION);
    try {
      try {
        this.#step = 'log in';
        cryptoki.C_Login(session, CKU_USER, pin);
      } catch (error) {
        if (codeOf(error) !== 'CKR_USER_ALREADY_LOGGED_IN') throw error;
      }
      this.#step = what;
      return work(objects(cryptoki, session, facts));
    } finally {
      // With its last session an application is logged out as well (PKCS #11 v2.40, 5.6).
      attempt(() => cryptoki.C_CloseSession(session));
    }
  }

  #find(cryptoki: Cryptoki): { slot: Buffer; facts: TokenFacts } {
    const { token, serial } = this.#settings;
    const there = cryptoki.C_GetSlotList(true).map((slot) => ({ slot, info: cryptoki.C_GetTokenInfo(slot) }));
    this.#others = there.map(({ info }) => `${text(info.label) || '(no label)'} ${text(info.serialNumber)}`.trim());
    const found = there.filter(
      ({ info }) => text(info.label) === token && (serial ?? text(info.serialNumber)) === text(info.serialNumber),
    );
    const [one, another] = found;
    // The device says that it is not there: libraries that list tokens once find it after a new start.
    if (one === undefined) throw new Error('CKR_TOKEN_NOT_PRESENT');
    if (another !== undefined) {
      throw new UnavailableError('key_unavailable', 'two tokens have this label. Name the serial number of the one.');
    }
    const { info, slot } = one;
    if ((info.flags & CKF_LOGIN_REQUIRED) === 0) {
      throw new UnavailableError('key_unavailable', 'it shows its objects without a PIN.');
    }
    if ((info.flags & CKF_WRITE_PROTECTED) !== 0) {
      throw new UnavailableError('key_unavailable', 'it is write-protected.');
    }
    const { libraryDescription, libraryVersion } = cryptoki.C_GetInfo();
    const product =
      `${text(info.manufacturerID)} ${text(info.model)} ${version(info.firmwareVersion)}, ` +
      `library ${text(libraryDescription)} ${version(libraryVersion)}`;
    const hardware = (cryptoki.C_GetSlotInfo(slot).flags & CKF_HW_SLOT) !== 0;
    return { slot, facts: { product, hardware, serial: text(info.serialNumber) } };
  }
}

function objects(cryptoki: Cryptoki, session: Buffer, facts: TokenFacts): TokenSession {
  const find = (label: string): Buffer[] => {
    cryptoki.C_FindObjectsInit(session, [
      { type: CKA.TOKEN, value: true },
      { type: CKA.LABEL, value: label },
    ]);
    try {
      const found: Buffer[] = [];
      for (;;) {
        const page = cryptoki.C_FindObjects(session, PAGE);
        if (page.length === 0) return found;
        found.push(...page);
      }
    } finally {
      cryptoki.C_FindObjectsFinal(session);
    }
  };
  return {
    facts,
    valuesOf: (label) =>
      find(label).map((object) => {
        const [attribute] = cryptoki.C_GetAttributeValue(session, object, [{ type: CKA.VALUE }]);
        return attribute?.value ?? Buffer.alloc(0);
      }),
    create(label, value) {
      cryptoki.C_CreateObject(session, [
        { type: CKA.CLASS, value: CKO_DATA },
        { type: CKA.TOKEN, value: true },
        { type: CKA.PRIVATE, value: true },
        { type: CKA.MODIFIABLE, value: false },
        { type: CKA.APPLICATION, value: 'lethe' },
        { type: CKA.LABEL, value: label },
        { type: CKA.VALUE, value },
      ]);
    },
    destroyAll(label) {
      const found = find(label);
      for (const object of found) cryptoki.C_DestroyObject(session, object);
      return found.length;
    },
  };
}

/** Text fields are padded with blanks (PKCS #11 v2.40, 3.1). */
function text(padded: string): string {
  return padded.replace(/[\0 ]+$/, '');
}

function version({ major, minor }: Version): string {
  return `${major}.${minor}`;
}

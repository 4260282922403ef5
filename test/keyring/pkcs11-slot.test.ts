/** The PKCS#11 root slot against a real library: SoftHSM2, which `.ci/run` installs where it can. */
import { execFileSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { pooledRandom } from '../../src/crypto/random.ts';
import type { Cryptoki } from '../../src/keyring/slots/pkcs11-library.ts';
import { Pkcs11Slot, type Pkcs11SlotOptions } from '../../src/keyring/slots/pkcs11-slot.ts';
import { withParts } from '../support/home.ts';
import { onToken, pkcs11js, type SoftHsm, softHsm } from '../support/softhsm.ts';

const random = pooledRandom();
const VAULT = 'vlt_test';
const LABEL = `lethe/${VAULT}/epoch-000001`;
const hsm = await softHsm();

test('a library that is not there is said to be so, and a slot that is never used needs none', async () => {
  const settings = { name: 'hsm', vaultId: VAULT, token: 'any', pin: async () => '0000' };
  const slot = new Pkcs11Slot({ ...settings, library: '/nowhere/libnone.so' });

  await expect(slot.attest()).rejects.toMatchObject({
    ...{ kind: 'unavailable', code: 'key_unavailable' },
    message: expect.stringMatching(
      /PKCS#11 library cannot be loaded \(\/nowhere\/libnone.so\)|pkcs11js is not installed/,
    ),
  });
  await slot.close();
});

describe.skipIf(hsm === undefined)('on SoftHSM2', () => {
  const { library, pin } = hsm ?? ({} as SoftHsm);
  let token: string;

  afterAll(() => hsm?.remove());
  beforeEach(() => {
    token = (hsm as SoftHsm).newToken();
  });

  const slotOf = (options: Partial<Pkcs11SlotOptions> = {}) => {
    const slot = new Pkcs11Slot({ name: 'hsm', vaultId: VAULT, library, token, pin: async () => pin, ...options });
    onTestFinished(() => slot.close());
    return slot;
  };
  const refused = (work: Promise<unknown>, message: RegExp | string = '') =>
    expect(work).rejects.toMatchObject({ code: 'key_unavailable', message: expect.stringMatching(message) });

  test('a secret comes back from a slot opened later, and an epoch that was never put has none', async () => {
    const secret = random(32);
    const first = slotOf();
    await first.put(1, secret);
    await first.close();

    const later = slotOf();
    expect(await later.get(1)).toEqual(secret);
    expect(await later.get(2)).toBeUndefined();
    expect(await slotOf({ vaultId: 'vlt_other' }).get(1)).toBeUndefined();
  });

  test('a secret that is there is never written over, not even by its own epoch', async () => {
    const slot = slotOf();
    const first = random(32);
    await slot.put(1, first);

    await expect(slot.put(1, Buffer.from(first))).resolves.toBeUndefined();
    await refused(slot.put(1, random(32)), 'another secret');

    expect(await slot.get(1)).toEqual(first);
    expect(onToken(library, token, pin, (p11, session) => find(p11, session, LABEL).length)).toBe(1);
  });

  test('its object is private: whoever has not logged in does not find it, nor is the secret in any file', async () => {
    const secret = random(32);
    await slotOf().put(1, secret);

    expect(onToken(library, token, undefined, (p11, session) => find(p11, session, LABEL).length)).toBe(0);
    expect(onToken(library, token, pin, (p11, session) => find(p11, session, LABEL).length)).toBe(1);
    for (const file of await filesIn(`${(hsm as SoftHsm).folder}/tokens`)) {
      expect((await readFile(file)).includes(secret)).toBe(false);
    }
  });

  test('several objects of one label are one as long as they are equal; where they are not, none is taken', async () => {
    const slot = slotOf();
    const secret = random(32);
    await slot.put(1, secret);
    make(LABEL, secret);
    expect(await slot.get(1)).toEqual(secret);
    await slot.put(1, secret);

    make(LABEL, random(32));
    await refused(slot.get(1), 'several secrets');
    await refused(slot.put(1, secret), 'several secrets');
  });

  test('an object that is not 32 bytes is no secret', async () => {
    make(LABEL, random(31));

    await refused(slotOf().get(1), 'damaged');
  });

  test('destroying removes every object of the label and no other, and may be repeated', async () => {
    const slot = slotOf();
    const [secret, next] = [random(32), random(32)];
    await slot.put(1, secret);
    await slot.put(2, next);
    make(LABEL, secret);
    make(LABEL, random(32));

    expect([await slot.has(1), await slot.has(3)]).toEqual([true, false]);

    const { method, statement } = await slot.destroy(1);
    await slot.destroy(1);

    expect([await slot.has(1), await slot.has(2)]).toEqual([false, true]);
    expect([await slot.get(1), await slot.get(2)]).toEqual([undefined, next]);
    expect(onToken(library, token, pin, (p11, session) => find(p11, session, LABEL).length)).toBe(0);
    expect([method, statement]).toEqual([
      'C_DestroyObject',
      expect.stringMatching(/^The token destroyed the object and finds none.*software/),
    ]);
  });

  test('a token that keeps the object it was told to destroy confirms nothing', async () => {
    const slot = slotOf();
    await slot.put(1, random(32));
    // An object that may not be destroyed (CKA_DESTROYABLE false), which SoftHSM2 refuses to delete.
    onToken(library, token, pin, (p11, session) => {
      p11.C_CreateObject(session, [...template(LABEL, random(32)), { type: 0x172, value: false }]);
    });

    await refused(slot.destroy(1));
  });

  test('nor does one that says it destroyed an object and still has it', async () => {
    changed(() => ({ C_DestroyObject: () => {} }));
    const slot = slotOf();
    await slot.put(1, random(32));

    await refused(slot.destroy(1), 'still holds');
  });

  test('two processes that put at once: whoever does not find its own secret alone is refused', async () => {
    changed(({ C_CreateObject: create }) => ({
      C_CreateObject(session, attributes) {
        create.call(this, session, template(LABEL, random(32)));
        return create.call(this, session, attributes);
      },
    }));
    const slot = slotOf();

    await refused(slot.put(1, random(32)), 'several secrets');
  });

  test('attests what the token and the library say they are, and that SoftHSM2 is no hardware', async () => {
    const slot = slotOf({ tier: 'hardware' });

    expect(await slot.attest()).toEqual({
      ...{ kind: 'pkcs11', tier: 'overwritten', limits: expect.stringContaining('software') },
      product: expect.stringMatching(/^SoftHSM project SoftHSM v2 2\.\d+, library \S.* 2\.\d+$/),
    });
    expect(slot.tier).toBe('overwritten');
  });

  test('a wrong PIN is refused, is tried once only, is said to be so each time, and the right one works at once', async () => {
    let current = 'wrong-pin';
    const slot = slotOf({ pin: async () => current });
    const flags = () =>
      onToken(library, token, undefined, (p11) =>
        p11
          .C_GetSlotList(true)
          .map((one) => p11.C_GetTokenInfo(one))
          .filter((info) => info.label.trim() === token)
          .map((info) => info.flags),
      );
    const said = new RegExp(`^The root slot hsm \\(HSM, token ${token}\\): the token refuses the PIN of LETHE_HSM_PIN`);

    await refused(slot.attest(), said);
    const after = flags();
    for (const _ of [1, 2, 3, 4, 5]) await refused(slot.attest(), said);
    expect(flags()).toEqual(after);
    await expect(slot.attest()).rejects.not.toMatchObject({ message: expect.stringContaining(current) });
    current = pin;
    await expect(slot.attest()).resolves.toMatchObject({ kind: 'pkcs11' });
  });

  test('what is wrong is named with slot and token, and what was tried', async () => {
    await refused(
      slotOf({ token: 'no-such' }).attest(),
      /^The root slot hsm \(HSM, token no-such\): no token has this/,
    );
    await refused(slotOf({ token: 'no-such' }).attest(), token);
    const wrong = slotOf({ library: '/usr/lib/none.so' });
    await refused(
      wrong.attest(),
      /\(HSM, token [\w-]+\): the PKCS#11 library cannot be loaded \(\/usr\/lib\/none\.so\)/,
    );
  });

  test('and so is an operation that fails', async () => {
    const named = /^The root slot hsm \(HSM, token [\w-]+\): /;
    changed(() => ({
      C_CreateObject() {
        throw new Error('CKR_DEVICE_MEMORY:49');
      },
    }));
    const slot = slotOf();
    await refused(slot.put(1, random(32)), named);
    await refused(slot.put(1, random(32)), /refuses to store the secret of epoch 1 \(CKR_DEVICE_MEMORY\)/);
  });

  test('a token that was taken out is said to be so', async () => {
    const slot = slotOf();
    await slot.put(1, random(32));
    execFileSync('softhsm2-util', ['--delete-token', '--token', token], { stdio: 'pipe' });
    await refused(slot.get(1), /no token has this label, or it is taken out/);
  });

  test('a token that locked its PIN says so', async () => {
    // SoftHSM2 locks none.
    changed(() => ({
      C_Login() {
        throw new Error('CKR_PIN_LOCKED:164');
      },
    }));
    await refused(slotOf().get(1), /has locked its PIN after wrong ones/);
  });

  test('a token that is not there is out of reach, and is found when it comes', async () => {
    const label = `late-${token}`;
    const slot = slotOf({ token: label });
    await refused(slot.get(1), 'no token has this label');

    (hsm as SoftHsm).newToken(label);

    await slot.put(1, random(32));
    expect(await slot.get(1)).toHaveLength(32);
  });

  test('a library that was closed under it is opened again', async () => {
    const slot = slotOf();
    await slot.put(1, random(32));
    onToken(library, token, undefined, (p11) => p11.C_Finalize());

    expect(await slot.get(1)).toHaveLength(32);
  });

  test('of two tokens of one label the serial number tells which', async () => {
    const label = `twin-${token}`;
    for (const _ of [1, 2]) (hsm as SoftHsm).newToken(label);
    await refused(slotOf({ token: label }).attest(), 'two tokens');
    const serials = onToken(library, token, undefined, (p11) =>
      p11
        .C_GetSlotList(true)
        .map((slot) => p11.C_GetTokenInfo(slot))
        .filter((info) => info.label.trim() === label)
        .map((info) => info.serialNumber.trim()),
    );

    const [one, two] = serials.map((serial) => slotOf({ token: label, serial }));
    await one?.put(1, random(32));
    expect([await one?.get(1), await two?.get(1)]).toEqual([expect.any(Buffer), undefined]);
  });

  /** The library with some of its functions exchanged, for the rest of the test. */
  function changed(changes: (real: Cryptoki) => Partial<Cryptoki>): void {
    const module = pkcs11js();
    const real = module.PKCS11;
    module.PKCS11 = new Proxy(real, {
      construct() {
        const cryptoki = new real();
        return withParts(cryptoki, changes(cryptoki));
      },
    });
    onTestFinished(() => {
      module.PKCS11 = real;
    });
  }

  function make(label: string, value: Buffer): void {
    onToken(library, token, pin, (p11, session) => void p11.C_CreateObject(session, template(label, value)));
  }
});

function find(p11: Cryptoki, session: Buffer, label: string): Buffer[] {
  p11.C_FindObjectsInit(session, [{ type: 3, value: label }]);
  const found = p11.C_FindObjects(session, 100);
  p11.C_FindObjectsFinal(session);
  return found;
}

function template(label: string, value: Buffer) {
  return [
    { type: 0, value: 0 },
    { type: 1, value: true },
    { type: 2, value: true },
    { type: 3, value: label },
    { type: 0x11, value },
  ];
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

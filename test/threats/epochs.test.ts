/**
 * The promise: once an epoch is closed, what was erased in it is beyond everybody who holds any copies of both stores
 * from any time, all that the vault holds today, and its keys. Each attack is first shown to work where it must.
 */
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { associatedData } from '../../src/crypto/associated-data.ts';
import { deriveKey } from '../../src/crypto/kdf.ts';
import { Plaintext } from '../../src/crypto/plaintext.ts';
import { pooledRandom, type RandomSource } from '../../src/crypto/random.ts';
import { email } from '../../src/datatypes/email.ts';
import type { RecordId, TenantId, Token } from '../../src/ids.ts';
import { closeEpoch } from '../../src/jobs/close-epoch.ts';
import { rotateIndex } from '../../src/jobs/rotate-index.ts';
import type { EpochWrapped } from '../../src/keyring/epochs/keys-under-epoch.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { type Form, formsOf } from '../../src/search/blind-index.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { close, closingParts, contextOf, slotOf } from '../support/epochs.ts';
import { appOf, everyByte, freshHome, type Home, placesOf, withParts } from '../support/home.ts';
import { smallDisk } from '../support/small-disk.ts';
import { askRows } from '../support/spelled.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';
import { attack, guess, type Loot } from './attack.ts';
import { copyOf } from './place.ts';

interface Stored {
  readonly token: Token;
  readonly record: RecordId;
}

const rootKeyOf = async (home: Home) =>
  Buffer.from((await readFile(`${home.folder}/keys/root.key`, 'ascii')).trim(), 'hex');

async function secretsOf(home: Home): Promise<Map<number, Buffer>> {
  const slot = slotOf(home, await rootKeyOf(home));
  const secrets = new Map<number, Buffer>();
  for (let epoch = 1; epoch <= 12; epoch += 1) {
    const secret = await slot.get(epoch);
    if (secret !== undefined) secrets.set(epoch, secret);
  }
  return secrets;
}

/** Copies of both stores as they are, taken while no vault has them open. */
async function copies(home: Home) {
  return { records: await copyOf(home.recordStoreUrl), keys: await copyOf(home.keyStoreUrl) };
}
type Copies = Awaited<ReturnType<typeof copies>>;

/** What somebody has who holds the copies, and the vault and its keys as they are now. */
async function lootOf(home: Home, taken: readonly Copies[]): Promise<Loot> {
  const today = await copies(home);
  return {
    recordStores: [...taken, today].map(({ records }) => records),
    keyStores: [...taken, today].map(({ keys }) => keys),
    rootKey: await rootKeyOf(home),
    secrets: await secretsOf(home),
  };
}

/** What such a one finds of a record. */
async function found(home: Home, taken: readonly Copies[], { record }: Stored): Promise<unknown[]> {
  const loot = await lootOf(home, taken);
  const opened = await attack(loot, record, (row) =>
    associatedData(
      'lethe/value/1',
      ...[row.tenant, row.record, row.subject ?? '', row.type].map(String),
      ...[row.type_version, row.generation, row.version].map(Number),
    ),
  );
  return [...new Set(opened.map((bytes) => Plaintext.ofBytes(bytes).expose()))];
}

/** A vault with three people in one bucket. */
async function furnished(home: Home) {
  const vault = await home.open();
  const app = await appOf(vault, home);
  const items = ['ada', 'bob', 'cleo'].map((who) => ({ type: 'email', value: `${who}@example.com`, subject: who }));
  const { results } = await tokenize(vault, app, { items });
  const [ada, bob, cleo] = results as unknown as [Stored, Stored, Stored];
  return { vault, app, ada, bob, cleo };
}

/** Runs work on the vault as a process of its own would. */
async function during<R>(home: Home, work: (vault: Vault, app: Awaited<ReturnType<typeof appOf>>) => Promise<R>) {
  const vault = await home.open();
  try {
    return await work(vault, await appOf(vault, home));
  } finally {
    await vault.close();
  }
}

/** The mutant of K1: a dirty bucket keeps its key, wrapped anew. */
function withholding(buckets: EpochWrapped): EpochWrapped {
  return withParts(buckets, {
    async rewrap(tx, from, to, limit) {
      await tx.execute((sql) => sql('buckets').where({ epoch: from }).update({ dirty_at: null }));
      return buckets.rewrap(tx, from, to, limit);
    },
  });
}

async function closeWith(vault: Vault, mutate: (wrapped: readonly EpochWrapped[]) => readonly EpochWrapped[]) {
  const keyring = withParts(vault.keyring, { wrapped: mutate(vault.keyring.wrapped) });
  return closeEpoch(closingParts({ ...vault, keyring }))(contextOf());
}

describe.each(ENGINES)('on %s', (engine) => {
  test('old copies of both stores, today’s stores, root key and slots: before the close they open the erased record, after it its neighbours alone', async () => {
    const home = await freshHome(engine);
    const { vault, ada, bob, cleo } = await furnished(home);
    await vault.close();
    const taken = [await copies(home)];
    await during(home, (v, app) => erase(v, app, { tokens: [ada.token] }));
    await during(home, (v, app) =>
      correct(v, app, { record: cleo.record, value: 'cleo@example.org', reason: 'moved' }),
    );
    taken.push(await copies(home));
    expect(await found(home, taken, ada)).toEqual(['ada@example.com']);
    expect(await found(home, taken, cleo)).toEqual(expect.arrayContaining(['cleo@example.com', 'cleo@example.org']));

    await during(home, (v) => close(v));

    expect(await found(home, taken, ada)).toEqual([]);
    expect(await found(home, taken, bob)).toEqual(['bob@example.com']);
    expect(await found(home, taken, cleo)).toEqual(['cleo@example.org']);
    // Nor does the vault itself open it, put on the old stores with today's keys; it does not even start.
    const old = { ...home.config, recordStoreUrl: taken[0]!.records, keyStoreUrl: taken[0]!.keys };
    await expect(openVault(old)).rejects.toMatchObject({ code: 'cannot_start' });
  });

  test('a guess at an erased value is tested on old copies until its index key is replaced, and the epoch of that time closed', async () => {
    const home = await freshHome(engine);
    const { vault, app, ada } = await furnished(home);
    await vault.close();
    const taken = [await copies(home)];
    const right = async (value: string) => {
      const [form] = formsOf(email, value);
      return (await guess(await lootOf(home, taken), ada.record, form as Form)) > 0;
    };
    await during(home, (v, caller) => erase(v, caller, { tokens: [ada.token] }));
    await during(home, (v) => close(v));
    // The values are beyond everybody; the key of their index lives.
    expect([await right('ada@example.com'), await right('eve@example.com')]).toEqual([true, false]);
    taken.push(await copies(home));

    await during(home, (v) => rotateIndex(v)(contextOf({ tenant: app.tenant, params: { name: 'email' } })));
    expect(await right('ada@example.com')).toBe(true);
    await during(home, (v) => close(v));

    expect(await right('ada@example.com')).toBe(false);
  }, 60_000);

  test('the same with the new key of the bucket withheld: the attack opens the record, so the test above is real', async () => {
    const home = await freshHome(engine);
    const { vault, ada } = await furnished(home);
    await vault.close();
    const taken = [await copies(home)];
    await during(home, async (v, app) => {
      await erase(v, app, { tokens: [ada.token] });
      await closeWith(v, ([buckets, ...others]) => [withholding(buckets!), ...others]);
    });
    expect(await found(home, taken, ada)).toEqual(['ada@example.com']);
  });

  test('a copy taken in the middle of a close helps no more than one from before or after it', async () => {
    const home = await freshHome(engine);
    const { vault, app, ada, bob } = await furnished(home);
    await erase(vault, app, { tokens: [ada.token] });
    await vault.close();
    const taken = [await copies(home)];
    // Each step is interrupted, and the stores are copied as they then are.
    for (const step of ['rewrap', 'verify', 'destroy']) {
      await during(home, async (v) => {
        const progress = async (reached: string) => {
          if (reached === step) throw new Error('power cut');
        };
        await close(v, { progress, params: { epoch: 1 } }).catch(() => {});
      });
      taken.push(await copies(home));
    }
    await during(home, (v) => close(v, { params: { epoch: 1 } }));
    expect(await found(home, taken, ada)).toEqual([]);
    expect(await found(home, taken, bob)).toEqual(['bob@example.com']);
  });

  test('what is erased after its bucket has moved waits for the next close', async () => {
    const home = await freshHome(engine);
    const { vault, ada } = await furnished(home);
    await vault.close();
    const taken = [await copies(home)];
    const again = await home.open();
    const erasing = async (step: string) => {
      if (step === 'verify') await erase(again, await appOf(again, home), { tokens: [ada.token] });
    };
    await close(again, { progress: erasing });
    await again.close();
    taken.push(await copies(home));
    const dirty = await during(home, (v) =>
      askRows<{ epoch: number; dirty_at: number | null }>(v.keyStore.reader, (sql) =>
        sql('buckets').whereNotNull('dirty_at'),
      ),
    );
    expect(dirty.map(({ epoch }) => Number(epoch))).toEqual([2]);
    await during(home, (v) => close(v));
    expect(await found(home, taken, ada)).toEqual([]);
  });

  test('at every step, no key of the tree and no secret is in any file but its own, and a destroyed one is in none', async () => {
    const home = await freshHome(engine);
    const source = pooledRandom();
    const drawn: Buffer[] = [];
    const random: RandomSource = (sizeBytes) => {
      const bytes = source(sizeBytes);
      if (sizeBytes === 32) drawn.push(Buffer.from(bytes));
      return bytes;
    };
    const vault = await home.open({ random });
    const app = await appOf(vault, home);
    const items = ['ada', 'bob'].map((who) => ({ type: 'email', value: `${who}@example.com`, subject: who }));
    const { results } = await tokenize(vault, app, { items });
    await erase(vault, app, { tokens: [results[0]?.token as Token] });
    const rootKey = await rootKeyOf(home);
    const [first] = (await secretsOf(home)).values();
    const phases: string[] = [];
    const look = async (phase: string) => {
      phases.push(phase);
      const bytes = await everyByte(home);
      const secrets = await secretsOf(home);
      const files = new Map([...secrets].map(([epoch, secret]) => [secret.toString('hex'), epoch]));
      const derived = [...secrets].map(([epoch, secret]) =>
        deriveKey(rootKey, 'lethe/epoch-key/1', secret, epoch, app.tenant as TenantId),
      );
      for (const key of [...drawn, ...derived, first!]) {
        const epoch = files.get(key.toString('hex'));
        const own = epoch === undefined ? [] : [`keys/epochs/epoch-${String(epoch).padStart(6, '0')}.key`];
        const isFromOutside = key.equals(rootKey) || placesOf(bytes, key).join() === 'keys/admin.key';
        if (!isFromOutside) expect([phase, placesOf(bytes, key)]).toEqual([phase, own]);
      }
      expect([phase, placesOf(bytes, rootKey)]).toEqual([phase, ['keys/root.key']]);
      for (const who of ['ada', 'bob']) expect(placesOf(bytes, Buffer.from(`${who}@example.com`))).toEqual([]);
      return secrets;
    };
    expect([...(await look('before')).keys()]).toEqual([1]);
    const held: string[] = [];
    const progress = async (step: string) => {
      held.push(`${step}: ${[...(await look(step)).keys()]}`);
    };
    await close(vault, { progress });
    expect([...(await look('after')).keys()]).toEqual([2]);
    expect([...new Set(held)]).toEqual(['make_secret: 1', 'rewrap: 1,2', 'verify: 1,2', 'destroy: 1,2']);
    await vault.close();
    await look('closed');
    expect(phases.length).toBeGreaterThan(6);
  });
});

test('with the key store’s disk full a close stops, destroys nothing, and goes on when there is room', async ({
  skip,
}) => {
  const disk = await smallDisk(8);
  if (disk === undefined) return skip('no small disk can be mounted here');
  const home = await freshHome('sqlite');
  const vault = await openVault({ ...home.config, keyStoreUrl: `sqlite:${disk.path}/keystore.db` }, { mayMake: true });
  try {
    const app = await appOf(vault, home);
    const items = Array.from({ length: 600 }, (_, i) => ({ type: 'text', value: `value ${i}`, subject: `s${i}` }));
    const { results } = await tokenize(vault, app, { items });
    const records = results.filter((_, i) => i % 50 === 0).map(({ record }) => record as RecordId);
    await erase(vault, app, { records });
    await disk.fill();
    await expect(close(vault)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect([...(await secretsOf(home)).keys()]).toContain(1);
    await disk.free();
    await close(vault, { params: { epoch: 1 } });
    expect([...(await secretsOf(home)).keys()]).toEqual([vault.keyring.epochs.current]);
    expect(await home.reveal(vault, results[1]?.token ?? '')).toBe('value 1');
  } finally {
    await vault.close();
  }
});

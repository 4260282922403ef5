/** Certificates: signed when the epoch is destroyed in every slot and never before; what they say is what was done. */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, test, vi } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import type { Caller } from '../../src/calls/caller.ts';
import { issueCertificates } from '../../src/erasure/certificates/certificate.ts';
import { CertificateReply, StatementSchema } from '../../src/erasure/certificates/schema.ts';
import type { ErasureId, RecordId } from '../../src/ids.ts';
import { closeEpoch } from '../../src/jobs/close-epoch.ts';
import { rotateIndex } from '../../src/jobs/rotate-index.ts';
import { INDEX_KEY_SECONDS } from '../../src/keyring/cryptoperiods.ts';
import type { SlotEntry } from '../../src/keyring/slots/slot-registry.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { getErasure } from '../../src/operations/erasures/get-erasure.ts';
import { readCertificate } from '../../src/operations/erasures/read-certificate.ts';
import { correct } from '../../src/operations/values/correct.ts';
import type { TokenizeItem } from '../../src/operations/values/schema.ts';
import { publicKeys } from '../../src/vault/public-keys.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { close, closingParts, contextOf } from '../support/epochs.ts';
import { appOf, freshHome, type Home, refuseInserts, tell, withoutTable } from '../support/home.ts';
import { ENGINES, type Engine } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';
import { NOW } from '../support/vault.ts';

interface World {
  readonly home: Home;
  readonly vault: Vault;
  readonly app: Caller;
  store(...items: TokenizeItem[]): Promise<{ record: RecordId; subject?: string }[]>;
  read(erasure: string): ReturnType<typeof readCertificate>;
  advance(ms: number): void;
}

async function world(engine: Engine): Promise<World> {
  const home = await freshHome(engine);
  let now = NOW.getTime();
  const vault = await home.open({ clock: () => new Date(now) });
  const app = await appOf(vault, home);
  return {
    home,
    vault,
    app,
    store: async (...items) => (await tokenize(vault, app, { items })).results as never,
    read: (erasure) => readCertificate(vault, app, { erasure: erasure as ErasureId }),
    advance: (ms) => {
      now += ms;
    },
  };
}

const text = (value: string, subject?: string): TokenizeItem => ({ type: 'text', value, ...(subject && { subject }) });
const issue = (vault: Vault) => issueCertificates(vault, vault.clock);

describe.each(ENGINES)('on %s', (engine) => {
  test('what is certified is what was done, and verifies with what is published', async () => {
    const { home, vault, app, store, read, advance } = await world(engine);
    const stored = await store(
      { type: 'email', value: 'ada@example.com', subject: 'cust_1' },
      { type: 'text', value: 'a note', subject: 'cust_1' },
    );
    advance(1_000);
    const receipt = await erase(vault, app, { ref: 'cust_1' });
    expect(await read(receipt.erasure)).toEqual({
      ...{ erasure: receipt.erasure, state: 'pending', waitsFor: ['epoch_close'] },
    });
    advance(1_000);
    await close(vault);
    expect(await read(receipt.erasure)).toMatchObject({ state: 'pending', waitsFor: ['signature'] });
    advance(1_000);

    expect(await issue(vault)).toBe(1);

    const reply = await read(receipt.erasure);
    expect(CertificateReply.safeParse(reply).error).toBeUndefined();
    const { certificate = '', statement } = reply;
    const records = stored.map(({ record }) => record).sort();
    const at = (ms: number) => new Date(NOW.getTime() + ms).toISOString();
    const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(statement).toMatchObject({
      sanitization: { tool: { name: 'Lethe', version } },
      iss: vault.keyring.signing.issuer,
      iat: Math.floor(vault.clock().getTime() / 1000),
      ...{ jti: receipt.erasure, tenant: app.tenant, subject: receipt.subject, cause: 'erased' },
      records: {
        ...{ count: 2, ids: records },
        sha256: createHash('sha256')
          .update(records.map((record) => `${record}\n`).join(''))
          .digest('hex'),
      },
      ...{ orderedBy: app.principal, orderedAt: at(1_000), shreddedAt: at(1_000), finalAt: at(3_000) },
      epochs: { ordered: 1, last: 1, destroyedThrough: 1 },
      slots: [
        {
          ...{ epoch: 1, slot: 'file', kind: 'file', tier: 'overwritten', method: 'overwrite and unlink' },
          statement: expect.stringContaining('may keep copies of deleted blocks'),
          destroyedAt: at(2_000),
        },
      ],
    });
    expect(statement?.remains.indexKeys).toEqual(
      expect.arrayContaining([
        { name: '@subject-ref', version: 1, state: 'live', until: null },
        { name: 'email', version: 1, state: 'live', until: null },
      ]),
    );
    // With nothing of ours: RFC 7515, 5.2.
    const [head = '', payload = '', signature = ''] = certificate.split('.');
    const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString());
    const { keys } = await publicKeys(vault);
    const key = createPublicKey({ key: { ...keys.find((each) => each.kid === kid) }, format: 'jwk' });
    expect(verify(null, Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, 'base64url'))).toBe(true);
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toEqual(statement);
    // Numbers and pseudonyms: nothing of the person, nothing of the machine.
    for (const secret of ['ada', 'example.com', 'a note', 'cust_1', home.folder]) expect(payload).not.toContain(secret);
    for (const secret of ['ada@', 'a note', 'cust_1', home.folder]) {
      expect(Buffer.from(payload, 'base64url').toString()).not.toContain(secret);
    }
    expect(await getErasure(vault, app, { erasure: receipt.erasure })).toEqual({
      ...receipt,
      state: 'final',
      finalAt: at(3_000),
    });
  });

  test('a token that keeps its keys in files is not called hardware, and an index key that is gone not live', async () => {
    const { home, vault, app, store, read } = await world(engine);
    const [stored] = await store({ type: 'email', value: 'ada@example.com' });
    const { erasure } = await erase(vault, app, { records: [stored?.record as RecordId] });
    const hsm = (name: string, tier: string): SlotEntry => ({
      ...{ name, kind: 'pkcs11', settings: { tier }, required: false, addedAt: NOW, removedAt: NOW },
    });
    await vault.keyring.registry.change(() => [hsm('device', 'hardware'), hsm('soft', 'overwritten')]);
    await rotateIndex(vault)(contextOf({ tenant: app.tenant, params: { name: 'email' } }));
    for (const slot of ['device', 'soft']) {
      await tell(home.keyStoreUrl, `INSERT INTO epoch_slots (epoch, slot, stored_at) VALUES (1, '${slot}', 0)`);
      const done = { method: 'C_DestroyObject', statement: 'Destroyed.' };
      await vault.keyring.epochs.ledger.confirm(vault.keyStore, { epoch: 1, slot }, done, 0);
    }
    await close(vault);

    expect(await issue(vault)).toBe(1);

    const { slots, remains } = (await read(erasure)).statement ?? {};
    expect(slots?.map(({ slot, kind, tier }) => [slot, kind, tier])).toEqual([
      ['device', 'pkcs11', 'hardware'],
      ['file', 'file', 'overwritten'],
      ['soft', 'pkcs11', 'overwritten'],
    ]);
    const email = remains?.indexKeys.find(({ name }) => name === 'email');
    expect(email).toEqual({
      ...{ name: 'email', version: 1, state: 'dropped', until: null, droppedAt: NOW.toISOString(), epoch: 1 },
    });
  });

  test('of an index key it says until when: its year, where keys are replaced on schedule; since when, where it is gone', async () => {
    const { home, vault, app, store, read, advance } = await world(engine);
    const scheduled: Vault = { ...vault, rotateEveryMs: 24 * 3_600_000 };
    const YEAR_MS = INDEX_KEY_SECONDS * 1000;
    await store(
      ...Array.from({ length: 6 }, (_, i) => ({ type: 'email', value: `ada${i}@example.com`, subject: `cust_${i}` })),
    );
    const at = (ms: number) => new Date(NOW.getTime() + ms).toISOString();
    let erased = 0;
    /** What the certificate of the next one to be erased says. */
    const certified = async (by: Vault) => {
      const { erasure } = await erase(vault, app, { ref: `cust_${erased++}` });
      await close(vault);
      expect(await issue(by)).toBe(1);
      const { statement } = await read(erasure);
      expect(StatementSchema.safeParse(statement).error).toBeUndefined();
      const ends = statement?.remains.indexKeys.map(({ name, version, ...rest }) => [`${name}/${version}`, rest]);
      return Object.fromEntries(ends ?? []);
    };
    const live = (until: string | null) => ({ state: 'live', until });
    const email = (of: Record<string, unknown>) => [of['email/1'], of['email.domain/1']];
    advance(1_000);
    expect(email(await certified(vault))).toEqual([live(null), live(null)]);
    const first = await certified(scheduled);
    expect(email(first)).toEqual([live(at(YEAR_MS)), live(at(YEAR_MS))]);
    expect(first['@subject-ref/1']).toEqual(live(null));
    // Made under a clock that was a year ahead: due at once.
    await tell(home.keyStoreUrl, `UPDATE index_keys SET created_at = ${NOW.getTime() + YEAR_MS} WHERE name = 'email'`);
    expect(email(await certified(scheduled))).toEqual([live(at(1_000)), live(at(YEAR_MS))]);
    advance(YEAR_MS);
    expect(email(await certified(scheduled))).toEqual([live(at(2 * YEAR_MS)), live(at(YEAR_MS))]);

    const { erasure } = await erase(vault, app, { ref: `cust_${erased++}` });
    const epoch = vault.keyring.epochs.current;
    await close(vault);
    advance(1_000);
    await rotateIndex(vault)(contextOf({ tenant: app.tenant, params: { name: 'email' } }));
    expect(await issue(scheduled)).toBe(1);
    const dropped = { state: 'dropped', until: null, droppedAt: at(YEAR_MS + 2_000), epoch: epoch + 1 };
    const { epochs, remains } = (await read(erasure)).statement ?? {};
    // The key’s own epoch still lives, and the reader sees that.
    expect(epochs?.destroyedThrough).toBe(epoch);
    expect(remains?.indexKeys).toContainEqual({ name: 'email', version: 1, ...dropped });
    expect(await certified(scheduled)).toMatchObject({ 'email/2': live(at(2 * YEAR_MS + 2_000)) });
  });

  test('K5: no certificate while a slot holds the secret, whatever the epoch’s row says, nor while the epoch lives', async () => {
    const { home, vault, app, store, read } = await world(engine);
    const [stored] = await store(text('x'));
    const { erasure } = await erase(vault, app, { records: [stored?.record as RecordId] });
    const tellKeys = (statement: string) => tell(home.keyStoreUrl, statement);
    const hsm = { name: 'hsm', kind: 'pkcs11', settings: {}, required: false, addedAt: NOW, removedAt: NOW } as const;
    await vault.keyring.registry.change(() => [hsm]);
    expect(await issue(vault)).toBe(0);
    await close(vault);

    // The same epoch, had the second of its slots been out of reach.
    await tellKeys("INSERT INTO epoch_slots (epoch, slot, stored_at) VALUES (1, 'hsm', 0)");
    expect(await issue(vault)).toBe(0);
    await tellKeys("INSERT INTO epoch_slots (epoch, slot, stored_at) VALUES (1, 'kms', 0)");
    expect(await read(erasure)).toMatchObject({ state: 'pending', waitsFor: ['epoch_close', 'slot'] });
    const named = { state: 'pending', waitsFor: ['epoch_close', 'slot:hsm', 'slot:kms'] };
    for (const role of ['auditor', 'security'] as const) {
      expect(await readCertificate(vault, await appOf(vault, home, role), { erasure })).toMatchObject(named);
    }
    const admin = await readCertificate(vault, await appOf(vault, home, 'admin'), { erasure });
    expect(admin.waitsFor).toEqual(['epoch_close', 'slot']);
    await tellKeys("DELETE FROM epoch_slots WHERE slot = 'kms'");
    await tellKeys("DELETE FROM epoch_slots WHERE slot = 'hsm'");
    for (const state of ['active', 'deactivated']) {
      await tellKeys(`UPDATE epochs SET state = '${state}' WHERE epoch = 1`);
      expect([state, await issue(vault)]).toEqual([state, 0]);
    }
    await tellKeys("UPDATE epochs SET state = 'destroyed' WHERE epoch = 1");
    // A slot that confirmed and stated nothing, and an epoch of which no slot is known.
    await tellKeys('UPDATE epoch_slots SET statement = NULL WHERE epoch = 1');
    expect(await issue(vault)).toBe(0);
    await tellKeys('DELETE FROM epoch_slots WHERE epoch = 1');
    expect(await issue(vault)).toBe(0);
    expect(await tell(home.recordStoreUrl, 'SELECT * FROM certificates')).toEqual([]);
  });

  test('an earlier epoch that still lives holds up the later ones', async () => {
    const { home, vault, app, store } = await world(engine);
    const [first, second] = await store(text('x'), text('y'));
    await close(vault);
    await erase(vault, app, { records: [first?.record as RecordId] });
    await close(vault);
    await tell(home.keyStoreUrl, "UPDATE epochs SET state = 'deactivated' WHERE epoch = 1");
    expect(await issue(vault)).toBe(0);
    await tell(home.keyStoreUrl, "UPDATE epochs SET state = 'destroyed' WHERE epoch = 1");
    expect(await issue(vault)).toBe(1);
    const late = await erase(vault, app, { records: [second?.record as RecordId] });
    expect(await issue(vault)).toBe(0);
    expect((await readCertificate(vault, app, { erasure: late.erasure })).state).toBe('pending');
  });

  test('an erasure of which a key is left, or that is not completed, is not certified', async () => {
    const { home, vault, app, store, read } = await world(engine);
    const [stored, other] = await store(text('x'), text('y'));
    const { erasure } = await erase(vault, app, { records: [stored?.record as RecordId] });
    await close(vault);
    await tell(home.recordStoreUrl, "UPDATE erasures SET state = 'ordered'");
    expect(await issue(vault)).toBe(0);
    expect((await read(erasure)).waitsFor).toEqual(['completion']);
    await tell(home.recordStoreUrl, "UPDATE erasures SET state = 'completed'");
    const rename = (from: unknown, to: unknown) =>
      tell(home.keyStoreUrl, `UPDATE record_keys SET record = '${to}' WHERE record = '${from}'`);
    await rename(other?.record, stored?.record);
    expect(await issue(vault)).toBe(0);
    await rename(stored?.record, other?.record);
    expect(await issue(vault)).toBe(1);
  });

  test('a correction becomes final without a certificate', async () => {
    const { home, vault, app, store } = await world(engine);
    const [stored] = await store(text('x'));
    await correct(vault, app, { record: stored?.record as RecordId, value: 'y' });
    await close(vault);

    expect([await issue(vault), await issue(vault)]).toEqual([1, 0]);

    const [row] = await tell<{ final_at: unknown }>(home.keyStoreUrl, 'SELECT final_at FROM shreds');
    expect(Number(row?.final_at)).toBe(vault.clock().getTime());
    expect(await tell(home.recordStoreUrl, 'SELECT * FROM certificates')).toEqual([]);
  });

  test('a crash between the two stores, two nodes and a second run all end with the one certificate', async () => {
    const { home, vault, app, store, read, advance } = await world(engine);
    const stored = await store(text('x'), text('y'), text('z'));
    const receipts: { erasure: string }[] = [];
    for (const { record } of stored) receipts.push(await erase(vault, app, { records: [record] }));
    await close(vault);

    const allow = await refuseInserts(home.recordStoreUrl, 'certificates');
    await expect(issue(vault)).rejects.toThrow();
    await allow();
    const left = async () => (await tell(home.keyStoreUrl, 'SELECT * FROM shreds WHERE final_at IS NULL')).length;
    expect(await left()).toBe(3);
    // Written, and not yet marked as final.
    await issue(vault);
    await tell(home.keyStoreUrl, 'UPDATE shreds SET final_at = NULL');
    const before = await Promise.all(receipts.map(({ erasure }) => read(erasure)));
    advance(5_000);
    const another = await home.open({ clock: vault.clock });

    const done = await Promise.all([issue(vault), issue(another)]);

    expect(Math.max(...done)).toBe(3);
    expect(await Promise.all(receipts.map(({ erasure }) => read(erasure)))).toEqual(before);
    const times = await tell<{ final_at: unknown }>(home.keyStoreUrl, 'SELECT DISTINCT final_at FROM shreds');
    expect(times.map(({ final_at }) => Number(final_at))).toEqual([vault.clock().getTime() - 5_000]);
  });

  test('the close of an epoch issues them, and the background work those it left', async () => {
    const { home, vault, app, store, read } = await world(engine);
    const [one, two] = await store(text('x'), text('y'));
    const first = await erase(vault, app, { records: [one?.record as RecordId] });
    const second = await erase(vault, app, { records: [two?.record as RecordId] });
    const outcome = await closeEpoch(closingParts(vault, { certify: () => issue(vault) }))(contextOf());
    expect(outcome).toMatchObject({ certified: 2 });
    expect((await read(first.erasure)).state).toBe('final');

    await tell(home.recordStoreUrl, `DELETE FROM certificates WHERE erasure = '${second.erasure}'`);
    await tell(home.keyStoreUrl, `UPDATE shreds SET final_at = NULL WHERE erasure = '${second.erasure}'`);
    const reports = await runBackgroundOnce(vault);
    expect(reports).toContainEqual({ name: 'issue_certificates', changed: 1, failed: undefined });
    expect((await read(second.erasure)).state).toBe('final');
    await withoutTable(home.keyStoreUrl, 'signing_keys', async () => {
      const failed = (await runBackgroundOnce(vault)).find(({ name }) => name === 'issue_certificates');
      expect(failed?.failed).toBeDefined();
    });
  });

  test('an epoch destroyed in the middle of a round of the background work is not certified as of its start', async () => {
    const { vault, app, store, read, advance } = await world(engine);
    const [one] = await store(text('x'));
    const { erasure } = await erase(vault, app, { records: [one?.record as RecordId] });
    // Between the start of the round and its turn to sign.
    vi.spyOn(vault.keyring.signing, 'newIfDue').mockImplementation(async () => {
      advance(1_000);
      await close(vault);
      advance(1_000);
      return false;
    });
    await runBackgroundOnce(vault);
    const { state, statement } = await read(erasure);
    const at = (ms: number) => new Date(NOW.getTime() + ms).toISOString();
    expect({ state, statement }).toMatchObject({
      state: 'final',
      statement: { finalAt: at(2_000), slots: [{ destroyedAt: at(1_000) }] },
    });
  });

  test('of many records the ids are left to their hash, and many erasures go in pages', async () => {
    const { vault, app, store, read } = await world(engine);
    const stored = await store(...Array.from({ length: 101 }, (_, i) => text(`t${i}`, 'many')), text('z'));
    const ids = stored.slice(0, 101).map(({ record }) => record);
    const { erasure } = await erase(vault, app, { ref: 'many' });
    for (let i = 0; i < 104; i += 1) await erase(vault, app, { records: [stored[101]?.record as RecordId] });
    await close(vault);

    expect(await issue(vault)).toBe(105);

    const { records } = (await read(erasure)).statement ?? {};
    const sha256 = createHash('sha256')
      .update(
        [...ids]
          .sort()
          .map((record) => `${record}\n`)
          .join(''),
      )
      .digest('hex');
    expect(records).toEqual({ count: 101, sha256 });
  });
});

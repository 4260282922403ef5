/**
 * Issues certificates. An erasure becomes final when every epoch under which its keys were ever wrapped is destroyed in
 * every slot (K5). Then the vault signs what it did.
 *
 * Guarantees: there is no certificate before that, whoever asks. The vault itself must have noted every epoch's end and
 * every slot's own confirmation (`epoch-ledger.ts`). Every node that may hold a secret must have said that it has
 * forgotten it, or must have been given up, which the certificate then says (`nodes.ts`). The certificate is written
 * first, then the erasure is marked as final. So a crash between the two, or two nodes at once, end with one
 * certificate and its time. A correction becomes final, too, but gets no certificate.
 * Does not: close epochs.
 */
import { firstTenant } from '../../access/first-tenant.ts';
import type { Clock } from '../../clock.ts';
import { heardTenants } from '../../hooks/hook-rows.ts';
import { eventIdOf, noteEvents } from '../../hooks/outbox.ts';
import type { ErasureId, TenantId } from '../../ids.ts';
import { slotsThatHold } from '../../keyring/epochs/epoch-states.ts';
import type { Keyring } from '../../keyring/keyring.ts';
import { isItself, nodeRows } from '../../keyring/nodes/nodes.ts';
import { tierOf } from '../../keyring/slots/slot-registry.ts';
import { lookup, type Row, table } from '../../storage/table.ts';
import type { Reader, RecordTx } from '../../storage/tx.ts';
import { type DestructionRow, findDestructions, type Stores } from '../destructions.ts';
import { findShred, markFinal, pagesOfNotFinal, type ShredRow } from '../shreds.ts';
import { certainThrough, destroyedThrough, type History, statementOf } from './statement.ts';

/**
 * Says what is signed (RFC 8725, 3.11), so that no other signature of the vault can pass for a certificate. The
 * statement is a claims set of RFC 7519, and the registered suffix `+jwt` says so: JWT libraries verify it, too.
 */
export const CERTIFICATE_TYPE = 'lethe-erasure-certificate+jwt';
const PAGE = 100;

export const certificates = table(
  'records',
  'certificates',
  { tenant: 'id:tenant', erasure: 'id:erasure', jws: 'text', issued_at: 'int' },
  ['tenant', 'erasure'],
);
export type CertificateRow = Row<typeof certificates>;
const certificateByErasure = lookup(certificates, ['tenant', 'erasure']);

export async function findCertificate(
  reader: Reader<'records'>,
  tenant: TenantId,
  erasure: ErasureId,
): Promise<CertificateRow | undefined> {
  return (await reader.find(certificateByErasure, [[tenant, erasure]]))[0]?.[0];
}

export interface CertificateParts extends Stores {
  readonly keyring: Pick<Keyring, 'signing' | 'registry' | 'epochs' | 'nodes'>;
  /** Undefined where nothing is replaced on schedule, index keys included. */
  readonly rotateEveryMs: number | undefined;
}

/** Makes every erasure final that can be. May be repeated, also by several nodes. @returns how many became final */
export async function issueCertificates(parts: CertificateParts, clock: Clock): Promise<number> {
  const { keys } = readersOf(parts);
  const history = await historyOf(parts);
  // Read after the history: no certificate may be older than the destruction it certifies.
  const now = clock();
  let done = 0;
  for await (const page of pagesOfNotFinal(keys, certainThrough(history), PAGE)) {
    done += await issuePage(parts, history, page, now);
  }
  return done;
}

/** The last epoch under which no key store opens any more: destroyed in every slot, and forgotten by every node. */
export async function settledThrough(parts: CertificateParts): Promise<number> {
  return certainThrough(await historyOf(parts));
}

async function issuePage(parts: CertificateParts, history: History, page: readonly ShredRow[], now: Date) {
  const { records, keys } = readersOf(parts);
  const { signing } = parts.keyring;
  const from = { records, keys, issuer: signing.issuer, scheduled: parts.rotateEveryMs !== undefined };
  const orders = await findDestructions(records, page);
  const ready: { readonly shred: ShredRow; readonly order: DestructionRow }[] = [];
  const rows: CertificateRow[] = [];
  for (const [i, shred] of page.entries()) {
    const order = orders[i];
    if (order === undefined || order.state !== 'completed') continue;
    if (order.cause === 'erased') {
      const statement = await statementOf(from, history, order, shred, now);
      if (statement === undefined) continue;
      const jws = await signing.sign(statement, CERTIFICATE_TYPE);
      rows.push({ tenant: order.tenant, erasure: order.erasure, jws, issued_at: now.getTime() });
    }
    ready.push({ shred, order });
  }
  if (ready.length === 0) return 0;
  // An existing certificate stays, with its time.
  if (rows.length > 0) {
    await parts.recordStore.exclusive(async (tx) => {
      await tx.insert(certificates, rows, 'skip');
      await tellFinal(tx, ready, now);
    });
  }
  const standing = await records.find(
    certificateByErasure,
    ready.map(({ order }) => [order.tenant, order.erasure]),
  );
  const final = ready.map(({ shred }, i) => ({ ...shred, at: standing[i]?.[0]?.issued_at ?? now.getTime() }));
  await parts.keyStore.exclusive((tx) => markFinal(tx, final));
  return ready.length;
}

/** Tells the hooks of the tenant; of an erased tenant, those of the first, since nobody else is left to be told. */
async function tellFinal(tx: RecordTx, ready: readonly { readonly order: DestructionRow }[], at: Date): Promise<void> {
  const operator = await firstTenant(tx);
  const erased = ready.filter(({ order }) => order.cause === 'erased');
  const all = erased.map(({ order: { tenant, erasure, subject, scope } }) => ({
    ...{ tenant: (scope === null ? tenant : operator) as TenantId, event: eventIdOf('erasure', erasure) },
    ...{ name: 'erasure.final' as const, at, about: { erasure, subject: subject ?? undefined } },
  }));
  const heard = await heardTenants(tx, [...new Set(all.map(({ tenant }) => tenant))]);
  await noteEvents(
    tx,
    all.filter(({ tenant }) => heard.has(tenant)),
  );
}

/** The epochs that are certainly destroyed, each with all before it. Only the ledger's tags prove it. */
async function historyOf({ keyStore: { reader }, keyring }: CertificateParts): Promise<History> {
  const destroyed = await keyring.epochs.ledger.destroyed(reader);
  // Nodes are read after the epochs: a node that came since could not read what was destroyed by then.
  const [entries, rows] = await Promise.all([keyring.registry.entries(), nodeRows(reader)]);
  const places = new Map(entries.map((entry) => [entry.name, { kind: entry.kind, tier: tierOf(entry) }]));
  const { nodes } = keyring;
  const abandoned = rows
    .filter((row) => isItself(row) && nodes.isAbandoned(row))
    .map((row) => ({
      node: row.node,
      forgot: nodes.forgot(row),
      through: Number(row.abandoned_epoch),
      at: new Date(Number(row.abandoned_at)),
    }));
  return { destroyed, places, forgottenThrough: nodes.forgottenThrough(rows), abandoned };
}

/** What an erasure without a certificate waits for, in the words of `CertificateReply`. */
export async function waitsFor(parts: CertificateParts, order: DestructionRow): Promise<string[]> {
  const { keys } = readersOf(parts);
  const shred = await findShred(keys, order.tenant as TenantId, order.erasure);
  if (order.state !== 'completed' || shred === undefined) return ['completion'];
  const history = await historyOf(parts);
  if (shred.epoch <= destroyedThrough(history)) {
    const late = parts.keyring.nodes.late(await nodeRows(keys), shred.epoch);
    return late.length === 0 ? ['signature'] : [...new Set(late.map(({ node }) => `node:${node}`))].sort();
  }
  return ['epoch_close', ...(await slotsThatHold(keys, shred.epoch)).map((slot) => `slot:${slot}`)];
}

function readersOf({ recordStore, keyStore }: Stores) {
  return { records: recordStore.reader, keys: keyStore.reader };
}

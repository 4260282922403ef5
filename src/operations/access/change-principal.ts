/**
 * Gives a principal other purposes or networks, or its API key another end. It holds from the very next call on, on
 * every node. What was taken is answered only when both stores and the journal have noted it, so that no older copy
 * gives it back.
 */
import { z } from 'zod';
import { revisionOf, seesPlain, standingRole } from '../../access/approvals/plain-sight.ts';
import { assertNetworks, boundsIn, boundsText, isNarrower } from '../../access/bounds.ts';
import { isLive, keysOf } from '../../access/key-rows.ts';
import { type AccessKeys, accessKeys, isSooner, setEnd } from '../../access/keys.ts';
import { NARROWINGS, noteBound, noteEnd, noteWithdrawn, type When } from '../../access/narrowings.ts';
import { factsOf } from '../../access/principal-facts.ts';
import { holdPrincipal, purposesOf, setBounds, setPurposes } from '../../access/principals.ts';
import { holdPurposes } from '../../access/purposes.ts';
import { keepNoted } from '../../access/revocations.ts';
import { NEEDS_PURPOSE, RECEIVES_ONLY } from '../../access/roles.ts';
import { ChangePrincipalBody, PrincipalSchema } from '../../access/schema.ts';
import type { PrincipalRow } from '../../access/store.ts';
import type { AskSecond } from '../../calls/door.ts';
import { perform } from '../../calls/perform.ts';
import { inTime } from '../../calls/time-limit.ts';
import { VaultError } from '../../errors.ts';
import type { ApiKeyId, PrincipalId } from '../../ids.ts';
import { PrincipalIdSchema } from '../../schema.ts';
import type { RecordTx } from '../../storage/tx.ts';
import { KEY, PRINCIPAL } from '../examples.ts';
import { operation } from '../operation.ts';

type Reply = z.infer<typeof PrincipalSchema>;
/** What the audit log says of a change: closed words, since a purpose is a word of somebody's own. */
type Change = 'purposes_given' | 'purposes_withdrawn' | 'ends_sooner' | 'ends_later' | 'networks_changed';

interface Changing {
  readonly tx: RecordTx;
  readonly keys: AccessKeys;
  readonly when: When;
}

/**
 * @throws `principal_not_found`, `principal_revoked`, `own_principal`, `api_key_ended`, `unknown_purpose`,
 *   `invalid_network`
 * @throws {UnavailableError} also where the change holds and only the key store or the journal could not note it
 */
export const changePrincipal = operation({
  operationId: 'changePrincipal',
  action: 'change_principal',
  method: 'patch',
  path: '/v1/principals/{principal}',
  summary: 'Change the purposes of a principal, its networks, or the end of its API key.',
  description:
    'Holds from the next call on. What is not named stays. An API key that has ended stays so: rotate it. With a 503 it ' +
    'may hold already: call again until it is answered.',
  params: z.strictObject({ principal: PrincipalIdSchema }),
  body: ChangePrincipalBody,
  reply: PrincipalSchema,
  problems: [
    ...(['principal_not_found', 'principal_revoked', 'own_principal', 'unknown_purpose'] as const),
    ...(['invalid_network', 'api_key_ended', 'journal_unavailable'] as const),
    ...(['approval_needed', 'too_many_approvals'] as const),
  ],
  example: {
    request: { purposes: ['billing', 'fraud'], expiresAt: '2027-11-02T09:00:00.000Z' },
    reply: {
      principal: PRINCIPAL,
      name: 'checkout',
      role: 'app',
      purposes: ['billing', 'fraud'],
      createdAt: '2026-11-02T09:00:00.000Z',
      expiresAt: '2027-11-02T09:00:00.000Z',
      keys: [{ key: KEY, createdAt: '2026-11-02T09:00:00.000Z', expiresAt: '2027-11-02T09:00:00.000Z' }],
    },
  },
  work: async (vault, caller, { principal, purposes, expiresAt, networks }) => {
    const { tenant } = caller;
    const reply = await perform<Reply>(vault, caller, { action: 'change_principal' }, async (door) => {
      if (principal === caller.principal) throw new VaultError('own_principal');
      const end = expiresAt == null ? null : Date.parse(expiresAt);
      if (end !== null && end <= door.now.getTime()) {
        throw new VaultError('invalid_request', 'This is past. To end an API key now, end or revoke it.', {
          field: 'expiresAt',
        });
      }
      assertNetworks(networks ?? []);
      const keys = await accessKeys(vault.keyring.indexes, tenant);
      const askSecond = await door.secondPerson();
      return door.commit('exclusive', async (tx) => {
        const held = await holdPrincipal(tx, tenant, principal);
        const when = { tenant, at: door.now, random: vault.random };
        const changing = { tx, keys, when };
        if (purposes != null) await askForGiven(changing, askSecond, held, purposes, expiresAt);
        const [told, words] = purposes == null ? [held, []] : await givePurposes(changing, held, purposes);
        const row = networks == null ? told : await giveNetworks(changing, told, networks, words);
        if (expiresAt !== undefined) words.push(...(await giveEnd(changing, principal, end)));
        const facts = factsOf(row, await keysOf(tx, tenant, [principal]), door.now);
        return { reply: facts, entry: { target: [principal, ...new Set(words)].join(' ') } };
      });
    });
    const of = [principal, ...reply.keys.map(({ key }) => key)];
    await inTime(caller.limit, keepNoted(vault, tenant, NARROWINGS, of));
    return reply;
  },
});

/** Purposes for somebody who sees values plain are more plain sight. */
async function askForGiven(
  { tx, keys, when: { tenant } }: Changing,
  askSecond: AskSecond,
  row: PrincipalRow,
  wanted: readonly string[],
  expiresAt: string | null | undefined,
): Promise<void> {
  const had = purposesOf(row);
  if (wanted.every((purpose) => had.includes(purpose))) return;
  if (!seesPlain(await standingRole(tx, keys, tenant, row.role))) return;
  const { principal, name, role } = row;
  const purposes = [...new Set(wanted)];
  const about = { principal: principal as PrincipalId, name, role, purposes };
  const request = { principal, purposes, expiresAt, revision: await revisionOf(tx, tenant, role) };
  await askSecond(tx, { kind: 'purposes', request, about });
}

async function givePurposes(
  { tx, keys, when }: Changing,
  row: PrincipalRow,
  wanted: readonly string[],
): Promise<[PrincipalRow, Change[]]> {
  if (row.role === RECEIVES_ONLY && wanted.length === 0) {
    throw new VaultError('invalid_request', NEEDS_PURPOSE, { field: 'purposes' });
  }
  await holdPurposes(tx, keys, when.tenant, wanted);
  const had = purposesOf(row);
  const withdrawn = had.filter((purpose) => !wanted.includes(purpose));
  const changed = await setPurposes(tx, keys, row, [...new Set(wanted)]);
  await noteWithdrawn(tx, keys.principal, when, row.principal as PrincipalId, withdrawn);
  const isGiven = wanted.some((purpose) => !had.includes(purpose));
  return [
    changed,
    [...(isGiven ? ['purposes_given' as const] : []), ...(withdrawn.length > 0 ? ['purposes_withdrawn' as const] : [])],
  ];
}

/** From where it may call from now on; without a network, from everywhere. */
async function giveNetworks(
  { tx, keys, when }: Changing,
  row: PrincipalRow,
  networks: readonly string[],
  words: Change[],
): Promise<PrincipalRow> {
  const bounds = networks.length === 0 ? undefined : { networks: [...networks] };
  if (boundsText(bounds) === row.bounds) return row;
  const changed = await setBounds(tx, keys, row, bounds);
  if (isNarrower(bounds, boundsIn(row.bounds))) await noteBound(tx, when, row.principal as PrincipalId);
  words.push('networks_changed');
  return changed;
}

/** An older key that is being taken over from ends with the newest at the latest; it is not given more time. */
async function giveEnd({ tx, keys, when }: Changing, principal: PrincipalId, end: number | null): Promise<Change[]> {
  const live = (await keysOf(tx, when.tenant, [principal])).filter((key) => isLive(key, when.at));
  const newest = live.at(-1);
  if (newest === undefined) throw new VaultError('api_key_ended');
  const words: Change[] = [];
  for (const key of live) {
    const isLess = isSooner(end, key.expires_at);
    if (!isLess && (key !== newest || end === key.expires_at)) continue;
    await setEnd(tx, keys, key, end);
    if (isLess) await noteEnd(tx, when, key.api_key as ApiKeyId, end as number);
    words.push(isLess ? 'ends_sooner' : 'ends_later');
  }
  return words;
}

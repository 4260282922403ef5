/**
 * Idempotency: the same key and body from the same caller get the same answer, also after a crash between the commit
 * and the reply. Only a MAC of the key, a MAC of the body and the ids of the answer are kept: no personal data. Views
 * are made again from the body that was sent again. The answer carries a MAC, so that a row edited in the database
 * cannot hand a caller the token of another value.
 */

import type { Action } from '../access/actions.ts';
import { equalBytes } from '../crypto/mac.ts';
import { IntegrityError, VaultError } from '../errors.ts';
import type { IndexKey, IndexKeys } from '../keyring/indexes/index-keys.ts';
import { select } from '../storage/queries.ts';
import { lookup, table } from '../storage/table.ts';
import type { Reader, RecordTx } from '../storage/tx.ts';
import type { Caller } from './caller.ts';

const KEY_NAME = '@idempotency';
const MAC_BYTES = 32;
/** Hexadecimal digits of the MAC before an answer. */
const TAG_LENGTH = 64;
export const KEPT_MS = 24 * 60 * 60 * 1000;

export const idempotencyKeys = table(
  'records',
  'idempotency_keys',
  {
    tenant: 'id:tenant',
    principal: 'id:principal',
    key_mac: 'bytes',
    body_mac: 'bytes',
    action: 'word',
    answer: 'text',
    created_at: 'int',
  },
  ['tenant', 'principal', 'key_mac'],
);
const byKey = lookup(idempotencyKeys, ['tenant', 'principal', 'key_mac']);

/** One call under an idempotency key. */
export class IdempotentCall {
  readonly #caller: Caller;
  readonly #action: Action;
  readonly #key: IndexKey;
  readonly #keyMac: Buffer;
  readonly #bodyMac: Buffer;

  private constructor(caller: Caller, action: Action, key: IndexKey, idempotencyKey: string, body: unknown) {
    this.#caller = caller;
    this.#action = action;
    this.#key = key;
    this.#keyMac = key.mac('lethe/idempotency-key/1', MAC_BYTES, idempotencyKey);
    this.#bodyMac = key.mac('lethe/idempotency-body/1', MAC_BYTES, JSON.stringify(body));
  }

  /** @returns undefined for a call without a key */
  static async of(
    indexes: IndexKeys,
    caller: Caller,
    action: Action,
    body: unknown,
  ): Promise<IdempotentCall | undefined> {
    if (caller.idempotencyKey === undefined) return undefined;
    const key = await indexes.current(caller.tenant, KEY_NAME);
    return new IdempotentCall(caller, action, key, caller.idempotencyKey, body);
  }

  /**
   * @returns what `remember` kept of the first answer, or undefined for a first call
   * @throws `idempotency_key_reused` @throws {IntegrityError} for an answer that was altered
   */
  async recall(reader: Reader<'records'>): Promise<unknown> {
    const { tenant, principal } = this.#caller;
    const [[row] = []] = await reader.find(byKey, [[tenant, principal, this.#keyMac]]);
    if (row === undefined) return undefined;
    if (row.action !== this.#action || !equalBytes(row.body_mac, this.#bodyMac)) {
      throw new VaultError('idempotency_key_reused');
    }
    const answer = row.answer.slice(TAG_LENGTH);
    if (!equalBytes(Buffer.from(row.answer), Buffer.from(this.#tagged(answer)))) throw new IntegrityError();
    return JSON.parse(answer);
  }

  /** Keeps the answer, in the transaction of the work. @param answer ids and closed words only */
  async remember(tx: RecordTx, answer: unknown, now: Date): Promise<void> {
    const { tenant, principal } = this.#caller;
    await tx.insert(idempotencyKeys, [
      {
        tenant,
        principal,
        key_mac: this.#keyMac,
        body_mac: this.#bodyMac,
        action: this.#action,
        answer: this.#tagged(JSON.stringify(answer)),
        created_at: now.getTime(),
      },
    ]);
  }

  #tagged(answer: string): string {
    const { tenant, principal } = this.#caller;
    const place = [tenant, principal, this.#action, this.#keyMac, this.#bodyMac];
    return this.#key.mac('lethe/idempotency-answer/1', TAG_LENGTH / 2, ...place, answer).toString('hex') + answer;
  }
}

/**
 * A secret that an answer shows and nobody keeps. A repeated call under the same idempotency key gets the same secret:
 * it is a MAC of that key and of what the call made. It takes the index key to compute it, however easily the
 * idempotency key is guessed; somebody who has the index key also needs what is kept with the answer.
 * @param caller with an idempotency key @param made what is kept with the answer: ids, and a salt
 * @returns the secret, which the caller owns
 */
export async function secretOfCall(
  indexes: IndexKeys,
  { tenant, principal, idempotencyKey }: Caller,
  sizeBytes: number,
  made: readonly string[],
): Promise<Buffer> {
  if (idempotencyKey === undefined) throw new TypeError('The call has no idempotency key.');
  const key = await indexes.current(tenant, KEY_NAME);
  return key.mac('lethe/idempotency-secret/1', sizeBytes, tenant, principal, idempotencyKey, ...made);
}

/** Forgets answers older than `KEPT_MS`, at most `limit` of them. @returns how many */
export async function forgetOldAnswers(tx: RecordTx, now: Date, limit: number): Promise<number> {
  const old = await select(tx, idempotencyKeys, {
    columns: ['tenant', 'principal', 'key_mac'],
    where: { created_at: { '<': now.getTime() - KEPT_MS } },
    orderBy: ['created_at'],
    limit,
  });
  await tx.remove(
    idempotencyKeys,
    ['tenant', 'principal', 'key_mac'],
    old.map((row) => [row.tenant, row.principal, row.key_mac]),
  );
  return old.length;
}

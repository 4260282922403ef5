/**
 * The API key that a call makes and shows once. If the answer is lost, the same call under the same idempotency key
 * shows the same API key again, although no store has it (`secretOfCall`). A salt is kept beside the answer, and the
 * API key is made from it, too. The answer is forgotten a day later; from then on no key of the vault leads to the API
 * key.
 */
import { apiKeyText, SECRET_BYTES } from '../access/api-key.ts';
import type { RandomSource } from '../crypto/random.ts';
import type { ApiKeyId } from '../ids.ts';
import { secret } from '../secret.ts';
import type { Vault } from '../vault/vault.ts';
import type { Caller } from './caller.ts';
import { secretOfCall } from './idempotency.ts';

const SALT_BYTES = 32;

export class ApiKeyOfCall {
  /** To be kept beside the answer. */
  readonly salt: string;
  readonly #vault: Vault;
  readonly #caller: Caller;

  constructor(vault: Vault, caller: Caller) {
    this.salt = vault.random(SALT_BYTES).toString('hex');
    this.#vault = vault;
    this.#caller = caller;
  }

  /**
   * @param owner the id of whose API key it is
   * @param work is told where the secret comes from; undefined for a call without an idempotency key, which draws it
   */
  async making<R>(owner: string, work: (secretFrom: RandomSource | undefined) => Promise<R>): Promise<R> {
    const isRepeatable = this.#caller.idempotencyKey !== undefined;
    using held = secret(isRepeatable ? await this.#secretFor(owner, this.salt) : undefined);
    // A copy for each try: the callee wipes the secret, and PostgreSQL may have the work run again.
    const secretFrom = held && (() => Buffer.from(held));
    // Awaited here, because the secret is wiped when this function ends.
    return await work(secretFrom);
  }

  /** The API key that an earlier call made. @param salt as it was kept */
  async again(owner: string, key: ApiKeyId, salt: string): Promise<string> {
    using held = secret(await this.#secretFor(owner, salt));
    return apiKeyText(key, held);
  }

  #secretFor(owner: string, salt: string): Promise<Buffer> {
    return secretOfCall(this.#vault.keyring.indexes, this.#caller, SECRET_BYTES, [owner, salt]);
  }
}

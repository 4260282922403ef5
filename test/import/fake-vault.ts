/**
 * What an import needs of a vault, in memory: true idempotency, all or nothing, refusals by a rule, failures at will.
 * Stands in because a test must stop the vault before, in and after any call.
 */
import { expect } from 'vitest';
import type { Item } from '../../src/import/items.ts';
import type { Tokenizer } from '../../src/import/tokenize-batch.ts';

type Moment = 'before' | 'after';

export class Refused extends Error {
  readonly kind: string;
  readonly code: string;
  readonly field: string | undefined;
  readonly errors: readonly { readonly field: string; readonly code: string; readonly detail: string }[];

  constructor(kind: string, code: string, field?: string, fields: readonly string[] = []) {
    super(`Refused: ${code}.`);
    this.kind = kind;
    this.code = code;
    this.field = field;
    this.errors = fields.map((one) => ({ field: one, code, detail: `Refused: ${code}.` }));
  }
}

export class FakeVault implements Tokenizer {
  /** Every value stored, by its token. */
  readonly stored = new Map<string, Item>();
  /** Items of each call, also of those refused and repeated. */
  readonly calls: (readonly Item[])[] = [];
  readonly #answers = new Map<string, { body: string; tokens: string[] }>();
  /** Called before an answer is looked for and after it was stored; may throw. */
  on: (moment: Moment, call: number) => void | Promise<void> = () => {};
  /** Says what is wrong with an item: `value`, `value.number`, `subject`, `type`, `token`. */
  faultOf: (item: Item) => string | undefined = ({ value }) =>
    JSON.stringify(value).includes('BAD') ? 'value' : undefined;
  /** How many faults a refusal lists; 0 for a vault that names the first alone. */
  lists = 0;

  async tokenize(items: readonly Item[], key: string): Promise<{ token: string }[]> {
    const call = this.calls.push(items);
    expect(items.length).toBeGreaterThan(0);
    expect(key).toMatch(/^[\x21-\x7e]{1,128}$/);
    await this.on('before', call);
    await Promise.resolve();
    const body = JSON.stringify(items);
    const known = this.#answers.get(key);
    if (known && known.body !== body) throw new Refused('invalid', 'idempotency_key_reused', 'Idempotency-Key');
    const faulty = items.flatMap((item, i) => {
      const at = this.faultOf(item);
      return at === undefined ? [] : `items/${i}/${at}`;
    });
    if (faulty.length > 0) throw new Refused('invalid', 'invalid_value', faulty[0], faulty.slice(0, this.lists));
    if (!known) this.#refuseTaken(items);
    const tokens = known?.tokens ?? items.map((item) => this.#store(item));
    this.#answers.set(key, { body, tokens });
    await this.on('after', call);
    return tokens.map((token) => ({ token }));
  }

  #store(item: Item): string {
    const token = item.token ?? `tok_${this.stored.size + 1}`;
    this.stored.set(token, item);
    return token;
  }

  /** A token stands for one value, for good. */
  #refuseTaken(items: readonly Item[]): void {
    const brought = new Set<string>();
    for (const [i, { token }] of items.entries()) {
      if (token === undefined) continue;
      if (this.stored.has(token) || brought.has(token))
        throw new Refused('conflict', 'token_taken', `items/${i}/token`);
      brought.add(token);
    }
  }

  /** The vault as it is at this moment: what a crash of the importer leaves behind. */
  copy(): FakeVault {
    const copy = new FakeVault();
    for (const [token, item] of this.stored) copy.stored.set(token, item);
    for (const [key, answer] of this.#answers) copy.#answers.set(key, answer);
    copy.faultOf = this.faultOf;
    return copy;
  }

  /** The output with every token replaced by the value it stands for, each token once. */
  reveal(out: string): string {
    const seen = new Set<string>();
    return out.replaceAll(/tok_\d+/g, (token) => {
      if (seen.has(token)) throw new Error(`${token} stands twice in the output.`);
      seen.add(token);
      return `<${JSON.stringify(this.stored.get(token)?.value)}>`;
    });
  }
}

/**
 * Sends the calls of an import to the vault. It repeats a call, with its key, while the vault is out of reach, and it
 * knows whether the vault may have stored anything.
 */
import { setTimeout } from 'node:timers/promises';
import type { Progress } from './progress.ts';
import type { Refusal, Tokenizer } from './tokenize-batch.ts';

export interface Patience {
  readonly tokenizer: Tokenizer;
  readonly progress: Progress;
  /** Aborted: finishes the calls under way, keeps its place and returns. */
  readonly signal?: AbortSignal | undefined;
  /** How often a call is repeated while the vault is out of reach; about a minute and a half in all. */
  readonly retries?: number | undefined;
  /** @throws once the signal is aborted */
  readonly sleep?: ((ms: number, signal: AbortSignal | undefined) => Promise<unknown>) | undefined;
}

const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [500, 15_000];
/** If the vault asks for a longer wait, the import stops, and a person starts it again. */
const MOST_ASKED_MS = 10 * 60 * 1000;
const TEMPORARY: readonly unknown[] = ['unavailable'];
/** Kinds of error after which the work may have been done nevertheless. */
const UNCERTAIN: readonly unknown[] = [undefined, 'unavailable', 'internal', 'integrity'];

export class PatientTokenizer implements Tokenizer {
  readonly #options: Patience;
  /** Whether the vault has stored anything for this import, as far as is known. */
  mayHaveStored: boolean;

  constructor(options: Patience, mayHaveStored: boolean) {
    this.#options = options;
    this.mayHaveStored = mayHaveStored;
  }

  /** Repeats a call with its key while the vault is out of reach. */
  async tokenize(...call: Parameters<Tokenizer['tokenize']>): ReturnType<Tokenizer['tokenize']> {
    const { tokenizer, progress, signal, retries = 9, sleep = wait } = this.#options;
    for (let repeats = 0; ; repeats++) {
      try {
        const results = await tokenizer.tokenize(...call);
        this.mayHaveStored = true;
        return results;
      } catch (error) {
        const { kind, code, retryAfterSeconds = 0 } = error as Refusal;
        const askedMs = retryAfterSeconds * 1000;
        this.mayHaveStored ||= !isRefusal(error);
        if (!TEMPORARY.includes(kind) || repeats >= retries || askedMs > MOST_ASKED_MS) throw error;
        const ms = Math.max(askedMs, Math.min(FIRST_WAIT_MS * 2 ** repeats, LONGEST_WAIT_MS));
        progress.note(`the vault says ${code}; trying again in ${ms / 1000} s`);
        await sleep(ms, signal);
      }
    }
  }
}

/** The vault's definite no: what was asked has not been done. */
export function isRefusal(failure: unknown): boolean {
  return failure instanceof Error && !UNCERTAIN.includes((failure as Refusal).kind);
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<unknown> {
  return setTimeout(ms, undefined, signal ? { signal } : {});
}

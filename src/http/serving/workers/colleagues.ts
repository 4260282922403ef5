/**
 * What the workers of a server ask of one another, by way of the first process (`workers.ts`). A scrape of `/metrics`
 * and a look at `/readyz` come to one of them, whichever it is, and are answered for all.
 *
 * Guarantees: whoever does not answer in time is left out, and holds up nobody for longer. Where the first process is
 * gone, the worker that was asked answers for itself.
 * Does not: carry a value, a key or a setting: counts and closed words only.
 */
import type { Registry } from 'prom-client';

/** The parts that are not well, and those that fail while calls are answered, each with a code. */
export interface Wellness {
  readonly unavailable: Readonly<Record<string, string>>;
  readonly degraded: Readonly<Record<string, string>>;
}

/** What one worker answers to each question. */
export interface Answers {
  readonly metrics: Awaited<ReturnType<Registry['getMetricsAsJSON']>>;
  readonly readiness: Wellness;
}
export type Question = keyof Answers;
export type Answer = Answers[Question];

/** What a worker is told with a question. */
export interface Asked {
  /** Whether it is the one of all that also says what is the same for all. */
  readonly isFirst: boolean;
  /** How many serve, and how many have died since the start. */
  readonly serving: number;
  readonly lost: number;
}

type Answering<Q extends Question> = (asked: Asked) => Promise<Answers[Q]>;

/** One worker's way to all of them, itself included. */
export interface Colleagues {
  /** Which worker this is; undefined in a server that has none. */
  readonly number: number | undefined;
  /** Says how this process answers. */
  answer<Q extends Question>(question: Q, how: Answering<Q>): void;
  /** @returns the answer of each that serves; undefined for one that gave none in time */
  ask<Q extends Question>(question: Q): Promise<readonly (Answers[Q] | undefined)[]>;
}

export type FromWorker =
  /** For the supervisor; `isReady`: the first that it is told. */
  | { readonly is: 'status'; readonly status: string; readonly isReady: boolean }
  | { readonly is: 'serving' | 'stopping' }
  | { readonly is: 'question'; readonly id: number; readonly question: Question }
  | { readonly is: 'answer'; readonly id: number; readonly answer: Answer | undefined };

export type ToWorker =
  | { readonly is: 'stop' }
  | { readonly is: 'asked'; readonly id: number; readonly question: Question; readonly asked: Asked }
  | { readonly is: 'answers'; readonly id: number; readonly answers: readonly (Answer | undefined)[] };

/** Longer than the first process waits for all. */
const PATIENCE_MS = 4_000;
const ALONE: Asked = { isFirst: true, serving: 1, lost: 0 };

/** The answers of this process. */
class Own {
  readonly #how = new Map<Question, Answering<Question>>();

  answer<Q extends Question>(question: Q, how: Answering<Q>): void {
    this.#how.set(question, how);
  }

  async to(question: Question, asked: Asked): Promise<Answer | undefined> {
    return this.#how.get(question)?.(asked);
  }
}

/** For a server of one process. */
export function nobodyElse(): Colleagues {
  const own = new Own();
  return {
    number: undefined,
    answer: (question, how) => own.answer(question, how),
    ask: async (question) => [(await own.to(question, ALONE)) as never],
  };
}

/**
 * @param send to the first process
 * @returns also what to do with what comes from there
 */
export function newColleagues(
  number: number,
  send: (message: FromWorker) => void,
): Colleagues & { receive(message: ToWorker): void } {
  const own = new Own();
  const waiting = new Map<number, (answers: readonly (Answer | undefined)[]) => void>();
  let last = 0;
  return {
    number,
    answer: (question, how) => own.answer(question, how),
    ask(question) {
      last += 1;
      const id = last;
      return new Promise((resolve) => {
        const answered = resolve as (answers: readonly (Answer | undefined)[]) => void;
        // The first process may be gone.
        const alone = setTimeout(() => {
          waiting.delete(id);
          const say = (answer?: Answer) => answered([answer]);
          own.to(question, ALONE).then(say, () => say());
        }, PATIENCE_MS);
        waiting.set(id, (answers) => {
          clearTimeout(alone);
          answered(answers);
        });
        send({ is: 'question', id, question });
      });
    },
    receive(message) {
      if (message.is === 'asked') {
        const { id, question, asked } = message;
        const say = (answer?: Answer) => send({ is: 'answer', id, answer });
        own.to(question, asked).then(say, () => say());
      } else if (message.is === 'answers') {
        waiting.get(message.id)?.(message.answers);
        waiting.delete(message.id);
      }
    },
  };
}

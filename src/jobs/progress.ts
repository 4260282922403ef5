/**
 * Writes how far a job is to its row: at most twice a second, always when the step changes. What was held back is
 * written when the job ends. The rate is that of the step's last half minute, by this process's running time.
 */
const WRITE_EVERY_MS = 500;
const RATE_OVER_MS = 30_000;
/** A rate over less than a second of work says nothing. */
const RATE_AFTER_MS = 1_000;

/** How far a job is, as its row has it. */
export interface Place {
  readonly step: string;
  readonly done: number;
  readonly total: number;
  readonly rate_milli: number | null;
}

/** A place with its rate and what is left of the step, as people read it; the names are those of the API. */
export interface Pace {
  readonly step: string;
  readonly done: number;
  readonly total: number;
  readonly ratePerSecond?: number;
  readonly secondsLeft?: number;
}

export function paceOf({ step, done, total, rate_milli }: Place): Pace {
  const rate = rate_milli === null ? undefined : rate_milli / 1000;
  const left = rate === undefined || rate === 0 ? undefined : Math.ceil(Math.max(0, total - done) / rate);
  return {
    ...{ step, done, total },
    ...(rate === undefined ? {} : { ratePerSecond: rate }),
    ...(left === undefined ? {} : { secondsLeft: left }),
  };
}

export class Progress {
  readonly #write: (place: Place) => Promise<void>;
  readonly #elapsed: () => number;
  #place: Place = { step: '', done: 0, total: 0, rate_milli: null };
  /** Where the step was at which time, the oldest first. */
  #samples: { readonly at: number; readonly done: number }[] = [];
  #writtenAt = Number.NEGATIVE_INFINITY;
  #pending = false;

  constructor(write: (place: Place) => Promise<void>, elapsed: () => number) {
    this.#write = write;
    this.#elapsed = elapsed;
  }

  /** What has not been written yet. */
  get unwritten(): Place | undefined {
    return this.#pending ? this.#place : undefined;
  }

  async at(step: string, done: number, total: number): Promise<void> {
    const now = this.#elapsed();
    const changed = step !== this.#place.step;
    if (changed) this.#samples = [];
    this.#place = { step, done, total, rate_milli: this.#rate(now, done) };
    this.#pending = true;
    if (!changed && now - this.#writtenAt < WRITE_EVERY_MS) return;
    this.#writtenAt = now;
    this.#pending = false;
    await this.#write(this.#place);
  }

  /** In thousandths of a unit a second. */
  #rate(now: number, done: number): number | null {
    const last = this.#samples.at(-1);
    if (last === undefined || now - last.at >= WRITE_EVERY_MS) this.#samples.push({ at: now, done });
    while ((this.#samples[1]?.at ?? now) <= now - RATE_OVER_MS) this.#samples.shift();
    const first = this.#samples[0];
    if (first === undefined || now - first.at < RATE_AFTER_MS) return null;
    return Math.max(0, Math.round(((done - first.done) * 1_000_000) / (now - first.at)));
  }
}

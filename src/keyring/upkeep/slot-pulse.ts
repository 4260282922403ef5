/**
 * Counts the root slots that answer, for callers that ask often. Each slot is asked whether it has the current epoch.
 *
 * Guarantees: slots are asked at most once a minute, however often callers ask, and no caller waits for them: the
 * answer is what the last look found. It has numbers, never names.
 * Does not: read a secret, or look for what came back: `lethe keys slots check` does. An HSM's call holds up this
 * thread for as long as the device takes, once a minute.
 */
import type { Clock } from '../../clock.ts';
import type { EpochKeys } from '../epochs/epoch-keys.ts';

interface SlotCounts {
  readonly inForce: number;
  /** How many of those answer, and have the current epoch. */
  readonly answering: number;
}

export interface Pulse {
  readonly required: SlotCounts;
  readonly optional: SlotCounts;
}

const LOOK_EVERY_MS = 60_000;

export class SlotPulse {
  readonly #epochs: Pick<EpochKeys, 'slots' | 'current'>;
  readonly #clock: Clock;
  #found: Pulse | undefined;
  #begunAt: number | undefined;
  #underWay: Promise<void> | undefined;

  constructor(epochs: Pick<EpochKeys, 'slots' | 'current'>, clock: Clock) {
    this.#epochs = epochs;
    this.#clock = clock;
  }

  /** What the last look found; undefined before the first has ended. Begins another where that is due. */
  read(): Pulse | undefined {
    const now = this.#clock().getTime();
    // A clock that was put back is no reason to stop looking.
    const since = this.#begunAt === undefined ? LOOK_EVERY_MS : Math.abs(now - this.#begunAt);
    if (this.#underWay === undefined && since >= LOOK_EVERY_MS) {
      this.#begunAt = now;
      this.#underWay = this.#look().finally(() => {
        this.#underWay = undefined;
      });
    }
    return this.#found;
  }

  /** Waits for the look under way, if any. */
  async settled(): Promise<void> {
    await this.#underWay;
  }

  async #look(): Promise<void> {
    const { slots, current } = this.#epochs;
    // A store that does not answer is reported elsewhere; here the known slots are asked.
    await slots.reload().catch(() => {});
    const answers = await Promise.all(
      slots.inForce.map(async ({ slot, required }) => ({
        required,
        well: await slot.has(current).catch(() => false),
      })),
    );
    const count = (of: typeof answers) => ({ inForce: of.length, answering: of.filter(({ well }) => well).length });
    this.#found = {
      required: count(answers.filter(({ required }) => required)),
      optional: count(answers.filter(({ required }) => !required)),
    };
  }
}

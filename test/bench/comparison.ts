/**
 * What one result gains over another, figure by figure. Of two checkouts that took turns, the gain is the median of the
 * rounds' gains, with the least and the greatest beside it: what lies between them is noise. Of an earlier run only
 * medians can be compared, and that says something on the same machine alone, left as quiet.
 *
 * A gain above 1 is in favour of the result that is named first: more of what shall be much, less of what shall be
 * little.
 */
import type { Figure } from './figures.ts';
import { median } from './load.ts';
import { aligned, figure } from './table.ts';

export interface Gain {
  readonly what: string;
  readonly unit: string;
  /** Medians. */
  readonly now: number;
  readonly before: number;
  /** NaN where no round could be compared. */
  readonly gain: number;
  /** The least and the greatest of the rounds, where they took turns. */
  readonly between?: readonly [least: number, greatest: number];
}

/** Of checkouts measured in turns: rounds of the same number belong together. */
export function gainsInTurns(now: readonly Figure[], before: readonly Figure[]): Gain[] {
  return matched(now, before, (one, other) => {
    const gains = one.rounds
      .map((value, i) => gainOf(one, value, other.rounds[i] ?? Number.NaN))
      .filter(Number.isFinite);
    if (gains.length === 0) return { gain: Number.NaN };
    return { gain: median(gains), between: [Math.min(...gains), Math.max(...gains)] };
  });
}

/** Of two runs. */
export function gainsOver(now: readonly Figure[], before: readonly Figure[]): Gain[] {
  return matched(now, before, (one, other) => ({ gain: gainOf(one, middle(one), middle(other)) }));
}

/** Figures that both have. */
function matched(
  now: readonly Figure[],
  before: readonly Figure[],
  compare: (one: Figure, other: Figure) => Pick<Gain, 'gain' | 'between'>,
): Gain[] {
  return now.flatMap((one) => {
    const other = before.find(({ what, unit }) => what === one.what && unit === one.unit);
    if (other === undefined) return [];
    return [{ what: one.what, unit: one.unit, now: middle(one), before: middle(other), ...compare(one, other) }];
  });
}

function gainOf({ better }: Figure, now: number, before: number): number {
  return better === 'more' ? now / before : before / now;
}

/** A file has `null` for what could not be measured. */
function middle({ rounds }: Figure): number {
  return median(rounds.filter(Number.isFinite));
}

export function gainTable(gains: readonly Gain[], now: string, before: string): string {
  const rows = gains.map(({ what, unit, between, ...of }) => [
    what,
    unit,
    figure(of.before),
    figure(of.now),
    Number.isFinite(of.gain) ? `${of.gain.toFixed(2)} ×` : '–',
    between === undefined ? '' : between.map((gain) => gain.toFixed(2)).join(' … '),
  ]);
  return aligned([['figure', '', before, now, 'gain', 'of the rounds'], ...rows]);
}

/** Marks: what one store remembers of its own commits, whatever runs at once and whatever a server loses of the end. */
import { describe, expect, test } from 'vitest';
import { type Mark, Marks } from '../../src/storage/postgres/marks.ts';
import { SilentWriters } from '../../src/storage/postgres/silent-writers.ts';
import { fc } from '../support/properties.ts';

/** A server that commits in one order, and can go back to an earlier point of it. */
class Server {
  rows = new Set<number>();
  committed: number[] = [];
  commit(mark: Mark): boolean {
    if (!mark.after.every((n) => this.rows.has(n))) return false;
    this.rows.add(mark.n);
    this.committed.push(mark.n);
    return true;
  }
  lose(last: number): void {
    for (const n of this.committed.splice(this.committed.length - last, last)) this.rows.delete(n);
  }
}

const steps = fc.array(
  fc.record({ what: fc.constantFrom('begin', 'commit', 'answer', 'break', 'tidy'), which: fc.nat(7) }),
  { minLength: 20, maxLength: 120, size: 'max' },
);

/** Runs transactions side by side: each begins, commits, and is answered, or its answer is lost. */
function play(marks: Marks, server: Server, script: { what: string; which: number }[]) {
  const begun: Mark[] = [];
  const unanswered: Mark[] = [];
  const answered = new Set<number>();
  const take = (from: Mark[], which: number) => from.splice(which % from.length, 1)[0] as Mark;
  for (const { what, which } of script) {
    if (what === 'begin') begun.push(marks.take());
    if (what === 'commit' && begun.length > 0) {
      const mark = take(begun, which);
      // Nothing was lost: nothing is missed, whatever was tidied up meanwhile.
      expect(server.commit(mark)).toBe(true);
      unanswered.push(mark);
    }
    if (what === 'answer' && unanswered.length > 0) {
      const mark = take(unanswered, which);
      marks.acknowledge(mark);
      marks.end(mark);
      answered.add(mark.n);
    }
    if (what === 'break' && unanswered.length > 0) marks.end(take(unanswered, which));
    if (what === 'tidy') {
      const [from, before] = marks.takeRemovable() ?? [0, 0];
      for (let n = from; n < before; n += 1) server.rows.delete(n);
    }
  }
  return answered;
}

test('whatever runs at once: the next transaction passes as long as nothing is lost, and fails once anything answered is', () => {
  fc.assert(
    fc.property(steps, fc.oneof(fc.nat(3), fc.nat(200)), (script, back) => {
      const [marks, server] = [new Marks(), new Server()];
      const answered = play(marks, server, script);
      const lost = server.committed.slice(server.committed.length - Math.min(back, server.committed.length));
      server.lose(lost.length);
      const passes = server.commit(marks.take());
      expect(passes).toBe(!lost.some((n) => answered.has(n)));
    }),
  );
});

test('as few marks are asked for as transactions run at once, and what is removed is given once', () => {
  const marks = new Marks();
  for (let i = 0; i < 100; i += 1) {
    const mark = marks.take();
    expect(mark.after.length).toBeLessThanOrEqual(1);
    marks.acknowledge(mark);
    marks.end(mark);
  }
  expect(marks.takeRemovable()).toEqual([1, 100]);
  expect(marks.takeRemovable()).toBeUndefined();
});

describe('whose marks are removed', () => {
  const HOUR = 60 * 60_000;
  const others = () => {
    let now = 0;
    const writers = new SilentWriters(() => now);
    const look = (...rows: { writer: number; n: number }[]) => {
      now += HOUR;
      expect(writers.isDue()).toBe(true);
      return writers.see(rows);
    };
    return { writers, look };
  };

  test('only of who has left none over a day of looks; not of one that leaves one now and then', () => {
    const { look } = others();
    const dead: unknown[] = [];
    for (let i = 0; i < 24; i += 1) dead.push(...look({ writer: 1, n: 5 }, { writer: 2, n: Math.floor(i / 20) }));
    expect(dead).toEqual([]);
    expect(look({ writer: 1, n: 5 }, { writer: 2, n: 1 })).toEqual([{ writer: 1, n: 5 }]);
  });

  test('looks seldom, and a process that slept counts one look', () => {
    let now = 0;
    const writers = new SilentWriters(() => now);
    expect(writers.isDue()).toBe(false);
    now = 1_000 * HOUR;
    expect(writers.isDue()).toBe(true);
    expect(writers.isDue()).toBe(false);
    expect(writers.see([{ writer: 1, n: 1 }])).toEqual([]);
    now += 1_000 * HOUR;
    expect(writers.isDue()).toBe(true);
    expect(writers.see([{ writer: 1, n: 1 }])).toEqual([]);
  });
});

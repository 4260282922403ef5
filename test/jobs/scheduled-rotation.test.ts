/** Epochs close on schedule: when they are due, once, ordered by the vault itself, whatever the clock does. */
import { describe, expect, test } from 'vitest';
import { THE_VAULT_ITSELF } from '../../src/access/principal.ts';
import { runJobsOnce } from '../../src/background/long-jobs.ts';
import { rotationDueAt, scheduledRotation } from '../../src/background/scheduled-rotation.ts';
import { dueAfter } from '../../src/clock.ts';
import { measure } from '../../src/vault/measure.ts';
import { freshHome, tell } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { NOW } from '../support/vault.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe.each(ENGINES)('on %s', (engine) => {
  const place = async () => {
    const home = await freshHome(engine);
    const node = async () => {
      let [ahead, elapsed] = [0, 0];
      const vault = await home.open({ clock: () => new Date(NOW.getTime() + elapsed + ahead) });
      const schedule = scheduledRotation(vault, DAY_MS, () => elapsed);
      return {
        vault,
        pass: (ms: number) => {
          elapsed += ms;
        },
        setAhead: (ms: number) => {
          ahead = ms;
        },
        /** A round of the background: orders what is due, and does it. */
        async round() {
          await vault.keyring.refresh();
          const ordered = await schedule();
          if (ordered) await runJobsOnce(vault);
          return ordered;
        },
      };
    };
    return { home, node };
  };

  test('an epoch is closed when it is a day old, and not before; the audit log says that the vault did', async () => {
    const { home, node } = await place();
    const one = await node();
    one.pass(DAY_MS - 1);
    expect(await one.round()).toBe(false);
    one.pass(1);
    expect(await one.round()).toBe(true);
    expect(one.vault.keyring.epochs.current).toBe(2);
    expect(await one.round()).toBe(false);
    one.pass(DAY_MS);
    expect(await one.round()).toBe(true);

    const entries = await tell(
      home.recordStoreUrl,
      "SELECT * FROM audit_entries WHERE action = 'rotate_keys' ORDER BY entry",
    );
    expect(entries.map(({ principal, outcome }) => [principal, outcome])).toEqual(
      Array(4).fill([THE_VAULT_ITSELF, 'done']),
    );
    const jobs = await tell(home.recordStoreUrl, 'SELECT ordered_by, state FROM jobs');
    expect(jobs).toEqual(Array(2).fill({ ordered_by: THE_VAULT_ITSELF, state: 'completed' }));
  });

  test('two nodes that find it due close one epoch', async () => {
    const { node } = await place();
    const [one, two] = [await node(), await node()];
    for (const each of [one, two]) each.pass(DAY_MS);
    await Promise.all([one.round(), two.round()]);
    await one.round();
    await two.round();
    await two.vault.keyring.refresh();
    expect(two.vault.keyring.epochs.current).toBe(2);
  });

  test('a clock that jumps a day ahead closes one epoch more; back again, one more at most, and then a day apart', async () => {
    const { node } = await place();
    const [wrong, right] = [await node(), await node()];
    wrong.setAhead(DAY_MS);
    const closed: boolean[] = [];
    for (let hour = 0; hour < 24; hour += 1) {
      closed.push(await wrong.round(), await right.round());
      for (const each of [wrong, right]) each.pass(HOUR_MS);
    }
    expect(closed.filter(Boolean).length).toBe(2);

    wrong.setAhead(0);
    for (let day = 0; day < 3; day += 1) {
      const ordered = [await wrong.round(), await right.round()].filter(Boolean).length;
      expect(ordered).toBeLessThanOrEqual(1);
      for (const each of [wrong, right]) each.pass(DAY_MS);
    }
  });

  test('a clock that was a year ahead does not put the next close off for a year', async () => {
    const { node } = await place();
    const one = await node();
    one.setAhead(365 * DAY_MS);
    expect(await one.round()).toBe(true);
    one.setAhead(0);
    one.pass(DAY_MS);
    expect((await rotationDueAt(one.vault, DAY_MS)).getTime()).toBe(NOW.getTime() + DAY_MS);
    expect(await one.round()).toBe(true);
    expect(one.vault.keyring.epochs.current).toBe(3);
  });

  test('the metrics show the age of the epoch, the last close, and an alarm for what is not destroyed after an hour', async () => {
    const { home, node } = await place();
    const one = await node();
    one.pass(DAY_MS);
    expect(await measure(one.vault)).toMatchObject({
      ...{ epochAgeSeconds: DAY_MS / 1000, sinceCloseSeconds: undefined, destructionPending: 0, unfinishedJobs: 0 },
    });
    await one.round();
    one.pass(HOUR_MS);
    expect(await measure(one.vault)).toMatchObject({ epochAgeSeconds: 3_600, sinceCloseSeconds: 3_600 });
    await tell(home.keyStoreUrl, "UPDATE epochs SET state = 'deactivated', closed_at = NULL WHERE epoch = 1");
    expect((await measure(one.vault)).destructionPending).toBe(0);
    one.pass(1);
    expect((await measure(one.vault)).destructionPending).toBe(1);
  });
});

test('what begins up to five minutes from now is due a period later; what begins later was dated by a wrong clock, and is due at once', () => {
  const [since, period] = [NOW.getTime(), DAY_MS];
  const seenBefore = (ms: number) => dueAfter(since, period, new Date(since - ms));
  expect(seenBefore(-HOUR_MS)).toEqual(new Date(since + DAY_MS));
  expect(seenBefore(300_000)).toEqual(new Date(since + DAY_MS));
  expect(seenBefore(300_001)).toEqual(new Date(since - 300_001));
});

/** Budgets of guesses: what is taken is taken durably and by nobody twice; what was right goes on to the next guess. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { customType } from '../../src/datatypes/custom.ts';
import { dataType } from '../../src/datatypes/registry.ts';
import { GuessBudgets, type Guesser } from '../../src/guesses/budgets.ts';
import type { BudgetKind } from '../../src/guesses/errors.ts';
import { type Allowance, LOOKUPS } from '../../src/guesses/limits.ts';
import { counts, ofSearch, soughtIn } from '../../src/guesses/questions.ts';
import { forgetOldGuesses } from '../../src/guesses/store.ts';
import { criterionOf } from '../../src/search/criteria.ts';
import { definition } from '../datatypes/definitions.ts';
import { stage, withParts } from '../support/home.ts';
import { askRows } from '../support/spelled.ts';
import { ENGINES } from '../support/stores.ts';
import { NOW } from '../support/vault.ts';

const HOUR_MS = 3_600_000;
const ONE_BY_ONE: Allowance = { kind: 'person', limit: 5, windowMs: HOUR_MS, block: 1, alarmAt: 8 };
const IN_BLOCKS: Allowance = { kind: 'caller', limit: 50, windowMs: HOUR_MS, block: 20 };

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  let things = 0;
  /** A budget that no other test takes from. */
  const budgetOf = (allowance: Allowance) => ({ allowance, of: [`thing ${things++}`] });
  const told: { refused: BudgetKind[]; alarms: BudgetKind[] } = { refused: [], alarms: [] };
  /** The budgets as one more process of the vault sees them. */
  const node = (recordStore = here.vault.recordStore) => {
    const { keyring } = here.vault;
    return new GuessBudgets(recordStore, keyring.indexes, here.now, {
      refused: (kind) => void told.refused.push(kind),
      alarm: (kind) => void told.alarms.push(kind),
    });
  };
  const wrong = async () => 'answered';
  type Asked = { budget: ReturnType<typeof budgetOf>; by?: Guesser; count?: number; right?: boolean };
  const guess = async (at: GuessBudgets, { budget, by, count = 1, right = false }: Asked) => {
    const guesser = by ?? (await here.as('app'));
    return at
      .during(guesser, [{ budget, count }], async (isRight) => {
        if (right) isRight();
        return wrong();
      })
      .catch((error: { code?: string }) => error.code);
  };
  const taken = async () =>
    (
      await askRows<{ taken: number }>(here.vault.recordStore.reader, (sql) =>
        sql('guess_budgets').whereNot({ principal: '*' }),
      )
    ).map((row) => Number(row.taken));

  test('as many wrong guesses are let pass as the budget has, on two nodes at once, and not one more', async () => {
    for (const allowance of [ONE_BY_ONE, IN_BLOCKS]) {
      const budget = budgetOf(allowance);
      const nodes = [node(), node()] as const;
      const asked = Array.from({ length: 2 * allowance.limit }, (_, i) => guess(nodes[(i % 2) as 0 | 1], { budget }));
      const answers = await Promise.all(asked);
      const passed = answers.filter((answer) => answer === 'answered').length;
      expect(passed).toBeLessThanOrEqual(allowance.limit);
      // What one of them has left of a block, the other cannot use.
      expect(passed).toBeGreaterThan(allowance.limit - allowance.block);
      expect(new Set(answers)).toEqual(new Set(['answered', 'too_many_guesses']));
    }
  });

  test('a guess that was right is there for the next; an error, and an answer that says nothing, spend it', async () => {
    const [at, budget] = [node(), budgetOf(ONE_BY_ONE)];
    for (let i = 0; i < 20; i += 1) expect(await guess(at, { budget, right: true })).toBe('answered');
    const by = await here.as('app');
    const failing = at.during(by, [{ budget, count: 1 }], () => Promise.reject(new Error('planted')));
    await expect(failing).rejects.toThrow('planted');
    for (let i = 1; i < ONE_BY_ONE.limit; i += 1) expect(await guess(at, { budget })).toBe('answered');
    expect(await guess(at, { budget, right: true })).toBe('too_many_guesses');
  });

  test('of several guesses some may be right: only the others are spent', async () => {
    const at = node();
    const [one, two] = [budgetOf(ONE_BY_ONE), budgetOf(ONE_BY_ONE)];
    const by = await here.as('app');
    const both = [one, two].map((budget) => ({ budget, count: 2 }));
    for (let i = 0; i < 2; i += 1) await at.during(by, both, async (right) => right([both[0] as never]));
    expect(await guess(at, { budget: one, count: 5 })).toBe('answered');
    expect(await guess(at, { budget: two, count: 2 })).toBe('too_many_guesses');
  });

  test('where one budget is spent, nothing is taken of the others, and no work is done', async () => {
    const at = node();
    const [full, spent] = [budgetOf(ONE_BY_ONE), budgetOf(ONE_BY_ONE)];
    await guess(at, { budget: spent, count: 5 });
    let worked = false;
    const both = [full, spent].map((budget) => ({ budget, count: 1 }));
    const refused = at.during(await here.as('app'), both, async () => {
      worked = true;
    });
    await expect(refused).rejects.toMatchObject({ code: 'too_many_guesses', guesses: 1 });
    expect(worked).toBe(false);
    expect(await guess(at, { budget: full, count: 5 })).toBe('answered');
  });

  test('who asks while others’ guesses are under way waits for how they end, and is not refused for them', async () => {
    const { recordStore } = here.vault;
    let refusals = 0;
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    // The first call goes on until the store has refused both others.
    const exclusive = ((work: never) =>
      recordStore.exclusive(work).catch((error: unknown) => {
        refusals += 1;
        if (refusals === 2) end();
        throw error;
      })) as typeof recordStore.exclusive;
    const at = node(withParts(recordStore, { exclusive }));
    const budget = budgetOf(ONE_BY_ONE);
    const by = await here.as('app');
    const first = at.during(by, [{ budget, count: 5 }], async (right) => {
      await ended;
      right();
    });
    const second = guess(at, { budget, count: 5 });
    const third = guess(at, { budget });
    await first;
    expect((await Promise.all([second, third])).sort()).toEqual(['answered', 'too_many_guesses']);
  });

  test('a crash loses what a node had in hand and gains nothing; one that closes gives it back', async () => {
    const budget = budgetOf(IN_BLOCKS);
    await guess(node(), { budget });
    expect(await taken()).toContain(20);
    // That one is gone: 30 are left, of which another takes 20, and after it 10 are.
    const second = node();
    await guess(second, { budget });
    await second.close();
    const third = node();
    expect(await guess(third, { budget, count: 29 })).toBe('answered');
    expect(await guess(third, { budget })).toBe('too_many_guesses');
  });

  test('a new window begins when the old one is over; nothing of the old one is worth anything in it', async () => {
    const [at, budget] = [node(), budgetOf(IN_BLOCKS)];
    await guess(at, { budget, count: 41 });
    here.advance(HOUR_MS - 1);
    const late = at.during(await here.as('app'), [{ budget, count: 10 }], wrong);
    await expect(late).rejects.toMatchObject({ code: 'too_many_guesses', retryAfterSeconds: 1 });
    here.advance(1);
    expect(await guess(at, { budget, count: 50 })).toBe('answered');
    expect(await guess(at, { budget })).toBe('too_many_guesses');
    // Nor is what was left in hand of a block.
    const other = budgetOf(IN_BLOCKS);
    await guess(at, { budget: other });
    here.advance(HOUR_MS);
    expect(await guess(at, { budget: other, count: 50 })).toBe('answered');
    expect(await guess(at, { budget: other })).toBe('too_many_guesses');
  });

  test('a guess of the old window that turns out right is worth nothing in the new one', async () => {
    const [at, budget] = [node(), budgetOf(ONE_BY_ONE)];
    const by = await here.as('app');
    await at.during(by, [{ budget, count: 5 }], async (right) => {
      here.advance(HOUR_MS);
      expect(await guess(at, { budget })).toBe('answered');
      right();
    });
    expect(await guess(at, { budget, count: 4 })).toBe('answered');
    expect(await guess(at, { budget })).toBe('too_many_guesses');
  });

  test('one principal’s guesses hold up no other; all together they raise an alarm, once', async () => {
    const [at, budget] = [node(), budgetOf(ONE_BY_ONE)];
    told.alarms.length = 0;
    told.refused.length = 0;
    const [app, support] = [await here.as('app'), await here.as('support')];
    await guess(at, { budget, by: app, count: 5 });
    expect(await guess(at, { budget, by: app })).toBe('too_many_guesses');
    expect(told).toEqual({ refused: ['person'], alarms: [] });
    for (let i = 0; i < 5; i += 1) expect(await guess(at, { budget, by: support })).toBe('answered');
    expect(told.alarms).toEqual(['person']);
  });

  test('calls that take from the same budgets in any order do not hold up each other for good', async () => {
    const [one, two] = [budgetOf(IN_BLOCKS), budgetOf(IN_BLOCKS)];
    const by = await here.as('app');
    const both = [one, two].map((budget) => ({ budget, count: 1 }));
    const nodes = Array.from({ length: 4 }, () => node());
    const calls = nodes.flatMap((at) => [at.during(by, both, wrong), at.during(by, both.toReversed(), wrong)]);
    const settled = await Promise.allSettled(calls);
    expect(settled.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(4);
  });

  test('budgets are forgotten when every window is over, and not before', async () => {
    const [at, old, young] = [node(), budgetOf(ONE_BY_ONE), budgetOf(ONE_BY_ONE)];
    const left = async () => {
      await forgetOldGuesses(here.vault.recordStore, here.now(), 1_000);
      return (await taken()).length;
    };
    here.advance(48 * HOUR_MS);
    expect(await left()).toBe(0);
    await guess(at, { budget: old });
    here.advance(24 * HOUR_MS - 1);
    await guess(at, { budget: young });
    expect(await left()).toBe(2);
    here.advance(1);
    expect(await left()).toBe(1);
  });

  test('a sign-up service looks up 50,000 unknown addresses an hour for some hundred writes', async () => {
    const budget = budgetOf(LOOKUPS);
    const at = node();
    onTestFinished(() => at.close());
    const before = await taken();
    for (let i = 0; i < 501; i += 1) await guess(at, { budget });
    const after = await taken();
    expect(after.length - before.length).toBe(1);
    // Two blocks of 500, for 501 guesses.
    expect(after).toContain(1_000);
    expect(await guess(at, { budget, count: 49_500 })).toBe('answered');
  });
});

test('the last four digits of a number are few, whatever is left of the number itself; numbers that end alike are one set', () => {
  const context = { now: NOW };
  const kinds = (type: string, value: unknown, part?: string, mayReveal = false) => {
    const known = { type: dataType(type), keep: undefined, unique: false, earlier: [] };
    const sought = soughtIn([criterionOf(known, { part, value }, context)], () => mayReveal);
    return ofSearch(sought).map(({ budget: { allowance, of } }) => [allowance.limit, ...of]);
  };
  expect(kinds('phone', '0958', 'last4')).toEqual([[500, 'phone', 'last4']]);
  expect(kinds('iban', '3000', 'last4')).toEqual([[500, 'iban', 'last4']]);
  expect(kinds('phone', '0958', 'last4', true)).toEqual([[100_000, 'phone']]);
  expect(kinds('email', 'example.com', 'domain')).toEqual([[1_000, 'email']]);
  expect(kinds('phone', '+44 20 7946 0958')).toEqual([
    [1_000, 'phone'],
    [19, 'phone', '44', '0958'],
  ]);
  const [one] = soughtIn(
    [
      criterionOf(
        { type: dataType('phone'), keep: undefined, unique: false, earlier: [] },
        { part: 'last4', value: '0958' },
        context,
      ),
    ],
    () => false,
  );
  expect([counts([one as never], 2, false), counts([one as never], 1, false)]).toEqual([true, false]);
});

test('a name has one budget, also where only an earlier version of its type takes two spellings for one', () => {
  const rules = { maxLength: 8, pattern: '[A-Za-z]{8}', normalise: [], examples: ['adalinde'] };
  const [earlier, type] = [['ignore_case'], []].map((compare, i) =>
    customType(definition({ ...rules, compare }), i + 1),
  );
  const known = { type: type as never, keep: undefined, unique: false, earlier: [earlier as never] };
  const birthday = { type: dataType('date_of_birth'), keep: undefined, unique: false, earlier: [] };
  const context = { now: NOW };
  const budgets = (name: string) => {
    const asked = [
      criterionOf(known, { value: name }, context),
      criterionOf(birthday, { value: '1990-07-21' }, context),
    ];
    const person = ofSearch(soughtIn(asked, () => false)).map(({ budget: { of } }) => of);
    return person.filter((of) => of[0] === 'date_of_birth' && of[1] === 'x_staff_badge').map((of) => of.at(-1));
  };
  expect([budgets('ADAlinde'), budgets('adaLINDE')]).toEqual([
    ['ADAlinde', 'adalinde'],
    ['adaLINDE', 'adalinde'],
  ]);
  expect(budgets('adalinde')).toEqual(['adalinde']);
});

test('who is named by one address of a network is named by all of it, and counts once for each form it is stored in', () => {
  const of = (type: string, value: unknown) =>
    criterionOf({ type: dataType(type), keep: undefined, unique: false, earlier: [] }, { value }, { now: NOW });
  const named = (address: string) =>
    ofSearch(soughtIn([of('ip', address), of('date_of_birth', '1990-07-21')], () => false))
      .filter(({ budget }) => budget.of[1] === 'ip')
      .map(({ budget, count }) => [budget.allowance.limit, count, ...budget.of]);
  const network = [19, 1, 'date_of_birth', 'ip', '', '203.0.113.0/24'];
  expect(named('203.0.113.7')).toEqual([[19, 1, 'date_of_birth', 'ip', '', '203.0.113.7'], network]);
  expect(named('203.0.113.8')).toEqual([[19, 1, 'date_of_birth', 'ip', '', '203.0.113.8'], network]);
});

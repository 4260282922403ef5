import { describe, expect, test } from 'vitest';
import { formOf } from '../../src/datatypes/datatype.ts';
import { dataTypes } from '../../src/datatypes/registry.ts';
import type { Token } from '../../src/ids.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { resolveSubject } from '../../src/operations/subjects/resolve-subject.ts';
import { describeToken } from '../../src/operations/tokens/describe-token.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import type { TokenizeItem } from '../../src/operations/values/schema.ts';
import { stage, tell } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  const store = async (...items: TokenizeItem[]) =>
    (await tokenize(here.vault, await here.as('app'), { items })).results;
  const note = (subject?: string): TokenizeItem => ({
    type: 'text',
    value: 'x',
    ...(subject === undefined ? {} : { subject }),
  });
  const counts = async () => {
    const of = async (url: string, tables: string[]) =>
      Promise.all(
        tables.map(async (table) =>
          Number((await tell<{ n: string }>(url, `SELECT count(*) AS n FROM ${table}`))[0]?.n),
        ),
      );
    return [
      ...(await of(here.home.recordStoreUrl, ['records', 'tokens', 'subjects'])),
      ...(await of(here.home.keyStoreUrl, ['record_keys', 'blind_indexes', 'subject_refs'])),
    ];
  };

  test('every example of every data type comes back as its type stores it, and its reply shows the masked view', async () => {
    const items = dataTypes().flatMap((type) => type.examples.map((value) => ({ type: type.name, value })));
    const parsed = items.map(({ type: name, value }) => {
      const type = dataTypes().find((candidate) => candidate.name === name);
      const stored = type?.parse(value, { now: here.now() }) as never;
      return { stored, masked: type?.views.masked(stored), form: type && formOf(type, 'plain', stored) };
    });

    const stored = await store(...items);
    const tokens = stored.map(({ token }) => token);
    const shown = await detokenize(here.vault, await here.as('app'), { tokens, purpose: 'billing', view: 'plain' });

    expect(stored.map(({ masked }) => masked)).toEqual(parsed.map(({ masked }) => masked));
    const revealed = ({ type }: { type: string }, i: number) =>
      dataTypes().find(({ name }) => name === type)?.custody === 'verifier'
        ? { token: tokens[i], form: 'none', error: { code: 'never_revealed' } }
        : { token: tokens[i], form: parsed[i]?.form, type, view: 'plain', value: parsed[i]?.stored };
    expect(shown.results).toEqual(items.map(revealed));
  });

  test('answers in the order of the items, with ids of their own kind, and never with the value', async () => {
    const [one, two, three] = await store(
      { type: 'email', value: 'first.person@example.com', subject: 'order-1', label: 'work' },
      { type: 'email', value: 'second.person@example.com' },
      { type: 'text', value: 'third', subject: 'order-1' },
    );

    expect(one).toEqual({
      token: expect.stringMatching(/^tok_/),
      record: expect.stringMatching(/^rec_/),
      subject: expect.stringMatching(/^sub_/),
      masked: 'f***@example.com',
      created: true,
    });
    expect(two).not.toHaveProperty('subject');
    expect(two?.masked).toBe('s***@example.com');
    expect(three).toMatchObject({ subject: one?.subject, masked: '********' });
    const app = await here.as('app');
    const described = [one, two].map((result) => describeToken(here.vault, app, { token: result?.token as Token }));
    expect(await Promise.all(described)).toEqual([
      expect.objectContaining({ record: one?.record, subject: one?.subject, type: 'email', label: 'work', version: 1 }),
      expect.not.objectContaining({ label: expect.anything() }),
    ]);
  });

  const good = { type: 'email', value: 'a@example.com', subject: 'never-seen' };
  test.each<[what: string, code: string, field: string, items: TokenizeItem[]]>([
    ['a refused value', 'invalid_value', 'items/1/value', [good, { type: 'email', value: 'not an address' }]],
    [
      'a refused property',
      'invalid_value',
      'items/2/value.number',
      [good, good, { type: 'card', value: { number: '4242424242424241', expiryMonth: 1, expiryYear: 2030 } }],
    ],
    ['an unknown type', 'unknown_type', 'items/1/type', [good, { type: 'Email', value: 'a@example.com' }]],
    [
      'an unknown subject id',
      'subject_not_found',
      'items/1/subject',
      [good, { ...good, subject: 'sub_01kae5m8q0e7t8v9c2n6b4d1fg' }],
    ],
  ])('all or nothing: %s refuses the call, names the item, and leaves nothing', async (_, code, field, items) => {
    const before = await counts();

    const refused = tokenize(here.vault, await here.as('app'), { items });

    await expect(refused).rejects.toMatchObject({ code, field });
    expect(await counts()).toEqual(before);
    expect(await here.lastEntry()).toMatchObject({ action: 'tokenize', outcome: 'failed', code, records: [] });
  });

  test('one ref is one subject: in one call, over calls, however its accents are typed; another ref is another', async () => {
    const [one, again, other, accent] = await store(note('ref-1'), note('ref-1'), note('ref-2'), note('ren\u00e9'));
    const [later, decomposed, close] = await store(note('ref-1'), note('rene\u0301'), note('Ref-1'));

    expect([again?.subject, later?.subject]).toEqual([one?.subject, one?.subject]);
    expect(decomposed?.subject).toBe(accent?.subject);
    expect(new Set([one, other, accent, close].map((result) => result?.subject)).size).toBe(4);
  });

  test('calls that bring the same new ref at once end up with one subject', async () => {
    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => store(note('at-once'), note(`own-${i}`))));

    expect(new Set(results.map(([shared]) => shared?.subject)).size).toBe(1);
    expect(new Set(results.map(([, own]) => own?.subject)).size).toBe(20);
  });

  test('a subject named by its id gets the record, and a subject of another tenant does not', async () => {
    const [first] = await store(note('by-id'));
    const [byId] = await store(note(first?.subject));
    expect(byId?.subject).toBe(first?.subject);

    const stranger = await here.inTenant('tokenize-other', 'app');
    const refused = tokenize(here.vault, stranger, { items: [note(first?.subject)] });
    await expect(refused).rejects.toMatchObject({ code: 'subject_not_found', field: 'items/0/subject' });
    const { results } = await tokenize(here.vault, stranger, { items: [note('by-id')] });
    expect(results[0]?.subject).not.toBe(first?.subject);
  });

  test('a value stored twice is two records with two tokens that nothing ties together', async () => {
    const [one, two] = await store(
      { type: 'email', value: 'twin@example.com' },
      { type: 'email', value: 'twin@example.com' },
    );

    expect(one?.token).not.toBe(two?.token);
    expect(one?.record).not.toBe(two?.record);
    const sealed = await tell<{ sealed: Buffer }>(
      here.home.recordStoreUrl,
      `SELECT sealed FROM records WHERE record IN ('${one?.record}', '${two?.record}')`,
    );
    expect(sealed[0]?.sealed.equals(sealed[1]?.sealed as Buffer)).toBe(false);
  });

  test('the ref of an erased subject leads to a new subject; its id leads nowhere', async () => {
    const app = await here.as('app');
    const [first] = await store(note('comes-back'));
    await erase(here.vault, app, { ref: 'comes-back' });
    await expect(resolveSubject(here.vault, app, { ref: 'comes-back' })).rejects.toMatchObject({
      code: 'subject_not_found',
    });

    const [second] = await store(note('comes-back'));

    expect(second?.subject).not.toBe(first?.subject);
    await expect(store(note(first?.subject))).rejects.toMatchObject({ code: 'subject_not_found' });
  });

  test('only a role that may store does', async () => {
    for (const role of ['support', 'admin', 'auditor', 'security'] as const) {
      const refused = tokenize(here.vault, await here.as(role), { items: [note()] });
      await expect(refused).rejects.toMatchObject({ code: 'not_allowed' });
      expect(await here.lastEntry()).toMatchObject({ action: 'tokenize', outcome: 'refused', code: 'not_allowed' });
    }
  });

  test('a thousand items in one call, of ten subjects, all come back', async () => {
    const items = Array.from({ length: 1_000 }, (_, i) => ({
      type: 'text',
      value: `note ${i}`,
      subject: `many-${i % 10}`,
    }));

    const stored = await store(...items);
    const { results } = await detokenize(here.vault, await here.as('app'), {
      tokens: stored.map(({ token }) => token),
      purpose: 'billing',
    });

    expect(results.map((result) => 'value' in result && result.value)).toEqual(items.map(({ value }) => value));
    expect(new Set(stored.map(({ subject }) => subject)).size).toBe(10);
  });
});

import { describe, expect, test } from 'vitest';
import { isId, type RecordId, type SubjectId } from '../../src/ids.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { getSubject } from '../../src/operations/subjects/get-subject.ts';
import { resolveSubject } from '../../src/operations/subjects/resolve-subject.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { stage, withoutTable } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { type Tokenized, tokenize } from '../support/tokenize.ts';

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  const store = async (subject: string, count: number) => {
    const items = Array.from({ length: count }, (_, i) => ({
      type: 'email',
      value: `e${i}@example.com`,
      subject,
      label: `l${i}`,
    }));
    return (await tokenize(here.vault, await here.as('app'), { items })).results;
  };

  test('a ref resolves to its subject for every role that may, and an unknown one to nothing', async () => {
    const [stored] = await store('known', 1);

    for (const role of ['app', 'support'] as const) {
      const caller = await here.as(role);
      expect(await resolveSubject(here.vault, caller, { ref: 'known' })).toEqual({ subject: stored?.subject });
      expect(await here.lastEntry()).toMatchObject({
        action: 'resolve_subject',
        outcome: 'done',
        subject: stored?.subject,
      });
      const unknown = resolveSubject(here.vault, caller, { ref: 'unknown' });
      await expect(unknown).rejects.toMatchObject({ code: 'subject_not_found', field: 'ref' });
    }
    for (const role of ['admin', 'auditor', 'security'] as const) {
      const refused = resolveSubject(here.vault, await here.as(role), { ref: 'known' });
      await expect(refused).rejects.toMatchObject({ code: 'not_allowed' });
    }
    expect(isId('subject', stored?.subject)).toBe(true);
  });

  test('what is held about a subject is told page by page, each record once, and no value', async () => {
    const stored = await store('listed', 7);
    await store('somebody else', 2);
    const app = await here.as('app');
    await correct(here.vault, app, { record: stored[1]?.record as RecordId, value: 'new@example.com' });
    await erase(here.vault, app, { records: [stored[2]?.record as RecordId] });
    const subject = stored[0]?.subject as SubjectId;

    const pages: Awaited<ReturnType<typeof getSubject>>[] = [];
    for (let after: RecordId | undefined; pages.length === 0 || after !== undefined; ) {
      pages.push(await getSubject(here.vault, await here.as('support'), { subject, after, limit: 3 }));
      after = pages.at(-1)?.next;
    }

    const at = here.now().toISOString();
    const live = stored.filter((_, i) => i !== 2) as Tokenized[];
    expect(pages.map((page) => page.records.length)).toEqual([3, 3]);
    expect(pages.flatMap((page) => page.records)).toEqual(
      live.map(({ record, token }) => ({
        ...{ record, subject, type: 'email', label: `l${stored.findIndex((result) => result.record === record)}` },
        version: record === stored[1]?.record ? 2 : 1,
        ...{ createdAt: at, updatedAt: at, tokens: [token] },
      })),
    );
    expect(JSON.stringify(pages)).not.toContain('example.com');
    expect(await here.lastEntry()).toMatchObject({
      ...{ action: 'read_subject', outcome: 'done', subject },
      records: live.slice(3).map(({ record }) => record),
    });
  });

  test('a page that ends exactly at the last record says that nothing follows', async () => {
    const stored = await store('exact', 2);
    const subject = stored[0]?.subject as SubjectId;
    const page = (limit: number) => here.as('app').then((app) => getSubject(here.vault, app, { subject, limit }));

    const nexts = [(await page(1)).next, (await page(2)).next, (await page(3)).next];
    expect(nexts).toEqual([stored[0]?.record, undefined, undefined]);
  });

  test('records that are being erased are on no page, and end none before its time', async () => {
    const app = await here.as('app');
    const stored = await store('half-erased', 9);
    const subject = stored[0]?.subject as SubjectId;
    const gone = stored.filter((_, i) => i >= 2 && i < 7).map(({ record }) => record);
    await withoutTable(here.home.keyStoreUrl, 'record_keys', () => erase(here.vault, app, { records: gone }));

    const pages: Awaited<ReturnType<typeof getSubject>>[] = [];
    for (let after: RecordId | undefined; pages.length === 0 || after !== undefined; ) {
      pages.push(await getSubject(here.vault, app, { subject, after, limit: 2 }));
      after = pages.at(-1)?.next;
    }

    const live = stored.map(({ record }) => record).filter((record) => !gone.includes(record));
    expect(pages.flatMap((page) => page.records.map(({ record }) => record))).toEqual(live);
    expect(pages.slice(0, -1).every((page) => page.records.length > 0)).toBe(true);
  });

  test('a subject nobody made, and one that was erased, are told apart', async () => {
    const app = await here.as('app');
    const [stored] = await store('goes', 1);
    const subject = stored?.subject as SubjectId;
    const unknown = subject.replace(/.$/, (last) => (last === '0' ? '1' : '0')) as SubjectId;
    await erase(here.vault, app, { subject });

    await expect(getSubject(here.vault, app, { subject: unknown, limit: 1 })).rejects.toMatchObject({
      code: 'subject_not_found',
    });
    await expect(getSubject(here.vault, app, { subject, limit: 1 })).rejects.toMatchObject({ code: 'subject_erased' });
  });
});

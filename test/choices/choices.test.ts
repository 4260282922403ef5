/** What people have chosen: what a purpose takes, what a choice stops at the next look, and what proves it. */
import { beforeAll, describe, expect, test } from 'vitest';
import { ALL, type Choice, groundOf, having, SILENT, stopOf } from '../../src/access/ground.ts';
import type { Caller } from '../../src/calls/caller.ts';
import { choosing } from '../../src/calls/choosing.ts';
import { choose } from '../../src/choices/choose.ts';
import { sealLink } from '../../src/choices/links.ts';
import { statesOf } from '../../src/choices/state.ts';
import type { SubjectId, Token } from '../../src/ids.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { declarePurpose } from '../../src/operations/access/declare-purpose.ts';
import { filterChoices } from '../../src/operations/choices/filter-choices.ts';
import { liftRestriction } from '../../src/operations/choices/lift-restriction.ts';
import { listChoices } from '../../src/operations/choices/list-choices.ts';
import { makeLinks } from '../../src/operations/choices/make-links.ts';
import { readChoiceHistory } from '../../src/operations/choices/read-choice-history.ts';
import { recordChoice } from '../../src/operations/choices/record-choice.ts';
import { restrictSubject } from '../../src/operations/choices/restrict-subject.ts';
import { unsubscribe } from '../../src/operations/choices/unsubscribe.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import { match } from '../../src/operations/values/match.ts';
import { search } from '../../src/operations/values/search.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { callerOf, stage, tell, withParts } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';

const BY_FORM = { means: 'form', notice: 'privacy-notice/2026-11', text: 'Yes, send me what is new.' } as const;
const BY_PHONE = { means: 'phone', reference: 'call of Jane Doe, 4711' } as const;

describe('what a person’s word stops', () => {
  const said = (...words: readonly [choice: Choice, ...types: string[]][]) =>
    words.reduce(
      (state, [choice, ...types]) => having(state, 'news', choice, types.length ? types : undefined),
      SILENT,
    );

  test.each([
    ['nothing said', said(), 'consent_missing', undefined, 'consent_missing'],
    ['a yes', said(['given']), undefined, undefined, undefined],
    ['a yes taken back', said(['given'], ['withdrawn']), 'consent_missing', 'objected', 'consent_missing'],
    ['a yes for another type', said(['given', 'phone']), 'consent_missing', undefined, 'consent_missing'],
    ['a yes for this type alone', said(['given', 'email']), undefined, undefined, 'consent_missing'],
    [
      'a yes, but not for this type',
      said(['given'], ['withdrawn', 'email']),
      'consent_missing',
      'objected',
      'consent_missing',
    ],
    [
      'a no to all after a yes for this type',
      said(['given', 'email'], ['withdrawn']),
      'consent_missing',
      'objected',
      'consent_missing',
    ],
    ['an objection', said(['objected']), 'consent_missing', 'objected', 'consent_missing'],
    [
      'an objection taken back, which is no consent',
      said(['objected'], ['allowed']),
      'consent_missing',
      undefined,
      'consent_missing',
    ],
  ] as const)('%s', (_, state, ofConsent, ofInterest, ofAll) => {
    expect(stopOf(state, 'news', 'consent', 'email')).toBe(ofConsent);
    expect(stopOf(state, 'news', 'no_objection', 'email')).toBe(ofInterest);
    expect(stopOf(state, 'news', 'nothing', 'email')).toBeUndefined();
    expect(stopOf(state, 'news', 'consent', undefined)).toBe(ofAll);
    expect(stopOf({ ...state, restricted: [] }, 'news', 'nothing', 'email')).toBe('restricted');
    expect(stopOf({ ...state, restricted: ['news'] }, 'news', 'nothing', 'email')).toBeUndefined();
  });

  test('a no to every purpose stands against those of which nothing was said, and no word is a property of all objects', () => {
    const state = having(having(SILENT, 'news', 'allowed', undefined), ALL, 'objected', undefined);
    expect(stopOf(state, 'news', 'no_objection', 'email')).toBeUndefined();
    expect(stopOf(state, 'constructor', 'no_objection', 'email')).toBe('objected');
    expect(stopOf(having(SILENT, 'news', 'given', ['email']), 'news', 'consent', 'constructor')).toBe(
      'consent_missing',
    );
  });

  test.each([
    ['consent', false, 'consent'],
    ['legitimate_interests', true, 'no_objection'],
    ['public_task', true, 'no_objection'],
    ['legitimate_interests', false, 'nothing'],
    ['contract', false, 'nothing'],
    ['legal_obligation', false, 'nothing'],
    ['vital_interests', false, 'nothing'],
    ['undeclared', false, 'nothing'],
  ] as const)('%s asks as it must', (basis, mayObject, ground) => expect(groundOf({ basis, mayObject })).toBe(ground));
});

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  let app: Caller;
  let people = 0;

  beforeAll(async () => {
    app = await withPurposes(here.vault, await here.home.adminKey());
  });

  /** A person with an email address and a phone number. */
  async function person() {
    people += 1;
    const subject = `cust_${people}`;
    const email = `jane.${people}@example.com`;
    const items = [
      { type: 'email', value: email, subject },
      { type: 'phone', value: `+43 1 58058${100 + people}`, subject },
    ];
    const { results } = await tokenize(here.vault, app, { items });
    const [mail, phone] = results as [(typeof results)[number], (typeof results)[number]];
    return { subject: mail.subject as SubjectId, email, mail: mail.token as Token, phone: phone.token as Token };
  }
  const say = (subject: SubjectId, purpose: string, choice: Choice, types?: string[], evidence: object = BY_FORM) =>
    recordChoice(here.vault, app, { subject, purpose, choice, types, evidence: evidence as typeof BY_FORM });
  const shown = async (tokens: Token[], purpose: string, as = app) =>
    (await detokenize(here.vault, as, { tokens, purpose })).results.map((result) =>
      'value' in result ? result.view : result.error.code,
    );
  const found = async (value: string, purpose: string) =>
    (await search(here.vault, app, { type: 'email', value, purpose })).results.length;
  const same = async (subject: SubjectId, value: string, purpose: string) =>
    (await match(here.vault, app, { subject, type: 'email', value, purpose })).matches;

  test('a value is shown for a purpose that rests on consent while the person gives it, and to the others of the batch', async () => {
    const [one, two] = [await person(), await person()];
    const all = [one.mail, two.mail, one.phone];
    expect(await shown(all, 'news')).toEqual(['consent_missing', 'consent_missing', 'consent_missing']);
    expect(await here.lastEntry()).toMatchObject({ action: 'detokenize', outcome: 'refused', code: 'consent_missing' });
    expect(await shown(all, 'billing')).toEqual(['plain', 'plain', 'plain']);
    await say(one.subject, 'news', 'given', ['email']);
    expect(await here.lastEntry()).toMatchObject({ action: 'record_choice', subject: one.subject, target: 'news/1' });
    expect(await shown(all, 'news')).toEqual(['plain', 'consent_missing', 'consent_missing']);
    expect([await found(one.email, 'news'), await found(two.email, 'news')]).toEqual([1, 0]);
    expect([await same(one.subject, one.email, 'news'), await same(two.subject, two.email, 'news')]).toEqual([
      true,
      false,
    ]);
    await say(one.subject, 'news', 'withdrawn', undefined, BY_PHONE);
    expect(await shown(all, 'news')).toEqual(['consent_missing', 'consent_missing', 'consent_missing']);
    expect(await found(one.email, 'news')).toBe(0);
    expect(await same(one.subject, one.email, 'news')).toBe(false);
    // Another purpose goes on, and who asks for a purpose that is not theirs learns nothing of people.
    expect(await found(one.email, 'billing')).toBe(1);
    const other = detokenize(here.vault, await here.as('app'), { tokens: all, purpose: 'news' });
    await expect(other).rejects.toMatchObject({ code: 'purpose_not_allowed' });
  });

  test('an objection stops, and can be taken back; what asks nobody says so', async () => {
    const one = await person();
    const nobodys = await tokenize(here.vault, app, { items: [{ type: 'email', value: 'desk@example.com' }] });
    const desk = nobodys.results[0]?.token as Token;
    expect(await shown([one.mail, desk], 'analysis')).toEqual(['plain', 'plain']);
    expect(await shown([desk], 'news')).toEqual(['consent_missing']);
    await say(one.subject, 'analysis', 'objected');
    expect(await shown([one.mail, desk], 'analysis')).toEqual(['objected', 'plain']);
    await say(one.subject, 'analysis', 'allowed');
    expect(await shown([one.mail], 'analysis')).toEqual(['plain']);
    for (const choice of ['given', 'withdrawn', 'objected', 'allowed'] as const) {
      const refused = say(one.subject, 'billing', choice);
      await expect(refused).rejects.toMatchObject({ code: 'choice_not_taken', message: /nobody can opt out/ });
    }
    await expect(say(one.subject, 'analysis', 'given')).rejects.toMatchObject({ code: 'choice_not_taken' });
    await expect(say(one.subject, 'news', 'objected')).rejects.toMatchObject({ code: 'choice_not_taken' });
    await expect(say(one.subject, 'unheard-of', 'given')).rejects.toMatchObject({ code: 'purpose_not_found' });
    await expect(say(one.subject, 'news', 'given', ['e-mail'])).rejects.toMatchObject({ code: 'unknown_type' });
    const nobody = 'sub_01m81j18g0ewqr325zy4z929z5' as SubjectId;
    await expect(say(nobody, 'news', 'given')).rejects.toMatchObject({ code: 'subject_not_found' });
  });

  test('a restriction stops every purpose but those it names, and lifting it gives back what was said', async () => {
    const one = await person();
    const evidence = { means: 'paper' } as const;
    await say(one.subject, 'news', 'given');
    await restrictSubject(here.vault, app, { subject: one.subject, except: ['billing'], evidence });
    expect(await shown([one.mail], 'support')).toEqual(['restricted']);
    expect(await shown([one.mail], 'news')).toEqual(['restricted']);
    expect(await shown([one.mail], 'billing')).toEqual(['plain']);
    expect([await found(one.email, 'support'), await found(one.email, 'billing')]).toEqual([0, 1]);
    expect(await listChoices(here.vault, app, { subject: one.subject })).toMatchObject({ restricted: ['billing'] });
    await restrictSubject(here.vault, app, { subject: one.subject, evidence });
    expect(await shown([one.mail], 'billing')).toEqual(['restricted']);
    await liftRestriction(here.vault, app, { subject: one.subject });
    expect(await shown([one.mail], 'news')).toEqual(['plain']);
    const again = liftRestriction(here.vault, app, { subject: one.subject });
    await expect(again).rejects.toMatchObject({ code: 'not_restricted' });
  });

  test('a list for a campaign keeps those who may be used, by subject and by token', async () => {
    const [yes, no, gone] = [await person(), await person(), await person()];
    for (const { subject } of [yes, no, gone]) await say(subject, 'news', 'given');
    await say(no.subject, 'news', 'withdrawn');
    await erase(here.vault, app, { subject: gone.subject });
    const subjects = [gone.subject, no.subject, yes.subject];
    const of = (body: object, as = app) => filterChoices(here.vault, as, { purpose: 'news', ...body });
    expect(await of({ subjects })).toEqual({ subjects: [yes.subject], tokens: [] });
    const tokens = [no.mail, yes.phone, gone.mail, yes.mail, 'tok_zf5jjpn14gm6hfwqd6wnx5xtezs9cnyh' as Token];
    expect(await of({ tokens })).toEqual({ subjects: [], tokens: [yes.phone, yes.mail] });
    expect(await here.lastEntry()).toMatchObject({ action: 'filter_choices', purpose: 'news', outcome: 'done' });
    await expect(of({ subjects }, { ...app, audience: 'crm' })).rejects.toMatchObject({ code: 'not_allowed' });
    await expect(of({ purpose: 'fraud', subjects })).rejects.toMatchObject({ code: 'purpose_not_allowed' });
  });

  test('the history proves each choice, also after the erasure, and holds nothing of the person', async () => {
    const one = await person();
    await say(one.subject, 'news', 'given', ['phone', 'email']);
    await say(one.subject, 'news', 'withdrawn', undefined, BY_PHONE);
    await say(one.subject, 'analysis', 'objected');
    const history = () => readChoiceHistory(here.vault, app, { subject: one.subject, purpose: 'news', limit: 100 });
    const { choices } = await history();
    expect(choices).toMatchObject([
      { number: 2, choice: 'withdrawn', means: 'phone', hasReference: true, by: app.principal },
      { number: 1, choice: 'given', types: ['email', 'phone'], text: BY_FORM.text, notice: BY_FORM.notice },
    ]);
    const page = await readChoiceHistory(here.vault, app, { subject: one.subject, purpose: 'news', limit: 1 });
    expect(page).toMatchObject({ choices: [{ number: 2 }], next: 2 });
    await erase(here.vault, app, { subject: one.subject });
    expect((await history()).choices).toEqual(choices);
    const rows = await tell(here.home.recordStoreUrl, 'SELECT * FROM choices');
    expect(JSON.stringify(rows)).not.toMatch(new RegExp(`${one.subject}|Jane|4711`));
    const [left] = await tell(
      here.home.recordStoreUrl,
      `SELECT choices FROM subjects WHERE subject = '${one.subject}'`,
    );
    expect(left).toEqual({ choices: null });
    await tell(here.home.recordStoreUrl, `UPDATE choices SET notice = 'another' WHERE choice = 'given'`);
    expect((await history()).choices[1]).toMatchObject({ damaged: true });
    await expect(say(one.subject, 'news', 'given')).rejects.toMatchObject({ code: 'subject_erased' });
  });

  test('a look waits for a no that was said first, and a no for a look that was first, on whichever node', async () => {
    const nodes = [here.vault, engine === 'postgres' ? await here.home.open() : here.vault] as const;
    const [one, two] = [await person(), await person()];
    for (const { subject } of [one, two]) await say(subject, 'news', 'given');
    const waiting = `SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    /** Until somebody waits for this transaction; SQLite has one writer. */
    const untilOneWaits = async () => {
      if (engine === 'sqlite') return;
      const ask = async () => Number((await tell(here.home.recordStoreUrl, waiting))[0]?.n);
      await expect.poll(ask, { timeout: 5_000, interval: 10 }).toBe(1);
    };
    const who = await choosing(here.vault, app, one.subject, here.now());
    let look: Promise<unknown> = Promise.resolve();
    await here.vault.recordStore.exclusive(async (tx) => {
      await choose(tx, who, 'news', 'withdrawn', undefined, BY_FORM);
      look = detokenize(nodes[1], app, { tokens: [one.mail, two.mail], purpose: 'news' });
      await untilOneWaits();
    });
    expect(await look).toMatchObject({ results: [{ error: { code: 'consent_missing' } }, { view: 'plain' }] });
    let no: Promise<unknown> = Promise.resolve();
    let isSaid = false;
    await here.vault.recordStore.shared(async (tx) => {
      const state = await statesOf(tx, who.key, app.tenant, [two.subject]);
      expect(state).toMatchObject([{ said: { news: { [ALL]: 'given' } } }]);
      const body = { subject: two.subject, purpose: 'news', choice: 'withdrawn', evidence: BY_FORM } as const;
      no = recordChoice(nodes[1], app, body).then(() => {
        isSaid = true;
      });
      await untilOneWaits();
      expect(isSaid).toBe(false);
    });
    await no;
    expect(await shown([two.mail], 'news')).toEqual(['consent_missing']);
    // Entries of two nodes at one moment have no order.
    here.advance(1_000);
  });

  test('a link in a mail says no to one purpose, tells nothing, and is nobody else’s', async () => {
    const [one, two] = [await person(), await person()];
    for (const { subject } of [one, two]) await say(subject, 'news', 'given');
    const url = 'https://shop.example/unsubscribe/';
    const made = async (purpose: string, as = app) =>
      (await makeLinks(here.vault, as, { purpose, subjects: [one.subject, two.subject], url })).links;
    const [links, others] = [await made('news'), await made('analysis')];
    const texts = [...links, ...others].map(({ link }) => link);
    expect(new Set(texts).size).toBe(4);
    const { key } = await choosing(here.vault, app, one.subject, here.now());
    const lengths = ['a', 'a'.repeat(64)].map(
      (purpose) => sealLink(key, app.tenant, { subject: one.subject, purpose }, here.vault.random).length,
    );
    expect(lengths).toEqual([texts[0]?.length, texts[0]?.length]);
    for (const text of texts)
      expect(Buffer.from(text, 'base64url').toString('latin1')).not.toMatch(/sub_|news|analysis/);
    expect(links[0]?.listUnsubscribe).toBe(`<${url}${texts[0]}>`);
    const click = (link = '', as = app) => unsubscribe(here.vault, as, { link });
    expect(await click(texts[0])).toMatchObject({ purpose: 'news' });
    expect(await here.lastEntry()).toMatchObject({
      action: 'record_choice',
      subject: one.subject,
      code: 'unsubscribed',
    });
    expect(await shown([one.mail, two.mail], 'news')).toEqual(['consent_missing', 'plain']);
    expect(await shown([one.mail], 'analysis')).toEqual(['plain']);
    await click(texts[2]);
    await click(texts[2]);
    expect(await shown([one.mail, two.mail], 'analysis')).toEqual(['objected', 'plain']);
    const bent = `${texts[1]?.slice(0, -2)}AA`;
    for (const link of [bent, 'x'.repeat(100)])
      await expect(click(link)).rejects.toMatchObject({ code: 'link_not_found' });
    const theirs = await here.inTenant('other', 'app');
    await expect(click(texts[1], theirs)).rejects.toMatchObject({ code: 'link_not_found' });
    await expect(made('billing')).rejects.toMatchObject({ code: 'choice_not_taken' });
    await erase(here.vault, app, { subject: one.subject });
    await expect(click(texts[0])).rejects.toMatchObject({ code: 'subject_erased' });
  });

  test('a security code is not spent by a no, and a no that comes after it was opened keeps it back', async () => {
    const subject = (await person()).subject;
    const code = async () => {
      const { results } = await tokenize(here.vault, app, { items: [{ type: 'cvc', value: '737', subject }] });
      return results[0]?.token as Token;
    };
    const [first, second] = [await code(), await code()];
    expect(await shown([first, second], 'news')).toEqual(['consent_missing', 'consent_missing']);
    await say(subject, 'news', 'given');
    expect(await shown([first], 'news')).toEqual(['plain']);
    const { keyring } = here.vault;
    const { windows } = keyring;
    const claim: typeof windows.claim = async (...of) => {
      const claimed = await windows.claim(...of);
      await say(subject, 'news', 'withdrawn');
      return claimed;
    };
    const vault = withParts(here.vault, { keyring: withParts(keyring, { windows: withParts(windows, { claim }) }) });
    const late = await detokenize(vault, app, { tokens: [second], purpose: 'news' });
    expect(late.results).toMatchObject([{ error: { code: 'consent_missing' } }]);
    expect(JSON.stringify(late)).not.toContain('737');
  });

  test('an altered word opens nothing of that person, and the others of the batch are shown', async () => {
    const [one, two] = [await person(), await person()];
    await say(one.subject, 'news', 'given');
    await say(two.subject, 'news', 'given');
    await say(one.subject, 'news', 'withdrawn');
    const yes = `'{"said":{"news":{"*":"given"}}}'`;
    await tell(here.home.recordStoreUrl, `UPDATE subjects SET choices = ${yes} WHERE subject = '${one.subject}'`);
    expect(await shown([one.mail, two.mail], 'news')).toEqual(['integrity_failure', 'plain']);
    await expect(found(one.email, 'news')).rejects.toMatchObject({ code: 'integrity_failure' });
    await expect(say(one.subject, 'news', 'given')).rejects.toMatchObject({ code: 'integrity_failure' });
    // Another person's word, with its MAC.
    await tell(
      here.home.recordStoreUrl,
      `UPDATE subjects SET choices = ${yes}, choices_tag = (SELECT choices_tag FROM subjects WHERE subject = '${two.subject}')
       WHERE subject = '${one.subject}'`,
    );
    expect(await shown([one.mail], 'news')).toEqual(['integrity_failure']);
  });
});

async function withPurposes(vault: Vault, adminKey: string): Promise<Caller> {
  const admin = await callerOf(vault, adminKey);
  const declare = (purpose: string, basis: 'consent' | 'legitimate_interests') =>
    declarePurpose(vault, admin, { purpose, basis, told: 'What these tests are about.' });
  await declare('news', 'consent');
  await declare('analysis', 'legitimate_interests');
  const purposes = ['billing', 'support', 'news', 'analysis'];
  const { apiKey } = await addPrincipal(vault, admin, { name: 'shop', role: 'app', purposes });
  return callerOf(vault, apiKey);
}

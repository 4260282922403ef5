/** Threat 76: a record store put back from a copy makes nobody's no undone. */
import { expect, test } from 'vitest';
import type { SubjectId, Token } from '../../src/ids.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { declarePurpose } from '../../src/operations/access/declare-purpose.ts';
import { readChoiceHistory } from '../../src/operations/choices/read-choice-history.ts';
import { recordChoice } from '../../src/operations/choices/record-choice.ts';
import { restrictSubject } from '../../src/operations/choices/restrict-subject.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { backUp, backupFolder, putBack, recoverHome } from '../backup/folders.ts';
import { callerOf, freshHome } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';

const evidence = { means: 'form' } as const;

test.each(ENGINES)(
  'a withdrawal, an objection and a restriction outlive an older record store on %s',
  async (engine) => {
    const home = await freshHome(engine);
    const vault = await home.open();
    const declare = async (of: Vault, purpose: string, basis: 'consent' | 'legitimate_interests') =>
      declarePurpose(of, await callerOf(of, await home.adminKey()), {
        purpose,
        basis,
        told: 'What this test is about.',
      });
    await declare(vault, 'news', 'consent');
    await declare(vault, 'analysis', 'legitimate_interests');
    const purposes = ['billing', 'news', 'analysis'];
    const admin = await callerOf(vault, await home.adminKey());
    const { apiKey } = await addPrincipal(vault, admin, { name: 'shop', role: 'app', purposes });
    const app = await callerOf(vault, apiKey);
    const items = ['ada', 'bo', 'cy', 'di'].map((name) => ({
      type: 'email',
      value: `${name}@example.com`,
      subject: name,
    }));
    const { results } = await tokenize(vault, app, { items });
    const [ada, bo, cy, di] = results.map((result) => result as { subject: SubjectId; token: Token });
    const say = (of: typeof ada, purpose: string, choice: 'given' | 'withdrawn' | 'objected') =>
      recordChoice(vault, app, { subject: of?.subject as SubjectId, purpose, choice, evidence });
    for (const one of [ada, bo, cy, di]) await say(one, 'news', 'given');
    const dir = await backupFolder();
    await backUp(vault, home, dir);
    await say(ada, 'news', 'withdrawn');
    await say(bo, 'analysis', 'objected');
    await restrictSubject(vault, app, { subject: cy?.subject as SubjectId, evidence });
    // A purpose that the copy does not know.
    await declare(vault, 'partner', 'legitimate_interests');
    await say(di, 'partner', 'objected');
    await vault.close();
    await putBack(home, dir, 'records');

    await expect(home.open()).rejects.toThrow(/record store is older than the key store.*recover/);
    expect((await recoverHome(home)).revoked).toMatchObject({ narrowed: 4 });
    const again = await home.open();
    const as = await callerOf(again, apiKey);
    const shown = async (purpose: string) =>
      (await detokenize(again, as, { tokens: results.map(({ token }) => token), purpose })).results.map((result) =>
        'value' in result ? result.view : result.error.code,
      );
    expect(await shown('news')).toEqual(['consent_missing', 'plain', 'restricted', 'plain']);
    expect(await shown('analysis')).toEqual(['plain', 'objected', 'restricted', 'objected']);
    expect(await shown('billing')).toEqual(['plain', 'plain', 'restricted', 'plain']);
    const whose = { subject: ada?.subject as SubjectId, purpose: 'news', limit: 100 };
    const { choices } = await readChoiceHistory(again, as, whose);
    expect(choices).toMatchObject([{ choice: 'withdrawn', means: 'recovered' }, { choice: 'given' }]);
    await again.close();
    expect((await recoverHome(home)).revoked).toMatchObject({ narrowed: 0 });
  },
);

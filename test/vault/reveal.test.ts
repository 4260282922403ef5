import { describe, expect, test } from 'vitest';
import { ENGINES } from '../support/stores.ts';
import { openTestVault } from '../support/vault.ts';

describe.each(ENGINES)('on %s', (engine) => {
  test('a value comes back to a role that may see it, and only for a purpose of its own', async () => {
    const vault = await openTestVault({ engine });
    const [email] = await vault.as('app').tokenize({ type: 'email', value: 'Ada@Example.com', subject: 'cust_1' });

    const shown = await vault.as('app').detokenize(email?.token ?? '');
    expect(shown.body.results).toEqual([
      { token: email?.token, form: 'text', type: 'email', view: 'plain', value: 'Ada@example.com' },
    ]);
    expect(await vault.lastAuditEntry()).toMatchObject({
      action: 'detokenize',
      outcome: 'done',
      purpose: 'billing',
      view: 'plain',
    });

    const refused = await vault.as('app').detokenize(email?.token ?? '', { purpose: 'marketing' });
    expect(refused.status).toBe(403);
    expect(refused.body.code).toBe('purpose_not_allowed');
    expect(await vault.lastAuditEntry()).toMatchObject({
      outcome: 'refused',
      code: 'purpose_not_allowed',
      purpose: null,
    });
  });

  test('a refused reveal is audited and shows nothing', async () => {
    const vault = await openTestVault({ engine });
    const [email] = await vault.as('app').tokenize({ type: 'email', value: 'ada@example.com' });

    const reply = await vault.as('support').detokenize(email?.token ?? '', { view: 'plain' });

    expect(reply.body.results[0].error.code).toBe('not_allowed');
    expect(await vault.lastAuditEntry()).toMatchObject({ action: 'detokenize', outcome: 'refused' });
    expect(JSON.stringify(reply.body)).not.toContain('ada@');
  });
});

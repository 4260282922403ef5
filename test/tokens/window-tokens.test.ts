/** Tokens that carry their own value: what they are bound to, and what they say to nobody else. */
import { describe, expect, test } from 'vitest';
import { envelopeSizeBytes } from '../../src/crypto/envelope.ts';
import { pooledRandom } from '../../src/crypto/random.ts';
import type { DataType } from '../../src/datatypes/datatype.ts';
import { dataType } from '../../src/datatypes/registry.ts';
import { IntegrityError, VaultError } from '../../src/errors.ts';
import { newId, type SubjectId, type TenantId, type Token } from '../../src/ids.ts';
import { LIFE_MS } from '../../src/keyring/tree/window-keys.ts';
import {
  isWindowToken,
  newMark,
  openWindowToken,
  sealWindowToken,
  spentWindowToken,
  type WindowContent,
} from '../../src/tokens/window-tokens.ts';
import { stage, tell } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';

const random = pooledRandom();
const cvc = dataType('cvc');
const CONTENT: WindowContent = { value: '987' };

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  let tenants = 0;
  const freshTenant = () => `ten_t${tenants++}` as TenantId;
  const made = async (content: WindowContent = CONTENT) => {
    const { windows } = here.vault.keyring;
    const [tenant, mark] = [freshTenant(), newMark(random)];
    const key = await windows.current(tenant);
    const token = sealWindowToken(key, mark, tenant, cvc, content, random);
    const open = async (of: Token = token, more: { tenant?: TenantId; audience?: string; type?: DataType } = {}) => {
      const opened = await openWindowToken(windows, more.tenant ?? tenant, more.audience, more.type ?? cvc, of);
      return opened instanceof VaultError ? opened.code : opened.content;
    };
    return { windows, tenant, mark, key, token, open };
  };

  test('a token opens to what was sealed, as often as it is opened, until its mark is claimed', async () => {
    const content = { value: '987', audience: 'crm', subject: newId('subject', random, here.now()) as SubjectId };
    const { windows, tenant, key, mark, open } = await made(content);
    const token = sealWindowToken(key, mark, tenant, cvc, content, random);
    expect(await open(token)).toEqual(content);
    expect(await open(token)).toEqual(content);
    expect(isWindowToken(token)).toBe(true);

    expect(await windows.claim(tenant, key.window, mark)).toBe('claimed');
    expect(await open(token)).toBe('token_used_up');
  });

  test('sealed twice under one mark it is two texts, of which the other can be claimed no more than the first', async () => {
    const { windows, tenant, key, mark, token, open } = await made();
    const again = sealWindowToken(key, mark, tenant, cvc, CONTENT, random);
    expect(again).not.toBe(token);
    expect(again).toHaveLength(token.length);
    expect(await open(again)).toEqual(CONTENT);
    await windows.claim(tenant, key.window, mark);
    expect([await open(token), await open(again)]).toEqual(['token_used_up', 'token_used_up']);
  });

  test('it is bound to its tenant, window, mark, type and the type’s version', async () => {
    const { windows, tenant, key, mark, token, open } = await made();
    const other = freshTenant();
    expect(await open(token, { tenant: other })).toBe('token_not_found');
    expect(await open(token, { type: { ...cvc, version: 2 } })).toBe('token_not_found');
    expect(await open(token, { type: { ...cvc, name: 'pin' } })).toBe('token_not_found');
    // The same key under another name: as if a row had been copied.
    const envelope = Buffer.from(token.slice(31), 'base64url').subarray(16);
    const otherMark = newMark(random);
    const moved = `${token.slice(0, 31)}${Buffer.concat([otherMark, envelope]).toString('base64url')}` as Token;
    expect(await open(moved)).toBe('token_not_found');
    here.advance(60_001);
    const next = await windows.current(tenant);
    const under = sealWindowToken({ ...key, window: next.window }, mark, tenant, cvc, CONTENT, random);
    expect(await open(under)).toBe('token_not_found');
    const elsewhere = sealWindowToken(key, mark, other, cvc, CONTENT, random);
    expect(await open(elsewhere)).toBe('token_not_found');
    expect(await open(token)).toEqual(CONTENT);
  });

  test('an audience’s token opens for that audience and for who is tied to none; one of nobody for no audience', async () => {
    const theirs = await made({ value: '987', audience: 'crm' });
    expect(await theirs.open(theirs.token, { audience: 'crm' })).toMatchObject({ value: '987' });
    expect(await theirs.open(theirs.token)).toMatchObject({ value: '987' });
    expect(await theirs.open(theirs.token, { audience: 'shop' })).toBe('token_not_found');
    // Another audience does not even learn that it was used.
    await theirs.windows.claim(theirs.tenant, theirs.key.window, theirs.mark);
    expect(await theirs.open(theirs.token, { audience: 'shop' })).toBe('token_not_found');
    const nobodys = await made();
    expect(await nobodys.open(nobodys.token, { audience: 'crm' })).toBe('token_not_found');
  });

  test('when the window is over every token of it has expired, made up or not', async () => {
    const { key, mark, token, open } = await made();
    const spent = spentWindowToken(key.window, mark, random);
    expect(spent).toHaveLength(token.length);
    expect(Buffer.from(spent.slice(31), 'base64url')).toHaveLength(16 + envelopeSizeBytes(1));
    expect(await open(spent)).toBe('token_not_found');
    here.advance(LIFE_MS - 1);
    expect(await open()).toEqual(CONTENT);
    here.advance(1);
    expect([await open(), await open(spent)]).toEqual(['token_expired', 'token_expired']);
  });

  test('a wrapped key that was altered is an alarm, not a token there is not', async () => {
    const { tenant, open } = await made();
    await tell(
      here.home.keyStoreUrl,
      engine === 'sqlite'
        ? `UPDATE windows SET wrapped = zeroblob(length(wrapped)) WHERE tenant = '${tenant}'`
        : `UPDATE windows SET wrapped = decode(repeat('00', length(wrapped)), 'hex') WHERE tenant = '${tenant}'`,
    );
    await expect(open()).rejects.toBeInstanceOf(IntegrityError);
  });
});

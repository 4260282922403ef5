/** `lethe keys slots`, as the security team types it. */
import { execFileSync } from 'node:child_process';
import { copyFile, rename } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { lethe as command } from '../support/command.ts';
import { softHsm } from '../support/softhsm.ts';
import { temporaryFolder } from '../support/temporary.ts';

test('slots are added, checked, given up and listed; a required one that fails is exit code 1', async () => {
  const { path: home, remove } = await temporaryFolder();
  onTestFinished(remove);
  const lethe = async (...args: string[]) => {
    const { code, out, err } = await command(home, args);
    return { code, out: out + err };
  };
  const slots = (...args: string[]) => lethe('keys', 'slots', ...args, '--key-file', `${home}/security.key`);
  await lethe('init');
  await lethe('principals', 'add', 'officer', '--role', 'security', '--save', `${home}/security.key`);

  const added = await slots('add', 'usb', '--kind', 'file', '--path', `${home}/usb`);
  expect(added).toEqual({
    code: 0,
    out: expect.stringMatching(/usb .*tier overwritten.* is in force\.\nIt holds epoch 1\./),
  });
  expect(await slots('check')).toMatchObject({ code: 0, out: expect.stringMatching(/usb {2}required {2}ok/) });

  await copyFile(`${home}/usb/epoch-000001.key`, `${home}/copy`);
  expect(await lethe('keys', 'rotate', '--now', '--key-file', `${home}/security.key`)).toMatchObject({ code: 0 });
  await copyFile(`${home}/copy`, `${home}/usb/epoch-000001.key`);
  const cameBack = /usb {2}required {2}FAILS.*\n {2}holds epoch 2\n {2}CAME BACK although destroyed: epoch 1\. /;
  expect(await slots('check')).toMatchObject({ code: 1, out: expect.stringMatching(cameBack) });
  const again = await slots('check', '--destroy-returned');
  expect(again).toMatchObject({ code: 1, out: expect.stringContaining('epoch 1. Destroyed again.') });
  expect(await slots('check')).toMatchObject({ code: 0 });

  await rename(`${home}/usb`, `${home}/gone`);
  expect(await slots('check')).toMatchObject({ code: 1, out: expect.stringMatching(/usb {2}required {2}FAILS/) });
  expect(await slots('remove', 'usb')).toMatchObject({ code: 1, out: expect.stringContaining('key_unavailable') });
  expect(await slots('remove', 'usb', '--abandon')).toMatchObject({
    ...{ code: 1, out: expect.stringContaining('NOT destroyed in it: epoch 2.') },
  });
  expect(await slots('list')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^slot +kind +state +settings$[\s\S]*^usb +file +removed/m),
  });
  expect(await slots('add', 'bao', '--kind', 'transit', '--url', 'http://bao:8200')).toMatchObject({
    ...{ code: 1, out: expect.stringContaining('must be https') },
  });
}, 60_000);

const hsm = await softHsm();

test.skipIf(hsm === undefined)(
  'with one slot alone, an HSM, `slots check` says what is wrong with it',
  async () => {
    const { library, pin, newToken, remove: removeHsm } = hsm as NonNullable<typeof hsm>;
    const { path: home, remove } = await temporaryFolder();
    onTestFinished(remove);
    onTestFinished(removeHsm);
    const token = newToken();
    const env = { SOFTHSM2_CONF: process.env.SOFTHSM2_CONF ?? '', LETHE_HSM_PIN: pin };
    const slots = (args: readonly string[], more: Record<string, string> = {}) =>
      command(home, ['keys', 'slots', ...args, '--key-file', `${home}/security.key`], { env: { ...env, ...more } });
    await command(home, ['init']);
    await command(home, ['principals', 'add', 'officer', '--role', 'security', '--save', `${home}/security.key`]);
    const added = await slots(['add', 'hsm', '--kind', 'pkcs11', '--library', library, '--token', token]);
    expect(added).toMatchObject({ code: 0 });
    expect(await slots(['remove', 'file'])).toMatchObject({ code: 0 });
    expect(await slots(['check'])).toMatchObject({ code: 0, out: expect.stringMatching(/^hsm {2}required {2}ok/) });

    const wrong = await slots(['check'], { LETHE_HSM_PIN: 'wrong-one' });
    expect(wrong).toMatchObject({ code: 1, err: '' });
    expect(wrong.out).toMatch(
      /^The vault does not open: The root slot hsm \(HSM, token [\w-]+\): the token refuses the PIN/,
    );
    expect(wrong.out).toMatch(
      /^hsm {2}required {2}FAILS {2}The root slot hsm \(HSM, token [\w-]+\): the token refuses the PIN/m,
    );
    expect(wrong.out).not.toMatch(/wrong-one|before/);
    // Other commands, and a server, say the same on their first and only try.
    const list = await slots(['list'], { LETHE_HSM_PIN: 'wrong-one' });
    expect(list).toMatchObject({ code: 1, err: expect.stringMatching(/refuses the PIN of LETHE_HSM_PIN/) });

    execFileSync('softhsm2-util', ['--delete-token', '--token', token], {
      env: { ...process.env, ...env },
      stdio: 'pipe',
    });
    const gone = await slots(['check']);
    expect(gone).toMatchObject({ code: 1, out: expect.stringMatching(/^hsm .*FAILS .*no token has this label/m) });
  },
  60_000,
);

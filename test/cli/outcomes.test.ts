/** What commands say and leave behind when things do not go as they should. */
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lethe } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary.ts';

test('a refused order leaves no file in the way, and a close says which slot has not confirmed', async () => {
  const { path: home, remove } = await temporaryFolder();
  onTestFinished(remove);
  const at = (name: string) => join(home, name);
  const officer = ['--key-file', at('officer.key')];
  await lethe(home, ['init']);
  await lethe(home, ['principals', 'add', 'officer', '--role', 'security', '--save', at('officer.key')]);

  const before = await readdir(home);
  const refused = { code: 1, out: '', err: expect.stringContaining('not_allowed') };
  const add = ['--save', at('new.key'), ...officer];
  expect(await lethe(home, ['principals', 'add', 'other', '--role', 'auditor', ...add])).toMatchObject(refused);
  expect(await lethe(home, ['tenants', 'add', 'shop-eu', ...add])).toMatchObject(refused);
  expect(
    await lethe(home, ['keys', 'compromise', '--epoch', '1', '--report', at('exposed.tsv'), ...officer]),
  ).toMatchObject({ code: 1 });
  expect(await lethe(home, ['keys', 'compromise', '--report', at('exposed.tsv'), ...officer])).toMatchObject({
    ...{ code: 1, out: '', err: 'lethe: Name one of --epoch, --buckets and --subject.\n' },
  });
  expect(await readdir(home)).toEqual(before);

  const slot = ['keys', 'slots', 'add', 'usb', '--kind', 'file', '--path', at('usb'), '--optional'];
  expect(await lethe(home, [...slot, ...officer])).toMatchObject({ code: 0 });
  await rename(at('usb'), at('gone'));
  expect(await lethe(home, ['keys', 'rotate', '--now', ...officer])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^Done: job_\w+, epoch 1, moved \d+, without usb.*\nNOT destroyed yet.*: 1\/usb\./),
  });
  await rename(at('gone'), at('usb'));
  expect((await lethe(home, ['keys', 'rotate', '--now', ...officer])).out).toMatch(
    /^Done: job_\w+, epoch 2, moved \d+, certified \d+\n$/,
  );
}, 60_000);

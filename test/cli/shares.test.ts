/** Backups of a vault whose root key is in shares: tried and put back with shares, as they are typed. */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lethe } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary.ts';

test('a vault in shares is drilled and restored with enough of them, and not with one of them twice', async () => {
  const { path: home, remove } = await temporaryFolder();
  onTestFinished(remove);
  const officer = ['--key-file', join(home, 'security.key')];
  await lethe(home, ['init']);
  await lethe(home, ['principals', 'add', 'officer', '--role', 'security', '--save', join(home, 'security.key')]);
  const counts = ['--shares', '3', '--threshold', '2'];
  expect(await lethe(home, ['root', 'split', ...counts, '--out', join(home, 'shares'), ...officer])).toMatchObject({
    ...{ code: 0, err: '' },
  });
  expect(await lethe(home, ['keys', 'rotate', '--now', ...officer])).toMatchObject({ code: 0 });
  const copies = join(home, 'copies');
  expect(await lethe(home, ['backup', copies, ...officer])).toMatchObject({ code: 0 });

  const env = { LETHE_ROOT_KEY_SHARES: 'true' };
  const withShares = (numbers: number[], ...args: string[]) => {
    const files = numbers.flatMap((number) => ['--share-file', join(home, 'shares', `share-${number}.txt`)]);
    return lethe(home, [...args, ...files], { env });
  };
  expect(await withShares([1, 3], 'drill', '--from', copies, ...officer)).toMatchObject({
    ...{ code: 0, out: expect.stringContaining('The backups work.') },
  });
  const restore = ['restore', copies, '--store', 'keys', '--replace'];
  expect(await withShares([2, 2], ...restore)).toMatchObject({
    ...{ code: 1, out: '', err: expect.stringContaining('share_repeated') },
  });
  expect(await withShares([2], ...restore)).toMatchObject({
    ...{ code: 1, out: '', err: expect.stringContaining('Share 2 of the 2 that are needed (not shown): There is no') },
  });
  expect(await withShares([2, 3], ...restore)).toMatchObject({
    ...{ code: 0, out: expect.stringContaining('The key store is as it was at') },
  });
  expect(await withShares([1, 2], 'status', ...officer)).toMatchObject({ code: 0 });
}, 60_000);

/** `lethe nodes`: a home that was moved to another host, from the refusal to the vault that opens again. */
import { cp } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { lethe } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary.ts';

test('a copied home is refused, says why and what to run; the old node is given up from there, for a reason, and the vault opens', {
  timeout: 120_000,
}, async () => {
  const { path, remove } = await temporaryFolder();
  onTestFinished(remove);
  const [old, moved] = [`${path}/old`, `${path}/moved`];
  expect(await lethe(old, ['init'])).toMatchObject({ code: 0 });
  const key = `${path}/security.key`;
  const officer = ['principals', 'add', 'officer', '--role', 'security', '--save', key];
  expect(await lethe(old, officer)).toMatchObject({ code: 0 });
  const list = async (home: string) => (await lethe(home, ['nodes', 'list', '--key-file', key])).out;
  const [, node = ''] = /(nod_[0-9a-f]{32})/.exec(await list(old)) ?? [];
  expect(await list(old)).toMatch(new RegExp(`^node .*own slots.*\\n${node} .* known +command +file`));

  await cp(old, moved, { recursive: true });
  const refused = await lethe(moved, ['init']);
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining(`nodes abandon ${node}`)]);
  expect((await lethe(moved, ['nodes', 'abandon', node, '--key-file', key])).code).toBe(1);
  const wrong = await lethe(moved, ['nodes', 'abandon', 'nod_1', '--reason', 'x', '--key-file', key]);
  expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('name of a node')]);
  const given = await lethe(moved, ['nodes', 'abandon', node, '--reason', 'moved', '--key-file', key]);
  expect(given).toMatchObject({ code: 0, out: expect.stringContaining('NOT destroyed') });

  expect(await lethe(moved, ['init'])).toMatchObject({ code: 0, out: expect.stringContaining('opens') });
  expect(await list(moved)).toMatch(new RegExp(`${node} .*given up`));
});

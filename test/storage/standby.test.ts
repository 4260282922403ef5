/** That the pair of servers, on which fail-overs are tested, does what its tests believe it does. */
import { expect, test } from 'vitest';
import { primaryWithStandby } from '../support/standby.ts';

test('a fail-over past a standby that was cut off loses what was committed since', async () => {
  const pair = await primaryWithStandby();
  await pair.ask('primary', 'CREATE TABLE kept (n int)');
  await pair.ask('primary', 'INSERT INTO kept VALUES (1)');
  await pair.caughtUp();
  await pair.cutOff();
  await pair.ask('primary', 'INSERT INTO kept VALUES (2)');
  await pair.failOver();
  expect(await pair.ask('standby', 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
}, 60_000);

test('a synchronous one loses nothing', async () => {
  const pair = await primaryWithStandby();
  await pair.setSynchronous(true);
  await pair.ask('primary', 'CREATE TABLE kept AS SELECT 1 AS n');
  await pair.failOver();
  expect(await pair.ask('standby', 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
}, 60_000);

/** What the log warns of: calls that were answered with 503, with their cause, and never by the thousand. */
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { warnerOf503 } from '../../src/http/serving/log.ts';

const answered = (status: number, code: string, cause: string, store: 'records' | 'keys') => ({
  ...{ request: 'req_1' as never, operation: 'tokenize', status, code, principal: 'prn_1', seconds: 1 },
  ...{ defect: undefined, source: undefined, cause, at: { store, phase: 'commit' as const } },
});

test('each cause of a 503 is told once a second at most, with how many more there were', () => {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ base: null, timestamp: false }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  let now = 0;
  const warn = warnerOf503(log, () => now);
  for (let i = 0; i < 1_000; i += 1) {
    warn(answered(503, 'outcome_unknown', 'no_answer', 'records'));
    warn(answered(503, 'outcome_unknown', 'no_answer', 'keys'));
    warn(answered(200, 'outcome_unknown', 'no_answer', 'keys'));
    warn(answered(500, 'internal_error', 'XX000', 'keys'));
  }
  now = 999;
  warn(answered(503, 'outcome_unknown', 'no_answer', 'records'));
  now = 1_000;
  warn(answered(503, 'outcome_unknown', 'no_answer', 'records'));
  warn(answered(503, 'store_unavailable', '25006', 'records'));
  const line = {
    level: 40,
    phase: 'commit',
    request: 'req_1',
    operation: 'tokenize',
    msg: 'a call was answered with 503',
  };
  const remedy = expect.stringMatching(/\.$/);
  const unknown = { ...line, remedy, code: 'outcome_unknown', cause: 'no_answer' };
  expect(lines).toEqual([
    { ...unknown, store: 'records', leftOut: 0 },
    { ...unknown, store: 'keys', leftOut: 0 },
    { ...unknown, store: 'records', leftOut: 1_000 },
    { ...line, remedy, code: 'store_unavailable', cause: '25006', store: 'records', leftOut: 0 },
  ]);
});

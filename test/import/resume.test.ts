/** Stops and kills: whatever happens, the next run ends with what one run without trouble would have made. */
import { appendFileSync, truncateSync, utimesSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { silent } from '../../src/import/progress.ts';
import { Sink } from '../../src/import/sink.ts';
import { Refused } from './fake-vault.ts';
import { Workplace } from './workplace.ts';

const MAP = {
  fields: [
    { path: '/email', type: 'email' },
    { path: '/name', type: 'text' },
  ],
};
/** Small, so that 45 rows make many batches. */
const LIMITS = { items: 9, bodyBytes: 700, rows: 7, inputBytes: 10_000 };
const OPTIONS = { limits: LIMITS, checkpointEvery: { ms: 1e9, batches: 3 } };

/** Rows of every kind: with two values, one, none; refused by the vault, alone and in runs; not JSON; long; blank. */
const ROWS = Array.from({ length: 45 }, (_, i) => {
  if (i % 11 === 3) return `{"id":${i},"email":"BAD${i}","name":"n${i}"}`;
  if (i >= 40 && i < 44) return `{"id":${i},"name":"BAD${i}"}`;
  if (i % 13 === 5) return `{"id":${i}`;
  if (i % 7 === 2) return `{"id":${i}}`;
  if (i % 9 === 4) return `\n{"id":${i},"name":"${'x'.repeat(300)}${i}"}`;
  return `{"id":${i},"email":"e${i}","name":"n${i}"}`;
});
const NDJSON = `${ROWS.join('\n')}\n`;

const CSV = `\ufeffemail,"x",name\r\n${ROWS.map((_, i) => {
  if (i % 11 === 3) return `BAD${i},"${i}",n`;
  if (i % 13 === 5) return `e${i},5" ${i},n`;
  if (i % 7 === 2) return `,"a\r\nb${i}",`;
  return `e${i},${i},"n""${i}"`;
}).join('\r\n')}\r\n`;

const INPUTS = [
  ['in.ndjson', NDJSON, 'out.ndjson'],
  ['in.csv', CSV, 'out.csv'],
] as const;

/** What is left when all is done, tokens by the values they stand for. */
function end(work: Workplace, out: string) {
  return { out: work.vault.reveal(work.read(out)), rejects: work.rejects(out), stored: work.vault.stored.size };
}

async function undisturbed(name: string, input: string, out: string) {
  const work = new Workplace(input, name);
  const result = await work.import(MAP, { ...OPTIONS, outName: out });
  expect(work.vault.stored.size).toBe(result.values);
  expect(result.rejected).toBeGreaterThan(5);
  return { ...end(work, out), result, calls: work.vault.calls.length };
}

describe.for(INPUTS)('%s', ([name, input, outName]) => {
  const options = { ...OPTIONS, outName };

  test('without trouble: every row is in the output or in the rejects, in the order of the input', async () => {
    const { out, rejects, result } = await undisturbed(name, input, outName);
    const ids = [...out.matchAll(/"id":(\d+)|,"?(?:a\r\nb)?(\d+)"?,/g)].map((match) => Number(match[1] ?? match[2]));
    const refused = rejects.map(({ row }) => (row as number) - 1);
    expect([...ids, ...refused].toSorted((a, b) => a - b)).toEqual(ROWS.map((_, i) => i));
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    expect(result).toMatchObject({ rows: 45, rejected: refused.length, interrupted: false, resumed: false });
  });

  test('killed at any moment of any call, it goes on to the same end, and no value is stored twice', async () => {
    const expected = await undisturbed(name, input, outName);
    const work = new Workplace(input, name);
    const kills: Workplace[] = [];
    const kill = () => void kills.push(work.snapshot());
    work.vault.on = kill;
    await work.import(MAP, { ...options, progress: { ...silent, update: kill } });
    expect(kills.length).toBeGreaterThan(30);

    for (const killed of kills) {
      const result = await killed.import(MAP, options);
      expect(end(killed, outName)).toEqual({ out: expected.out, rejects: expected.rejects, stored: expected.stored });
      expect(result).toMatchObject({
        ...expected.result,
        rowsThisRun: result.rowsThisRun,
        valuesThisRun: expect.any(Number),
        resumed: true,
      });
      expect(killed.has(`${outName}.progress`)).toBe(false);
    }
  });

  test('killed with bytes written that no checkpoint knows, it cuts them off', async () => {
    const expected = await undisturbed(name, input, outName);
    const work = new Workplace(input, name);
    let killed: Workplace | undefined;
    work.vault.on = (_, call) => {
      if (call === 12) killed ??= work.snapshot();
    };
    await work.import(MAP, options);
    for (const file of [outName, `${outName}.rejects.ndjson`])
      appendFileSync(killed!.path(file), '{"half a li'.repeat(5_000));
    await killed!.import(MAP, options);
    expect(end(killed!, outName)).toMatchObject({ out: expected.out, rejects: expected.rejects });
  });

  test('stopped by the signal at any call, it finishes what is under way; the next run goes on from there', async () => {
    const expected = await undisturbed(name, input, outName);
    for (let stopAt = 1; stopAt <= expected.calls; stopAt++) {
      const work = new Workplace(input, name);
      const stop = new AbortController();
      work.vault.on = (moment, call) => {
        if (moment === 'before' && call === stopAt) stop.abort();
      };
      const first = await work.import(MAP, { ...options, signal: stop.signal });
      expect(work.vault.stored.size).toBe(first.values);
      const callsBefore = work.vault.calls.length;
      if (first.interrupted) expect(await work.import(MAP, options)).toMatchObject({ rows: 45, resumed: true });
      expect(end(work, outName)).toMatchObject({
        out: expected.out,
        rejects: expected.rejects,
        stored: expected.stored,
      });
      // A clean stop repeats nothing.
      expect(work.vault.calls.length).toBe(expected.calls);
      expect(callsBefore).toBeLessThanOrEqual(stopAt + 12);
    }
  });

  test('when a call fails for good, before or after the vault has stored it, the next run goes on', async () => {
    const expected = await undisturbed(name, input, outName);
    for (const when of ['before', 'after']) {
      for (let failAt = 1; failAt <= expected.calls; failAt++) {
        const work = new Workplace(input, name);
        let failed = false;
        work.vault.on = (moment, call) => {
          if (moment !== when || call !== failAt) return;
          failed = true;
          throw new Refused('refused', 'not_allowed');
        };
        const run = work.import(MAP, options);
        const error = await run.catch((caught) => caught);
        // A refused call has no moment after it.
        if (failed)
          expect(error).toMatchObject({ code: 'import_stopped', message: expect.stringContaining('not_allowed') });
        work.vault.on = () => {};
        if (failed) await work.import(MAP, options);
        expect(end(work, outName)).toMatchObject({
          out: expected.out,
          rejects: expected.rejects,
          stored: expected.stored,
        });
      }
    }
  });
});

test('one call at a time or eight, the end is the same', async () => {
  const expected = await undisturbed('in.ndjson', NDJSON, 'out.ndjson');
  for (const concurrency of [1, 8]) {
    const work = new Workplace(NDJSON);
    let most = 0;
    let underWay = 0;
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    work.vault.on = async (moment) => {
      underWay += moment === 'before' ? 1 : -1;
      most = Math.max(most, underWay);
      // No call goes on before as many are under way as may be, however slow the machine.
      if (underWay === concurrency) open();
      if (moment === 'before') await gate;
    };
    work.vault.faultOf = () => undefined;
    await work.import(MAP, { ...OPTIONS, concurrency });
    expect(most).toBe(concurrency);
    const refusing = new Workplace(NDJSON);
    await refusing.import(MAP, { ...OPTIONS, concurrency });
    expect(end(refusing, 'out.ndjson')).toMatchObject({ out: expected.out, rejects: expected.rejects });
  }
});

test('with the map and the limits of a first run, batches are made the same whatever a new release has', async () => {
  const expected = await undisturbed('in.ndjson', NDJSON, 'out.ndjson');
  const work = new Workplace(NDJSON);
  let killed: Workplace | undefined;
  work.vault.on = (moment, call) => {
    if (moment === 'after' && call === 7) killed = work.snapshot();
  };
  await work.import(MAP, OPTIONS);
  await killed!.import(MAP, { limits: { ...LIMITS, items: 100 } });
  expect(end(killed!, 'out.ndjson')).toMatchObject({ out: expected.out, stored: expected.stored });
});

describe('a stopped import', () => {
  async function stopped(name = 'in.ndjson', input = NDJSON): Promise<Workplace> {
    const work = new Workplace(input, name);
    const stop = new AbortController();
    work.vault.on = (_, call) => {
      if (call === 9) stop.abort();
    };
    expect(await work.import(MAP, { ...OPTIONS, signal: stop.signal })).toMatchObject({
      interrupted: true,
      unmatched: [],
    });
    work.vault.on = () => {};
    return work;
  }

  test.for<[string, (work: Workplace) => void, object]>([
    ['the input was changed', (work) => work.write('in.ndjson', NDJSON.replace('"e0"', '"e9"')), {}],
    ['the input was touched', (work) => appendFileSync(work.path('in.ndjson'), ''), {}],
    ['the input has grown', (work) => appendFileSync(work.path('in.ndjson'), '{}\n'), {}],
    ['another map', () => {}, { map: { fields: [MAP.fields[0]] } }],
    ['another vault', () => {}, { target: 'https://other' }],
    ['an output of another form', () => {}, {}],
  ])('does not go on with what was not begun: %s', async ([what, change, options]) => {
    const csv = what === 'an output of another form';
    const work = csv ? await stopped('in.csv', CSV) : await stopped();
    const touch = what === 'the input was touched';
    change(work);
    if (touch) utimesSync(work.path('in.ndjson'), 2e9, 2e9);
    const before = work.read('out.ndjson');
    if (csv) work.write('out.csv.progress', work.read('out.ndjson.progress'));
    const { map = MAP, ...others } = options as { map?: unknown };
    await expect(
      work.import(map, { ...OPTIONS, ...others, ...(csv ? { outName: 'out.csv' } : {}) }),
    ).rejects.toMatchObject({
      code: 'import_changed',
      message: expect.stringContaining('start over with --force'),
    });
    expect(work.read('out.ndjson')).toBe(before);
  });

  test('does not go on with an output that has lost what was in it', async () => {
    const work = await stopped();
    truncateSync(work.path('out.ndjson'), 10);
    await expect(work.import(MAP, OPTIONS)).rejects.toMatchObject({ code: 'import_damaged' });
  });

  test('does not go on with a progress file that is damaged', async () => {
    const work = await stopped();
    work.write('out.ndjson.progress', '{"version":2}');
    await expect(work.import(MAP, OPTIONS)).rejects.toMatchObject({ code: 'import_damaged' });
  });

  test('starts over when told to', async () => {
    const work = await stopped();
    const { stored } = await undisturbed('in.ndjson', NDJSON, 'out.ndjson');
    const before = work.vault.stored.size;
    expect(await work.import(MAP, { ...OPTIONS, force: true })).toMatchObject({ rows: 45, resumed: false });
    expect(work.vault.stored.size).toBe(before + stored);
  });

  test('goes on after any time where nothing was under way; killed, it asks once the vault may have forgotten', async () => {
    const work = await stopped();
    work.now = new Date('2026-03-01T00:00:00Z');
    let killed: Workplace | undefined;
    work.vault.on = (moment, call) => {
      if (moment === 'after' && call === work.vault.calls.length) killed = work.snapshot();
    };
    await work.import(MAP, OPTIONS);
    killed!.now = new Date('2026-03-01T23:00:01Z');
    await expect(killed!.import(MAP, OPTIONS)).rejects.toMatchObject({ code: 'import_too_old' });
    await killed!.import(MAP, { ...OPTIONS, acceptRepeats: true });
    expect(killed!.read('out.ndjson').split('\n')).toHaveLength(work.read('out.ndjson').split('\n').length);
  });

  test('asks likewise where a call failed that the vault may have answered', async () => {
    const work = new Workplace(NDJSON);
    work.vault.on = (moment, call) => {
      if (moment === 'after' && call >= 9) throw new Refused('internal', 'internal_error');
    };
    await expect(work.import(MAP, OPTIONS)).rejects.toMatchObject({ code: 'import_stopped' });
    work.vault.on = () => {};
    work.now = new Date('2026-01-01T23:00:01Z');
    await expect(work.import(MAP, OPTIONS)).rejects.toMatchObject({ code: 'import_too_old' });
  });

  test('says nothing of the rows in its progress file, which only its owner reads', async () => {
    const work = await stopped();
    expect(work.read('out.ndjson.progress')).not.toMatch(/"[en]\d+"|x{9}|BAD/);
    for (const name of ['out.ndjson', 'out.ndjson.progress', 'out.ndjson.rejects.ndjson'])
      expect(work.mode(name)).toBe(0o600);
  });
});

describe('what stops an import in the middle', () => {
  test('not for ever: the import keeps its place and says that the command can be run again', async () => {
    const expected = await undisturbed('in.ndjson', NDJSON, 'out.ndjson');
    const work = new Workplace(NDJSON);
    work.vault.on = (moment, call) => {
      if (moment === 'before' && call > 9) throw new Refused('unavailable', 'store_unavailable');
    };
    await expect(work.import(MAP, { ...OPTIONS, retries: 2 })).rejects.toThrow(
      /Refused: store_unavailable\. \(store_unavailable\) The import has kept its place after \d+ rows: the same command/,
    );
    expect(work.slept.length).toBeGreaterThanOrEqual(2);
    work.vault.on = () => {};
    await work.import(MAP, OPTIONS);
    expect(end(work, 'out.ndjson')).toMatchObject({ out: expected.out, stored: expected.stored });
  });

  test('the signal ends the wait', async () => {
    const work = new Workplace(NDJSON);
    const stop = new AbortController();
    work.vault.on = (_, call) => {
      if (call < 9) return;
      stop.abort();
      throw new Refused('unavailable', 'store_unavailable');
    };
    const sleep = async (_: number, signal: AbortSignal | undefined) => signal?.throwIfAborted();
    const result = await work.import(MAP, { ...OPTIONS, sleep, signal: stop.signal });
    expect(result.interrupted).toBe(true);
    work.vault.on = () => {};
    expect(await work.import(MAP, OPTIONS)).toMatchObject({ rows: 45, interrupted: false });
  });

  test('a write that fails in the middle leaves the place before it', async () => {
    const expected = await undisturbed('in.ndjson', NDJSON, 'out.ndjson');
    const write = Sink.prototype.write;
    onTestFinished(() => {
      Sink.prototype.write = write;
    });
    for (let failAt = 1; failAt <= 16; failAt++) {
      const work = new Workplace(NDJSON);
      let writes = 0;
      Sink.prototype.write = async function (text) {
        if (++writes !== failAt) return write.call(this, text);
        await write.call(this, text.slice(0, text.length / 2));
        throw new Error('ENOSPC');
      };
      await expect(work.import(MAP, OPTIONS)).rejects.toThrow('ENOSPC');
      Sink.prototype.write = write;
      await work.import(MAP, OPTIONS);
      expect(end(work, 'out.ndjson')).toMatchObject({
        out: expected.out,
        rejects: expected.rejects,
        stored: expected.stored,
      });
    }
  });
});

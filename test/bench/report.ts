/** The results as tables for people. */
import type { Disk } from './disk.ts';
import { type Erasures, NAMED_BY } from './erasures.ts';
import { OPEN_CALLS, type OpenLoad } from './open-load.ts';
import type { EngineResult } from './result.ts';
import { aligned, count } from './table.ts';
import { type Line, linesOf } from './targets.ts';
import { CALLS, type CallName, CEILINGS, type Throughput, TITLES } from './throughput.ts';

/** Relations that take less of a value than this are shown as one line. */
const LEAST_BYTES = 1;

export function printResult(result: EngineResult): void {
  const { throughput, open, erasures, disk } = result;
  if (throughput !== undefined) console.log(`\n${throughputTable(throughput)}`);
  if (open !== undefined) console.log(`\n${openLoadTable(open)}`);
  if (erasures !== undefined) console.log(`\n${erasuresTable(erasures)}`);
  if (disk !== undefined) console.log(`\n${diskTable(disk)}`);
  const lines = linesOf(result);
  if (lines.length > 0) console.log(`\n${targetTable(lines)}`);
}

function throughputTable({ medians, ratios, processorOfInsert }: Throughput): string {
  const rows = [...CEILINGS, ...CALLS].map((name) => {
    const { perSecond, p50Ms, p99Ms, processorMs } = medians[name];
    const isCall = (CALLS as readonly string[]).includes(name);
    const shares = CEILINGS.map((ceiling) => (isCall ? ratios[name as CallName][ceiling].toFixed(2) : ''));
    const processor = isCall ? processorOfInsert[name as CallName].toFixed(2) : '';
    return [
      ...[TITLES[name], count(perSecond), p50Ms.toFixed(2), p99Ms.toFixed(2), ...shares],
      ...[processorMs.toFixed(3), processor],
    ];
  });
  const head = ['32 connections', 'requests/s', 'p50 ms', 'p99 ms', '× (a)', '× (b)', '× (c)', 'CPU ms', 'CPU × (b)'];
  return aligned([head, ...rows]);
}

function openLoadTable({ medians }: OpenLoad): string {
  const rows = OPEN_CALLS.map((name) => {
    const { perSecond, p50Ms, p99Ms, lateMs } = medians[name];
    return [TITLES[name], count(perSecond), ...[p50Ms, p99Ms, lateMs].map((ms) => ms.toFixed(2))];
  });
  return aligned([['on schedule, at half its rate', 'requests/s', 'p50 ms', 'p99 ms', 'sent late, p99 ms'], ...rows]);
}

function erasuresTable({ medians }: Erasures): string {
  const rows = NAMED_BY.map((name) => {
    const { perSecond, p50Ms, p99Ms, processorMs } = medians[name];
    return [`erase a person, by ${name}`, count(perSecond), p50Ms.toFixed(2), p99Ms.toFixed(2), processorMs.toFixed(3)];
  });
  return aligned([['32 connections, one record each', 'erasures/s', 'p50 ms', 'p99 ms', 'CPU ms'], ...rows]);
}

function diskTable({ values, bytesAValue, relations }: Disk): string {
  const shown = relations.filter((relation) => relation.bytesAValue >= LEAST_BYTES);
  const rest = relations
    .filter((relation) => !shown.includes(relation))
    .reduce((sum, relation) => sum + relation.bytesAValue, 0);
  const rows = shown.map((relation) => [
    relation.relation,
    relation.relation === relation.table ? '' : relation.table,
    relation.store,
    relation.bytesAValue.toFixed(0),
  ]);
  return aligned([
    [`disk, ${count(values)} e-mail addresses of new persons`, 'index of', 'store', 'bytes a value'],
    ...rows,
    ...(rest > 0 ? [['others', '', '', rest.toFixed(0)]] : []),
    ['all', '', '', bytesAValue.toFixed(0)],
  ]);
}

function targetTable(lines: readonly Line[]): string {
  const verdict = (met: boolean | undefined) => (met === undefined ? '–' : met ? 'met' : 'MISSED');
  return aligned([
    ['target', 'wanted', 'measured', ''],
    ...lines.map(({ what, target, measured, met }) => [what, target, measured, verdict(met)]),
  ]);
}

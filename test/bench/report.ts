/** The results as tables for people. */
import type { Machine } from './machine.ts';
import type { EngineResult } from './result.ts';
import { aligned, count } from './table.ts';
import { type Line, linesOf } from './targets.ts';
import { CALLS, type CallName, CEILINGS, type Throughput, TITLES } from './throughput.ts';

export function printReport(machine: Machine, results: readonly EngineResult[]): void {
  const { cores, processor, node, revision, changed } = machine;
  console.log(`\n${cores} × ${processor}, Node ${node}, revision ${revision}${changed ? ' with changes' : ''}`);
  for (const result of results) {
    console.log(`\n${result.engine} (${result.durability}); load average ${result.loadAverage.join(' → ')}`);
    if (result.throughput !== undefined) console.log(`\n${throughputTable(result.throughput)}`);
    console.log(`\n${targetTable(linesOf(result))}`);
  }
}

function throughputTable({ medians, ratios }: Throughput): string {
  const rows = [...CEILINGS, ...CALLS].map((name) => {
    const { perSecond, p50Ms, p99Ms, processorMs } = medians[name];
    const of = (CALLS as readonly string[]).includes(name) ? ratios[name as CallName] : undefined;
    const shares = CEILINGS.map((ceiling) => (of === undefined ? '' : of[ceiling].toFixed(2)));
    return [TITLES[name], count(perSecond), p50Ms.toFixed(2), p99Ms.toFixed(2), processorMs.toFixed(3), ...shares];
  });
  return aligned([['32 connections', 'requests/s', 'p50 ms', 'p99 ms', 'CPU ms', '× (a)', '× (b)', '× (c)'], ...rows]);
}

function targetTable(lines: readonly Line[]): string {
  const verdict = (met: boolean | undefined) => (met === undefined ? '–' : met ? 'met' : 'MISSED');
  return aligned([
    ['target', 'wanted', 'measured', ''],
    ...lines.map(({ what, target, measured, met }) => [what, target, measured, verdict(met)]),
  ]);
}

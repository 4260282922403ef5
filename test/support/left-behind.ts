/**
 * Runs around each file. Files take turns in a few processes, so that each process loads `src/` once; what one file
 * leaves behind would be there for the next one, in an order that no run repeats.
 *
 * Guarantees: a file that leaves a listener of the process, a variable of the environment, an open server, an exit code
 * or another folder fails itself, by the name of what it left. What it replaced through `vi` is put back.
 * Does not: see what a file leaves in a module; or count listeners of the process's end, which pino adds.
 */
import { afterAll, vi } from 'vitest';

/** What the process has, by name, each with all that may change of it. */
function held(): Map<string, string> {
  const events = process.eventNames().filter((event) => event !== 'exit');
  return new Map([
    ...events.map((event) => [`listeners of ${String(event)}`, String(process.listenerCount(event))] as const),
    ...Object.entries(process.env).map(([name, value]) => [`the variable ${name}`, String(value)] as const),
    ['the exit code', String(process.exitCode)],
    ['the folder', process.cwd()],
    ['the mask of new files', process.umask().toString(8)],
  ]);
}

function servers(): number {
  return process.getActiveResourcesInfo().filter((kind) => /ServerWrap$/.test(kind)).length;
}

const TURNS = 100;
const before = held();
const serversBefore = servers();

// The first `afterAll` of a file runs last.
afterAll(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  // A server that was told to close is gone some turns later.
  for (let turn = 0; turn < TURNS && servers() > serversBefore; turn += 1) {
    await new Promise((resume) => setImmediate(resume));
  }
  const after = held();
  const left = [...new Set([...before.keys(), ...after.keys()])].filter((name) => before.get(name) !== after.get(name));
  if (servers() > serversBefore) left.push('an open server');
  if (left.length > 0) throw new Error(`This file leaves behind in its process: ${left.join(', ')}.`);
});

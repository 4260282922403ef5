/**
 * Prometheus metrics: counts and times by closed words only. No label ever holds a tenant's data, an id or a path.
 */
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { Signals } from '../vault/signals.ts';
import type { Answered } from './handler.ts';

export interface Metrics {
  readonly registry: Registry;
  answered(answered: Answered): void;
}

export function newMetrics(signals: Signals): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Histogram({
    name: 'lethe_http_request_seconds',
    help: 'Time from the arrival of a request to its reply.',
    labelNames: ['operation', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers,
  });
  const calls = new Counter({
    name: 'lethe_calls_total',
    help: 'Calls decided, as the audit log counts them.',
    labelNames: ['action', 'outcome', 'code'],
    registers,
  });
  const values = new Counter({
    name: 'lethe_values_total',
    help: 'Values stored or shown.',
    labelNames: ['action'],
    registers,
  });
  const integrityFailures = new Counter({
    name: 'lethe_integrity_failures_total',
    help: 'Stored bytes that failed their authentication. Anything above zero is an alarm.',
    registers,
  });
  const jobs = new Counter({
    name: 'lethe_jobs_total',
    help: 'Rounds of background jobs.',
    labelNames: ['job', 'outcome'],
    registers,
  });
  signals.on('call', ({ action, outcome, code }) => calls.inc({ action, outcome, code: code ?? '' }));
  signals.on('values', ({ action, count }) => values.inc({ action }, count));
  signals.on('integrityFailure', () => integrityFailures.inc());
  signals.on('job', ({ name, failed }) => jobs.inc({ job: name, outcome: failed === undefined ? 'done' : failed }));
  return {
    registry,
    answered: ({ operation, status, seconds }) => requests.observe({ operation, status }, seconds),
  };
}

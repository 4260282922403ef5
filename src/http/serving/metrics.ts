/** Prometheus metrics: counts and times, by closed words only. No label ever holds a tenant's data, an id or a path. */
import { setTimeout as after } from 'node:timers/promises';
import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Measures } from '../../vault/measure.ts';
import type { Signals } from '../../vault/signals.ts';
import type { Answered } from './log.ts';
import type { Disbelieved } from './sources.ts';
import { addGauges } from './vault-gauges.ts';
import { type Asked, type Colleagues, nobodyElse } from './workers/colleagues.ts';

/** Less than the first process waits for a worker's answer. */
const VAULT_MS = 2_000;

export interface Metrics {
  readonly contentType: string;
  /** What a scrape shows: of every worker what it counted, with its number; of the vault, which is one, what it is. */
  scrape(): Promise<string>;
  answered(answered: Answered): void;
  /** A request named a client that was not believed. */
  disbelieved(why: Disbelieved): void;
}

/** @param measure called at each scrape; if it fails, the answer leaves out what it measures */
export function newMetrics(
  signals: Signals,
  measure: () => Promise<Measures>,
  colleagues: Colleagues = nobodyElse(),
): Metrics {
  const registry = new Registry();
  if (colleagues.number !== undefined) registry.setDefaultLabels({ worker: colleagues.number });
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
  const guessesRefused = new Counter({
    name: 'lethe_guesses_refused_total',
    help: 'Calls refused because their principal guessed wrong too often.',
    registers,
  });
  const guessesAlarms = new Counter({
    name: 'lethe_guesses_alarms_total',
    help: 'Times that all principals together guessed wrong at one thing as often as mistakes do not explain.',
    labelNames: ['budget'],
    registers,
  });
  const storeCorruptions = new Counter({
    name: 'lethe_store_corruption_total',
    help: 'Statements to which a store answered that its own data is damaged. Anything above zero is an alarm.',
    registers,
  });
  const connectionsRefused = new Counter({
    name: 'lethe_connections_refused_total',
    help: 'Clients turned away because as many were connected as there is room for (open files).',
    registers,
  });
  const tlsRenewals = new Counter({
    name: 'lethe_tls_renewals_total',
    help: 'Changes of the files of LETHE_TLS_CERT and LETHE_TLS_KEY: taken, or refused because they are no pair that may be used.',
    labelNames: ['outcome'],
    registers,
  });
  const hooksTold = new Counter({
    name: 'lethe_hook_deliveries_total',
    help: 'Messages to hooks: taken by their receivers, and tries that failed.',
    labelNames: ['outcome'],
    registers,
  });
  const jobs = new Counter({
    name: 'lethe_jobs_total',
    help: 'Rounds of background jobs.',
    labelNames: ['job', 'outcome'],
    registers,
  });
  const untrustedForwarded = new Counter({
    name: 'lethe_untrusted_forwarded_total',
    help: 'Requests with Forwarded or X-Forwarded-For from a peer outside LETHE_TRUSTED_PROXIES. Rising: a proxy that is not named there.',
    registers,
  });
  const unreadableForwarded = new Counter({
    name: 'lethe_unreadable_forwarded_total',
    help: 'Requests of which a trusted proxy named the client in a way that cannot be believed.',
    registers,
  });
  const ofVault = new Registry();
  addGauges(ofVault, measure);
  const setWorkers = addWorkers(ofVault);
  signals.on('call', ({ action, outcome, code }) => calls.inc({ action, outcome, code: code ?? '' }));
  signals.on('values', ({ action, count }) => values.inc({ action }, count));
  signals.on('integrityFailure', () => integrityFailures.inc());
  signals.on('guessesRefused', () => guessesRefused.inc());
  signals.on('guessesAlarm', ({ budget }) => guessesAlarms.inc({ budget }));
  signals.on('storeCorruption', () => storeCorruptions.inc());
  signals.on('connectionRefused', () => connectionsRefused.inc());
  signals.on('tlsFilesChanged', ({ taken }) => tlsRenewals.inc({ outcome: taken ? 'taken' : 'refused' }));
  signals.on('hookTold', ({ delivered, failed }) => {
    hooksTold.inc({ outcome: 'delivered' }, delivered);
    hooksTold.inc({ outcome: 'failed' }, failed);
  });
  signals.on('job', ({ name, failed }) => jobs.inc({ job: name, outcome: failed === undefined ? 'done' : failed }));
  // The vault is asked by one for all.
  colleagues.answer('metrics', async (asked) => {
    setWorkers(asked);
    const own = await registry.getMetricsAsJSON();
    if (!asked.isFirst) return own;
    const shared = ofVault.getMetricsAsJSON();
    if (colleagues.number === undefined) return [...own, ...(await shared)];
    // A store that is silent must not take the worker's own counts away.
    return [...own, ...(await Promise.race([shared, after(VAULT_MS, [], { ref: false })]))];
  });
  return {
    contentType: registry.contentType,
    async scrape() {
      const answers = (await colleagues.ask('metrics')).filter((answer) => answer !== undefined);
      // No two have the same labels, so nothing is added up.
      const apart = answers.map((metrics) => metrics.map((metric) => ({ ...metric, aggregator: 'first' })));
      return AggregatorRegistry.aggregate(apart).metrics();
    },
    disbelieved: (why) => (why === 'peer' ? untrustedForwarded : unreadableForwarded).inc(),
    answered: ({ operation, status, seconds }) => requests.observe({ operation, status }, seconds),
  };
}

/** How the workers are, as the first process knows it. @returns a function that sets it */
function addWorkers(registry: Registry): (asked: Asked) => void {
  const registers = [registry];
  const serving = new Gauge({ name: 'lethe_workers', help: 'Processes that serve the port.', registers });
  const lost = new Counter({
    name: 'lethe_workers_lost_total',
    help: 'Workers that died and were replaced. Rising: an alarm.',
    registers,
  });
  return (asked) => {
    serving.set(asked.serving);
    lost.reset();
    lost.inc(asked.lost);
  };
}

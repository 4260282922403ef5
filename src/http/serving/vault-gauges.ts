/** What a scrape shows of the vault itself, whoever is asked: one gauge for each thing that is measured. */
import { Gauge, type Registry } from 'prom-client';
import type { Measures } from '../../vault/measure.ts';

type Value = number | undefined;

interface GaugeOf {
  readonly name: string;
  readonly help: string;
  /** Undefined if there is no value. */
  readonly of: (measures: Measures) => Value;
}

/** The same, with one value for each closed word. */
interface GaugesOf {
  readonly name: string;
  readonly help: string;
  readonly label: string;
  readonly by: (measures: Measures) => Readonly<Record<string, Value>>;
}

const GAUGES: readonly (GaugeOf | GaugesOf)[] = [
  {
    name: 'lethe_epoch_age_seconds',
    help: 'Since the current epoch began. Erasures become final when it is closed.',
    of: (measures) => measures.epochAgeSeconds,
  },
  {
    name: 'lethe_epoch_since_close_seconds',
    help: 'Since the secret of an epoch was last destroyed in every slot; absent where none ever was.',
    of: (measures) => measures.sinceCloseSeconds,
  },
  {
    name: 'lethe_epoch_destruction_pending',
    help: 'Epochs that ended over an hour ago and are not destroyed in every slot, or not forgotten by every node. Anything above zero is an alarm.',
    of: (measures) => measures.destructionPending,
  },
  {
    name: 'lethe_unfinished_long_jobs',
    help: 'Long jobs that wait or run.',
    of: (measures) => measures.unfinishedJobs,
  },
  {
    name: 'lethe_unfinished_erasures',
    help: 'Erasures ordered over a minute ago and not completed, up to 1,000. Anything above zero for minutes is an alarm.',
    of: (measures) => measures.unfinishedErasures,
  },
  {
    name: 'lethe_drill_age_seconds',
    help: 'Since the backups were last tried; absent where they never were.',
    of: ({ drill }) => drill?.ageSeconds,
  },
  {
    name: 'lethe_drill_ok',
    help: '1 where the last drill went well, 0 where it failed; absent where there was none.',
    of: ({ drill }) => drill && Number(drill.ok),
  },
  {
    name: 'lethe_backup_age_seconds',
    help: 'Since this vault last copied the store; absent where it never did.',
    label: 'store',
    by: (measures) => measures.backupAgeSeconds,
  },
  {
    name: 'lethe_key_backup_epochs_behind',
    help: 'Epochs that began since the newest copy of the key store. Above zero, no copy opens. Absent where there is none.',
    of: (measures) => measures.keyBackupBehind,
  },
  {
    name: 'lethe_hook_events_pending',
    help: 'What hooks are still to be told, each for itself; at most 1,000 of each are counted.',
    of: ({ hooks }) => hooks.pending,
  },
  {
    name: 'lethe_hook_events_oldest_seconds',
    help: 'Since the oldest of it happened; absent where nothing is to be told. Above minutes, a receiver does not answer.',
    of: ({ hooks }) => hooks.oldestMs && Math.round(hooks.oldestMs / 1000),
  },
  {
    name: 'lethe_hooks',
    help: 'Hooks whose tries fail, and hooks that are paused.',
    label: 'state',
    by: ({ hooks }) => ({ failing: hooks.failing, paused: hooks.paused }),
  },
  {
    name: 'lethe_root_slots',
    help: 'Root slots in force.',
    label: 'kind',
    by: ({ slots }) => ({ required: slots?.required.inForce, optional: slots?.optional.inForce }),
  },
  {
    name: 'lethe_root_slots_answering',
    help: 'Root slots that answered, and have the current epoch, when they were last asked: once a minute at most.',
    label: 'kind',
    by: ({ slots }) => ({ required: slots?.required.answering, optional: slots?.optional.answering }),
  },
];

/** @param measure called at each scrape; if it fails, no gauge has a value */
export function addGauges(registry: Registry, measure: () => Promise<Measures>): void {
  // All gauges are collected in the same turn, so one measurement serves them all.
  let asked: Promise<Measures | undefined> | undefined;
  const ask = () => {
    asked ??= measure()
      .catch(() => undefined)
      .finally(() => {
        asked = undefined;
      });
    return asked;
  };
  for (const { name, help, ...which } of GAUGES) {
    const labelNames = 'label' in which ? [which.label] : [];
    const gauge: Gauge = new Gauge({
      ...{ name, help, labelNames, registers: [registry] },
      async collect() {
        const measures = await ask();
        gauge.reset();
        // Without labels, a reset sets the gauge to 0.
        if (labelNames.length === 0) gauge.remove();
        if (measures === undefined) return;
        if ('of' in which) {
          const value = which.of(measures);
          if (value !== undefined) gauge.set(value);
          return;
        }
        for (const [word, value] of Object.entries(which.by(measures))) {
          if (value !== undefined) gauge.set({ [which.label]: word }, value);
        }
      },
    });
  }
}

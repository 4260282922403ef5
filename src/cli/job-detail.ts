/** What a server tells of a backup or a drill in its job, as the commands that do them here have it. */
import type { Job } from '../client/shapes.ts';

type Detail = Job['detail'];

export interface Taken {
  readonly taken: readonly {
    readonly store: 'records' | 'keys';
    readonly folder: string;
    readonly sizeBytes: number;
    readonly tookMs: number;
  }[];
  readonly pruned: readonly string[];
  readonly swept: readonly string[];
}

export function takenOf(detail: Detail): Taken {
  const taken = (['records', 'keys'] as const)
    .filter((store) => detail[`${store}Folder`] !== undefined)
    .map((store) => ({
      ...{ store, folder: String(detail[`${store}Folder`]) },
      ...{ sizeBytes: Number(detail[`${store}Bytes`]), tookMs: Number(detail[`${store}Ms`]) },
    }));
  return { taken, pruned: list(detail.pruned), swept: list(detail.swept) };
}

export interface Drilled {
  readonly ok: boolean;
  readonly steps: readonly {
    readonly step: string;
    readonly ok: boolean;
    readonly tookMs: number;
    readonly detail: string;
  }[];
  readonly nextDueAt: string;
}

/** The report of a drill, as `--report` writes it; of a copy it has the folder's name. */
export function drillOf(detail: Detail): Drilled {
  const copy = (store: 'records' | 'keys') =>
    detail[`${store}Folder`] === undefined
      ? undefined
      : {
          ...{ folder: String(detail[`${store}Folder`]), takenAt: String(detail[`${store}TakenAt`]) },
          epoch: Number(detail[`${store}Epoch`]),
        };
  const report = {
    ...{ format: 'lethe-drill/1', at: String(detail.at), ok: detail.ok === true },
    ...{ records: copy('records'), keys: copy('keys') },
    steps: list(detail.steps).map((told) => {
      const [step = '', state, tookMs, ...words] = told.split(' ');
      return { step, ok: state === 'ok', tookMs: Number(tookMs), detail: words.join(' ') };
    }),
    nextDueAt: String(detail.nextDueAt),
  };
  return report;
}

function list(of: readonly string[] | undefined): readonly string[] {
  return of ?? [];
}

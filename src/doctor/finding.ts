/** What the doctor says. Places, settings, ids of nodes and slots, numbers and closed words: never a value, a ref or a key. */
import type { World } from './world.ts';

/**
 * `ok`      looked at, and well
 * `note`    worth knowing; nothing is to be done
 * `warn`    something is to be done, and what is stored is safe for now
 * `fail`    something is lost, open or stopped, or soon will be
 * `unseen`  it could not be looked at
 */
const SEVERITIES = ['ok', 'note', 'warn', 'fail', 'unseen'] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface Finding {
  readonly id: string;
  readonly severity: Severity;
  /** One sentence. */
  readonly says: string;
  /** What to do; absent where nothing is. */
  readonly todo?: string;
}

/** What a check finds; its name is added. */
export type Found = Omit<Finding, 'id'>;

export interface Check {
  /** The word by which findings are told, and the handbook names it. */
  readonly id: string;
  look(world: World): Promise<readonly Found[]> | readonly Found[];
}

export const ok = (says: string): Found => ({ severity: 'ok', says });
export const note = (says: string, todo?: string): Found => ({ severity: 'note', says, ...(todo && { todo }) });
export const warn = (says: string, todo: string): Found => ({ severity: 'warn', says, todo });
export const fail = (says: string, todo: string): Found => ({ severity: 'fail', says, todo });

/** The findings, or `ok` where there are none. */
export function orOk(found: readonly Found[], says: string): readonly Found[] {
  return found.length > 0 ? found : [ok(says)];
}

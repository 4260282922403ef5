/** Which release this process is, and the step to which it brings the stores, for upgrades; asks no store. */
import { RELEASE } from '../release.ts';
import { knownSteps } from '../storage/opening/migrate.ts';

export interface ReleaseAndSchema {
  readonly release: string;
  readonly schema: { readonly records: string; readonly keys: string };
}

let known: Promise<ReleaseAndSchema> | undefined;

export function releaseAndSchema(): Promise<ReleaseAndSchema> {
  known ??= knownSteps().then((schema) => ({ release: RELEASE, schema }));
  return known;
}

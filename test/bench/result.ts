/** What was measured on one engine. */
import type { Engine } from './databases.ts';
import type { Epochs } from './epochs.ts';
import type { Importing } from './importing.ts';
import type { Scaling } from './scaling.ts';
import type { Throughput } from './throughput.ts';

export interface EngineResult {
  readonly engine: Engine;
  readonly durability: string;
  readonly loadAverage: readonly number[];
  readonly throughput?: Throughput;
  readonly importing?: Importing;
  readonly scaling?: Scaling;
  readonly epochs?: Epochs;
}

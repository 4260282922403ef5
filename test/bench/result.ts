/** What was measured of one checkout on one engine, by part. */
import type { Engine } from './databases.ts';
import type { Disk } from './disk.ts';
import type { Epochs } from './epochs.ts';
import type { Erasures } from './erasures.ts';
import type { Importing } from './importing.ts';
import type { OpenLoad } from './open-load.ts';
import type { Scaling } from './scaling.ts';
import type { Throughput } from './throughput.ts';

export interface EngineResult {
  readonly engine: Engine;
  readonly throughput?: Throughput;
  readonly open?: OpenLoad;
  readonly erasures?: Erasures;
  readonly disk?: Disk;
  readonly import?: Importing;
  readonly scaling?: Scaling;
  readonly epochs?: Epochs;
}

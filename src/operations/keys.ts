/** Keys: the inventory, rotations and the long jobs that do them, root slots and nodes, the root key. */

import { abandonNode } from './keys/abandon-node.ts';
import { addSlot } from './keys/add-slot.ts';
import { checkSlots } from './keys/check-slots.ts';
import { compromiseKeys } from './keys/compromise-keys.ts';
import { getJob } from './keys/get-job.ts';
import { jobEvents } from './keys/job-events.ts';
import { listExposed } from './keys/list-exposed.ts';
import { listJobs } from './keys/list-jobs.ts';
import { listKeys } from './keys/list-keys.ts';
import { listNodes } from './keys/list-nodes.ts';
import { listSlots } from './keys/list-slots.ts';
import { removeSlot } from './keys/remove-slot.ts';
import { replaceRoot } from './keys/replace-root.ts';
import { rotateKeys } from './keys/rotate-keys.ts';
import { splitRoot } from './keys/split-root.ts';
import type { AnyOperation } from './operation.ts';

export const KEYS: readonly AnyOperation[] = [
  listKeys,
  compromiseKeys,
  listExposed,
  rotateKeys,
  getJob,
  jobEvents,
  listJobs,
  listSlots,
  checkSlots,
  addSlot,
  removeSlot,
  listNodes,
  abandonNode,
  splitRoot,
  replaceRoot,
];

/** The audit log's word for each kind of long job: that of its order. */
import type { Action } from '../access/actions.ts';
import type { JobKind } from '../jobs/long-job.ts';

export const ACTION_OF: Readonly<Record<JobKind, Action>> = {
  rotate_epoch: 'rotate_keys',
  rotate_index: 'rotate_keys',
  compromise: 'compromise_keys',
  erase_tenant: 'erase_tenant',
  backup: 'backup',
  drill: 'drill',
};

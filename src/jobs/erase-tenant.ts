/**
 * The long job that erases a tenant. Its parameters name the erasure; the stores say what is already done
 * (`erasure/tenants.ts`). The tenant's API keys are dead from the order on, whenever the job runs.
 */
import type { Clock } from '../clock.ts';
import type { CompletingParts } from '../erasure/complete-destruction.ts';
import { completeTenantErasure, findTenantErasure } from '../erasure/tenants.ts';
import type { ErasureId } from '../ids.ts';
import { type LongJob, stopIfTold } from './long-job.ts';

/** @returns a job with the parameter `erasure`; it answers with the number of records. @throws `erasure_not_found` */
export function eraseTenant(parts: CompletingParts & { readonly clock: Clock }): LongJob {
  return async ({ params, fence, progress, stopping }) => {
    const order = await findTenantErasure(parts.recordStore.reader, String(params.erasure) as ErasureId);
    const page = async (step: 'keys' | 'records', done: number) => {
      // Counting the total first would cost as much as a good part of the work.
      await progress(step, done, done);
      stopIfTold({ stopping });
    };
    const { tenant, erasure, records } = await completeTenantErasure(parts, order, parts.clock, {
      fence,
      page,
    });
    return { tenant, erasure, records };
  };
}

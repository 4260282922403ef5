/** Erases a whole tenant, by its name (`whole-tenant.ts`). Over HTTP that is an erasure like any other (`erase.ts`). */
import { commandOperation } from '../operation.ts';
import { eraseWholeTenant } from './whole-tenant.ts';

export const eraseTenant = commandOperation({
  operationId: 'eraseTenant',
  action: 'erase_tenant',
  work: eraseWholeTenant,
});

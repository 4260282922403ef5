/** Erasures: ordering them, and looking at them afterwards. */
import { erase } from './erasures/erase.ts';
import { eraseTenant } from './erasures/erase-tenant.ts';
import { getErasure } from './erasures/get-erasure.ts';
import { readCertificate } from './erasures/read-certificate.ts';
import type { AnyOperation } from './operation.ts';

export const ERASURES: readonly AnyOperation[] = [erase, eraseTenant, getErasure, readCertificate];

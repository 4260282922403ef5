/** Copies of the stores: taking and trying them, and what follows when one was put back. */
import { backup } from './copies/backup.ts';
import { drill } from './copies/drill.ts';
import { orderBackup } from './copies/order-backup.ts';
import { orderDrill } from './copies/order-drill.ts';
import { recover } from './copies/recover.ts';
import type { AnyOperation } from './operation.ts';

export const COPIES: readonly AnyOperation[] = [backup, orderBackup, drill, orderDrill, recover];

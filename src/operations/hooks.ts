/** Hooks: who else is told what happened. */
import { addHook } from './hooks/add-hook.ts';
import { changeHook } from './hooks/change-hook.ts';
import { listDeliveries } from './hooks/list-deliveries.ts';
import { listHooks } from './hooks/list-hooks.ts';
import { removeHook } from './hooks/remove-hook.ts';
import { rotateHook } from './hooks/rotate-hook.ts';
import { testHook } from './hooks/test-hook.ts';
import type { AnyOperation } from './operation.ts';

export const HOOKS: readonly AnyOperation[] = [
  ...[addHook, listHooks, changeHook, removeHook],
  ...[rotateHook, testHook, listDeliveries],
];

/** Data types: those of the house, and those a tenant declares for itself. */

import type { AnyOperation } from './operation.ts';
import { countDoublesOf } from './types/count-doubles.ts';
import { declareType } from './types/declare-type.ts';
import { listTypes } from './types/list-types.ts';
import { setKeep } from './types/set-keep.ts';
import { setUnique } from './types/set-unique.ts';

export const TYPES: readonly AnyOperation[] = [listTypes, declareType, setKeep, setUnique, countDoublesOf];

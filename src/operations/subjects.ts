/** Subjects: the people the data is about. */

import type { AnyOperation } from './operation.ts';
import { getSubject } from './subjects/get-subject.ts';
import { resolveSubject } from './subjects/resolve-subject.ts';

export const SUBJECTS: readonly AnyOperation[] = [resolveSubject, getSubject];

/** Choices: what people have said to the purposes for which their data is used. */
import { filterChoices } from './choices/filter-choices.ts';
import { liftRestriction } from './choices/lift-restriction.ts';
import { listChoices } from './choices/list-choices.ts';
import { makeLinks } from './choices/make-links.ts';
import { readChoiceHistory } from './choices/read-choice-history.ts';
import { recordChoice } from './choices/record-choice.ts';
import { restrictSubject } from './choices/restrict-subject.ts';
import { unsubscribe } from './choices/unsubscribe.ts';
import type { AnyOperation } from './operation.ts';

export const CHOICES: readonly AnyOperation[] = [
  ...[recordChoice, listChoices, readChoiceHistory, filterChoices],
  ...[makeLinks, unsubscribe, restrictSubject, liftRestriction],
];

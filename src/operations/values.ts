/** Values: storing, revealing, finding, verifying, correcting. */

import type { AnyOperation } from './operation.ts';
import { correct } from './values/correct.ts';
import { describeRecord } from './values/describe-record.ts';
import { detokenize } from './values/detokenize.ts';
import { match } from './values/match.ts';
import { search } from './values/search.ts';
import { tokenize } from './values/tokenize.ts';
import { verify } from './values/verify.ts';

export const VALUES: readonly AnyOperation[] = [tokenize, detokenize, search, verify, match];

export const RECORDS: readonly AnyOperation[] = [describeRecord, correct];

/** Tokens beside the first: describing, minting, extending, revoking. */

import type { AnyOperation } from './operation.ts';
import { describeToken } from './tokens/describe-token.ts';
import { extendToken } from './tokens/extend-token.ts';
import { mintToken } from './tokens/mint-token.ts';
import { revokeToken } from './tokens/revoke-token.ts';

export const TOKENS: readonly AnyOperation[] = [describeToken, mintToken, extendToken, revokeToken];

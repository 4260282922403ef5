/** Grants: who may see something of certain people for a time, and who agreed. */
import { approveGrant } from './grants/approve-grant.ts';
import { closeTicket } from './grants/close-ticket.ts';
import { endGrant } from './grants/end-grant.ts';
import { listGrants } from './grants/list-grants.ts';
import { offerCode } from './grants/offer-code.ts';
import { orderGrant } from './grants/order-grant.ts';
import { readGrant } from './grants/read-grant.ts';
import { redeemCode } from './grants/redeem-code.ts';
import { refuseGrant } from './grants/refuse-grant.ts';
import { reviewGrant } from './grants/review-grant.ts';
import type { AnyOperation } from './operation.ts';

export const GRANTS: readonly AnyOperation[] = [
  ...[orderGrant, listGrants, readGrant, approveGrant, refuseGrant, reviewGrant, endGrant],
  ...[closeTicket, offerCode, redeemCode],
];

/** Approvals: what takes a second person, and who has said yes. */
import { endApprovalPolicy } from './approvals/end-policy.ts';
import { getApproval } from './approvals/get-approval.ts';
import { getApprovalPolicy } from './approvals/get-policy.ts';
import { giveApproval } from './approvals/give-approval.ts';
import { listApprovals } from './approvals/list-approvals.ts';
import { refuseApproval } from './approvals/refuse-approval.ts';
import { setApprovalPolicy } from './approvals/set-policy.ts';
import { withdrawApproval } from './approvals/withdraw-approval.ts';
import type { AnyOperation } from './operation.ts';

export const APPROVALS: readonly AnyOperation[] = [
  ...[listApprovals, getApproval, giveApproval, refuseApproval, withdrawApproval],
  ...[getApprovalPolicy, setApprovalPolicy, endApprovalPolicy],
];

/**
 * The part of the client for approvals: what waits for a second person, and who has said yes. A call that waits throws
 * a `LetheError` with the code `approval_needed`, whose `approval` names what waits; once it is approved, make the same
 * call again. `lethe-client.ts` says what every call guarantees.
 */
import { AccessClient, type PageOf } from './access-client.ts';
import { read } from './calls.ts';
import { id } from './paths.ts';
import type {
  Approval,
  ApprovalPage,
  ApprovalPolicyState,
  ApprovalTerms,
  CallOptions,
  EndedApprovalPolicy,
  Reason,
} from './shapes.ts';

export class ApprovalClient extends AccessClient {
  /** A page of approvals, the newest first; of one's own alone, unless one may approve or read the log. */
  async listApprovals(page: PageOf<'listApprovals'> & CallOptions = {}): Promise<ApprovalPage> {
    const { after, limit, ...rest } = page;
    const query = { after: after && id('apr', after), limit };
    return this.send<'listApprovals'>({ ...read('GET', '/v1/approvals'), query, ...rest });
  }

  /** An approval, with the rules of a role that is to change. */
  async getApproval(approval: string, options: CallOptions = {}): Promise<Approval> {
    return this.send<'getApproval'>({ ...read('GET', pathOf(approval)), ...options });
  }

  /** Approves what somebody else has asked for. Nothing is done by it: they make their call again. */
  async giveApproval(approval: string, { reason, ...options }: Reason & CallOptions = {}): Promise<Approval> {
    return this.send<'giveApproval'>({ ...answer(approval, 'approve', { reason }), ...options });
  }

  /** Refuses what somebody else has asked for, for good. */
  async refuseApproval(approval: string, { reason, ...options }: Reason & CallOptions = {}): Promise<Approval> {
    return this.send<'refuseApproval'>({ ...answer(approval, 'refuse', { reason }), ...options });
  }

  /** Takes back what one has asked for oneself. */
  async withdrawApproval(approval: string, options: CallOptions = {}): Promise<Approval> {
    return this.send<'withdrawApproval'>({ ...answer(approval, 'withdraw', undefined), ...options });
  }

  /** What the tenant asks for, and who could approve at present. */
  async getApprovalPolicy(options: CallOptions = {}): Promise<ApprovalPolicyState> {
    return this.send<'getApprovalPolicy'>({ ...read('GET', '/v1/approval-policy'), ...options });
  }

  /** Says what the tenant asks for. Less than now takes a second person itself. */
  async setApprovalPolicy(to: ApprovalTerms, options: CallOptions = {}): Promise<ApprovalPolicyState> {
    const call = { method: 'PUT', path: '/v1/approval-policy', body: to, repeat: 'always' } as const;
    return this.send<'setApprovalPolicy'>({ ...call, ...options });
  }

  /** Lets nothing need approval any more, which takes a second person itself. */
  async endApprovalPolicy(options: CallOptions = {}): Promise<EndedApprovalPolicy> {
    const call = { method: 'DELETE', path: '/v1/approval-policy', repeat: 'always' } as const;
    return this.send<'endApprovalPolicy'>({ ...call, ...options });
  }
}

/** To answer twice in the same way changes nothing. */
function answer(approval: string, how: string, body: unknown) {
  return { method: 'POST', path: `${pathOf(approval)}/${how}`, body, repeat: 'always' } as const;
}

function pathOf(approval: string): string {
  return `/v1/approvals/${id('apr', approval)}`;
}

/** What waits for a second person. Whoever asked learns the approval by which it waits. */
import { VaultError } from '../../errors.ts';
import type { ApprovalId } from '../../ids.ts';

/** It waits for others. Nothing has been done. */
export class ApprovalNeededError extends VaultError {
  readonly approval: ApprovalId;

  constructor(approval: ApprovalId, expiresAt: Date) {
    super(
      'approval_needed',
      `Nothing has been done: this takes a second person. It waits as ${approval} until ${expiresAt.toISOString()}. ` +
        `Somebody else who may approve runs \`npm run lethe -- approvals approve ${approval}\`; then send the same again.`,
    );
    this.approval = approval;
  }
}

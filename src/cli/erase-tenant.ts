/** `lethe tenants erase`: the name must be typed twice, because an erasure cannot be undone. */
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { StartError } from '../errors.ts';
import { eraseTenant } from '../operations/erasures/erase-tenant.ts';
import { call } from './session.ts';

interface EraseOptions {
  readonly keyFile?: string;
  readonly yesErase?: string;
}

export function addEraseTenantCommand(tenants: Command): void {
  tenants
    .command('erase <name>')
    .description('erase a tenant with everything that is in it, for good; asks for the name once more')
    .option('--yes-erase <name>', 'the name once more, where nobody is there to be asked')
    .option('--key-file <file>', 'file with the API key of an administrator of the tenant, or of the first one')
    .action(async (name: string, { keyFile, yesErase }: EraseOptions) => {
      const again = yesErase ?? (await ask(`This erases the tenant ${name} for good. Type its name again: `));
      if (again !== name) throw new StartError('The names differ. Nothing has been erased.');
      const receipt = await call({ keyFile }, eraseTenant, { confirm: name });
      // The session ends when the work it began is done. If it is interrupted, a running server completes the work.
      console.log(
        `${name} (${receipt.tenant}) is erased since ${receipt.orderedAt}; none of its API keys works any more.\n` +
          `Its receipt is ${receipt.erasure}.`,
      );
    });
}

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // If nobody is there, the end of the input is the answer.
    return await Promise.race([
      lines.question(question),
      new Promise<string>((resolve) => lines.once('close', () => resolve(''))),
    ]);
  } finally {
    lines.close();
  }
}

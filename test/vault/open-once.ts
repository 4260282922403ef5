/** A process of its own that opens a vault and closes it: `node open-once.ts <config as JSON>`. */
import { openVault } from '../../src/vault/open-vault.ts';
import type { VaultConfig } from '../../src/vault/vault.ts';
import { atOnce } from '../support/together.ts';

const config = JSON.parse(process.argv[2] ?? '') as VaultConfig;
await atOnce();
await (await openVault(config, { mayMake: true })).close();
process.exit();

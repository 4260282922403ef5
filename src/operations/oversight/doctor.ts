/**
 * Looks at a vault from outside, while it runs or when it cannot, and says whether it is set up and looked after as it
 * should be. It also asks what a server's start asks, so that one learns it before a restart.
 *
 * Guarantees: changes nothing. No file, row, slot or key is made, no migration is run, no process is announced, no
 * audit entry is written. Each part is looked at once, however many checks ask for it. Of what is stored it shows only
 * ids of nodes, names of slots, and numbers.
 * Does not: ask who calls, as `restore` does not. Anyone who has the settings can read the stores anyway, and a vault
 * that does not open has nobody to ask.
 */
import { join } from 'node:path';
import { type Clock, systemClock } from '../../clock.ts';
import type { Config } from '../../config.ts';
import { pooledRandom } from '../../crypto/random.ts';
import { examine, exitCodeOf } from '../../doctor/examine.ts';
import type { Finding } from '../../doctor/finding.ts';
import { urlOf, type World } from '../../doctor/world.ts';
import { StartError } from '../../errors.ts';
import { keyFact } from '../../keyring/key-store-facts.ts';
import { openKeyring } from '../../keyring/keyring.ts';
import type { LookOptions } from '../../keyring/nodes/node-silence.ts';
import { EPOCHS_FOLDER } from '../../keyring/private-files.ts';
import { openReadOnly } from '../../storage/opening/read-only.ts';
import { sqlitePath } from '../../storage/opening/url.ts';
import { lookAtServer } from '../../storage/postgres/server-look.ts';
import type { StoreName } from '../../storage/table.ts';
import type { Store } from '../../storage/tx.ts';
import { findVault } from '../../vault/home.ts';

export type { Finding };
/** The exit code for a shell. */
export const doctorExitCode = exitCodeOf;

export interface DoctorOptions {
  readonly clock?: Clock;
  readonly look?: LookOptions;
}

export async function callDoctor(
  config: Config,
  { clock = systemClock, look = {} }: DoctorOptions = {},
): Promise<Finding[]> {
  const opened: (() => Promise<void>)[] = [];
  const world = worldOf(config, clock, look, opened);
  let findings: Finding[];
  try {
    findings = await examine(world);
  } finally {
    // The keyring closes before the store that it reads.
    for (const close of opened.reverse()) await close().catch(() => {});
  }
  return findings;
}

function worldOf(config: Config, clock: Clock, look: LookOptions, opened: (() => Promise<void>)[]): World {
  const vaultId = once(async () => (await findVault(config)).vaultId);
  const store = <S extends StoreName>(name: S) =>
    once(async (): Promise<Store<S>> => {
      const found = await openReadOnly(name, urlOf({ config }, name));
      opened.push(() => found.close());
      return found;
    });
  const server = (name: StoreName) =>
    once(async () => {
      const url = urlOf({ config }, name);
      return sqlitePath(url) === undefined ? lookAtServer(url, clock) : undefined;
    });
  const keyStore = store('keys');
  const servers = { records: server('records'), keys: server('keys') };
  const keyring = once(async () => {
    if (config.rootKey.from === 'shares') throw new StartError('The root key is in shares.');
    const reading = await keyStore();
    const expectedCheck = await keyFact(reading.reader, 'root_key_check');
    if (expectedCheck === undefined) throw new StartError('The vault was never opened.');
    const { keyring: found } = await openKeyring({
      ...{ store: reading, rootKey: config.rootKey, slotSecrets: config.slotSecrets, expectedCheck },
      ...{ slotPath: join(config.keysPath, EPOCHS_FOLDER), vaultId: await vaultId(), readOnly: true },
      ...{ random: pooledRandom(), clock },
    });
    opened.push(() => found.close());
    return found;
  });
  return {
    ...{ config, clock, look, vaultId, keyStore, keyring, recordStore: store('records') },
    server: (name) => servers[name](),
  };
}

/** All callers share the same promise. */
function once<R>(work: () => Promise<R>): () => Promise<R> {
  let asked: Promise<R> | undefined;
  return () => {
    asked ??= work();
    return asked;
  };
}

/** How old the newest copies are, whether they would open, and how the last drill went. */
import { epochsOf, listBackups } from '../../backup/backups.ts';
import { exists } from '../../files.ts';
import { lastBackup, lastDrill } from '../../records/vault-facts.ts';
import { CALLED } from '../../storage/errors.ts';
import type { StoreName } from '../../storage/table.ts';
import { type Check, type Found, fail, orOk, warn } from '../finding.ts';
import { STORES, spell } from '../world.ts';
import { writeFaultOf } from '../writable.ts';

/** Copies are taken daily; one failed copy is no alarm yet. */
const BACKUP_AGE_MS = 2 * 86_400_000;

export const backup: Check = {
  id: 'backup',
  async look(world) {
    const [recordStore, keyStore] = await Promise.all([world.recordStore(), world.keyStore()]);
    const { active } = await epochsOf(keyStore);
    const now = world.clock().getTime();
    const found: Found[] = [];
    for (const name of STORES) {
      const noted = await lastBackup(recordStore.reader, name);
      const dir = world.config[name === 'keys' ? 'keyBackupDir' : 'backupDir'];
      if (dir !== undefined) found.push(...(await placeOf(name, dir)));
      const [newest] = dir === undefined ? [] : await listBackups(dir, name).catch(() => []);
      const at = [noted?.at, newest?.manifest.takenAt].filter((time) => time !== undefined).sort();
      const last = at.at(-1);
      if (last === undefined) {
        found.push(
          warn(
            `No copy of the ${CALLED[name]} was ever taken.`,
            `\`npm run lethe -- backup DIR --store ${name}\`, daily.`,
          ),
        );
        continue;
      }
      const age = now - Date.parse(last);
      if (age > BACKUP_AGE_MS) {
        found.push(
          warn(
            `The newest copy of the ${CALLED[name]} is ${spell(age)} old.`,
            `\`npm run lethe -- backup DIR --store ${name}\`, daily.`,
          ),
        );
      }
      const epoch = Math.max(noted?.epoch ?? 0, ...(newest?.manifest.openEpochs ?? []));
      if (name === 'keys' && epoch < active) {
        found.push(
          fail(
            `No copy of the key store opens: the newest is of epoch ${epoch}, and ${active} is current.`,
            '`npm run lethe -- backup DIR --store keys`, now; set LETHE_KEY_BACKUP_DIR.',
          ),
        );
      }
    }
    return orOk(found, 'Both stores have a copy of these days, and the key store’s opens.');
  },
};

/** Whether the folder of the settings takes the copies. */
async function placeOf(name: StoreName, dir: string): Promise<Found[]> {
  const setting = name === 'keys' ? 'LETHE_KEY_BACKUP_DIR' : 'LETHE_BACKUP_DIR';
  const code = await writeFaultOf(dir);
  if (code !== undefined) {
    const says = `Copies of the ${CALLED[name]} cannot be written into ${dir} (${code}): none is taken there.`;
    return [fail(says, `Mend the mount, give the folder to the vault’s user, or name another (${setting}).`)];
  }
  if (await exists(dir)) return [];
  return [
    warn(
      `${dir}, for copies of the ${CALLED[name]}, is not there; the next copy makes it, on the disk above it.`,
      `Mount the disk that belongs there, or correct ${setting}; if all is right, make the folder.`,
    ),
  ];
}

export const drill: Check = {
  id: 'drill',
  async look(world) {
    const last = await lastDrill((await world.recordStore()).reader);
    if (last === undefined)
      return [warn('The backups were never tried.', '`npm run lethe -- drill --from DIR`, monthly.')];
    if (!last.ok)
      return [
        fail(
          `The last drill failed, on ${last.at}: if the stores were lost now, the backups could not be relied on.`,
          'Act today: take new copies, drill again (keys/README.md, “Drill”).',
        ),
      ];
    const late = world.clock().getTime() - Date.parse(last.nextDueAt);
    if (late > 0) return [warn(`A drill is overdue for ${spell(late)}.`, '`npm run lethe -- drill --from DIR`.')];
    return orOk([], `The last drill went well; the next is due ${last.nextDueAt}.`);
  },
};

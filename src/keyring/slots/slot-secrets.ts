/**
 * PINs and tokens of root slots, from settings. A file is read each time, so that an agent may replace it; `{slot}` in
 * its path stands for the slot's name, so that each slot may have one of its own.
 */
import { readFile, stat } from 'node:fs/promises';
import { UnavailableError } from '../../errors.ts';
import { isOpenToAll } from '../../files.ts';
import type { SlotSecrets } from '../settings.ts';

const SETTING = { hsmPin: 'LETHE_HSM_PIN', transitToken: 'LETHE_TRANSIT_TOKEN' } as const;

/** @throws {UnavailableError} naming the setting that is missing, whose file cannot be read, or is open to others */
export async function secretOf(secrets: SlotSecrets, which: keyof typeof SETTING, slot: string): Promise<string> {
  const source = secrets[which];
  const setting = SETTING[which];
  if (source === undefined) {
    throw new UnavailableError('key_unavailable', `The root slot ${slot} needs ${setting} or ${setting}_FILE.`);
  }
  if (source.from === 'environment') return source.value;
  const path = source.path.replaceAll('{slot}', slot);
  const unreadable = (error: NodeJS.ErrnoException) => {
    const { code: cause } = error;
    throw new UnavailableError('key_unavailable', `${setting}_FILE cannot be read for ${slot}.`, { cause });
  };
  if (isOpenToAll(await stat(path).catch(unreadable))) {
    throw new UnavailableError(
      'key_unavailable',
      `${setting}_FILE is open to others for ${slot}: chmod g-w,o= its file.`,
    );
  }
  const text = await readFile(path, 'utf8').catch(unreadable);
  const secret = text.trim();
  if (secret === '') throw new UnavailableError('key_unavailable', `${setting}_FILE is empty for ${slot}.`);
  return secret;
}

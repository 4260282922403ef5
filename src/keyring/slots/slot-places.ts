/**
 * The place of a root slot on its machine is told on that machine alone: a caller over HTTP gets neither the folder of
 * a file slot nor the path of an HSM's library.
 */
import { basename } from 'node:path';
import type { SlotEntry, SlotSettings } from './slot-registry.ts';

export function withoutPlaces({ path: _, library: __, ...settings }: SlotSettings): SlotSettings {
  return settings;
}

/** @returns the text, with the last name alone of every such path in it */
export function placesOut(text: string, entries: readonly SlotEntry[]): string {
  const places = entries.flatMap(({ settings: { path = '', library = '' } }) => [path, library]).filter(Boolean);
  return places.reduce((said, place) => said.replaceAll(place, basename(place)), text);
}

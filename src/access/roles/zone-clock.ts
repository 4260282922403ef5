/**
 * The day and the time of day in a time zone.
 *
 * Guarantees: a process keeps one clock a zone, however many rules name it, and asks what the zone says once a minute.
 * What tells the time of a zone takes some 30 kB and tens of microseconds to make, and a tenant may have 20,000 rules.
 * Bounded: by the zones there are.
 */
import { DAYS } from './rules.ts';

export interface Told {
  /** Its place in `DAYS`. */
  readonly day: number;
  /** Of the day. */
  readonly minute: number;
}

const MINUTE_MS = 60_000;
const CLOCKS = new Map<string, (at: Date) => Told>();

/** @param zone a name of the IANA list, in any spelling of its letters @throws {RangeError} for what is no zone */
export function clockOf(zone: string): (at: Date) => Told {
  const name = zone.toLowerCase();
  const known = CLOCKS.get(name);
  if (known !== undefined) return known;
  const clock = newClock(zone);
  CLOCKS.set(name, clock);
  return clock;
}

function newClock(timeZone: string): (at: Date) => Told {
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  });
  let last: { readonly minute: number; readonly told: Told } | undefined;
  return (at) => {
    const minute = Math.floor(at.getTime() / MINUTE_MS);
    if (last?.minute === minute) return last.told;
    const parts = Object.fromEntries(format.formatToParts(minute * MINUTE_MS).map(({ type, value }) => [type, value]));
    const day = (DAYS as readonly (string | undefined)[]).indexOf(parts.weekday?.toLowerCase());
    const told = { day, minute: Number(parts.hour) * 60 + Number(parts.minute) };
    last = { minute, told };
    return told;
  };
}

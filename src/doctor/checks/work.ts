/** Work that should be done by now: erasures, closes of epochs, long jobs. */
import { unfinishedDestructions } from '../../erasure/destructions.ts';
import { unfinishedJobs } from '../../jobs/job-store.ts';
import { openEpochs, timesOf } from '../../keyring/epochs/epoch-states.ts';
import { type Check, type Found, fail, ok, orOk, warn } from '../finding.ts';
import { spell } from '../world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const COUNTED = 1_000;
/** The background work has tried several times by then. */
const ERASURE_GRACE_MS = 5 * MINUTE_MS;
const DESTRUCTION_GRACE_MS = HOUR_MS;
const JOB_GRACE_MS = 6 * HOUR_MS;

export const erasures: Check = {
  id: 'erasures',
  async look(world) {
    const { reader } = await world.recordStore();
    const before = new Date(world.clock().getTime() - ERASURE_GRACE_MS);
    const waiting = await unfinishedDestructions(reader, before, COUNTED);
    if (waiting.length === 0) return [ok('Every erasure that was ordered is completed.')];
    const number = waiting.length === COUNTED ? `${COUNTED} or more` : waiting.length;
    return [
      fail(
        `${number} erasures were ordered and are not completed: keys that should be gone are there.`,
        'A running server completes them: start it, and read why in its log (`complete_erasures`).',
      ),
    ];
  },
};

export const epochs: Check = {
  id: 'epochs',
  async look(world) {
    const { reader } = await world.keyStore();
    const now = world.clock().getTime();
    const live = await openEpochs(reader);
    const found: Found[] = [];
    const late = live.filter((row) => {
      const { ended } = timesOf(row);
      return ended !== null && now - ended > DESTRUCTION_GRACE_MS;
    });
    if (late.length > 0) {
      found.push(
        fail(
          `Epoch ${late.map(({ epoch }) => epoch).join(', ')} has ended and is not destroyed in every slot: certificates wait.`,
          '`npm run lethe -- keys slots check`, `npm run lethe -- jobs list`.',
        ),
      );
    }
    const active = live.find(({ state }) => state === 'active');
    const { rotateEveryMs } = world.config;
    const age = active && now - timesOf(active).began;
    if (age !== undefined && rotateEveryMs !== undefined && age > 2 * rotateEveryMs) {
      found.push(
        warn(
          `The epoch is ${spell(age)} old, and should be closed every ${spell(rotateEveryMs)}: erasures do not become final.`,
          'A running server closes it: start it, and see `npm run lethe -- jobs list`.',
        ),
      );
    }
    return orOk(found, 'Epochs are closed in time, and destroyed everywhere.');
  },
};

export const jobs: Check = {
  id: 'jobs',
  async look(world) {
    const { reader } = await world.recordStore();
    const now = world.clock().getTime();
    const old = (await unfinishedJobs(reader)).filter((row) => now - Number(row.ordered_at) > JOB_GRACE_MS);
    return orOk(
      old.map(({ kind, code, ordered_at }) =>
        warn(
          `A job (${kind}) waits since ${spell(now - Number(ordered_at))}${code ? `, for ${code}` : ''}.`,
          '`npm run lethe -- jobs list`.',
        ),
      ),
      'No long job is held up.',
    );
  },
};

/**
 * fast-check with one seed: a run finds what the run before found, and nothing lands or fails by chance. `npm run soak`
 * draws new cases each time; what it finds becomes a case of its own.
 */
import fc from 'fast-check';

if (process.env.SOAK !== '1') fc.configureGlobal({ seed: 20_261_130 });

export { fc };

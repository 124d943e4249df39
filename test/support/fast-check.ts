/**
 * What tests get as `fast-check`: properties are checked with the same cases everywhere, so that a run says something about
 * the code and nothing about luck. `WEIR_SEED=random npm run unit -- PATH` looks for new ones, `WEIR_SEED=N` repeats some.
 */
// By its path, because its name stands for this file.
import fc from '../../node_modules/fast-check/lib/fast-check.js';

const { WEIR_SEED = '1' } = process.env;
if (WEIR_SEED !== 'random') fc.configureGlobal({ seed: Number(WEIR_SEED) });

// oxlint-disable-next-line import/no-default-export -- as fast-check has it
export default fc;

/** `npm run test:simulation -- --seeds 10000 --from 1`: which seeds break a promise. `--trace` tells what happened in them. */
import { parseArgs } from 'node:util';
import { BUGS, type Bug } from './bugs.ts';
import { simulate, type Outcome } from './simulate.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    bug: { type: 'string' },
    trace: { type: 'boolean', default: false },
  },
});
const bug = Object.keys(BUGS).find((name): name is Bug => name === values.bug);
if (values.bug !== undefined && bug === undefined) {
  throw new Error(`--bug ${values.bug} is none of: ${Object.keys(BUGS).join(', ')}`);
}

const seeds = wholeNumber('seeds', values.seeds);
const from = wholeNumber('from', values.from);
let failed = 0;
for (let seed = from; seed < from + seeds; seed++) {
  const outcome = await simulate(seed, bug);
  if (outcome.broken.length === 0) continue;
  failed += 1;
  report(outcome);
}
console.log(`${seeds - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function wholeNumber(option: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new Error(`--${option} ${text}: give a whole number`);
}

function report({ seed, broken, trace }: Outcome): void {
  if (values.trace) for (const line of trace) console.log(line);
  for (const promise of broken) console.log(`seed ${seed}: ${promise}`);
}

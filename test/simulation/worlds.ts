/** What can be simulated: queue and history with a toy, and the whole. */
import { BUGS as QUEUE_BUGS, type Bug as QueueBug } from './queue/bugs.ts';
import { simulate } from './queue/simulate.ts';
import { BUGS as WHOLE_BUGS, type Bug as WholeBug } from './whole/bugs.ts';
import { simulateWhole } from './whole/simulate.ts';

export interface Outcome {
  readonly seed: number;
  readonly broken: readonly string[];
  readonly trace: readonly string[];
}

export interface SimulatedWorld {
  readonly bugs: readonly string[];
  run(seed: number, bug?: string): Promise<Outcome>;
}

export const WORLDS: ReadonlyMap<string, SimulatedWorld> = new Map([
  ['queue', { bugs: Object.keys(QUEUE_BUGS), run: (seed, bug) => simulate(seed, bug as QueueBug | undefined) }],
  ['whole', { bugs: Object.keys(WHOLE_BUGS), run: (seed, bug) => simulateWhole(seed, bug as WholeBug | undefined) }],
]);

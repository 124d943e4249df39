/**
 * A controller as small as can be: an object counts, one by one, up to the generation that people ask for. Its pass has
 * the order of every pass: observe, decide, save, record and tell, and says when to look again.
 */
import { ConflictError } from '#core/errors.ts';
import type { LatestRecord } from '#core/history/record.ts';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { SECOND, type Instant } from '#core/time.ts';
import { recordChanges } from '#shared/controllers/record.ts';
import type { Claim, ObjectKey, Ports } from '#shared/ports.ts';

export interface Counter {
  readonly name: string;
  readonly version: number;
  /** What is wanted. */
  readonly generation: number;
  /** How far it has come. */
  readonly count: number;
}

/** Where counters live, with a log that a watch reads. */
export interface ToyCluster {
  get(name: string): Promise<Counter>;
  /** @throws ConflictError when somebody wrote since it was read */
  save(counter: Counter): Promise<Counter>;
  /** Names that were asked for more since a place in the log, and the place to go on from. */
  changesSince(place: number): Promise<{ readonly names: readonly string[]; readonly place: number }>;
}

export interface Toy {
  readonly cluster: ToyCluster;
  readonly names: readonly string[];
  /** Somebody wants one more. Only what is watched comes into the log; of the rest, the asker must tell the queue. */
  ask(name: string, watched: boolean): void;
  look(name: string): Counter;
}

export function createToy(names: readonly string[]): Toy {
  const counters = new Map(
    names.map((name): [string, Counter] => [name, { name, version: 1, generation: 0, count: 0 }]),
  );
  const log: string[] = [];

  function look(name: string): Counter {
    const counter = counters.get(name);
    if (counter === undefined) throw new Error(`there is no counter ${name}`);
    return counter;
  }

  function write(counter: Counter): Counter {
    const written = { ...counter, version: counter.version + 1 };
    counters.set(counter.name, written);
    return written;
  }

  return {
    names,
    look,
    ask(name, watched) {
      const counter = look(name);
      write({ ...counter, generation: counter.generation + 1 });
      if (watched) log.push(name);
    },
    cluster: {
      async get(name) {
        return look(name);
      },
      async save(counter) {
        if (look(counter.name).version !== counter.version) throw new ConflictError(`${counter.name} was changed`);
        return write(counter);
      },
      async changesSince(place) {
        return { names: [...new Set(log.slice(place))], place: log.length };
      },
    },
  };
}

/** What a toy's pass asks for. */
export type ToyPorts = Pick<Ports, 'clock' | 'history' | 'bus'> & { readonly cluster: ToyCluster };

export const RELEASE = 'toy-release';

/**
 * What was recorded is read before the object. Read after it, by a worker that froze in between, it may be newer than the
 * object that this worker knows: the record would go back, and neither version nor fence need notice.
 * @returns when to look again
 */
export async function pass(claim: Claim, ports: ToyPorts): Promise<Instant | undefined> {
  const recorded = await ports.history.latest(claim.request);
  const counter = await ports.cluster.get(claim.request.name);
  const behind = counter.count < counter.generation;
  const saved = behind ? await ports.cluster.save({ ...counter, count: counter.count + 1 }) : counter;
  await recordChanges(compare, claim, recorded, saved as unknown as KubernetesObject, ports);
  return saved.count < saved.generation ? ports.clock.now() + SECOND : undefined;
}

/** One transition per record, from the count that was recorded to the count that was saved. */
function compare(
  last: LatestRecord | undefined,
  object: KubernetesObject | undefined,
  request: ObjectKey,
  now: Instant,
) {
  const { count } = object as unknown as Counter;
  const before = (last?.state['count'] ?? 0) as number;
  if (count === before) return undefined;
  const details = { from: before, to: count };
  const message = `${request.name} counted from ${before} to ${count}`;
  return {
    state: { count, changedAt: now },
    releaseId: releaseOf(request.name),
    transitions: [{ type: 'step-completed' as const, at: now, message, details }],
  };
}

export function releaseOf(name: string): string {
  return `${RELEASE}.${name}`;
}

/** What must hold when all has come to rest. Each broken promise is one sentence. */
import type { Claim, ObjectKey, ReleaseEvent, RunHistory } from '#shared/ports.ts';
import type { TicketStore } from '#shared/queue/ticket-store.ts';
import { releaseOf, type Toy } from './toy.ts';

export interface Remains {
  readonly keys: readonly ObjectKey[];
  readonly toy: Toy;
  readonly history: RunHistory;
  readonly tickets: TicketStore;
  /** What the bus has accepted, as often as it did. */
  readonly told: readonly ReleaseEvent[];
}

export async function brokenPromises(remains: Remains): Promise<readonly string[]> {
  const perObject = await Promise.all(remains.keys.map((key) => ofObject(key, remains)));
  const restless = await remains.tickets.overdue(Number.POSITIVE_INFINITY);
  return [...perObject.flat(), ...restless.map(({ request }) => `${request.name}: its ticket does not come to rest`)];
}

async function ofObject(key: ObjectKey, { toy, history, told }: Remains): Promise<string[]> {
  const { count, generation } = toy.look(key.name);
  const latest = await history.latest(key);
  const transitions = await history.transitions(releaseOf(key.name));
  const events = told.filter((event) => event.key.name === key.name);
  const broken: string[] = [];
  const expect = (holds: boolean, promise: string) => void (holds || broken.push(`${key.name}: ${promise}`));

  expect(count === generation, `it stopped at ${count} of ${generation}`);
  expect((latest?.state['count'] ?? 0) === count, `its last state ${count} was not recorded`);
  expect((latest?.pending ?? []).length === 0, 'a transition was never told');
  expect(
    transitions.length === (latest?.version ?? 0),
    `${transitions.length} of ${latest?.version} records are filed`,
  );
  let reached = 0;
  for (const [index, { version, details }] of transitions.entries()) {
    expect(version === index + 1, `version ${version} stands at place ${index + 1}`);
    expect(
      details['from'] === reached,
      `version ${version} begins at ${JSON.stringify(details['from'])}, not at ${reached}`,
    );
    reached = Number(details['to']);
  }
  for (const { message } of transitions) {
    expect(
      events.some(({ transition }) => transition.message === message),
      `"${message}" was not told`,
    );
  }
  for (const { transition } of events) {
    expect(
      transitions.some(({ message }) => message === transition.message),
      `"${transition.message}" was told, not recorded`,
    );
  }
  return broken;
}

/** Watches claims as they are given: one holder at a time, with ever higher numbers. */
export function createHoldWatch() {
  const newest = new Map<string, Claim>();
  const broken: string[] = [];
  return {
    broken,
    claimed(claim: Claim, now: number): void {
      // A worker that froze before it learned of its claim may find it over.
      if (claim.heldUntil < now) return;
      const before = newest.get(claim.request.name);
      if (before !== undefined && before.seq >= claim.seq) broken.push(`claim ${claim.seq} came after ${before.seq}`);
      if (before !== undefined && before.heldUntil >= now) broken.push(`claims ${before.seq} and ${claim.seq} overlap`);
      newest.set(claim.request.name, claim);
    },
    over(claim: Claim): void {
      if (newest.get(claim.request.name)?.seq === claim.seq) newest.delete(claim.request.name);
    },
  };
}

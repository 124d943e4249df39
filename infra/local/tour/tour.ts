/** The tour: real releases of the examples on the local stack, one after the other, each with the end it must have. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome, ReleaseSummary } from '#core/history/record.ts';
import { endReason } from '#core/messages/story.ts';
import { createMissing, readManifests } from '../manifests.ts';
import type { LocalStack } from '../stack.ts';
import { FAULTY, nextVersion } from './images.ts';
import { alertFires, personPromotes, type Intervention } from './interventions.ts';
import type { Narrator, TourStep } from './narration.ts';
import { deployed, finishRunning, release, settled } from './release.ts';
import type { RolloutPlace } from './watch.ts';

const EXAMPLES = fileURLToPath(new URL('../../../examples', import.meta.url));

interface Chapter {
  readonly title: string;
  readonly place: RolloutPlace;
  readonly suffix: string;
  readonly expected: Outcome;
  /** What happens from outside while it runs. */
  readonly intervene?: Intervention;
}

const CANARY = { namespace: 'canary', name: 'my-app' } as const;
const BLUE_GREEN = { namespace: 'blue-green', name: 'my-app' } as const;

const CHAPTERS: readonly Chapter[] = [
  { title: '(a) a good canary: 20 → 40 → 60 → 80 → 100 %', place: CANARY, suffix: '', expected: 'promoted' },
  {
    title: '(b) a bad canary: success-rate fails, and it goes back to stable by itself',
    place: CANARY,
    suffix: FAULTY,
    expected: 'aborted',
  },
  {
    title: '(c) blue-green: waits for a person, who types /weir promote in Slack',
    place: BLUE_GREEN,
    suffix: '',
    expected: 'promoted',
    intervene: personPromotes,
  },
  {
    title: '(d) a canary whose own analysis passes, aborted by an alert of Alertmanager',
    place: CANARY,
    suffix: '',
    expected: 'aborted',
    intervene: alertFires,
  },
];

export async function runTour(stack: LocalStack, narrator: Narrator): Promise<readonly TourStep[]> {
  await prepare(stack, narrator);
  narrator.say(`the card of each release, as Slack shows it, with buttons that work: ${stack.slack.page}`);
  const steps: TourStep[] = [];
  for (const chapter of CHAPTERS) steps.push(await play(chapter, stack, narrator));
  return steps;
}

/** The examples are there and healthy; a release that an earlier start left in the middle has ended. */
async function prepare(stack: LocalStack, narrator: Narrator): Promise<void> {
  for (const place of [CANARY, BLUE_GREEN]) {
    await createMissing(readManifests(join(EXAMPLES, place.namespace), place.namespace), stack.cluster);
  }
  for (const place of [CANARY, BLUE_GREEN]) {
    const resumed = await finishRunning(stack, place);
    if (resumed?.reason !== undefined && resumed.reason !== 'Initial deploy') {
      narrator.say(`went on with ${place.namespace}/${place.name}, begun before: ${resumed.outcome}`);
    }
    await deployed(stack, place);
  }
}

async function play({ title, place, suffix, expected, intervene }: Chapter, stack: LocalStack, narrator: Narrator) {
  narrator.follow(place);
  narrator.say(title);
  const image = (current: Parameters<typeof nextVersion>[0]) => nextVersion(current, suffix);
  const [ended] = await Promise.all([release(stack, place, image), intervene?.(stack, place, narrator)]);
  await settled(stack, place);
  const told = { ...ended, reason: await fullReason(ended, stack) };
  await narrator.explain(told);
  return { release: told, expected };
}

/** With who or what aborted it, which the orders know. */
async function fullReason(release: ReleaseSummary, { ports }: LocalStack): Promise<string> {
  const { cluster, namespace, rollout: name, startedAt } = release;
  const orders = await ports.orders.ofRollout({ cluster, namespace, name });
  return endReason(
    release,
    orders.filter(({ receivedAt }) => receivedAt >= startedAt),
  );
}

/** All ended as told. */
export function asTold(steps: readonly TourStep[]): boolean {
  return steps.every(({ release: { outcome }, expected }) => outcome === expected);
}

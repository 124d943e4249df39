/** Nothing happens: what does it cost to be there? */
import { setTimeout as sleep } from 'node:timers/promises';
import { ARGO_API_VERSION, type Rollout } from '#core/resources/argo.ts';
import { must } from './abort-reaction.ts';
import { rollout } from './objects.ts';
import { names, scaled, type Figure, type Row, type Stage } from './row.ts';
import { isHealthyAt, Scene } from './scene.ts';

const MINUTES = 3;
/** What its creation has left to do. */
const QUIET_SECONDS = 45;

function idleRow(
  name: string,
  count: number,
  aims: { readonly rss: number; readonly requests?: number; readonly cpu?: number },
): Row {
  return {
    name,
    work: `${count} idle rollouts (of size 0, each with its ReplicaSet), ${MINUTES} minutes`,
    measure: (stage) => measure(stage, count, aims),
  };
}

export const IDLE = idleRow('idle', 2_000, { rss: 170, requests: 10, cpu: 0.2 });
export const IDLE_1000 = idleRow('idle-1000', 1_000, { rss: 200 });

async function measure(
  stage: Stage,
  count: number,
  aims: { readonly rss: number; readonly requests?: number; readonly cpu?: number },
): Promise<readonly Figure[]> {
  const { facts, source, contender } = stage;
  const scene = await Scene.open(facts, 'idle', []);
  const { namespace } = scene;
  const place = { facts, namespace, source: source.host };
  let running = await contender.start(place);
  try {
    const rollouts = names('rollout', scaled(count, stage));
    await scene.create(
      rollouts.map((name) => rollout({ namespace, name }, { replicas: 0, steps: [{ setWeight: 50 }] })),
    );
    await must('all are healthy', () => untilHealthy(scene, rollouts.length));
    const { data } = running;
    const afterCreation = running.cost().residentMb;
    await running.stop();
    running = await contender.start({ ...place, ...(data === undefined ? {} : { data }) });
    await sleep(QUIET_SECONDS * 1_000);
    const before = { ...(await running.requests()), ...running.cost() };
    await sleep(MINUTES * 60_000);
    const after = { ...(await running.requests()), ...running.cost() };
    return [
      { what: 'RSS', value: after.residentMb, unit: 'MB', aim: aims.rss },
      { what: 'RSS of the process that had seen them made', value: afterCreation, unit: 'MB' },
      {
        what: 'API requests',
        value: after.all - before.all,
        unit: '',
        ...(aims.requests === undefined ? {} : { aim: aims.requests }),
      },
      {
        what: 'CPU',
        value: after.cpuSeconds - before.cpuSeconds,
        unit: 's',
        ...(aims.cpu === undefined ? {} : { aim: aims.cpu }),
      },
    ];
  } finally {
    await running.stop();
    await scene.close();
  }
}

/** Looks now and then: watching thousands would take the time of what is measured. */
async function untilHealthy(scene: Scene, count: number): Promise<number | undefined> {
  const { cluster, namespace } = scene;
  for (let looks = 0; looks < 120; looks += 1) {
    const { items } = await cluster.list<Rollout>({ apiVersion: ARGO_API_VERSION, kind: 'Rollout', namespace });
    if (items.filter(isHealthyAt('v1')).length >= count) return looks * 5;
    await sleep(5_000);
  }
  return undefined;
}

/** Many releases at the same moment. */
import { must } from './abort-reaction.ts';
import { rollout } from './objects.ts';
import { names, scaled, type Figure, type Row, type Stage } from './row.ts';
import { isHealthyAt, Scene } from './scene.ts';

const ROLLOUTS = 100;
const REPLICAS = 5;
const PAUSE_SECONDS = 5;
const WEIGHTS = [20, 40, 60, 80];
const WITHIN_SECONDS = 400;

export const AT_ONCE: Row = {
  name: 'at-once',
  work: `${ROLLOUTS} rollouts × ${REPLICAS} replicas × ${WEIGHTS.length} steps with ${PAUSE_SECONDS} s pauses, all updated at once`,
  measure,
};

async function measure(stage: Stage): Promise<readonly Figure[]> {
  const { facts, source, contender } = stage;
  const scene = await Scene.open(facts, 'at-once', ['Rollout']);
  const { namespace } = scene;
  const running = await contender.start({ facts, namespace, source: source.host });
  try {
    const steps = WEIGHTS.flatMap((setWeight) => [{ setWeight }, { pause: { duration: `${PAUSE_SECONDS}s` } }]);
    const rollouts = names('rollout', scaled(ROLLOUTS, stage));
    await scene.create(rollouts.map((name) => rollout({ namespace, name }, { replicas: REPLICAS, steps })));
    const areHealthy = (version: string) => () =>
      scene.rollouts().filter(isHealthyAt(version)).length >= rollouts.length;
    await must('all are healthy', () => scene.until(areHealthy('v1'), WITHIN_SECONDS));
    const before = { ...(await running.requests()), ...running.cost() };
    const startedAt = Date.now();
    await scene.release(rollouts, 'v2');
    await must('all are healthy again', () => scene.until(areHealthy('v2'), WITHIN_SECONDS));
    const seconds = (Date.now() - startedAt) / 1_000;
    const after = { ...(await running.requests()), ...running.cost() };
    return [
      { what: 'all healthy after', value: seconds, unit: 's', aim: 41 },
      { what: 'API requests', value: after.all - before.all, unit: '', aim: 6_000 },
      { what: 'of which writes', value: after.writes - before.writes, unit: '' },
      { what: 'CPU', value: after.cpuSeconds - before.cpuSeconds, unit: 's', aim: 11 },
      { what: 'peak RSS', value: after.peakResidentMb, unit: 'MB' },
    ];
  } finally {
    await running.stop();
    await scene.close();
  }
}

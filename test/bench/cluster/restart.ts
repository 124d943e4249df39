/** Changes that were made while the controller was down: how long after its start are they taken up? */
import { must } from './abort-reaction.ts';
import { ARGO_UNLED } from './contenders.ts';
import { rollout } from './objects.ts';
import { names, scaled, type Figure, type Row, type Stage } from './row.ts';
import { isHealthyAt, Scene } from './scene.ts';

const ROLLOUTS = 100;

export const RESTART: Row = {
  name: 'restart',
  work: `start → ${ROLLOUTS} rollouts that were changed while it was down have their new ReplicaSets`,
  against: [ARGO_UNLED],
  measure,
};

async function measure(stage: Stage): Promise<readonly Figure[]> {
  const { facts, source, contender } = stage;
  const scene = await Scene.open(facts, 'restart', ['Rollout', 'ReplicaSet']);
  const { namespace } = scene;
  const place = { facts, namespace, source: source.host };
  let running = await contender.start(place);
  try {
    const rollouts = names('rollout', scaled(ROLLOUTS, stage));
    await scene.create(
      rollouts.map((name) => rollout({ namespace, name }, { replicas: 1, steps: [{ setWeight: 50 }] })),
    );
    const areHealthy = () => scene.rollouts().filter(isHealthyAt('v1')).length >= rollouts.length;
    await must('all are healthy', () => scene.until(areHealthy, 180));
    const { data } = running;
    await running.stop();
    await scene.release(rollouts, 'v2');
    const before = scene.replicaSets().length;
    let takenUpAt = Number.NaN;
    scene.onChange(() => {
      if (Number.isNaN(takenUpAt) && scene.replicaSets().length >= before + rollouts.length) takenUpAt = Date.now();
    });
    running = await contender.start({ ...place, ...(data === undefined ? {} : { data }) });
    await must('all are taken up', () => scene.until(() => !Number.isNaN(takenUpAt), 180));
    return [{ what: 'all taken up after', value: (takenUpAt - running.startedAt) / 1_000, unit: 's', aim: 1.7 }];
  } finally {
    await running.stop();
    await scene.close();
  }
}

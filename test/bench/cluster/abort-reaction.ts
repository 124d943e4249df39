/** Canaries whose metrics turn bad: how long until each is aborted, and until its canary is gone? */
import type { Rollout } from '#core/resources/argo.ts';
import type { KubernetesObject, ReplicaSet } from '#core/resources/kubernetes.ts';
import { rollout, template } from './objects.ts';
import { quantile } from './quantiles.ts';
import { names, scaled, type Figure, type Row, type Stage } from './row.ts';
import { isHealthyAt, Scene } from './scene.ts';

const CANARIES = 20;
const REPLICAS = 5;
const INTERVAL_SECONDS = 5;

export const ABORT: Row = {
  name: 'abort',
  work: `${CANARIES} canaries with background analysis every ${INTERVAL_SECONDS} s, whose metrics turn bad`,
  measure,
};

async function measure(stage: Stage): Promise<readonly Figure[]> {
  const { facts, source, contender } = stage;
  const scene = await Scene.open(facts, 'abort', ['Rollout', 'ReplicaSet']);
  const { namespace } = scene;
  const running = await contender.start({ facts, namespace, source: source.host });
  try {
    source.forget();
    await scene.create([template({ namespace, name: 'success' }, source.host, INTERVAL_SECONDS)]);
    const canaries = names('canary', scaled(CANARIES, stage));
    const steps = [{ setWeight: 20 }, { pause: {} }];
    const options = { replicas: REPLICAS, steps, templateName: 'success' };
    await scene.create(canaries.map((name) => rollout({ namespace, name }, options)));
    await must('all are healthy', () => scene.until(() => allOf(canaries, scene, isHealthyAt('v1')), 180));
    await scene.release(canaries, 'v2');
    await must('all are asked about', () => scene.until(() => source.asked.size >= canaries.length, 180));
    await must('all pause', () =>
      scene.until(() => allOf(canaries, scene, ({ status }) => status?.phase === 'Paused'), 180),
    );
    const seen = watch(scene);
    const answered = source.turnBad();
    await must('all are aborted and scaled down', () =>
      scene.until(() => seen.scaledDown.size >= canaries.length, 120),
    );
    const after = (when: ReadonlyMap<string, number>) =>
      canaries.map((name) => ((when.get(name) ?? Number.NaN) - (answered.get(name) ?? Number.NaN)) / 1_000);
    const [aborted, scaledDown] = [after(seen.aborted), after(seen.scaledDown)];
    return [
      { what: 'first failing answer → status.abort, p50', value: quantile(aborted, 0.5), unit: 's', aim: 0.1 },
      { what: 'first failing answer → status.abort, p99', value: quantile(aborted, 0.99), unit: 's', aim: 0.25 },
      { what: 'first failing answer → canary scaled to 0, p50', value: quantile(scaledDown, 0.5), unit: 's' },
      {
        what: 'first failing answer → canary scaled to 0, p99',
        value: quantile(scaledDown, 0.99),
        unit: 's',
        aim: 0.78,
      },
    ];
  } finally {
    await running.stop();
    await scene.close();
  }
}

/** When each Rollout was seen to be aborted, and its canary to be asked for no more pods. */
function watch(scene: Scene) {
  const aborted = new Map<string, number>();
  const scaledDown = new Map<string, number>();
  const note = (into: Map<string, number>, name: string) => {
    if (!into.has(name)) into.set(name, performance.timeOrigin + performance.now());
  };
  scene.onChange((object: KubernetesObject) => {
    const { kind, metadata } = object;
    if (kind === 'Rollout' && (object as Rollout).status?.abort === true) note(aborted, metadata.name);
    const owner = metadata.ownerReferences?.[0]?.name ?? '';
    if (kind === 'ReplicaSet' && aborted.has(owner) && (object as ReplicaSet).spec?.replicas === 0)
      note(scaledDown, owner);
  });
  return { aborted, scaledDown };
}

function allOf(wanted: readonly string[], scene: Scene, holds: (rollout: Rollout) => boolean): boolean {
  return scene.rollouts().filter(holds).length >= wanted.length;
}

/** @throws Error when it did not happen: then there is nothing to measure */
export async function must(what: string, waited: () => Promise<number | undefined>): Promise<number> {
  const seconds = await waited();
  if (seconds === undefined) throw new Error(`${what}: not in time`);
  return seconds;
}

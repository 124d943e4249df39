/** One release as a person makes it: set an image, and wait for the end. */
import type { ReleaseSummary } from '#core/history/record.ts';
import type { Rollout } from '#core/resources/argo.ts';
import type { LocalStack } from '../stack.ts';
import { withImage } from './images.ts';
import { read, until, type RolloutPlace } from './watch.ts';
import { diffMerge } from '#core/merge-patch.ts';
import { refOf } from '#core/resources/kubernetes.ts';

/** @returns the release, ended */
export async function release(
  stack: LocalStack,
  place: RolloutPlace,
  image: (rollout: Rollout) => string,
): Promise<ReleaseSummary> {
  const before = await newestRelease(stack, place);
  const rollout = await read(stack, place);
  const after = withImage(rollout, image(rollout));
  const patch = diffMerge(rollout, after);
  await stack.cluster.patch(refOf(rollout), patch);
  return until(stack, `release of ${place.namespace}/${place.name}`, async () => {
    const newest = await newestRelease(stack, place);
    return newest === undefined || newest.id === before?.id || newest.outcome === 'running' ? undefined : newest;
  });
}

/** The first version is there and healthy (or an earlier tour has left something on which releases can stand). */
export async function deployed(stack: LocalStack, place: RolloutPlace): Promise<void> {
  await until(stack, `first deployment of ${place.namespace}/${place.name}`, async () => {
    const { status } = await read(stack, place);
    return status?.stableRS !== undefined && status.phase !== 'Progressing' ? true : undefined;
  });
}

/** A release that an earlier start left in the middle is seen to its end. */
export async function finishRunning(stack: LocalStack, place: RolloutPlace): Promise<ReleaseSummary | undefined> {
  if ((await newestRelease(stack, place))?.outcome !== 'running') return undefined;
  return until(stack, `release of ${place.namespace}/${place.name}`, async () => {
    const newest = await newestRelease(stack, place);
    return newest?.outcome === 'running' ? undefined : newest;
  });
}

/** All pods are of the stable version, and all are there. */
export async function settled(stack: LocalStack, place: RolloutPlace): Promise<void> {
  await until(stack, `${place.namespace}/${place.name} to settle`, async () => {
    const { status, spec } = await read(stack, place);
    const others = status?.abort === true ? (status.updatedReplicas ?? 0) : 0;
    const whole = (status?.availableReplicas ?? 0) >= (spec.replicas ?? 1);
    return status?.phase !== 'Progressing' && others === 0 && whole ? true : undefined;
  });
}

async function newestRelease(stack: LocalStack, place: RolloutPlace): Promise<ReleaseSummary | undefined> {
  const [newest] = await stack.ports.history.releases({ cluster: stack.cluster.name, ...place }, 1);
  return newest;
}

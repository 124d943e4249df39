/** The status that a kubelet reports for a pod in a state. Pure. */
import { recordAt, recordsAt, type ApiObject, type Draft } from './objects.ts';
import { containersOf, isBadImage, type KubeletOptions, type PodState, type PodStep } from './pod-plan.ts';
import { conditionOf } from './pods.ts';

export const HOST_IP = '10.0.0.1';

/** @param now RFC 3339; @param podIp reported from the start of the containers on */
export function podStatusAt(pod: ApiObject, step: PodStep, podIp: string, now: string, options: KubeletOptions): Draft {
  const before = recordAt(pod, 'status');
  const { state } = step;
  const containersReady = state === 'ready';
  const ready = containersReady && gatesOf(pod).every((gate) => conditionOf(pod, gate)?.['status'] === 'True');
  const why = reasonFor(state, containersReady);
  return {
    ...before,
    phase: phaseIn(step),
    hostIP: HOST_IP,
    ...(hasStarted(state) ? { podIP: podIp, podIPs: [{ ip: podIp }] } : {}),
    startTime: before['startTime'] ?? now,
    conditions: [
      condition(pod, 'PodScheduled', true, '', now),
      condition(pod, 'Initialized', true, '', now),
      condition(pod, 'ContainersReady', containersReady, why, now),
      condition(pod, 'Ready', ready, why, now),
      ...foreignConditions(pod),
    ],
    containerStatuses: containersOf(pod).map((container) => containerStatus(pod, container, step, now, options)),
  };
}

const OWN_CONDITIONS: readonly unknown[] = ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'];

/** Set by others, such as a load balancer's readiness gate. */
function foreignConditions(pod: ApiObject): readonly Draft[] {
  const all = recordsAt(recordAt(pod, 'status'), 'conditions');
  return all.filter((each) => !OWN_CONDITIONS.includes(each['type']));
}

function gatesOf(pod: ApiObject): readonly string[] {
  return recordsAt(recordAt(pod, 'spec'), 'readinessGates').map((gate) => String(gate['conditionType']));
}

function phaseIn({ state, exitCode }: PodStep): string {
  switch (state) {
    case 'creating':
    case 'pull-error':
    case 'pull-back-off':
      return 'Pending';
    case 'running':
    case 'ready':
    case 'crashed':
      return 'Running';
    case 'ended':
      return exitCode === 0 ? 'Succeeded' : 'Failed';
  }
}

function hasStarted(state: PodState): boolean {
  return state === 'running' || state === 'ready' || state === 'crashed' || state === 'ended';
}

function reasonFor(state: PodState, containersReady: boolean): string {
  if (containersReady) return 'ReadinessGatesNotReady';
  return state === 'ended' ? 'PodCompleted' : 'ContainersNotReady';
}

/** The transition time moves only when the condition does. */
function condition(pod: ApiObject, type: string, isTrue: boolean, reason: string, now: string): Draft {
  const before = conditionOf(pod, type);
  const status = isTrue ? 'True' : 'False';
  const lastTransitionTime = before?.['status'] === status ? before['lastTransitionTime'] : now;
  return { type, status, lastTransitionTime, ...(isTrue ? {} : { reason }) };
}

function containerStatus(
  pod: ApiObject,
  container: Readonly<Draft>,
  step: PodStep,
  now: string,
  options: KubeletOptions,
): Draft {
  const { name, image } = container;
  const before = recordsAt(recordAt(pod, 'status'), 'containerStatuses').find((each) => each['name'] === name);
  const state = containerState(recordAt(before, 'state'), container, step, now, options);
  const isRunning = 'running' in state;
  return {
    name,
    image,
    imageID: hasStarted(step.state) ? `stand-in://${String(image)}` : '',
    ready: isRunning && step.state === 'ready',
    started: isRunning,
    restartCount: step.state === 'crashed' ? 1 : 0,
    state,
  };
}

function containerState(
  before: Readonly<Draft>,
  container: Readonly<Draft>,
  step: PodStep,
  now: string,
  options: KubeletOptions,
): Draft {
  const image = String(container['image']);
  const running = { running: { startedAt: recordAt(before, 'running')['startedAt'] ?? now } };
  switch (step.state) {
    case 'creating':
      return waiting('ContainerCreating');
    case 'pull-error':
      if (!isBadImage(container, options)) return running;
      return waiting('ErrImagePull', `failed to pull and unpack image "${image}": not found`);
    case 'pull-back-off':
      if (!isBadImage(container, options)) return running;
      return waiting('ImagePullBackOff', `Back-off pulling image "${image}"`);
    case 'running':
    case 'ready':
      return running;
    case 'crashed':
      return waiting('CrashLoopBackOff', 'back-off restarting failed container');
    case 'ended':
      return { terminated: ended(before, step.exitCode ?? 0, now) };
  }
}

function waiting(reason: string, message?: string): Draft {
  return { waiting: { reason, ...(message === undefined ? {} : { message }) } };
}

function ended(before: Readonly<Draft>, exitCode: number, now: string): Draft {
  const previous = recordAt(before, 'terminated');
  const startedAt = recordAt(before, 'running')['startedAt'] ?? previous['startedAt'] ?? now;
  return {
    exitCode,
    reason: exitCode === 0 ? 'Completed' : 'Error',
    startedAt,
    finishedAt: previous['finishedAt'] ?? now,
  };
}

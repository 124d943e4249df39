/** The scale subresource: replicas without knowledge of the kind. */
import { isRecord, recordAt, type ApiObject, type Draft } from './objects.ts';
import { badRequest } from './status-error.ts';

/** A Rollout reports to autoscalers under fields of its own (rollout-engine §1). */
export function scaleOf(object: ApiObject): ApiObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const status = recordAt(object, 'status');
  const isRollout = object.kind === 'Rollout';
  const selector = isRollout ? status['selector'] : selectorText(recordAt(object, 'spec')['selector']);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), uid, resourceVersion, creationTimestamp },
    spec: { replicas: recordAt(object, 'spec')['replicas'] ?? (isRollout ? 0 : 1) },
    status: {
      replicas: status[isRollout ? 'HPAReplicas' : 'replicas'] ?? 0,
      ...(selector === undefined ? {} : { selector }),
    },
  };
}

/** The merge patch of the object itself that a written Scale stands for. @throws StatusError 400 */
export function patchOfScale(scale: Readonly<Draft>): Draft {
  const { replicas } = recordAt(scale, 'spec');
  const { resourceVersion } = recordAt(scale, 'metadata');
  if (typeof replicas !== 'number') throw badRequest('spec.replicas of a Scale must be a number');
  return {
    ...(typeof resourceVersion === 'string' ? { metadata: { resourceVersion } } : {}),
    spec: { replicas },
  };
}

function selectorText(selector: unknown): string | undefined {
  if (!isRecord(selector)) return undefined;
  const pairs = Object.entries(recordAt(selector, 'matchLabels'));
  return pairs.map(([key, value]) => `${key}=${String(value)}`).join(',');
}

/**
 * The admission webhook: manifests are linted as they are applied, and a Rollout that changed is looked at at once, not at
 * the next tick. It is a help, not a gate: whatever goes wrong here, the object is let through.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '#core/errors.ts';
import { argoKindOf } from '#core/lint/manifest.ts';
import { SECOND, type Millis } from '#core/time.ts';
import type { Clock, Log, ObjectKey, WorkQueue } from '#shared/ports.ts';
import type { WebRequest, WebResponse } from '#shared/web-request.ts';
import { clusterOf } from './paths.ts';
import { reviewObject, type Review } from './review.ts';
import { parseReview, type AdmissionRequest } from './schema.ts';

/** The API server, and with it whoever applies, waits for the answer. */
const PATIENCE: Millis = 2 * SECOND;
/** The object is stored after the answer: a pass before that would find the old one. */
const STORED_AFTER: Millis = SECOND;

export interface AdmissionPorts {
  readonly clock: Clock;
  readonly queue: Pick<WorkQueue, 'add'>;
  readonly log: Log;
  /** The valid secrets behind the paths, one or two. */
  secrets(): Promise<readonly string[]>;
  /** Ends the wait for the queue; after two seconds by default. */
  readonly patience?: () => Promise<unknown>;
}

export function createAdmissionHandler(ports: AdmissionPorts) {
  return async function admit({ path, rawBody }: WebRequest): Promise<WebResponse> {
    const cluster = clusterOf(path, await ports.secrets());
    if (cluster === undefined) return { status: 404, body: { error: 'no such webhook' } };
    const request = parseReview(rawBody);
    if (request === undefined) return { status: 400, body: { error: 'not an AdmissionReview of admission.k8s.io/v1' } };
    const review = reviewed(request, cluster);
    if (review.allowed) await enqueue(request, cluster);
    return { status: 200, body: answerTo(request, review) };
  };

  function reviewed({ object, oldObject, namespace, name }: AdmissionRequest, cluster: string): Review {
    try {
      return reviewObject(object, oldObject);
    } catch (error) {
      ports.log.warn('Object not reviewed', { cluster, kind: object.kind, namespace, name, error: messageOf(error) });
      return { allowed: true, message: '', warnings: [] };
    }
  }

  async function enqueue(request: AdmissionRequest, cluster: string): Promise<void> {
    const key = keyOf(request, cluster);
    if (key === undefined) return;
    const patience = ports.patience?.() ?? sleep(PATIENCE, undefined, { ref: false });
    const late = patience.then(() => Promise.reject(new Error('the queue did not answer in time')));
    late.catch(() => undefined);
    try {
      await Promise.race([ports.queue.add(key, ports.clock.now() + STORED_AFTER), late]);
    } catch (error) {
      ports.log.warn('Change left to the tick', { ...key, error: messageOf(error) });
    }
  }
}

/** The Rollout to look at; undefined for templates, for trials and for what has no name yet. */
function keyOf(
  { object, dryRun, subResource, namespace, name }: AdmissionRequest,
  cluster: string,
): ObjectKey | undefined {
  const isMeant = argoKindOf(object) === 'Rollout' && !dryRun && subResource === '';
  return isMeant && name !== '' && namespace !== '' ? { cluster, kind: 'Rollout', namespace, name } : undefined;
}

function answerTo({ uid }: AdmissionRequest, { allowed, message, warnings }: Review): object {
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: {
      uid,
      allowed,
      ...(allowed ? {} : { status: { code: 422, reason: 'Invalid', message } }),
      ...(warnings.length === 0 ? {} : { warnings }),
    },
  };
}

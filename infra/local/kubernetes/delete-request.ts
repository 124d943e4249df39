/** How a deletion is asked for and answered over HTTP. */
import type { DeleteOptions, PropagationPolicy } from './deletion.ts';
import { valueIn, type HttpRequest } from './http-request.ts';
import type { KindDefinition } from './kinds.ts';
import { isRecord, recordAt, type ApiObject, type Draft } from './objects.ts';

/** From the body (DeleteOptions) or the query. */
export function deleteOptionsIn(request: HttpRequest): DeleteOptions {
  const parsed = request.body === '' ? {} : valueIn(request);
  const body: Draft = isRecord(parsed) ? parsed : {};
  const { query } = request;
  const { uid, resourceVersion } = recordAt(body, 'preconditions');
  const grace = body['gracePeriodSeconds'] ?? numberOf(query.get('gracePeriodSeconds'));
  return {
    uid: textOf(uid),
    resourceVersion: textOf(resourceVersion),
    propagationPolicy: policyOf(body['propagationPolicy'] ?? query.get('propagationPolicy')),
    gracePeriodSeconds: typeof grace === 'number' ? grace : undefined,
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function numberOf(text: string | null): number | undefined {
  return text === null ? undefined : Number(text);
}

function policyOf(value: unknown): PropagationPolicy | undefined {
  return value === 'Background' || value === 'Foreground' || value === 'Orphan' ? value : undefined;
}

/** An object that is gone answers with a Status, one that lingers with itself. */
export function answeredDelete(
  kind: KindDefinition,
  outcome: { readonly object: ApiObject; readonly gone: boolean },
): object {
  if (!outcome.gone) return outcome.object;
  const { name, uid } = outcome.object.metadata;
  const details = { name, ...(kind.group === '' ? {} : { group: kind.group }), kind: kind.plural, uid };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}

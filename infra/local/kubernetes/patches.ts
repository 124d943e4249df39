/** The patch types of the API server, as pure functions from one JSON value to the next. */
import { applyPatch as applyOperations, type Operation } from 'rfc6902';
import { applyMerge } from '#core/merge-patch.ts';
import type { KindDefinition } from './kinds.ts';
import { isRecord, jsonCopy, type Draft } from './objects.ts';
import { badRequest, unprocessable, unsupportedMediaType } from './status-error.ts';
import { strategicMerge } from './strategic-merge.ts';

export interface Patch {
  readonly type: 'merge' | 'json' | 'strategic';
  readonly body: unknown;
}

const MEDIA_TYPES: Readonly<Record<string, Patch['type']>> = {
  'application/merge-patch+json': 'merge',
  'application/json-patch+json': 'json',
  'application/strategic-merge-patch+json': 'strategic',
};

/**
 * The patch type a Content-Type names for a kind. Custom kinds take no strategic merge patch, and nobody takes a
 * server-side apply here.
 * @throws StatusError 415
 */
export function patchType(contentType: string, kind: KindDefinition): Patch['type'] {
  const accepted = acceptedTypes(kind);
  const asked = accepted.find((type) => contentType.startsWith(type));
  const type = asked === undefined ? undefined : MEDIA_TYPES[asked];
  if (type === undefined) throw unsupportedMediaType(accepted);
  return type;
}

function acceptedTypes(kind: KindDefinition): readonly string[] {
  return Object.keys(MEDIA_TYPES).filter((type) => kind.builtIn || MEDIA_TYPES[type] !== 'strategic');
}

const PATCHED: Readonly<Record<Patch['type'], (target: object, body: unknown) => unknown>> = {
  merge: applyMerge,
  json: jsonPatch,
  strategic: strategicMerge,
};

/** @throws StatusError 400 for a patch that is none, 415 for a type the kind does not take, 422 for a failed operation */
export function applyPatch(kind: KindDefinition, target: object, patch: Patch): Draft {
  if (patch.type === 'strategic' && !kind.builtIn) throw unsupportedMediaType(acceptedTypes(kind));
  const patched = PATCHED[patch.type](target, patch.body);
  if (!isRecord(patched)) throw badRequest('the patch does not leave an object');
  return patched;
}

/** RFC 6902; as a whole or not at all. */
function jsonPatch(target: object, operations: unknown): unknown {
  if (!Array.isArray(operations)) throw badRequest('a JSON patch is a list of operations');
  const document = { root: jsonCopy(target) };
  const rooted = operations.map((operation) => underRoot(operation));
  const failure = applyOperations(document, rooted).find((result) => result !== null);
  if (failure !== undefined)
    throw unprocessable(`the server rejected our request due to an error in our request: ${failure.message}`);
  return document.root;
}

/** rfc6902 cannot replace the document itself: it gets one level above. */
function underRoot(operation: unknown): Operation {
  if (!isRecord(operation) || typeof operation['path'] !== 'string') {
    throw badRequest('an operation of a JSON patch has op and path');
  }
  const from = typeof operation['from'] === 'string' ? { from: `/root${operation['from']}` } : {};
  return { ...operation, ...from, path: `/root${operation['path']}` } as unknown as Operation;
}

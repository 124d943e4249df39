/** What the API server makes of a sent object before it is stored. Pure: identity and time are handed in. */
import { isDeepStrictEqual } from 'node:util';
import { withDefaults } from './defaults.ts';
import type { KindDefinition } from './kinds.ts';
import {
  isRecord,
  jsonCopy,
  recordAt,
  type ApiMetadata,
  type ApiObject,
  type Draft,
  type SentObject,
} from './objects.ts';
import { badRequest, invalid, staleWrite, uidMismatch, StatusError } from './status-error.ts';

const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LONGEST_NAME = 253;
const LONGEST_GENERATE_NAME = 58;
const NAME_RULE =
  `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and ` +
  `end with an alphanumeric character (e.g. 'example.com', regex used for validation is ` +
  `'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`;

export interface Birth {
  readonly uid: string;
  readonly nameSuffix: string;
  /** RFC 3339, whole seconds. */
  readonly createdAt: string;
}

/**
 * A new object with identity and defaults; its resourceVersion is set when it is stored.
 * @throws StatusError 400, 422
 */
export function newObject(kind: KindDefinition, sent: SentObject, birth: Birth): ApiObject {
  const copy = jsonCopy(sent) as unknown as Draft;
  const { metadata: given, status, ...content } = copy;
  const metadata = isRecord(given) ? given : {};
  if (typeof metadata['resourceVersion'] === 'string' && metadata['resourceVersion'] !== '') {
    throw badRequest('resourceVersion should not be set on objects to be created');
  }
  const name = nameOf(kind, metadata, birth.nameSuffix);
  checkNamespace(kind, metadata);
  return withDefaults(kind, {
    ...content,
    apiVersion: sent.apiVersion,
    kind: sent.kind,
    metadata: {
      ...ownMetadata(kind, metadata),
      name,
      uid: birth.uid,
      resourceVersion: '',
      creationTimestamp: birth.createdAt,
      ...(kind.counted ? { generation: 1 } : {}),
    },
    ...(kind.statusSubresource || status === undefined ? {} : { status }),
  });
}

/** The part of the metadata that clients may write. */
function ownMetadata(kind: KindDefinition, metadata: Readonly<Draft>): Omit<ApiMetadata, keyof ServerMetadata> {
  const { namespace, generateName, labels, annotations, ownerReferences, finalizers } =
    metadata as Partial<ApiMetadata>;
  return {
    ...(namespace === undefined || !kind.namespaced ? {} : { namespace }),
    ...(generateName ? { generateName } : {}),
    ...(isEmpty(labels) ? {} : { labels: labels as Record<string, string> }),
    ...(isEmpty(annotations) ? {} : { annotations: annotations as Record<string, string> }),
    ...(isEmpty(ownerReferences)
      ? {}
      : { ownerReferences: ownerReferences as ApiMetadata['ownerReferences'] & object }),
    ...(isEmpty(finalizers) ? {} : { finalizers: finalizers as readonly string[] }),
  };
}

type ServerMetadata = Pick<
  ApiMetadata,
  | 'name'
  | 'uid'
  | 'resourceVersion'
  | 'generation'
  | 'creationTimestamp'
  | 'deletionTimestamp'
  | 'deletionGracePeriodSeconds'
>;

function isEmpty(value: object | null | undefined): boolean {
  return value === undefined || value === null || Object.keys(value).length === 0;
}

/** Says its name itself, and does not ask for one with a prefix (`generateName`). */
export function isNamed(sent: SentObject): boolean {
  const name = isRecord(sent.metadata) ? sent.metadata['name'] : undefined;
  return typeof name === 'string' && name !== '';
}

function nameOf(kind: KindDefinition, metadata: Readonly<Draft>, suffix: string): string {
  const { name, generateName } = metadata;
  if (typeof name === 'string' && name !== '') return checkedName(kind, name);
  if (typeof generateName === 'string' && generateName !== '') {
    return checkedName(kind, `${generateName.slice(0, LONGEST_GENERATE_NAME)}${suffix}`);
  }
  throw invalid(kind, '', 'metadata.name', 'Required value: name or generateName is required');
}

function checkedName(kind: KindDefinition, name: string): string {
  const problem = `Invalid value: ${JSON.stringify(name)}:`;
  if (name.length > LONGEST_NAME) {
    throw invalid(kind, name, 'metadata.name', `${problem} must be no more than ${LONGEST_NAME} bytes`);
  }
  if (!NAME.test(name)) throw invalid(kind, name, 'metadata.name', `${problem} ${NAME_RULE}`);
  return name;
}

function checkNamespace(kind: KindDefinition, metadata: Readonly<Draft>): void {
  const { namespace } = metadata;
  if (kind.namespaced && (typeof namespace !== 'string' || namespace === '')) {
    throw badRequest('an empty namespace may not be set during creation');
  }
}

/**
 * A changed object: what the client may change here taken from what it sent, all else from what is stored.
 * @param subresource `status`: only the status is taken
 * @throws StatusError 409 when the sent object speaks of another uid or resourceVersion
 */
export function changedObject(
  kind: KindDefinition,
  current: ApiObject,
  sent: Readonly<Draft>,
  subresource?: 'status',
): ApiObject {
  const metadata = recordAt(sent, 'metadata');
  checkPreconditions(kind, current, metadata);
  if (subresource === 'status') return withStatus(current, sent['status']);
  const { metadata: _, status, ...content } = jsonCopy(sent);
  const keptStatus = kind.statusSubresource ? current['status'] : status;
  const next = withDefaults(kind, {
    ...content,
    apiVersion: current.apiVersion,
    kind: current.kind,
    metadata: {
      ...ownMetadata(kind, { ...metadata, namespace: current.metadata.namespace }),
      ...serverMetadata(current.metadata),
    },
    ...(keptStatus === undefined ? {} : { status: keptStatus }),
  });
  return counted(kind, current, next);
}

function serverMetadata(metadata: ApiMetadata): ServerMetadata {
  const { name, uid, resourceVersion, creationTimestamp, generation } = metadata;
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  return {
    name,
    uid,
    resourceVersion,
    creationTimestamp,
    ...(generation === undefined ? {} : { generation }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(deletionGracePeriodSeconds === undefined ? {} : { deletionGracePeriodSeconds }),
  };
}

function checkPreconditions(kind: KindDefinition, current: ApiObject, sent: Readonly<Draft>): void {
  const { uid, resourceVersion } = current.metadata;
  const { name } = current.metadata;
  if (typeof sent['name'] === 'string' && sent['name'] !== name) {
    throw badRequest(`the name of the object (${sent['name']}) does not match the name on the URL (${name})`);
  }
  if (typeof sent['uid'] === 'string' && sent['uid'] !== '' && sent['uid'] !== uid) {
    throw uidMismatch(kind, name, sent['uid'], uid);
  }
  const given = sent['resourceVersion'];
  if (typeof given === 'string' && given !== '' && given !== resourceVersion) throw staleWrite(kind, name);
}

/** An update of a custom object says which version it is an update of. @throws StatusError 422 */
export function requireVersion(kind: KindDefinition, sent: Readonly<Draft>): void {
  const metadata = recordAt(sent, 'metadata');
  if (kind.builtIn || (metadata['resourceVersion'] ?? '') !== '') return;
  const problem = 'Invalid value: 0x0: must be specified for an update';
  const name = String(metadata['name']);
  const plural = `${kind.plural}.${kind.group}`;
  throw new StatusError(
    422,
    'Invalid',
    `${plural} ${JSON.stringify(name)} is invalid: metadata.resourceVersion: ${problem}`,
    {
      name,
      group: kind.group,
      kind: kind.plural,
      causes: [{ reason: 'FieldValueInvalid', message: problem, field: 'metadata.resourceVersion' }],
    },
  );
}

function withStatus(current: ApiObject, status: unknown): ApiObject {
  const { status: _, ...rest } = current;
  return { ...rest, ...(status === undefined ? {} : { status: jsonCopy(status) }) };
}

/** Everything but metadata, and the status where it is a subresource, counts in the generation. */
function counted(kind: KindDefinition, current: ApiObject, next: ApiObject): ApiObject {
  const { generation } = current.metadata;
  if (generation === undefined || isDeepStrictEqual(contentOf(kind, current), contentOf(kind, next))) return next;
  return { ...next, metadata: { ...next.metadata, generation: generation + 1 } };
}

function contentOf(kind: KindDefinition, object: ApiObject): Draft {
  const { metadata: _, status, ...content } = object;
  return kind.statusSubresource ? content : { ...content, status };
}

/** The object as one that is being deleted: it stays until its finalizers are gone. */
export function dying(object: ApiObject, at: string, graceSeconds: number, finalizers: readonly string[]): ApiObject {
  const { generation, finalizers: _, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(generation === undefined ? {} : { generation: generation + 1 }),
      deletionTimestamp: at,
      deletionGracePeriodSeconds: graceSeconds,
      ...(finalizers.length === 0 ? {} : { finalizers }),
    },
  };
}

/**
 * What the API server fills in where nothing is said. Only for built-in kinds: custom ones stay as they are written, so a
 * Rollout's template and the template of the ReplicaSet made from it differ in exactly these fields.
 */
import type { KindDefinition } from './kinds.ts';
import { isRecord, recordAt, recordsAt, type ApiObject, type Draft } from './objects.ts';

export function withDefaults(kind: KindDefinition, object: ApiObject): ApiObject {
  if (!kind.builtIn) return object;
  const stated = withoutNulls(object) as ApiObject;
  const spec = recordAt(stated, 'spec');
  switch (kind.kind) {
    case 'Pod':
      return { ...stated, spec: { enableServiceLinks: true, ...podSpec(spec) }, status: podStatus(stated) };
    case 'ReplicaSet':
      return { ...stated, spec: { replicas: 1, ...templated(spec) } };
    case 'Deployment':
      return { ...stated, spec: { ...DEPLOYMENT, ...templated(spec), strategy: strategyOf(spec) } };
    case 'Job':
      return { ...stated, spec: { ...JOB, ...templated(spec) } };
    case 'PodTemplate':
      return templated(stated) as ApiObject;
    case 'Service':
      return { ...stated, spec: serviceSpec(spec) };
    case 'Secret':
      return secret(stated);
    case 'Namespace':
      return { ...stated, status: { phase: 'Active', ...recordAt(stated, 'status') } };
    case 'CustomResourceDefinition':
      return { ...stated, status: establishedStatus(stated) };
    default:
      return stated;
  }
}

const DEPLOYMENT: Readonly<Draft> = { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 };
const JOB: Readonly<Draft> = {
  parallelism: 1,
  completions: 1,
  backoffLimit: 6,
  completionMode: 'NonIndexed',
  suspend: false,
};

function strategyOf(spec: Readonly<Draft>): Draft {
  const strategy = recordAt(spec, 'strategy');
  if (strategy['type'] === 'Recreate') return strategy;
  const rolling = { maxUnavailable: '25%', maxSurge: '25%', ...recordAt(strategy, 'rollingUpdate') };
  return { ...strategy, type: 'RollingUpdate', rollingUpdate: rolling };
}

/** Decoded into Go types, a null is the same as an absent field. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isRecord(value)) return value;
  const stated = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(stated.map(([key, each]) => [key, withoutNulls(each)]));
}

/** Anything with a `template` of pods. */
function templated(spec: Readonly<Draft>): Draft {
  const template = recordAt(spec, 'template');
  return {
    ...spec,
    template: { ...template, metadata: recordAt(template, 'metadata'), spec: podSpec(recordAt(template, 'spec')) },
  };
}

function podSpec(spec: Readonly<Draft>): Draft {
  const { serviceAccountName, serviceAccount } = spec;
  const account = serviceAccountName ?? serviceAccount;
  return {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
    ...spec,
    ...(account === undefined ? {} : { serviceAccountName: account, serviceAccount: account }),
    ...listOf(spec, 'containers', container),
    ...listOf(spec, 'initContainers', container),
    ...listOf(spec, 'volumes', volume),
  };
}

/** The list with each element completed; nothing where the list is absent or empty. */
function listOf(record: Readonly<Draft>, key: string, complete: (element: Draft) => Draft): Draft {
  const elements = recordsAt(record, key);
  return elements.length === 0 ? {} : { [key]: elements.map(complete) };
}

function container(given: Readonly<Draft>): Draft {
  const image = typeof given['image'] === 'string' ? given['image'] : '';
  return {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: pullPolicy(image),
    ...given,
    ...listOf(given, 'ports', port),
    ...listOf(given, 'env', environment),
    ...probesOf(given),
  };
}

/** Always for the tag latest and for none, as those may move; a digest counts as a tag that does not. */
function pullPolicy(image: string): string {
  const tag = image.slice(image.lastIndexOf('/') + 1).split(':')[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function port(given: Readonly<Draft>): Draft {
  return { protocol: 'TCP', ...given };
}

function environment(given: Readonly<Draft>): Draft {
  const source = recordAt(given, 'valueFrom');
  if (!isRecord(source['fieldRef'])) return given;
  return { ...given, valueFrom: { ...source, fieldRef: { apiVersion: 'v1', ...source['fieldRef'] } } };
}

function probesOf(given: Readonly<Draft>): Draft {
  const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'].filter((key) => isRecord(given[key]));
  return Object.fromEntries(probes.map((key) => [key, probe(recordAt(given, key))]));
}

function probe(given: Readonly<Draft>): Draft {
  const http = given['httpGet'];
  return {
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
    ...given,
    ...(isRecord(http) ? { httpGet: { path: '/', scheme: 'HTTP', ...http } } : {}),
  };
}

const WORLD_READABLE = 0o644;

function volume(given: Readonly<Draft>): Draft {
  const kinds = ['secret', 'configMap', 'projected', 'downwardAPI'].filter((key) => isRecord(given[key]));
  const modes = kinds.map((key) => [key, { defaultMode: WORLD_READABLE, ...recordAt(given, key) }]);
  return { ...given, ...Object.fromEntries(modes) };
}

function podStatus(pod: ApiObject): Draft {
  return { phase: 'Pending', qosClass: 'BestEffort', ...recordAt(pod, 'status') };
}

function serviceSpec(spec: Readonly<Draft>): Draft {
  const completed = listOf(spec, 'ports', (given) => ({ protocol: 'TCP', targetPort: given['port'], ...given }));
  return { type: 'ClusterIP', sessionAffinity: 'None', internalTrafficPolicy: 'Cluster', ...spec, ...completed };
}

/** `stringData` is for writing only: it ends up in `data`. */
function secret(object: ApiObject): ApiObject {
  const { stringData, ...rest } = object;
  const written = Object.entries(isRecord(stringData) ? stringData : {}).map(([key, text]) => [
    key,
    Buffer.from(String(text)).toString('base64'),
  ]);
  const data = { ...recordAt(object, 'data'), ...Object.fromEntries(written) };
  return {
    ...rest,
    type: object['type'] ?? 'Opaque',
    ...(Object.keys(data).length === 0 ? {} : { data }),
  };
}

/** A definition is accepted and served at once. */
function establishedStatus(definition: ApiObject): Draft {
  const spec = recordAt(definition, 'spec');
  const lastTransitionTime = definition.metadata.creationTimestamp;
  const accepted = { status: 'True', lastTransitionTime };
  return {
    acceptedNames: spec['names'] ?? {},
    storedVersions: recordsAt(spec, 'versions')
      .filter((version) => version['storage'] === true)
      .map((version) => version['name']),
    conditions: [
      { type: 'NamesAccepted', ...accepted, reason: 'NoConflicts', message: 'no conflicts found' },
      {
        type: 'Established',
        ...accepted,
        reason: 'InitialNamesAccepted',
        message: 'the initial names have been accepted',
      },
    ],
  };
}

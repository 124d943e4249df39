/** Which kinds the stand-in serves. More are added at run time through CustomResourceDefinitions. */
import { isRecord, recordAt, recordsAt, type ApiObject } from './objects.ts';
import { unknownResource } from './status-error.ts';

export interface PrintedColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date' | 'boolean' | 'number';
  /** Above 0: only with `-o wide`. */
  readonly priority?: number;
  readonly jsonPath: string;
}

export interface KindDefinition {
  /** Empty for the core group. */
  readonly group: string;
  /** Preferred first. An object is answered in the version in which it was asked for. */
  readonly versions: readonly string[];
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  /** Status is written through /status only. Without it a change of status counts as a change of the spec. */
  readonly statusSubresource: boolean;
  /** Has /scale. */
  readonly scalable: boolean;
  /** Counts changes of the spec in metadata.generation. */
  readonly counted: boolean;
  /** Known to the API server by its Go type: takes strategic merge patches and unguarded updates. */
  readonly builtIn: boolean;
  /** Printed columns of a custom kind. */
  readonly columns: readonly PrintedColumn[];
}

type Flag = 'cluster-scoped' | 'status' | 'scale' | 'uncounted';

function define(
  apiVersion: string,
  kind: string,
  plural: string,
  shortNames: readonly string[],
  flags: readonly Flag[],
  columns?: readonly PrintedColumn[],
): KindDefinition {
  const [version = '', group = ''] = apiVersion.split('/').toReversed();
  return {
    group,
    versions: [version],
    kind,
    plural,
    singular: kind.toLowerCase(),
    shortNames,
    namespaced: !flags.includes('cluster-scoped'),
    statusSubresource: flags.includes('status'),
    scalable: flags.includes('scale'),
    counted: !flags.includes('uncounted'),
    builtIn: columns === undefined,
    columns: columns ?? [],
  };
}

const AGE: PrintedColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
const PHASE: PrintedColumn = { name: 'Status', type: 'string', jsonPath: '.status.phase' };

const ROLLOUT_COLUMNS: readonly PrintedColumn[] = [
  { name: 'Desired', type: 'integer', jsonPath: '.spec.replicas' },
  { name: 'Current', type: 'integer', jsonPath: '.status.replicas' },
  { name: 'Up-to-date', type: 'integer', jsonPath: '.status.updatedReplicas' },
  { name: 'Available', type: 'integer', jsonPath: '.status.availableReplicas' },
  AGE,
];

/** Rollout has a status subresource; AnalysisRun and Experiment have none (rollout-engine §1). */
const ARGO_KINDS: readonly KindDefinition[] = [
  define('argoproj.io/v1alpha1', 'Rollout', 'rollouts', ['ro'], ['status', 'scale'], ROLLOUT_COLUMNS),
  define('argoproj.io/v1alpha1', 'AnalysisRun', 'analysisruns', ['ar'], [], [PHASE, AGE]),
  define('argoproj.io/v1alpha1', 'AnalysisTemplate', 'analysistemplates', ['at'], [], [AGE]),
  define(
    'argoproj.io/v1alpha1',
    'ClusterAnalysisTemplate',
    'clusteranalysistemplates',
    ['cat'],
    ['cluster-scoped'],
    [AGE],
  ),
  define('argoproj.io/v1alpha1', 'Experiment', 'experiments', ['exp'], [], [PHASE, AGE]),
];

const BUILT_IN_KINDS: readonly KindDefinition[] = [
  define('v1', 'Namespace', 'namespaces', ['ns'], ['cluster-scoped', 'status', 'uncounted']),
  define('v1', 'Node', 'nodes', ['no'], ['cluster-scoped', 'status', 'uncounted']),
  define('v1', 'Pod', 'pods', ['po'], ['status']),
  define('v1', 'PodTemplate', 'podtemplates', [], []),
  define('v1', 'Service', 'services', ['svc'], ['status', 'uncounted']),
  define('v1', 'ServiceAccount', 'serviceaccounts', ['sa'], ['uncounted']),
  define('v1', 'Secret', 'secrets', [], ['uncounted']),
  define('v1', 'ConfigMap', 'configmaps', ['cm'], ['uncounted']),
  define('v1', 'Event', 'events', ['ev'], ['uncounted']),
  define('v1', 'Endpoints', 'endpoints', ['ep'], ['uncounted']),
  define('apps/v1', 'ReplicaSet', 'replicasets', ['rs'], ['status', 'scale']),
  define('apps/v1', 'Deployment', 'deployments', ['deploy'], ['status', 'scale']),
  define('batch/v1', 'Job', 'jobs', [], ['status']),
  define('networking.k8s.io/v1', 'Ingress', 'ingresses', ['ing'], ['status']),
  define('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets', ['pdb'], ['status']),
  define('coordination.k8s.io/v1', 'Lease', 'leases', [], ['uncounted']),
  define(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    'customresourcedefinitions',
    ['crd', 'crds'],
    ['cluster-scoped', 'status'],
  ),
];

/** One key per kind, whatever its version. */
export function kindKey(kind: KindDefinition): string {
  return `${kind.group}/${kind.plural}`;
}

export function apiVersionOf(kind: KindDefinition, version = kind.versions[0] ?? ''): string {
  return kind.group === '' ? version : `${kind.group}/${version}`;
}

export class Kinds {
  readonly #kinds = new Map<string, KindDefinition>();

  constructor() {
    for (const kind of [...BUILT_IN_KINDS, ...ARGO_KINDS]) this.register(kind);
  }

  register(kind: KindDefinition): void {
    this.#kinds.set(kindKey(kind), kind);
  }

  remove(kind: KindDefinition): void {
    this.#kinds.delete(kindKey(kind));
  }

  all(): readonly KindDefinition[] {
    return [...this.#kinds.values()];
  }

  find(apiVersion: string, kind: string): KindDefinition | undefined {
    return this.all().find((each) => each.kind === kind && serves(each, apiVersion));
  }

  /** In that version, else in another one of its group. */
  findInGroup(apiVersion: string, kind: string): KindDefinition | undefined {
    const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
    return this.find(apiVersion, kind) ?? this.all().find((each) => each.kind === kind && each.group === group);
  }

  /** @throws StatusError 404 when the kind is not served */
  require(apiVersion: string, kind: string): KindDefinition {
    const found = this.find(apiVersion, kind);
    if (found === undefined) throw unknownResource();
    return found;
  }

  byPlural(apiVersion: string, plural: string): KindDefinition | undefined {
    return this.all().find((each) => each.plural === plural && serves(each, apiVersion));
  }
}

function serves(kind: KindDefinition, apiVersion: string): boolean {
  return kind.versions.some((version) => apiVersionOf(kind, version) === apiVersion);
}

/** What a CustomResourceDefinition registers; undefined when it does not say enough. */
export function kindOfDefinition(definition: ApiObject): KindDefinition | undefined {
  const spec = recordAt(definition, 'spec');
  const names = recordAt(spec, 'names');
  const served = recordsAt(spec, 'versions')
    .filter((version) => version['served'] !== false)
    .toSorted(storedFirst);
  const { group } = spec;
  const { kind, plural, singular, shortNames } = names;
  if (typeof group !== 'string' || typeof kind !== 'string' || typeof plural !== 'string') return undefined;
  if (served.length === 0) return undefined;
  const subresources = served.map((version) => recordAt(version, 'subresources'));
  return {
    group,
    versions: served.map((version) => String(version['name'])),
    kind,
    plural,
    singular: typeof singular === 'string' && singular !== '' ? singular : kind.toLowerCase(),
    shortNames: Array.isArray(shortNames) ? shortNames.map(String) : [],
    namespaced: spec['scope'] !== 'Cluster',
    statusSubresource: subresources.some((each) => isRecord(each['status'])),
    scalable: subresources.some((each) => isRecord(each['scale'])),
    counted: true,
    builtIn: false,
    columns: recordsAt(served[0], 'additionalPrinterColumns').map(columnOf),
  };
}

function storedFirst(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): number {
  return Number(b['storage'] === true) - Number(a['storage'] === true);
}

function columnOf(column: Readonly<Record<string, unknown>>): PrintedColumn {
  return {
    name: String(column['name']),
    type: column['type'] as PrintedColumn['type'],
    ...(typeof column['priority'] === 'number' ? { priority: column['priority'] } : {}),
    jsonPath: String(column['jsonPath']),
  };
}

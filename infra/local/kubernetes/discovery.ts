/** What the server says of itself: versions, groups and the kinds in them. */
import { apiVersionOf, type KindDefinition, type Kinds } from './kinds.ts';
import { unknownResource } from './status-error.ts';

export const VERSION = {
  major: '1',
  minor: '34',
  gitVersion: 'v1.34.4+weir-stand-in',
  gitCommit: 'stand-in',
  gitTreeState: 'clean',
  buildDate: '2024-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: 'linux/amd64',
} as const;

export const CORE_VERSIONS = { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] } as const;

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const SUBRESOURCE_VERBS = ['get', 'patch', 'update'];
/** What `kubectl get all` shows. */
const IN_ALL: ReadonlySet<string> = new Set(['Pod', 'Service', 'Deployment', 'ReplicaSet', 'Job']);

export function groupList(kinds: Kinds): object {
  const names = new Set(kinds.all().map((kind) => kind.group));
  names.delete('');
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: [...names].map((name) => groupOf(kinds, name)) };
}

/** @throws StatusError 404 */
export function group(kinds: Kinds, name: string): object {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(kinds, name) };
}

function groupOf(kinds: Kinds, name: string): object {
  const versions = new Set(kinds.all().flatMap((kind) => (kind.group === name ? kind.versions : [])));
  const served = [...versions].map((version) => ({ groupVersion: `${name}/${version}`, version }));
  if (name === '' || served.length === 0) throw unknownResource();
  return { name, versions: served, preferredVersion: served[0] };
}

/** @throws StatusError 404 */
export function resourceList(kinds: Kinds, apiVersion: string): object {
  const served = kinds.all().filter((kind) => kind.versions.some((each) => apiVersionOf(kind, each) === apiVersion));
  if (served.length === 0) throw unknownResource();
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersion,
    resources: served.flatMap(resourcesOf),
  };
}

function resourcesOf(kind: KindDefinition): readonly object[] {
  const { plural, singular, namespaced, shortNames } = kind;
  const common = { singularName: '', namespaced, verbs: SUBRESOURCE_VERBS };
  return [
    {
      name: plural,
      singularName: singular,
      namespaced,
      kind: kind.kind,
      verbs: VERBS,
      ...(shortNames.length === 0 ? {} : { shortNames }),
      ...(IN_ALL.has(kind.kind) ? { categories: ['all'] } : {}),
    },
    ...(kind.statusSubresource ? [{ ...common, name: `${plural}/status`, kind: kind.kind }] : []),
    ...(kind.scalable
      ? [{ ...common, name: `${plural}/scale`, group: 'autoscaling', version: 'v1', kind: 'Scale' }]
      : []),
    ...(kind.kind === 'Pod'
      ? [
          {
            ...common,
            name: 'pods/eviction',
            group: 'policy',
            version: 'v1',
            kind: 'Eviction',
            verbs: ['create'],
          },
        ]
      : []),
  ];
}

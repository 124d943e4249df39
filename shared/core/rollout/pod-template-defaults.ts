/** What the API server fills in when it stores a pod template. engine §4.2 rule 3; k8s.io/kubernetes core/v1 defaults, v1.34. */
import type { JsonObject, JsonValue } from '../json.ts';
import type { Field } from './go-schema.ts';

const FILE_MODE = 420;

/** Struct name → field → value of an absent field. */
const DEFAULTS: Readonly<Record<string, JsonObject>> = {
  PodSpec: {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    schedulerName: 'default-scheduler',
  },
  Container: { terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File' },
  ContainerPort: { protocol: 'TCP' },
  ObjectFieldSelector: { apiVersion: 'v1' },
  FileKeySelector: { optional: false },
  Probe: { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
  HTTPGetAction: { path: '/', scheme: 'HTTP' },
  GRPCAction: { service: '' },
  HostPathVolumeSource: { type: '' },
  SecretVolumeSource: { defaultMode: FILE_MODE },
  ConfigMapVolumeSource: { defaultMode: FILE_MODE },
  DownwardAPIVolumeSource: { defaultMode: FILE_MODE },
  ProjectedVolumeSource: { defaultMode: FILE_MODE },
  ServiceAccountTokenProjection: { expirationSeconds: 3600 },
  ISCSIVolumeSource: { iscsiInterface: 'default' },
  RBDVolumeSource: { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' },
  AzureDiskVolumeSource: { cachingMode: 'ReadWrite', fsType: 'ext4', readOnly: false, kind: 'Shared' },
  ScaleIOVolumeSource: { storageMode: 'ThinProvisioned', fsType: 'xfs' },
  PersistentVolumeClaimSpec: { volumeMode: 'Filesystem' },
};

/** The struct with its absent fields filled in. */
export function withDefaults(struct: string, object: JsonObject, fields: readonly Field[]): JsonObject {
  switch (struct) {
    case 'EphemeralContainer':
    case 'Container':
      return fill(DEFAULTS['Container'], withPullPolicy(object, 'imagePullPolicy', 'image'), fields);
    case 'ImageVolumeSource':
      return withPullPolicy(object, 'pullPolicy', 'reference');
    case 'Volume':
      return hasSource(object) ? object : { ...object, emptyDir: {} };
    default:
      return fill(DEFAULTS[struct], object, fields);
  }
}

function fill(defaults: JsonObject | undefined, object: JsonObject, fields: readonly Field[]): JsonObject {
  if (defaults === undefined) return object;
  const filled: Record<string, JsonValue> = { ...object };
  for (const field of fields) {
    const value = defaults[field.name];
    if (value !== undefined && isUnset(object[field.name], field)) filled[field.name] = value;
  }
  return filled;
}

/** Where Go holds the value itself, its zero is all there is to mean absent. */
function isUnset(value: JsonValue | undefined, { shape }: Field): boolean {
  if (value === undefined || value === null) return true;
  return shape === 'scalar' && (value === '' || value === 0 || value === false);
}

function hasSource(volume: JsonObject): boolean {
  return Object.entries(volume).some(([field, source]) => field !== 'name' && source !== null && source !== undefined);
}

function withPullPolicy(object: JsonObject, field: string, imageField: string): JsonObject {
  const image = object[imageField];
  if ((object[field] ?? '') !== '') return object;
  const policy = tagOf(typeof image === 'string' ? image : '') === 'latest' ? 'Always' : 'IfNotPresent';
  return { ...object, [field]: policy };
}

/** Tag of an image reference; `latest` when it names neither tag nor digest, empty when only a digest or nothing at all. */
function tagOf(image: string): string {
  const [name = '', digest] = image.split('@', 2);
  if (name === '') return '';
  const tag = /:([^/:]+)$/.exec(name)?.[1];
  return tag ?? (digest === undefined ? 'latest' : '');
}

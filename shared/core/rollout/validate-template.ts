/**
 * The rules of Kubernetes for the pod template of a ReplicaSet that decide whether it can be created at all. Options that
 * depend on the cluster are left to its API server. engine §3.
 */
import type { PodTemplate } from '../resources/kubernetes.ts';
import { duplicate, forbidden, invalid, required, unsupported } from './field-error.ts';
import { canonicalQuantity, quantityNanos } from './quantity.ts';

type PodSpec = NonNullable<PodTemplate['spec']>;
type Container = PodSpec['containers'][number];
type ContainerPort = NonNullable<Container['ports']>[number];
type Problems = readonly string[];

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DNS_LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const VARIABLE = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;
const VARIABLE_RULE =
  "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')";
const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const DNS_POLICIES = ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

export function templateProblems({ spec }: PodTemplate, path: string): Problems {
  const pod: Partial<PodSpec> = spec ?? {};
  const at = `${path}.spec`;
  return [
    ...volumeProblems(pod.volumes ?? [], `${at}.volumes`),
    ...containerProblems(pod, at),
    ...choice(`${at}.dnsPolicy`, pod.dnsPolicy, DNS_POLICIES),
    ...choice(`${at}.restartPolicy`, pod.restartPolicy, ['Always']),
    ...(pod.activeDeadlineSeconds === undefined
      ? []
      : [forbidden(`${at}.activeDeadlineSeconds`, 'activeDeadlineSeconds in ReplicaSet is not Supported')]),
  ];
}

function choice(path: string, value: string | undefined, supported: readonly string[]): Problems {
  return value === undefined || value === '' || supported.includes(value) ? [] : [unsupported(path, value, supported)];
}

function nameProblems(path: string, name: string | undefined): Problems {
  if (name === undefined || name === '') return [required(path)];
  if (name.length > 63) return [invalid(path, name, 'must be no more than 63 bytes')];
  return DNS_LABEL.test(name) ? [] : [invalid(path, name, DNS_LABEL_RULE)];
}

function repeated(names: readonly (string | undefined)[], pathOf: (index: number) => string): Problems {
  return names.flatMap((name, index) =>
    name !== undefined && name !== '' && names.indexOf(name) < index ? [duplicate(pathOf(index), name)] : [],
  );
}

function volumeProblems(volumes: NonNullable<PodSpec['volumes']>, path: string): Problems {
  const names = volumes.map(({ name }) => name);
  return [
    ...names.flatMap((name, index) => nameProblems(`${path}[${index}].name`, name)),
    ...repeated(names, (index) => `${path}[${index}].name`),
  ];
}

function containerProblems(
  { containers = [], initContainers = [], volumes = [] }: Partial<PodSpec>,
  at: string,
): Problems {
  if (containers.length === 0) return [required(`${at}.containers`)];
  const known = new Set(volumes.map(({ name }) => name));
  const each = (list: readonly Container[], path: string) =>
    list.flatMap((container, index) => oneContainer(container, known, `${path}[${index}]`));
  const paths = [
    ...containers.map((_, index) => `${at}.containers[${index}].name`),
    ...initContainers.map((_, index) => `${at}.initContainers[${index}].name`),
  ];
  const names = [...containers, ...initContainers].map(({ name }) => name);
  return [
    ...each(containers, `${at}.containers`),
    ...each(initContainers, `${at}.initContainers`),
    ...repeated(names, (index) => paths[index] ?? at),
  ];
}

function oneContainer(container: Container, volumes: ReadonlySet<string>, path: string): Problems {
  return [
    ...nameProblems(`${path}.name`, container.name),
    ...((container.image ?? '') === '' ? [required(`${path}.image`)] : []),
    ...portProblems(container.ports ?? [], `${path}.ports`),
    ...(container.env ?? []).flatMap(({ name }, index) => variableProblems(name, `${path}.env[${index}].name`)),
    ...mountProblems(container.volumeMounts ?? [], volumes, `${path}.volumeMounts`),
    ...choice(`${path}.imagePullPolicy`, container.imagePullPolicy, PULL_POLICIES),
    ...resourceProblems(container, `${path}.resources`),
  ];
}

function variableProblems(name: string | undefined, path: string): Problems {
  if (name === undefined || name === '') return [required(path)];
  return VARIABLE.test(name) ? [] : [invalid(path, name, VARIABLE_RULE)];
}

function portProblems(ports: readonly ContainerPort[], path: string): Problems {
  const names = ports.map(({ name }) => name);
  return [
    ...ports.flatMap((port, index) => onePort(port, `${path}[${index}]`)),
    ...repeated(names, (index) => `${path}[${index}].name`),
  ];
}

function onePort({ name, containerPort, protocol }: ContainerPort, path: string): Problems {
  const at = `${path}.containerPort`;
  const outside = containerPort < 1 || containerPort > 65_535;
  return [
    ...portNameFaults(name).map((fault) => invalid(`${path}.name`, name, fault)),
    ...(containerPort === undefined || containerPort === 0 ? [required(at)] : []),
    ...(containerPort !== 0 && outside ? [invalid(at, containerPort, 'must be between 1 and 65535, inclusive')] : []),
    ...choice(`${path}.protocol`, protocol, PROTOCOLS),
  ];
}

/** As IsValidPortName of Kubernetes tells them. */
function portNameFaults(name = ''): Problems {
  if (name === '') return [];
  return [
    ...(name.length > 15 ? ['must be no more than 15 characters'] : []),
    ...(/^[-a-z0-9]+$/.test(name) ? [] : ['must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)']),
    ...(/[a-z]/.test(name) ? [] : ['must contain at least one letter (a-z)']),
    ...(name.includes('--') ? ['must not contain consecutive hyphens'] : []),
    ...(/^-|-$/.test(name) ? ['must not begin or end with a hyphen'] : []),
  ];
}

function mountProblems(
  mounts: NonNullable<Container['volumeMounts']>,
  volumes: ReadonlySet<string>,
  path: string,
): Problems {
  const used = mounts.map(({ mountPath }) => mountPath);
  return mounts.flatMap(({ name, mountPath }, index) => [
    ...((name ?? '') === '' ? [required(`${path}[${index}].name`)] : []),
    ...((name ?? '') !== '' && !volumes.has(name)
      ? [`${path}[${index}].name: Not found: ${JSON.stringify(name)}`]
      : []),
    ...((mountPath ?? '') === '' ? [required(`${path}[${index}].mountPath`)] : []),
    ...(used.indexOf(mountPath) < index ? [invalid(`${path}[${index}].mountPath`, mountPath, 'must be unique')] : []),
  ]);
}

function resourceProblems({ resources }: Container, path: string): Problems {
  const limits = resources?.limits ?? {};
  return Object.entries(resources?.requests ?? {}).flatMap(([name, value]) => {
    const [request, limit] = [quantityNanos(value), quantityNanos(limits[name] ?? '')];
    if (request === undefined || limit === undefined || request <= limit) return [];
    const bound = `must be less than or equal to ${name} limit of ${canonicalQuantity(limits[name] ?? '')}`;
    return [invalid(`${path}.requests`, canonicalQuantity(value), bound)];
  });
}

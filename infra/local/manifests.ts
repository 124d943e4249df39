/** Manifests from files into a cluster, as `kubectl apply -k` would for the examples. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject, NewObject } from '#core/resources/kubernetes.ts';
import type { Cluster } from '#shared/ports.ts';

const CLUSTER_SCOPED: readonly string[] = ['Namespace', 'ClusterAnalysisTemplate'];

/** Every object of a folder's YAML files, kustomization left out, put into the namespace. */
export function readManifests(folder: string, namespace: string): readonly NewObject[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml');
  const objects = files.flatMap((file) => parseManifests(readFileSync(join(folder, file), 'utf8')));
  // Namespaces before what lives in them, and Rollouts after what they name.
  return objects.map((object) => inNamespace(object, namespace)).toSorted((a, b) => rank(a.kind) - rank(b.kind));
}

function parseManifests(text: string): readonly NewObject[] {
  return parseAllDocuments(text).map((document) => document.toJS() as NewObject);
}

function inNamespace(object: NewObject, namespace: string): NewObject {
  const place = CLUSTER_SCOPED.includes(object.kind) ? '' : namespace;
  return { ...object, metadata: { ...object.metadata, namespace: place } };
}

function rank(kind: string): number {
  if (kind === 'Namespace') return 0;
  return kind === 'Rollout' ? 2 : 1;
}

/** Creates what is not there yet; what is there stays as people left it. */
export async function createMissing(objects: readonly NewObject[], cluster: Cluster): Promise<void> {
  for (const object of objects) {
    const { apiVersion, kind, metadata } = object;
    const found = await cluster.get<KubernetesObject>({ apiVersion, kind, ...metadata });
    if (found === undefined) await cluster.create(object);
  }
}

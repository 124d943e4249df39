/** One text per object: `<cluster>/<kind>/<namespace>/<name>`. Unique: only a cluster's name may contain a slash. */
export function objectId(key: { cluster: string; kind: string; namespace: string; name: string }): string {
  return `${key.cluster}/${key.kind}/${key.namespace}/${key.name}`;
}

/** Which of two states is the newer: the API server counts versions up, per kind at least. */
import type { KubernetesObject } from './kubernetes.ts';

const DECIMAL = /^[1-9]\d*$/;

/** Below zero when `a` is the older. @returns undefined for versions that cannot be compared */
export function compareVersions(a: string | undefined, b: string | undefined): number | undefined {
  if (a === undefined || b === undefined || !DECIMAL.test(a) || !DECIMAL.test(b)) return undefined;
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** What cannot be compared counts as newer: it was heard later. */
export function isNewer(heard: KubernetesObject, known: KubernetesObject): boolean {
  return (compareVersions(heard.metadata.resourceVersion, known.metadata.resourceVersion) ?? 1) > 0;
}

/**
 * The objects of one kind as they were last heard of, by watch or as the answer to an own write. An older state never
 * replaces a newer one, so that what Weir wrote is what it reads next, however late the watch is.
 */
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { LabelIndex } from './label-index.ts';
import { compareVersions, isNewer } from '#core/resources/resource-version.ts';

/** Uids of objects that are gone: late answers and events must not bring them back. Far more than are ever late at once. */
const MOST_GONE = 5_000;

export class ObjectStore {
  readonly #namespaces = new Map<string, Map<string, KubernetesObject>>();
  readonly #labels = new LabelIndex();
  readonly #gone = new Set<string>();

  get(namespace: string, name: string): KubernetesObject | undefined {
    return this.#namespaces.get(namespace)?.get(name);
  }

  /** @param namespace absent: of all */
  *list(namespace?: string): Iterable<KubernetesObject> {
    const namespaces = namespace === undefined ? [...this.#namespaces.keys()] : [namespace];
    for (const each of namespaces) yield* this.#namespaces.get(each)?.values() ?? [];
  }

  /** Those in a namespace that have this label: all that a selector with it can match. */
  labelled(namespace: string, key: string, value: string): Iterable<KubernetesObject> {
    return this.#labels.find(namespace, key, value);
  }

  get size(): number {
    let size = 0;
    for (const objects of this.#namespaces.values()) size += objects.size;
    return size;
  }

  /** @returns whether this was news */
  put(heard: KubernetesObject): boolean {
    const { namespace, name, uid, deletionTimestamp } = heard.metadata;
    // What we deleted and a finalizer keeps is heard of again, on its way out.
    if (this.#gone.has(uid) && deletionTimestamp === undefined) return false;
    const known = this.get(namespace, name);
    if (known !== undefined && !isNewer(heard, known)) return false;
    this.#gone.delete(uid);
    this.#set(known, lean(heard));
    return true;
  }

  /** @returns whether it was there */
  remove({ metadata: { namespace, name, uid } }: KubernetesObject): boolean {
    this.#bury(uid);
    const known = this.get(namespace, name);
    if (known?.metadata.uid !== uid) return false;
    this.#unset(known);
    return true;
  }

  /**
   * A whole list, instead of all that was known of its scope; what is newer than the list stays.
   * @returns what is new, changed or gone
   */
  replace(namespace: string | undefined, listed: readonly KubernetesObject[], listVersion: string): KubernetesObject[] {
    const uids = new Set(listed.map(({ metadata }) => metadata.uid));
    const missing = [...this.list(namespace)].filter(({ metadata }) => !uids.has(metadata.uid));
    const gone = missing.filter(({ metadata }) => (compareVersions(metadata.resourceVersion, listVersion) ?? -1) <= 0);
    for (const object of gone) this.remove(object);
    return [...gone, ...listed.filter((object) => this.put(object))];
  }

  #set(known: KubernetesObject | undefined, object: KubernetesObject): void {
    const { namespace, name } = object.metadata;
    if (known !== undefined) this.#labels.remove(known);
    const objects = this.#namespaces.get(namespace) ?? new Map<string, KubernetesObject>();
    this.#namespaces.set(namespace, objects.set(name, object));
    this.#labels.add(object);
  }

  #unset(known: KubernetesObject): void {
    const { namespace, name } = known.metadata;
    this.#labels.remove(known);
    const objects = this.#namespaces.get(namespace);
    objects?.delete(name);
    if (objects?.size === 0) this.#namespaces.delete(namespace);
  }

  #bury(uid: string): void {
    this.#gone.add(uid);
    if (this.#gone.size <= MOST_GONE) return;
    for (const oldest of this.#gone) {
      this.#gone.delete(oldest);
      return;
    }
  }
}

/** Who wrote which field is half of an object, and nothing here reads it. */
function lean(object: KubernetesObject): KubernetesObject {
  const { managedFields: _, ...metadata } = object.metadata as KubernetesObject['metadata'] & {
    managedFields?: unknown;
  };
  return { ...object, metadata: { ...metadata, namespace: metadata.namespace ?? '' } };
}

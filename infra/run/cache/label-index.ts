/** Objects by namespace and label: a selector then looks at few objects instead of at all of a namespace. */
import type { KubernetesObject } from '#core/resources/kubernetes.ts';

export class LabelIndex {
  readonly #objects = new Map<string, Set<KubernetesObject>>();

  find(namespace: string, key: string, value: string): Iterable<KubernetesObject> {
    return this.#objects.get(placeOf(namespace, key, value)) ?? [];
  }

  add(object: KubernetesObject): void {
    for (const place of placesOf(object)) {
      const objects = this.#objects.get(place);
      if (objects === undefined) this.#objects.set(place, new Set([object]));
      else objects.add(object);
    }
  }

  remove(object: KubernetesObject): void {
    for (const place of placesOf(object)) {
      const objects = this.#objects.get(place);
      objects?.delete(object);
      if (objects?.size === 0) this.#objects.delete(place);
    }
  }
}

function placesOf({ metadata }: KubernetesObject): readonly string[] {
  return Object.entries(metadata.labels ?? {}).map(([key, value]) => placeOf(metadata.namespace, key, value));
}

/** None of the three may contain a space. */
function placeOf(namespace: string, key: string, value: string): string {
  return `${namespace} ${key} ${value}`;
}

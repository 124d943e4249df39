/** One kind as it is followed in all scopes that Weir works in. */
import type { KubernetesObject, ObjectRef } from '#core/resources/kubernetes.ts';
import type { ListQuery } from '#shared/ports.ts';
import { follow, type Following, type FollowParts } from './follow.ts';
import { ObjectStore } from './object-store.ts';
import { selectorOf } from './selector.ts';

export interface CachedKindOptions {
  readonly apiVersion: string;
  readonly kind: string;
  readonly labelSelector?: string;
  /** Has no namespace. */
  readonly clusterScoped?: boolean;
  /** What the selector leaves out is not there for Weir; otherwise the API server is asked for it by name. */
  readonly selectorIsView?: boolean;
  /** Where it cannot be followed, the API server is asked for each object: no problem. */
  readonly optional?: boolean;
}

export interface Problem {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly problem: string;
}

type Parts = Pick<FollowParts, 'cluster' | 'timers' | 'log'> & {
  /** Empty: all. */
  readonly namespaces: readonly string[];
  onChange(objects: readonly KubernetesObject[]): void;
};

export class CachedKind {
  readonly store = new ObjectStore();
  readonly options: CachedKindOptions;
  readonly #scopes = new Map<string | undefined, Following>();

  constructor(options: CachedKindOptions) {
    this.options = options;
  }

  /** Resolves when every scope has been tried once. */
  async start(parts: Parts): Promise<void> {
    const { clusterScoped = false } = this.options;
    const scopes = clusterScoped || parts.namespaces.length === 0 ? [undefined] : parts.namespaces;
    for (const namespace of scopes) this.#scopes.set(namespace, this.#follow(namespace, parts));
    await Promise.all([...this.#scopes.values()].map(({ firstTry }) => firstTry));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#scopes.values()].map((scope) => scope.stop()));
  }

  /** Is all that there is known here, as of a short while ago? */
  covers(namespace: string | undefined): boolean {
    const everywhere = this.#scopes.get(undefined);
    if (everywhere !== undefined) return everywhere.synced;
    // All namespaces are all that Weir works in.
    const asked = namespace === undefined ? [...this.#scopes.values()] : [this.#scopes.get(namespace)];
    return asked.length > 0 && asked.every((scope) => scope?.synced ?? false);
  }

  /** Where a watch may go on from; empty where several scopes are followed, each from a place of its own. */
  resourceVersion(namespace: string | undefined): string {
    const scope = this.#scopes.get(undefined) ?? this.#scopes.get(namespace);
    return scope?.resourceVersion ?? '';
  }

  /** @returns undefined: not there, or not known here (see `isAbsent`) */
  get({ namespace, name }: Pick<ObjectRef, 'namespace' | 'name'>): KubernetesObject | undefined {
    return this.store.get(namespace, name);
  }

  /** Does not being here mean not being there? */
  get isComplete(): boolean {
    return this.options.labelSelector === undefined || this.options.selectorIsView === true;
  }

  list({ namespace, labelSelector }: ListQuery): KubernetesObject[] {
    if (labelSelector === undefined || labelSelector === '') return [...this.store.list(namespace)];
    const selector = selectorOf(labelSelector);
    const { label } = selector;
    const candidates =
      label === undefined || namespace === undefined
        ? this.store.list(namespace)
        : this.store.labelled(namespace, label.key, label.value);
    return [...candidates].filter((object) => selector.matches(object));
  }

  /** Is this one of those that are followed? */
  selects(object: KubernetesObject): boolean {
    const { labelSelector } = this.options;
    return labelSelector === undefined || selectorOf(labelSelector).matches(object);
  }

  problems(): readonly Problem[] {
    if (this.options.optional === true) return [];
    return [...this.#scopes].flatMap(([namespace, { problem }]) =>
      problem === undefined ? [] : [{ kind: this.options.kind, namespace, problem }],
    );
  }

  #follow(namespace: string | undefined, parts: Parts): Following {
    const { apiVersion, kind, labelSelector } = this.options;
    const query = {
      apiVersion,
      kind,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
    };
    return follow({
      ...parts,
      query,
      onList: ({ items, resourceVersion }) => parts.onChange(this.store.replace(namespace, items, resourceVersion)),
      onEvent: ({ type, object }) => {
        const isNews = type === 'DELETED' ? this.store.remove(object) : this.store.put(object);
        if (isNews) parts.onChange([object]);
      },
    });
  }
}

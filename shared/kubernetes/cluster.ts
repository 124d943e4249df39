/** The Cluster port over HTTPS. Reads are whole objects as the server sent them; writes are JSON merge patches, never PUT. */
import { ConflictError, InvalidSpecError } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import { applyMerge, diffMerge } from '#core/merge-patch.ts';
import { refOf, type KubernetesObject, type NewObject, type ObjectRef } from '#core/resources/kubernetes.ts';
import { SECOND, type Millis } from '#core/time.ts';
import type { HttpAnswer } from '../http.ts';
import type { Cluster, ListQuery, ObjectList, WatchEvent, WatchQuery } from '../ports.ts';
import { accepted, messageOfStatus } from './answers.ts';
import { Connection, type OnAnswer } from './connection.ts';
import { Credentials, type Login } from './credentials.ts';
import { Discovery } from './discovery.ts';
import type { KubeConfigSource } from './kube-config.ts';
import { listResource } from './list.ts';
import { requestFor, type Resource } from './requests.ts';
import { askService, type ServiceRequest } from './service-proxy.ts';
import { watchResource } from './watch.ts';

export interface KubernetesClusterOptions {
  readonly name: string;
  /** Asked at the first request, and again when the API server no longer accepts the credentials (an expired token). */
  readonly kubeConfig: () => Login | Promise<Login>;
  /** Written into metadata.managedFields beside every change. */
  readonly fieldManager?: string;
  /** Of one request, watches apart. */
  readonly timeout?: Millis;
  /** For how long the server is not asked again after it gave no answer; 0 by default. */
  readonly rest?: Millis;
  /** Objects per page of a list. */
  readonly pageSize?: number;
  /** For metrics: told of each answer. */
  readonly onAnswer?: OnAnswer;
}

/** Reads it when it is first needed: most invocations of a function never reach a cluster. */
export function kubeConfigFrom(source: KubeConfigSource): () => Promise<Login> {
  return async () => {
    const { readKubeConfig } = await import('./kube-config-file.ts');
    return readKubeConfig(source) ?? (await import('./kube-config.ts')).loadKubeConfig(source);
  };
}

export interface KubernetesCluster extends Cluster {
  /**
   * Ask the Service `namespace/name:port` inside of the cluster, through the API server (RBAC: services/proxy). Whatever
   * the Service answers is returned; the API server's own refusals are the errors of a Cluster.
   */
  askService(service: string, request: ServiceRequest): Promise<HttpAnswer>;
  /** No kept connection holds the process any longer. */
  close(): void;
}

export function createKubernetesCluster(options: KubernetesClusterOptions): KubernetesCluster {
  const credentials = new Credentials(options.kubeConfig);
  const connection = new Connection(options.name, credentials, {
    timeout: options.timeout ?? 30 * SECOND,
    rest: options.rest ?? 0,
    ...(options.onAnswer === undefined ? {} : { onAnswer: options.onAnswer }),
  });
  return new HttpCluster(connection, new Discovery(connection), credentials, {
    fieldManager: options.fieldManager ?? 'weir',
    pageSize: options.pageSize ?? 500,
  });
}

interface Habits {
  readonly fieldManager: string;
  readonly pageSize: number;
}

class HttpCluster implements KubernetesCluster {
  readonly name: string;
  readonly #connection: Connection;
  readonly #discovery: Discovery;
  readonly #credentials: Credentials;
  readonly #habits: Habits;

  constructor(connection: Connection, discovery: Discovery, credentials: Credentials, habits: Habits) {
    this.name = connection.cluster;
    this.#connection = connection;
    this.#discovery = discovery;
    this.#credentials = credentials;
    this.#habits = habits;
  }

  async get<T extends KubernetesObject>(ref: ObjectRef): Promise<T | undefined> {
    const resource = await this.#discovery.find(ref.apiVersion, ref.kind);
    if (resource === undefined) return undefined;
    const request = requestFor('get', resource, ref);
    const answer = await this.#connection.send(request);
    return answer.code === 404 ? undefined : (accepted(answer, request, this.name) as T);
  }

  async list<T extends KubernetesObject>(query: ListQuery): Promise<ObjectList<T>> {
    return listResource(this.#connection, await this.#resource(query), query, this.#habits.pageSize);
  }

  async *watch(query: WatchQuery): AsyncGenerator<WatchEvent, void, undefined> {
    yield* watchResource(this.#connection, await this.#resource(query), query);
  }

  async create<T extends KubernetesObject>(object: NewObject<T>): Promise<T> {
    if (object.kind === 'Eviction') return this.#evict(object);
    const resource = await this.#resource(object);
    const { namespace } = object.metadata;
    const body = { ...object, apiVersion: resource.apiVersion } as unknown as JsonObject;
    const request = requestFor('create', resource, { namespace }, { query: this.#query(), body });
    return accepted(await this.#connection.send(request), request, this.name) as T;
  }

  async patch<T extends KubernetesObject>(ref: ObjectRef, patch: JsonObject, resourceVersion?: string): Promise<T> {
    return this.#patch(ref, resourceVersion === undefined ? patch : guard(patch, resourceVersion));
  }

  async patchStatus<T extends KubernetesObject>(
    object: T,
    status: object,
    { guarded = true }: { guarded?: boolean } = {},
  ): Promise<T> {
    const before = (object as { status?: object }).status ?? {};
    const difference = diffMerge(before, status);
    if (Object.keys(difference).length === 0) return object;
    const patch = { status: difference };
    const { resourceVersion } = object.metadata;
    return this.#patch(
      refOf(object),
      guarded && resourceVersion !== undefined ? guard(patch, resourceVersion) : patch,
      'status',
    );
  }

  async delete(ref: ObjectRef, { uid }: { uid?: string } = {}): Promise<void> {
    const resource = await this.#discovery.find(ref.apiVersion, ref.kind);
    if (resource === undefined) return;
    const body = { propagationPolicy: 'Background', ...(uid === undefined ? {} : { preconditions: { uid } }) };
    const request = requestFor('delete', resource, ref, { body });
    const answer = await this.#connection.send(request);
    if (answer.code !== 404) accepted(answer, request, this.name);
  }

  askService(service: string, request: ServiceRequest): Promise<HttpAnswer> {
    return askService(this.#connection, service, request);
  }

  close(): void {
    this.#credentials.close();
  }

  /** An Eviction is created at its pod and nowhere else; a disruption budget says 429. */
  async #evict<T extends KubernetesObject>(eviction: NewObject<T>): Promise<T> {
    const { namespace, name } = eviction.metadata;
    const pods = await this.#resource({ apiVersion: 'v1', kind: 'Pod' });
    const body = eviction as unknown as JsonObject;
    const target = { namespace, name, subresource: 'eviction' } as const;
    const request = requestFor('create', pods, target, { query: this.#query(), body });
    const answer = await this.#connection.send(request);
    if (answer.code === 404) throw new ConflictError(`Cluster ${this.name}: ${request.path}: the pod is gone`);
    if (answer.code === 429) {
      throw new ConflictError(`Cluster ${this.name}: ${request.path}: not now: ${messageOfStatus(answer)}`);
    }
    accepted(answer, request, this.name);
    return eviction as unknown as T;
  }

  /** @param part where the kind has that subresource, it is patched there */
  async #patch<T extends KubernetesObject>(ref: ObjectRef, patch: JsonObject, part?: 'status'): Promise<T> {
    const resource = await this.#resource(ref);
    const target = part === 'status' && resource.statusSubresource ? { ...ref, subresource: part } : ref;
    const request = requestFor('patch', resource, target, { query: this.#query(), body: patch });
    const answer = await this.#connection.send(request);
    if (answer.code === 404) throw new ConflictError(`Cluster ${this.name}: ${request.path} is gone`);
    return accepted(answer, request, this.name) as T;
  }

  #query(): Record<string, string> {
    return { fieldManager: this.#habits.fieldManager };
  }

  async #resource({ apiVersion, kind }: { apiVersion: string; kind: string }): Promise<Resource> {
    const resource = await this.#discovery.find(apiVersion, kind);
    if (resource !== undefined) return resource;
    throw new InvalidSpecError(
      `Cluster ${this.name} has no kind ${kind} in ${apiVersion}: install its CustomResourceDefinition`,
    );
  }
}

/** The server answers 409 when the object is no longer at this version. */
function guard(patch: JsonObject, resourceVersion: string): JsonObject {
  return applyMerge(patch, { metadata: { resourceVersion } }) as JsonObject;
}

/** Which path serves a kind, as the API server itself says: any kind works, and its subresources are known. */
import { accepted } from './answers.ts';
import type { Connection } from './connection.ts';
import { groupPath, type ApiRequest, type Resource } from './requests.ts';

/** The part of an APIResourceList that Weir reads. Subresources are named `rollouts/status`. */
interface ResourceList {
  readonly resources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
  }[];
}

/** The part of an APIGroup that Weir reads. */
interface GroupAnswer {
  readonly versions?: readonly { readonly groupVersion: string }[];
}

export class Discovery {
  readonly #connection: Connection;
  readonly #known = new Map<string, Promise<readonly Resource[]>>();
  /** Kinds that are served in another version than the one asked for. */
  readonly #elsewhere = new Map<string, Resource>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * In the version that is asked for, else in another one of its group: a router's objects mean the same in each, and which
   * ones there are depends on its release.
   * @returns undefined when the cluster does not have this kind; it may get it later, so it is asked again then
   */
  async find(apiVersion: string, kind: string): Promise<Resource | undefined> {
    const elsewhere = this.#elsewhere.get(`${apiVersion} ${kind}`);
    if (elsewhere !== undefined) return elsewhere;
    return (await this.#in(apiVersion, kind)) ?? this.#inOtherVersion(apiVersion, kind);
  }

  async #inOtherVersion(apiVersion: string, kind: string): Promise<Resource | undefined> {
    const [group = '', version] = apiVersion.split('/');
    if (version === undefined) return undefined;
    for (const other of await this.#versionsOf(group)) {
      const found = other === apiVersion ? undefined : await this.#in(other, kind);
      if (found === undefined) continue;
      this.#elsewhere.set(`${apiVersion} ${kind}`, found);
      return found;
    }
    return undefined;
  }

  async #in(apiVersion: string, kind: string): Promise<Resource | undefined> {
    const group = this.#known.get(apiVersion) ?? this.#read(apiVersion);
    this.#known.set(apiVersion, group);
    try {
      const resource = (await group).find((each) => each.kind === kind);
      if (resource === undefined) this.#known.delete(apiVersion);
      return resource;
    } catch (error) {
      this.#known.delete(apiVersion);
      throw error;
    }
  }

  /** The server's order: what it prefers comes first. */
  async #versionsOf(group: string): Promise<readonly string[]> {
    const request: ApiRequest = { verb: 'get', subject: `the versions of ${group}`, path: `/apis/${group}` };
    const answer = await this.#connection.send(request);
    if (answer.code === 404) return [];
    const { versions = [] } = accepted(answer, request, this.#connection.cluster) as GroupAnswer;
    return versions.map(({ groupVersion }) => groupVersion);
  }

  async #read(apiVersion: string): Promise<readonly Resource[]> {
    const request: ApiRequest = { verb: 'get', subject: `the kinds of ${apiVersion}`, path: groupPath(apiVersion) };
    const answer = await this.#connection.send(request);
    if (answer.code === 404) return [];
    return resourcesOf(apiVersion, accepted(answer, request, this.#connection.cluster) as ResourceList);
  }
}

function resourcesOf(apiVersion: string, list: ResourceList): readonly Resource[] {
  const names = new Set(list.resources.map(({ name }) => name));
  return list.resources
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, kind, namespaced }) => ({
      apiVersion,
      kind,
      plural: name,
      namespaced,
      statusSubresource: names.has(`${name}/status`),
    }));
}

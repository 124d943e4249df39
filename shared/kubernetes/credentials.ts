/** Where a cluster's API server is, and how Weir proves who it is. client-node knows the ways: exec, token, certificate. */
import { Agent as HttpAgent, type OutgoingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { InvalidSpecError, messageOf } from '#core/errors.ts';
import { SECOND, type Millis } from '#core/time.ts';

/** What one request needs to know. */
export interface Access {
  /** Without a slash at its end; it may have a path. */
  readonly server: string;
  readonly headers: OutgoingHttpHeaders;
  readonly options: RequestOptions;
  /** Marks the credentials that made this access. */
  readonly config: Promise<KubeConfig>;
}

/** How long a connection that nobody uses is kept. Load balancers cut theirs after 60 s. */
const IDLE: Millis = 30 * SECOND;

export class Credentials {
  readonly #load: () => KubeConfig | Promise<KubeConfig>;
  readonly #plain = new HttpAgent({ keepAlive: true, timeout: IDLE });
  readonly #tls = new HttpsAgent({ keepAlive: true, timeout: IDLE });
  #config: Promise<KubeConfig> | undefined;

  /** @param load asked at the first request, and again when the server no longer accepts what came of it */
  constructor(load: () => KubeConfig | Promise<KubeConfig>) {
    this.#load = load;
  }

  /** @throws InvalidSpecError for a wrong kubeconfig, an Error for one that cannot be used now (its command failed) */
  async access(): Promise<Access> {
    const config = (this.#config ??= Promise.resolve().then(this.#load));
    try {
      return await this.#accessBy(config);
    } catch (error) {
      this.renew(config);
      if (error instanceof InvalidSpecError) throw error;
      throw new Error(`no credentials: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Drop credentials: tokens are cached inside of them. The next access starts from the beginning. */
  renew(refused: Promise<KubeConfig>): void {
    if (this.#config === refused) this.#config = undefined;
  }

  close(): void {
    this.#plain.destroy();
    this.#tls.destroy();
  }

  async #accessBy(config: Promise<KubeConfig>): Promise<Access> {
    const kubeConfig = await config;
    const cluster = kubeConfig.getCurrentCluster();
    if (cluster === null) throw new Error('the kubeconfig has no current cluster');
    const headers: OutgoingHttpHeaders = {};
    const options: RequestOptions = { headers };
    await kubeConfig.applyToHTTPSOptions(options);
    // client-node's own agent opens a connection per request and keeps the first certificate for good; it is needed to
    // pass a proxy. Ours keeps connections, by certificate.
    if (cluster.proxyUrl === undefined) options.agent = cluster.server.startsWith('http:') ? this.#plain : this.#tls;
    return { server: cluster.server.replace(/\/+$/, ''), headers, options, config };
  }
}

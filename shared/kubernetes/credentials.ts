/** Where a cluster's API server is, and how Weir proves who it is. */
import { Agent as HttpAgent, type OutgoingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions } from 'node:https';
import { InvalidSpecError, messageOf } from '#core/errors.ts';
import { SECOND, type Millis } from '#core/time.ts';

/**
 * A way in. The KubeConfig of client-node is one, and knows exec, tokens and certificates; others do without its megabytes.
 */
export interface Login {
  getCurrentCluster(): { readonly server: string; readonly proxyUrl?: string | undefined } | null;
  /** Adds headers, and what the connection needs. Asked for each request. */
  applyToHTTPSOptions(options: RequestOptions): Promise<void>;
}

/** What one request needs to know. */
export interface Access {
  /** Without a slash at its end; it may have a path. */
  readonly server: string;
  readonly headers: OutgoingHttpHeaders;
  readonly options: RequestOptions;
  /** For an answer that goes on for long: it takes no connection from the others. */
  readonly streamAgent: HttpAgent | HttpsAgent | undefined;
  /** Marks the credentials that made this access. */
  readonly config: Promise<Login>;
}

/** How long a connection that nobody uses is kept. Load balancers cut theirs after 60 s. */
const IDLE: Millis = 30 * SECOND;
/** Requests side by side; further ones wait for a connection, which costs less than opening hundreds at once. */
const MOST_CONNECTIONS = 48;

export class Credentials {
  readonly #load: () => Login | Promise<Login>;
  readonly #plain = new HttpAgent({ keepAlive: true, timeout: IDLE, maxSockets: MOST_CONNECTIONS });
  readonly #tls = new HttpsAgent({ keepAlive: true, timeout: IDLE, maxSockets: MOST_CONNECTIONS });
  readonly #plainStreams = new HttpAgent({ keepAlive: true, timeout: IDLE });
  readonly #tlsStreams = new HttpsAgent({ keepAlive: true, timeout: IDLE });
  #config: Promise<Login> | undefined;

  /** @param load asked at the first request, and again when the server no longer accepts what came of it */
  constructor(load: () => Login | Promise<Login>) {
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
  renew(refused: Promise<Login>): void {
    if (this.#config === refused) this.#config = undefined;
  }

  close(): void {
    for (const agent of [this.#plain, this.#tls, this.#plainStreams, this.#tlsStreams]) agent.destroy();
  }

  async #accessBy(config: Promise<Login>): Promise<Access> {
    const login = await config;
    const cluster = login.getCurrentCluster();
    if (cluster === null) throw new Error('the kubeconfig has no current cluster');
    const headers: OutgoingHttpHeaders = {};
    const options: RequestOptions = { headers };
    await login.applyToHTTPSOptions(options);
    // client-node's own agent opens a connection per request and keeps the first certificate for good; it is needed to
    // pass a proxy. Ours keeps connections, by certificate.
    const isPlain = cluster.server.startsWith('http:');
    if (cluster.proxyUrl === undefined) options.agent = isPlain ? this.#plain : this.#tls;
    const streams = isPlain ? this.#plainStreams : this.#tlsStreams;
    const streamAgent = cluster.proxyUrl === undefined ? streams : undefined;
    return { server: cluster.server.replace(/\/+$/, ''), headers, options, streamAgent, config };
  }
}

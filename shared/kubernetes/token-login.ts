/** Into a cluster with a bearer token: no kubeconfig is needed, nor the library that reads one. */
import type { Login } from './credentials.ts';

export interface TokenLoginOptions {
  readonly server: string;
  /** Base64 of PEM; without it the authorities that Node knows vouch for the server. */
  readonly certificateAuthority?: string | undefined;
  /** Asked for each request: whoever makes tokens knows when one is due. */
  readonly token: () => Promise<string>;
}

export function tokenLogin({ server, certificateAuthority, token }: TokenLoginOptions): Login {
  const ca = certificateAuthority === undefined ? {} : { ca: Buffer.from(certificateAuthority, 'base64') };
  return {
    getCurrentCluster: () => ({ server }),
    async applyToHTTPSOptions(options) {
      const headers = Object.assign(options.headers ?? {}, { authorization: `Bearer ${(await token()).trim()}` });
      Object.assign(options, ca, { headers });
    },
  };
}

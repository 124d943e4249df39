/** What a function behind an HTTP address is asked and answers, whatever carries it (API Gateway, function URL, local server). */

export interface WebRequest {
  readonly method: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** Subject of the client certificate, where TLS ended with one (mTLS of API Gateway). */
  readonly clientCertificate?: string;
  /** As received, decoded from base64 where the transport had encoded it. */
  readonly rawBody: string;
}

export interface WebResponse {
  readonly status: number;
  readonly body: object;
  /** Besides those that every answer has. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What stand-ins for Prometheus have in common: how an instant query is asked, and how it is answered. */
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

/** Argo's client posts it, others ask for it. */
export async function queryOf(request: IncomingMessage): Promise<string> {
  const body = await text(request);
  return new URLSearchParams(body || new URL(request.url ?? '/', 'http://stub').search).get('query') ?? '';
}

/** A vector of one sample, taken now. */
export function vectorOf(value: number): string {
  const result = [{ metric: {}, value: [Math.floor(Date.now() / 1_000), `${value}`] }];
  return JSON.stringify({ status: 'success', data: { resultType: 'vector', result } });
}

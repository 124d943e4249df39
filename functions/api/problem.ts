/** What the API says when it cannot do what it was asked. */
import type { WebResponse } from '#shared/web-request.ts';

export function problem(status: number, error: string): WebResponse {
  return { status, body: { error } };
}

/** What the API server's answers mean, in Weir's four errors. */
import { ConflictError, DeniedError, InvalidSpecError, TransientError } from '#core/errors.ts';
import type { ApiRequest } from './requests.ts';

export interface Answer {
  readonly code: number;
  /** Seconds, as the header says. */
  readonly retryAfter: string | undefined;
  /** Decoded JSON; text where it was none. */
  readonly body: unknown;
}

/** The part of a Kubernetes Status that Weir reads. */
interface Status {
  readonly message?: string;
  readonly details?: {
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly { readonly reason?: string }[];
  };
}

function isSuccess(answer: Answer): boolean {
  return answer.code >= 200 && answer.code < 300;
}

/** @returns the body of a success @throws the error that the answer stands for */
export function accepted(answer: Answer, request: ApiRequest, cluster: string): unknown {
  if (!isSuccess(answer)) throw refusal(answer, request, cluster);
  return answer.body;
}

export function refusal(answer: Answer, request: ApiRequest, cluster: string): Error {
  const message = `Cluster ${cluster}: ${request.verb} ${request.path}: ${answer.code} ${messageOfStatus(answer)}`;
  if (answer.code === 429 || answer.code >= 500) return new TransientError(message, retryAfterOf(answer));
  switch (answer.code) {
    case 400:
    case 404: // a namespace, kind or Service that is not there; for an object itself the caller knows better
    case 422:
      return new InvalidSpecError(message);
    case 401:
      return new DeniedError(`${message}; new credentials were refused too: check the cluster's auth in weir.yaml`);
    case 403:
      return new DeniedError(
        `Cluster ${cluster}: Weir may not ${request.verb} ${request.subject}: ${messageOfStatus(answer)}`,
      );
    case 409:
      return new ConflictError(message);
    default:
      return new Error(message);
  }
}

/** The server has forgotten, or does not know yet, the place from which a watch or list should go on. */
export function isPlaceLost(answer: Answer): boolean {
  const causes = statusOf(answer).details?.causes ?? [];
  return answer.code === 410 || causes.some((cause) => cause.reason === 'ResourceVersionTooLarge');
}

export function messageOfStatus(answer: Answer): string {
  return statusOf(answer).message ?? (typeof answer.body === 'string' ? answer.body.slice(0, 200) : '');
}

function statusOf(answer: Answer): Status {
  return typeof answer.body === 'object' && answer.body !== null ? answer.body : {};
}

function retryAfterOf(answer: Answer): { retryAfter?: number } {
  const seconds = Number(answer.retryAfter ?? statusOf(answer).details?.retryAfterSeconds);
  return Number.isFinite(seconds) ? { retryAfter: seconds * 1_000 } : {};
}

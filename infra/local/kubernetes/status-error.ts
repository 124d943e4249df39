/** Errors as the API server answers them: kind Status, with its own reasons and texts. */
/** As much of a kind as its errors say. */
export interface NamedKind {
  /** Empty for the core group. */
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
}

export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

const TOO_LARGE = 'ResourceVersionTooLarge';

/** HTTP code, machine-readable reason and text of a refused request. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;

  constructor(code: number, reason: string, message: string, details?: StatusDetails) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  /** The place from which a list or watch should go on is forgotten, or of a cluster that has started anew. */
  get isPlaceLost(): boolean {
    return this.code === 410 || this.details?.causes?.some(({ reason }) => reason === TOO_LARGE) === true;
  }

  /** The body of the answer. */
  toStatus(): object {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    };
  }
}

/** `rollouts.argoproj.io`; without a group only `pods`. */
export function qualifiedResource(kind: NamedKind): string {
  return kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`;
}

function qualifiedKind(kind: NamedKind): string {
  return kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
}

function detailsOf(kind: NamedKind, name: string): StatusDetails {
  return { name, ...(kind.group === '' ? {} : { group: kind.group }), kind: kind.plural };
}

export function notFound(kind: NamedKind, name: string): StatusError {
  return new StatusError(
    404,
    'NotFound',
    `${qualifiedResource(kind)} ${JSON.stringify(name)} not found`,
    detailsOf(kind, name),
  );
}

/** What the server says of a path that it does not serve, a kind that is not registered among them. */
export function unknownResource(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function alreadyExists(kind: NamedKind, name: string): StatusError {
  const message = `${qualifiedResource(kind)} ${JSON.stringify(name)} already exists`;
  return new StatusError(409, 'AlreadyExists', message, detailsOf(kind, name));
}

export function conflict(kind: NamedKind, name: string, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${qualifiedResource(kind)} ${JSON.stringify(name)}: ${why}`;
  return new StatusError(409, 'Conflict', message, detailsOf(kind, name));
}

export function staleWrite(kind: NamedKind, name: string): StatusError {
  return conflict(
    kind,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );
}

export function uidMismatch(kind: NamedKind, name: string, given: string, actual: string): StatusError {
  return conflict(kind, name, `Precondition failed: UID in precondition: ${given}, UID in object meta: ${actual}`);
}

/** @param problem as the server words one: `Required value: name or generateName is required` */
export function invalid(kind: NamedKind, name: string, field: string, problem: string): StatusError {
  const message = `${qualifiedKind(kind)} ${JSON.stringify(name)} is invalid: ${field}: ${problem}`;
  const details = { ...detailsOf(kind, name), kind: kind.kind, causes: [{ message: problem, field }] };
  return new StatusError(422, 'Invalid', message, details);
}

export function unprocessable(message: string): StatusError {
  return new StatusError(422, 'Invalid', message);
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

export function expired(message: string): StatusError {
  return new StatusError(410, 'Expired', message);
}

export function tooLargeResourceVersion(asked: number, current: number): StatusError {
  return new StatusError(504, 'Timeout', `Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: TOO_LARGE, message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return new StatusError(415, 'UnsupportedMediaType', message);
}

export function methodNotAllowed(): StatusError {
  return new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
}

export function unauthorized(): StatusError {
  return new StatusError(401, 'Unauthorized', 'Unauthorized');
}

/** What `weir doctor` found out about one thing. */

export interface Finding {
  readonly check: string;
  /** `warn`: it works, but perhaps not as meant, or it could not be looked at. */
  readonly state: 'ok' | 'warn' | 'fail';
  readonly says: string;
  /** What to do about it. */
  readonly fix?: string;
}

export function ok(check: string, says: string): Finding {
  return { check, state: 'ok', says };
}

export function warn(check: string, says: string, fix: string): Finding {
  return { check, state: 'warn', says, fix };
}

export function fail(check: string, says: string, fix: string): Finding {
  return { check, state: 'fail', says, fix };
}

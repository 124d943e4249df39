/** What a script can tell from the exit code of `weir`. */
export const EXIT = {
  ok: 0,
  /** Wrong usage, or an internal error. */
  usage: 1,
  /** Degraded, aborted or failed. */
  failed: 2,
  /** Paused until a person acts (0 with --success-on-pause). */
  paused: 3,
  /** Still progressing when the time was up. */
  timeout: 4,
  /** Refused by the state or a policy. */
  refused: 5,
  /** The state moved on since. */
  stale: 6,
  notFound: 7,
  /** Weir does not answer. */
  unavailable: 8,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

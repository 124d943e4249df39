/** The kubectl plugin's icons and colours. */

export type Colour = 'green' | 'yellow' | 'red' | 'blue' | 'plain';

export interface Sign {
  readonly icon: string;
  readonly colour: Colour;
}

const OK: Sign = { icon: '✔', colour: 'green' };
const BAD: Sign = { icon: '✖', colour: 'red' };
const PROGRESSING: Sign = { icon: '◌', colour: 'blue' };
const PAUSED: Sign = { icon: '॥', colour: 'yellow' };
const WARNING: Sign = { icon: '⚠', colour: 'red' };
const UNKNOWN: Sign = { icon: '?', colour: 'yellow' };
const WAITING: Sign = { icon: '◷', colour: 'yellow' };
const NEUTRAL: Sign = { icon: '•', colour: 'plain' };

const SIGNS: Readonly<Record<string, Sign>> = {
  Healthy: OK,
  Successful: OK,
  Running: OK,
  Completed: OK,
  Degraded: BAD,
  Failed: BAD,
  ImagePullBackOff: WARNING,
  ErrImagePull: WARNING,
  CrashLoopBackOff: WARNING,
  Error: WARNING,
  InvalidSpec: WARNING,
  Progressing: PROGRESSING,
  ContainerCreating: PROGRESSING,
  Terminating: PROGRESSING,
  Paused: PAUSED,
  Inconclusive: UNKNOWN,
  Unknown: UNKNOWN,
  Pending: WAITING,
  ScaledDown: NEUTRAL,
};

/** Of a Rollout, ReplicaSet or Pod. */
export function signOf(status: string): Sign {
  return Object.hasOwn(SIGNS, status) ? (SIGNS[status] ?? UNKNOWN) : UNKNOWN;
}

/** Of an AnalysisRun: running is not yet good. */
export function signOfRun(phase: string): Sign {
  return phase === 'Running' || phase === 'Pending' ? PROGRESSING : signOf(phase);
}

export const KIND_ICONS = { Rollout: '⟳', Revision: '#', ReplicaSet: '⧉', Pod: '□', AnalysisRun: 'α' } as const;

const ROLE_COLOURS: Readonly<Record<string, Colour>> = {
  stable: 'green',
  active: 'green',
  canary: 'yellow',
  preview: 'blue',
};

export function colourOfRole(role: string): Colour {
  return ROLE_COLOURS[role] ?? 'plain';
}

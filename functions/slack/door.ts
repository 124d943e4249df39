/** Who may come in: Slack itself, for this app and from this workspace, once with each request. */
import type { Clock, CursorStore } from '#shared/ports.ts';
import type { WebRequest } from '#shared/web-request.ts';
import { originOf } from './schema.ts';
import { isSignedBySlack } from './signature.ts';

export interface SlackDoor {
  /** The time that Slack signs with; in the local stack the other clock runs faster. */
  readonly wallClock: Clock;
  /** Remembers signatures: the same request twice is a replay. */
  readonly seen: CursorStore;
  /** The valid signing secrets, one or two. */
  readonly signingSecrets: () => Promise<readonly string[]>;
  /** Workspaces, by team id; all that have the app by default. */
  readonly teams?: readonly string[];
  /** The app's id; any that has the signing secret by default. */
  readonly appId?: string | undefined;
}

export interface Refusal {
  readonly status: 401 | 403;
  readonly error: string;
}

export const REPLAYED: Refusal = { status: 401, error: 'this request was received before' };

/** An app in several workspaces signs for all of them with one secret: which one it was, the body says. */
export async function strangerBecause(
  { headers, rawBody }: WebRequest,
  { signingSecrets, wallClock, teams = [], appId }: SlackDoor,
): Promise<Refusal | undefined> {
  const signature = headers['x-slack-signature'];
  const timestamp = headers['x-slack-request-timestamp'];
  if (!isSignedBySlack({ rawBody, timestamp, signature }, await signingSecrets(), wallClock.now()))
    return { status: 401, error: 'the signature is missing, wrong or too old' };
  const origin = originOf(rawBody);
  if (teams.length > 0 && !teams.includes(origin.team)) return { status: 403, error: 'not a workspace of slack.teams' };
  if (appId !== undefined && origin.app !== appId) return { status: 403, error: 'not the app of slack.appId' };
  return undefined;
}

/** A signature is that of one request. @throws TransientError when the store is down */
export async function isReplayed({ headers }: WebRequest, { seen }: SlackDoor): Promise<boolean> {
  return !(await seen.set(`slack/${headers['x-slack-signature']}`, 'seen', undefined));
}

/**
 * One message, at most once, whatever crashes: the intent is written first; who finds an intent without a place looks in
 * Slack for what may have been posted before it posts again. Where clocks are so far apart that two post at one time, the
 * place that is written down first is the message's, and the other one is taken back.
 *
 *   nothing → intent (at) → posted (channel, ts) | closed (why)
 */
import { ConflictError, TransientError } from '#core/errors.ts';
import { MINUTE, SECOND, type Instant, type Millis } from '#core/time.ts';
import type { Clock, CursorStore } from '../ports.ts';
import type { Chat, Place, Posted, Posting } from './chat.ts';

/** Somebody else may be posting at this very moment; an answer takes no longer. */
const IN_HAND: Millis = 30 * SECOND;
/** Leaves a post, which takes at most ten seconds, within the time in which nobody else tries. */
const LATEST_POST: Millis = 15 * SECOND;
/** Clocks of Slack and of Weir differ by less. */
const SKEW: Millis = 5 * MINUTE;

type Sent =
  | { readonly state: 'intent'; readonly since: Instant; readonly at: Instant }
  | ({ readonly state: 'posted' } & Place)
  | { readonly state: 'closed'; readonly error: string };

type Settled = Exclude<Sent, { state: 'intent' }>;

export interface PostPorts {
  readonly chat: Chat;
  readonly cursors: CursorStore;
  readonly clock: Clock;
}

/**
 * @param variants the same message, longest first: the next is tried when Slack refuses one
 * @returns undefined: nobody can post there, which is remembered
 * @throws TransientError when it must be tried again; ConflictError when another worker is at it
 */
export async function postOnce(
  posting: Omit<Posting, 'message'>,
  variants: readonly Posting['message'][],
  ports: PostPorts,
): Promise<Place | undefined> {
  const name = `slack/${posting.channel}/${posting.mark}`;
  const text = await ports.cursors.get(name);
  const sent = text === undefined ? undefined : (JSON.parse(text) as Sent);
  if (sent?.state === 'posted') return { channel: sent.channel, ts: sent.ts };
  if (sent?.state === 'closed') return undefined;
  const now = ports.clock.now();
  if (sent !== undefined && now - sent.at < IN_HAND) throw new TransientError(`${name} is being posted`);
  const since = sent?.since ?? now;
  const intent = JSON.stringify({ state: 'intent', since, at: now } satisfies Sent);
  if (!(await ports.cursors.set(name, intent, text))) throw new ConflictError(`${name} is posted by another worker`);
  const lookSince = sent === undefined ? undefined : since - SKEW;
  const result = await lookedUpOrPosted(posting, variants, lookSince, now, ports);
  const settled = await writtenDown(name, result, intent, ports);
  return settled.state === 'posted' ? { channel: settled.channel, ts: settled.ts } : undefined;
}

/**
 * Of two workers who took each other's try for over, the first one that gets here has posted.
 * @returns what stands
 */
async function writtenDown(
  name: string,
  mine: Settled,
  intent: string,
  { chat, cursors }: PostPorts,
): Promise<Settled> {
  let before: string | undefined = intent;
  while (!(await cursors.set(name, JSON.stringify(mine satisfies Sent), before))) {
    before = await cursors.get(name);
    const theirs = before === undefined ? undefined : (JSON.parse(before) as Sent);
    if (theirs?.state === 'posted') {
      if (mine.state === 'posted' && mine.ts !== theirs.ts) await chat.remove(mine);
      return theirs;
    }
    // What was posted stands; whoever wrote that intent finds it here.
    if (mine.state === 'closed') return mine;
  }
  return mine;
}

/**
 * @param since an earlier try began then; undefined: there was none
 * @param begun when this try wrote its intent: a worker that was frozen since must not post, somebody else may have by now
 */
async function lookedUpOrPosted(
  posting: Omit<Posting, 'message'>,
  variants: readonly Posting['message'][],
  since: Instant | undefined,
  begun: Instant,
  { chat, clock }: PostPorts,
): Promise<Settled> {
  const { channel, mark, thread } = posting;
  const known = since === undefined ? undefined : await chat.find(channel, mark, since, thread);
  if (known !== undefined) return { state: 'posted', ...known };
  const result = await firstTaken(variants, (message) => {
    if (clock.now() - begun >= LATEST_POST)
      throw new TransientError(`${mark} is posted too late; it is looked for first`);
    return chat.post({ ...posting, message });
  });
  return result.state === 'refused' ? { state: 'closed', error: result.error } : result;
}

/** The longest variant that Slack takes. */
export async function firstTaken(
  variants: readonly Posting['message'][],
  send: (message: Posting['message']) => Promise<Posted>,
): Promise<Posted> {
  let result: Posted = { state: 'refused', error: 'there is nothing to post' };
  for (const message of variants) {
    result = await send(message);
    if (result.state !== 'refused') return result;
  }
  return result;
}

/**
 * One card per release and channel, edited in place, with the play-by-play in its thread. A card is rendered from history
 * at the moment it is sent: events that come late, twice or in another order lead to the same card.
 */
import type { TransitionType } from '#core/history/record.ts';
import { releaseCard, threadLine, type CardDetail } from '#core/messages/card/card.ts';
import type { Told } from '#core/messages/story.ts';
import type { Announcer, Log, ReleaseEvent } from '../ports.ts';
import type { Place } from './chat.ts';
import { firstTaken, postOnce, type PostPorts } from './post-once.ts';

const DETAILS: readonly CardDetail[] = ['full', 'short', 'line'];

/** What people want to read one after the other; every measurement would be noise. */
const THREADED: readonly TransitionType[] = [
  'weight-changed',
  'paused',
  'held',
  'resumed',
  'analysis-completed',
  'aborted',
  'retried',
  'promoted',
  'superseded',
  'ordered',
  'reminded',
  'alerted',
];

/** How often a card that was overtaken is rendered anew before the next event is left to do it. */
const RENDERS = 5;

export interface CardOptions extends PostPorts {
  /** Where releases go that name no channel themselves; undefined: nowhere. */
  readonly channel: string | undefined;
  /** All that history knows of a release now; undefined: nothing. */
  readonly tell: (releaseId: string, event: ReleaseEvent) => Promise<Told | undefined>;
  readonly log: Log;
}

/** Errors: TransientError and ConflictError: the event must be delivered again. */
export function createCardAnnouncer(options: CardOptions): Announcer {
  async function inEachChannel(event: ReleaseEvent, act: InChannel): Promise<void> {
    const releaseId = event.releaseId ?? event.release?.id;
    if (releaseId === undefined) return;
    const told = await options.tell(releaseId, event);
    if (told === undefined || isFirstDeployment(told)) return;
    const channels = told.release.notify ?? (options.channel === undefined ? [] : [options.channel]);
    for (const channel of channels) await act(channel, told, event, options);
  }
  return {
    announce: (event) => inEachChannel(event, announceIn),
    refresh: (event) => inEachChannel(event, async (...card) => void (await showCard(...card))),
  };
}

type InChannel = (channel: string, told: Told, event: ReleaseEvent, options: CardOptions) => Promise<void>;

/** A deployment that replaces nothing is no news for people who watch releases. */
function isFirstDeployment({ release }: Told): boolean {
  return release.stableHash === '';
}

async function announceIn(channel: string, told: Told, event: ReleaseEvent, options: CardOptions): Promise<void> {
  const place = await showCard(channel, told, event, options);
  const { type, message } = event.transition;
  if (place === undefined || !THREADED.includes(type)) return;
  await postOnce({ channel: place.channel, thread: place.ts, mark: event.id }, [threadLine(message)], options);
}

/** @returns where it stands; undefined: the channel takes none */
async function showCard(
  channel: string,
  told: Told,
  event: ReleaseEvent,
  options: CardOptions,
): Promise<Place | undefined> {
  const variants = DETAILS.map((detail) => releaseCard(told, detail));
  const place = await postOnce({ channel, mark: `card/${told.release.id}` }, variants, options);
  if (place === undefined) options.log.info('Channel takes no card', { channel, release: told.release.id });
  else await bringUpToDate(place, told, event, options);
  return place;
}

/** Whoever writes last has written what history knows last: after each write it is asked whether the card still says that. */
async function bringUpToDate(place: Place, told: Told, event: ReleaseEvent, options: CardOptions): Promise<void> {
  let shown = told;
  for (let render = 1; render <= RENDERS; render++) {
    await firstTaken(
      DETAILS.map((detail) => releaseCard(shown, detail)),
      (message) => options.chat.update(place, message),
    );
    const latest = await options.tell(shown.release.id, event);
    if (latest === undefined || saysTheSame(latest, shown)) return;
    shown = latest;
  }
}

/** What was read of a release in several steps may be of several moments: only the whole card tells. */
function saysTheSame(a: Told, b: Told): boolean {
  return JSON.stringify(releaseCard(a)) === JSON.stringify(releaseCard(b));
}

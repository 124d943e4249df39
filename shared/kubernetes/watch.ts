/** A watch: changes of a kind from a place on, one JSON line each, until the server ends it. */
import type { IncomingMessage } from 'node:http';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { SECOND, type Millis } from '#core/time.ts';
import type { WatchEvent, WatchQuery } from '../ports.ts';
import { accepted, isPlaceLost, messageOfStatus } from './answers.ts';
import { read, type Connection } from './connection.ts';
import { requestFor, selectorsOf, type ApiRequest, type Resource } from './requests.ts';

/** How much later than promised the server may end the stream. */
const GRACE: Millis = 10 * SECOND;

/** @throws TransientError when the stream breaks off; events before that have been delivered */
export async function* watchResource(
  connection: Connection,
  resource: Resource,
  query: WatchQuery,
): AsyncGenerator<WatchEvent, void, undefined> {
  const { namespace, signal } = query;
  const request = requestFor('watch', resource, { namespace }, { query: parametersOf(query) });
  try {
    const stream = await connection.open(request, { timeout: query.timeout + GRACE, signal });
    yield* eventsOf(stream, request, connection);
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
}

function parametersOf(query: WatchQuery): Record<string, string> {
  return {
    ...selectorsOf(query),
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: query.resourceVersion,
    timeoutSeconds: String(Math.max(1, Math.ceil(query.timeout / SECOND))),
  };
}

async function* eventsOf(
  stream: IncomingMessage,
  request: ApiRequest,
  connection: Connection,
): AsyncGenerator<WatchEvent, void, undefined> {
  if (stream.statusCode !== 200) {
    const answer = await read(stream);
    if (!isPlaceLost(answer)) accepted(answer, request, connection.cluster);
    yield { type: 'EXPIRED', message: messageOfStatus(answer) };
    return;
  }
  try {
    for await (const line of linesOf(stream)) {
      const event = eventOf(JSON.parse(line) as RawEvent);
      yield event;
      if (event.type === 'EXPIRED') return;
    }
  } catch (error) {
    throw connection.broken(request, error);
  }
}

/** A reader that stops ends the stream with it. */
async function* linesOf(stream: IncomingMessage): AsyncGenerator<string, void, undefined> {
  stream.setEncoding('utf8');
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + (chunk as string)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
  }
}

interface RawEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubernetesObject & { readonly message?: string };
}

/** Every ERROR means that the stream cannot go on from here. */
function eventOf({ type, object }: RawEvent): WatchEvent {
  switch (type) {
    case 'ERROR':
      return { type: 'EXPIRED', message: object.message ?? 'the watch failed' };
    case 'BOOKMARK':
      return { type, resourceVersion: object.metadata.resourceVersion ?? '' };
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type, object };
  }
}

/** A watch over HTTP: one JSON line per change, until its time is over or the client goes. */
import type { ServerResponse } from 'node:http';
import { SECOND } from '#core/time.ts';
import { shown, viewOf } from './answers.ts';
import type { FrontDoor } from './front-door.ts';
import { countIn, type HttpRequest } from './http-request.ts';
import { queryOf } from './resource-handler.ts';
import type { Target } from './routes.ts';
import { StatusError, unprocessable } from './status-error.ts';

const DEFAULT_TIMEOUT_SECONDS = 1_800;
const BOOKMARK_SECONDS = 60;

/**
 * Timed by real time, as it is the client on the other end that waits.
 * @throws StatusError before the first byte; a lost place is told within the stream
 */
export async function streamWatch(
  door: FrontDoor,
  target: Target,
  request: HttpRequest,
  response: ServerResponse,
): Promise<void> {
  const { query } = request;
  // Clients of the streaming list fall back to list and watch when they are told so.
  if (query.has('sendInitialEvents')) {
    throw unprocessable('sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch');
  }
  const seconds = countIn(query, 'timeoutSeconds') ?? DEFAULT_TIMEOUT_SECONDS;
  const marks = query.get('allowWatchBookmarks') === 'true';
  const lines: object[] = [];
  let send = (line: object): void => void lines.push(line);
  const view = viewOf(request, door.store.clock.now());
  const close = await door
    .watch(queryOf(target, query), query.get('resourceVersion') ?? undefined, ({ type, object }) =>
      send({ type, object: shown(target.kind, object, view) }),
    )
    .catch(lostPlace);
  response.writeHead(200, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
  response.flushHeaders();
  send = (line) => void response.write(`${JSON.stringify(line)}\n`);
  for (const line of lines) send(line);
  if (close instanceof StatusError) {
    send({ type: 'ERROR', object: close.toStatus() });
    response.end();
    return;
  }
  keepOpen(response, close, seconds, () => {
    if (marks) send(bookmark(door, target));
  });
}

/** 410, and a place that is yet to come, are told by an ERROR within the stream. */
function lostPlace(error: unknown): StatusError {
  if (error instanceof StatusError && error.isPlaceLost) return error;
  throw error;
}

function keepOpen(response: ServerResponse, close: () => void, seconds: number, mark: () => void): void {
  const marking = setInterval(mark, BOOKMARK_SECONDS * SECOND);
  const ending = setTimeout(() => {
    mark();
    stop();
    response.end();
  }, seconds * SECOND);
  const stop = (): void => {
    close();
    clearInterval(marking);
    clearTimeout(ending);
  };
  response.on('close', stop);
  if (response.destroyed) stop();
}

function bookmark(door: FrontDoor, { apiVersion, kind }: Target): object {
  const metadata = { resourceVersion: door.store.resourceVersion, creationTimestamp: null };
  return { type: 'BOOKMARK', object: { kind: kind.kind, apiVersion, metadata } };
}

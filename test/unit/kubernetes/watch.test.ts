import { afterEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { DeniedError, TransientError } from '#core/errors.ts';
import type { KubernetesCluster } from '#shared/kubernetes/cluster.ts';
import type { WatchEvent, WatchQuery } from '#shared/ports.ts';
import { clusterAt, startScriptedServer, type Reply, type ScriptedServer } from './scripted-server.ts';

const QUERY: WatchQuery = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', resourceVersion: '5', timeout: 1_500 };

let server: ScriptedServer;
let cluster: KubernetesCluster;

async function given(reply: Reply): Promise<void> {
  server = await startScriptedServer(() => reply);
  cluster = clusterAt(server);
}

afterEach(async () => {
  cluster.close();
  await server.close();
});

function pod(name: string): object {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop', uid: name, resourceVersion: '6' } };
}

const line = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`;

/** The server sends these pieces one after the other, then ends the stream. */
function streaming(...chunks: readonly (string | Buffer)[]): Reply {
  return (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const next = (index: number): void => {
      const chunk = chunks[index];
      if (chunk === undefined) response.end();
      else response.write(chunk, () => setImmediate(next, index + 1));
    };
    next(0);
  };
}

async function all(query: WatchQuery = QUERY): Promise<readonly WatchEvent[]> {
  const events: WatchEvent[] = [];
  for await (const event of cluster.watch(query)) events.push(event);
  return events;
}

describe('watch', () => {
  it('given changes and bookmarks, then they come as they are until the server ends the stream', async () => {
    const bookmark = { metadata: { resourceVersion: '9' } };
    await given(
      streaming(
        line('ADDED', pod('a')),
        line('MODIFIED', pod('a')) + line('DELETED', pod('a')),
        line('BOOKMARK', bookmark),
      ),
    );
    expect(await all()).toEqual([
      { type: 'ADDED', object: pod('a') },
      { type: 'MODIFIED', object: pod('a') },
      { type: 'DELETED', object: pod('a') },
      { type: 'BOOKMARK', resourceVersion: '9' },
    ]);
  });

  it('given a query, then the server gets its place, its time in whole seconds and its selectors', async () => {
    await given(streaming());
    await all({ ...QUERY, labelSelector: 'a=b', fieldSelector: 'metadata.name=x' });
    expect(server.asked[0]).toMatchObject({
      line: 'GET /api/v1/namespaces/shop/pods',
      query: {
        watch: 'true',
        allowWatchBookmarks: 'true',
        resourceVersion: '5',
        timeoutSeconds: '2',
        labelSelector: 'a=b',
        fieldSelector: 'metadata.name=x',
      },
    });
  });

  it('given lines and letters torn apart on the way, then they are put together', async () => {
    const bytes = Buffer.from(line('ADDED', pod('über')));
    await given(streaming(...Array.from(bytes, (byte) => Buffer.from([byte]))));
    expect(await all()).toEqual([{ type: 'ADDED', object: pod('über') }]);
  });

  it.each([
    {
      given: 'an ERROR event',
      reply: streaming(
        line('ADDED', pod('a')),
        line('ERROR', { code: 410, message: 'too old' }),
        line('ADDED', pod('b')),
      ),
      before: 1,
    },
    { given: 'the answer 410', reply: { code: 410, body: { message: 'too old' } }, before: 0 },
    {
      given: 'a place that the server does not know yet',
      reply: { code: 504, body: { message: 'too old', details: { causes: [{ reason: 'ResourceVersionTooLarge' }] } } },
      before: 0,
    },
  ])('given $given, then the place is lost and the watch ends', async ({ reply, before }) => {
    await given(reply);
    const events = await all();
    expect(events).toHaveLength(before + 1);
    expect(events.at(-1)).toEqual({ type: 'EXPIRED', message: 'too old' });
  });

  it('given 403, then it is denied with the verb watch', async () => {
    await given({ code: 403, body: { message: 'no' } });
    await expect(all()).rejects.toThrow(DeniedError);
    await expect(all()).rejects.toThrow('Weir may not watch pods in namespace shop');
  });

  it('given a stream that breaks, then what came is delivered before it fails', async () => {
    await given((response) => {
      response.write(line('ADDED', pod('a')), () => setImmediate(() => response.socket?.destroy()));
    });
    const seen: string[] = [];
    const watching = async (): Promise<void> => {
      for await (const event of cluster.watch(QUERY)) seen.push(event.type);
    };
    await expect(watching()).rejects.toThrow(TransientError);
    expect(seen).toEqual(['ADDED']);
  });

  it.each([
    { given: 'before it begins', aborted: true },
    { given: 'while it is quiet', aborted: false },
  ])('given an abort $given, then it ends without an error', async ({ aborted }) => {
    const stop = new AbortController();
    await given((response) => response.writeHead(200).write('\n', () => stop.abort()));
    if (aborted) stop.abort();
    expect(await all({ ...QUERY, signal: stop.signal })).toEqual([]);
  });

  it('given a reader that stops, then the server sees the connection close', async () => {
    let closed: Promise<unknown> = Promise.resolve();
    await given((response) => {
      closed = new Promise((resolve) => response.once('close', resolve));
      response.write(line('ADDED', pod('a')));
    });
    for await (const event of cluster.watch(QUERY)) if (event.type === 'ADDED') break;
    await closed;
    expect(server.asked).toHaveLength(1);
  });
});

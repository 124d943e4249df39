/** A metric system that answers what an example says, over HTTP on a free local port, and remembers what it was asked. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Answer, RecordedRequest } from './examples.ts';

export interface MetricSource {
  /** What `$SERVER` stands for. */
  readonly address: string;
  /** Lists by key; a later list replaces the earlier one, a spent list repeats its last answer. */
  answer(values: Readonly<Record<string, readonly Answer[]>>): void;
  /** One answer for every request. */
  answerAlways(answer: Answer): void;
  /** The requests since the last call. */
  takeRequests(): readonly RecordedRequest[];
  close(): Promise<void>;
}

export async function openMetricSource(): Promise<MetricSource> {
  const answers = new Map<string, Answer[]>();
  let always: Answer | undefined;
  let requests: RecordedRequest[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const recorded = await recordOf(request);
      requests.push(recorded);
      const { status, body } = wire(always ?? next(answers, recorded.key));
      response.writeHead(status).end(body);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: (values) => {
      for (const [key, list] of Object.entries(values)) answers.set(key, [...list]);
    },
    answerAlways: (answer) => {
      always = answer;
    },
    takeRequests: () => {
      const taken = requests;
      requests = [];
      return taken;
    },
    close: () => close(server),
  };
}

async function recordOf(request: IncomingMessage): Promise<RecordedRequest> {
  const body = await text(request);
  const path = request.url ?? '/';
  return {
    key: keyOf(path),
    method: request.method ?? '',
    path,
    headers: request.headers as Record<string, string>,
    ...(body !== '' && { body }),
  };
}

/** `/m/<key>…`, and for systems with paths of their own the first part. */
function keyOf(path: string): string {
  const parts = path.split(/[/?]/).filter((part) => part !== '');
  return (parts[0] === 'm' ? parts[1] : parts[0]) ?? '';
}

function next(answers: Map<string, Answer[]>, key: string): Answer {
  const list = answers.get(key) ?? [];
  return (list.length > 1 ? list.shift() : list[0]) ?? { status: 404, body: 'no such metric' };
}

function wire(answer: Answer): { status: number; body: string } {
  const body = answer.json === undefined ? (answer.body ?? '') : JSON.stringify(answer.json);
  return { status: answer.status ?? 200, body };
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

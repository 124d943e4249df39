/** Stands before a DynamoDB: while it is shut, every request breaks off without an answer. */
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface StoreDoor {
  readonly endpoint: string;
  shut(): void;
  open(): void;
  /** How many requests found it shut. */
  readonly refused: () => number;
  /** Told of each request that was let through, once it has been answered. */
  afterwards: (operation: string, body: string) => void;
  close(): Promise<void>;
}

export async function startStoreDoor(endpoint: string): Promise<StoreDoor> {
  let isShut = false;
  let refused = 0;
  const server = createServer((request, response) => {
    if (!isShut) return void passOn(request, response);
    refused += 1;
    request.socket.destroy();
  });

  async function passOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const { method, headers } = request;
    const asked = ask(endpoint, { method, headers, path: request.url }, (answer) => {
      door.afterwards(String(headers['x-amz-target']), body);
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    asked.once('error', () => response.destroy());
    asked.end(body);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const door: StoreDoor = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    shut: () => void (isShut = true),
    open: () => void (isShut = false),
    refused: () => refused,
    afterwards: () => undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return door;
}

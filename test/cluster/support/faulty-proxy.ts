/** Stands between Weir and the API server, plain HTTP on loopback: answers for it, or breaks connections, as a test says. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as askServer } from 'node:https';
import { readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import type { ControlPlaneFacts, User } from './control-plane.ts';

/** The HTTP status to answer with instead of the API server; undefined: it is asked. */
export type Fault = (request: { readonly method: string; readonly url: URL }) => number | undefined;

export interface FaultyProxy {
  fault: Fault;
  /** How many requests it answered itself. */
  readonly refused: () => number;
  /** Breaks every connection that is open now: watches and requests in hand. */
  cut(): void;
  /** @returns the path of a kubeconfig that leads through the proxy */
  kubeconfig(user: User): string;
  close(): Promise<void>;
}

export async function startFaultyProxy(facts: ControlPlaneFacts): Promise<FaultyProxy> {
  const ca = readFileSync(join(facts.folder, 'certs', 'apiserver.crt'));
  const open = new Set<Socket>();
  let refused = 0;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', facts.server);
    const code = proxy.fault({ method: request.method ?? 'GET', url });
    if (code === undefined) return passOn(request, response, url, ca);
    refused += 1;
    request.resume();
    const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, message: `the test says ${code}` };
    response.writeHead(code, { 'content-type': 'application/json', ...(code === 429 ? { 'retry-after': '1' } : {}) });
    response.end(JSON.stringify(status));
  });
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const proxy: FaultyProxy = {
    fault: () => undefined,
    refused: () => refused,
    cut: () => open.forEach((socket) => socket.destroy()),
    kubeconfig: (user) => {
      const file = join(facts.folder, `proxy-${new URL(address).port}.kubeconfig`);
      const config = {
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'test',
        clusters: [{ name: 'test', cluster: { server: address } }],
        users: [{ name: 'user', user }],
        contexts: [{ name: 'test', context: { cluster: 'test', user: 'user' } }],
      };
      writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
      return file;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}

function passOn(request: IncomingMessage, response: ServerResponse, url: URL, ca: Buffer): void {
  const { method, headers } = request;
  const asked = askServer(url, { method, headers: { ...headers, host: url.host }, ca }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
    answer.once('error', () => response.destroy());
  });
  asked.once('error', () => response.destroy());
  response.once('close', () => asked.destroy());
  request.pipe(asked);
}

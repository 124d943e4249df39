/** The HTTP API of the deployed stack under an address that this machine resolves: MiniStack tells APIs apart by the Host. */
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Address {
  readonly url: string;
  stop(): Promise<void>;
}

/** @param apiUrl as the stack's output says it */
export async function openAddress(apiUrl: string, port: number): Promise<Address> {
  const [id = ''] = new URL(apiUrl).hostname.split('.');
  const host = `${id}.execute-api.localhost:${port}`;
  const server = createServer((asked, answer) => {
    const { method, url: path, headers } = asked;
    const passed = request({ host: '127.0.0.1', port, method, path, headers: { ...headers, host } }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    asked.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => stopped(server) };
}

function stopped(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Prometheus and Alertmanager on loopback, with the rules and the routes that examples/ ship. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { debianProgram } from '../support/debian-program.ts';
import { eventually, freePorts, startServer, type Server } from '../support/processes.ts';

const EXAMPLES = fileURLToPath(new URL('../../../examples', import.meta.url));

export interface Monitoring {
  readonly url: string;
  stop(options?: { readonly signal?: NodeJS.Signals }): Promise<void>;
}

export interface PrometheusOptions {
  readonly targetsFile: string;
  readonly port: number;
  readonly alertmanager: string;
  /** The path of its rules; by default those of examples/. */
  readonly rules?: string;
}

export async function startPrometheus(
  folder: string,
  { targetsFile, port, alertmanager, rules = join(EXAMPLES, 'alerts.yaml') }: PrometheusOptions,
): Promise<Monitoring> {
  const config = join(folder, 'prometheus.yaml');
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [rules],
      alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
      scrape_configs: [{ job_name: 'apps', file_sd_configs: [{ files: [targetsFile], refresh_interval: '1s' }] }],
    }),
  );
  const server = startServer('prometheus', folder, [
    await debianProgram('prometheus'),
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, 'prometheus-data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--rules.alert.resend-delay=5s',
  ]);
  return ready(server, `http://127.0.0.1:${port}`);
}

/** examples/alertmanager.yaml with the two places that everybody sets: where Weir is, and where its token is kept. @param port free by default */
export async function startAlertmanager(
  folder: string,
  weir: { readonly url: string; readonly token: string },
  port?: number,
): Promise<Monitoring> {
  const [free = 0] = await freePorts(1);
  const address = `127.0.0.1:${port ?? free}`;
  const tokenFile = join(folder, 'weir-token');
  writeFileSync(tokenFile, weir.token, { mode: 0o600 });
  const example = readFileSync(join(EXAMPLES, 'alertmanager.yaml'), 'utf8');
  const config = join(folder, 'alertmanager.yaml');
  writeFileSync(
    config,
    example.replace('https://weir.example.com', weir.url).replace('/etc/alertmanager/weir-token', tokenFile),
  );
  mkdirSync(join(folder, 'alertmanager-data'), { recursive: true });
  const server = startServer('prometheus-alertmanager', folder, [
    await debianProgram('prometheus-alertmanager'),
    `--config.file=${config}`,
    `--storage.path=${join(folder, 'alertmanager-data')}`,
    `--web.listen-address=${address}`,
    '--cluster.listen-address=',
  ]);
  return ready(server, `http://${address}`);
}

async function ready(server: Server, url: string): Promise<Monitoring> {
  await eventually(`${server.name} is ready`, async () => {
    server.mustLive();
    return (await fetch(`${url}/-/ready`)).ok ? true : undefined;
  });
  return { url, stop: (options) => server.stop(options) };
}

/** The pods of the test cluster run nothing: in their place one app per version takes requests, as many as it has ready pods. */
import { request } from 'node:http';
import { writeFileSync } from 'node:fs';
import type { ReplicaSet } from '#core/resources/kubernetes.ts';
import { POD_TEMPLATE_HASH } from '#core/resources/keys.ts';
import type { Recording } from '../support/recorder.ts';
import { startApp, type App, type Behaviour } from './app.ts';

export interface TrafficOptions {
  readonly recording: Recording;
  readonly namespace: string;
  /** How the version with this image behaves. */
  readonly behaviourOf: (image: string) => Behaviour;
  /** Where Prometheus reads its targets (file_sd). */
  readonly targetsFile: string;
}

const EVERY_MS = 25;

interface Version {
  readonly app: App;
  readonly name: string;
  readonly rollout: string;
  readonly hash: string;
}

/** Requests go to each Rollout's versions by turns, weighted by their available pods. */
export function startTraffic({ recording, namespace, behaviourOf, targetsFile }: TrafficOptions) {
  const versions = new Map<string, Promise<Version>>();
  const known: Version[] = [];
  let turn = 0;
  writeFileSync(targetsFile, '[]');

  const timer = setInterval(() => {
    for (const replicaSet of recording.all<ReplicaSet>('ReplicaSet')) meet(replicaSet);
    turn += 1;
    for (const rollout of new Set(known.map((version) => version.rollout))) send(rollout);
  }, EVERY_MS);

  function meet(replicaSet: ReplicaSet): void {
    const { name } = replicaSet.metadata;
    if (versions.has(name)) return;
    versions.set(
      name,
      versionOf(replicaSet).then((version) => {
        known.push(version);
        writeFileSync(targetsFile, JSON.stringify(known.map(targetOf)));
        return version;
      }),
    );
  }

  async function versionOf({ metadata, spec }: ReplicaSet): Promise<Version> {
    const app = await startApp(behaviourOf(spec?.template?.spec?.containers[0]?.image ?? ''));
    const hash = metadata.labels?.[POD_TEMPLATE_HASH] ?? '';
    return { app, name: metadata.name, rollout: metadata.name.slice(0, -hash.length - 1), hash };
  }

  const targetOf = ({ app, rollout, hash }: Version) => ({
    targets: [app.host],
    labels: { namespace, service: rollout, rollouts_pod_template_hash: hash },
  });

  function send(rollout: string): void {
    const pods = known
      .filter((version) => version.rollout === rollout)
      .flatMap(({ app, name }) => Array.from({ length: availableOf(name) }, () => app.host));
    const host = pods[turn % pods.length];
    if (host !== undefined)
      request(`http://${host}/`, (answer) => answer.resume())
        .on('error', () => undefined)
        .end();
  }

  function availableOf(name: string): number {
    return recording.latest<ReplicaSet>('ReplicaSet', name)?.status?.availableReplicas ?? 0;
  }

  return {
    stop: async () => {
      clearInterval(timer);
      for (const { app } of await Promise.all(versions.values())) await app.close();
    },
  };
}

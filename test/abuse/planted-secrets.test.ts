/**
 * Credentials that a provider gives back in every way it can: none of them is found in what Weir stores, says or shows, as
 * it is or as others write it.
 */
import { afterEach, describe, expect, it } from '@jest/globals';
import { TransientError } from '#core/errors.ts';
import type { Reading } from '#core/analysis/reading.ts';
import { releaseCard, threadLine } from '#core/messages/card/card.ts';
import { transitionLine } from '#core/messages/line.ts';
import { HOUR, MINUTE, SECOND } from '#core/time.ts';
import { createMemoryCursorStore } from '#shared/history/memory-cursor-store.ts';
import { readHistory } from '#shared/controllers/release-history.ts';
import { createLogger } from '#shared/logger.ts';
import type { MetricProvider } from '#shared/ports.ts';
import { World } from '../support/world.ts';

/** With what JSON, URLs and pages write in other ways. */
const SECRET = `pl4nted+S3cret/&<"é'>=t4il`;
const KNOWN_BY = ['pl4nted', 'S3cret', 't4il'];

let world: World;
afterEach(() => world.stop());

type Part = 'text' | 'message' | 'metadata' | 'thrown' | 'pending' | 'verdict' | 'resolved' | 'clean-up';
const PARTS: readonly Part[] = ['text', 'message', 'metadata', 'thrown', 'pending', 'verdict', 'resolved', 'clean-up'];

/** As somebody's answer, address, page or log writes it. */
const WRITTEN: Readonly<Record<string, (secret: string) => string>> = {
  'as it is': (secret) => `bad token ${secret}.`,
  'in JSON': (secret) => JSON.stringify({ token: secret }),
  'in JSON of Go': (secret) =>
    JSON.stringify({ token: secret }).replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026'),
  'in JSON within JSON': (secret) => JSON.stringify({ body: JSON.stringify({ token: secret }) }),
  'in a URL': (secret) => `GET https://metrics/api?token=${encodeURIComponent(secret)}: 403`,
  'in a form': (secret) => new URLSearchParams({ token: secret }).toString(),
  'in a page': (secret) =>
    `<pre>${secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')}</pre>`,
  'in a header': (secret) => `Authorization: Bearer ${secret}\r\nX-Echo: ${secret}`,
  'in a login': (secret) => `Authorization: Basic ${Buffer.from(`admin:${secret}`).toString('base64')}`,
  'in base64 for URLs': (secret) => `eyJ.${Buffer.from(`{"t":"${secret}"}`).toString('base64url')}.sig`,
};

function readingOf(part: Part, text: string, now: number): Reading {
  switch (part) {
    case 'message':
      return { kind: 'error', message: text };
    case 'thrown':
      throw new TransientError(text, { cause: new Error(text) });
    case 'metadata':
      return { kind: 'value', value: { kind: 'vector', values: [1] }, text: '[1]', metadata: { echo: text } };
    case 'pending':
      return { kind: 'pending', resumeAt: now + 5 * SECOND, metadata: { job: text }, message: text };
    case 'verdict':
      return { kind: 'verdict', phase: 'Failed', text, message: text, metadata: { echo: text } };
    default:
      return { kind: 'value', value: { kind: 'vector', values: [1] }, text };
  }
}

function echoing(part: Part, written: (secret: string) => string): MetricProvider {
  return {
    type: 'Web',
    // What the provider was given, as it was filled in.
    read: async ({ metric }) =>
      readingOf(part, written(given(metric.provider.web?.headers?.[0]?.value)), world.clock.now()),
    ...(part === 'resolved' && {
      metadata: ({ metric }) => ({ url: written(given(metric.provider.web?.headers?.[0]?.value)) }),
    }),
    ...(part === 'clean-up' && {
      cleanUp: async ({ metric }) => {
        throw new TransientError(written(given(metric.provider.web?.headers?.[0]?.value)));
      },
    }),
  };
}

function given(header: string | undefined): string {
  if (header !== SECRET) throw new Error('the provider was not given the secret: the test shows nothing');
  return header;
}

const ANALYSIS = {
  templates: [{ templateName: 'echo' }],
  args: [{ name: 'plain', value: 'p' }],
};
const MANIFESTS = [
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'api' },
    data: { token: Buffer.from(SECRET).toString('base64') },
  },
  {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisTemplate',
    metadata: { name: 'echo' },
    spec: {
      args: [{ name: 'plain' }, { name: 'token', valueFrom: { secretKeyRef: { name: 'api', key: 'token' } } }],
      measurementRetention: [{ metricName: 'echo', limit: 1 }],
      metrics: [
        {
          name: 'echo',
          interval: '10s',
          failureLimit: 3,
          consecutiveErrorLimit: 3,
          successCondition: 'result != "{{args.token}}"',
          provider: { web: { url: 'http://x/{{args.token}}', headers: [{ key: 'X-Token', value: '{{args.token}}' }] } },
        },
      ],
    },
  },
  {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'my-app' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'my-app' } },
      template: { metadata: { labels: { app: 'my-app' } }, spec: { containers: [{ name: 'a', image: 'my-app:v1' }] } },
      strategy: { canary: { analysis: ANALYSIS, steps: [{ setWeight: 50 }, { pause: {} }] } },
    },
  },
];

/** All that outlives a pass or leaves the process, Secrets apart. */
async function everything(): Promise<readonly string[]> {
  const lines: string[] = [];
  const logger = createLogger({ service: 'reconcile', level: 'debug', write: (line) => void lines.push(line) });
  for (const { level, message, fields } of world.said) logger[level](message, fields);
  const rollout = { cluster: 'local', namespace: 'default', name: 'my-app' };
  const { ports } = world.engine;
  const releases = await readHistory(rollout, 10, { ...ports, cursors: createMemoryCursorStore() });
  const transitions = releases.flatMap((release) => release.transitions);
  return [
    ...world.store
      .all()
      .filter(({ kind }) => kind !== 'Secret')
      .map((object) => JSON.stringify(object)),
    ...lines,
    ...world.told.map((event) => JSON.stringify(event)),
    ...releases.flatMap((release) => [JSON.stringify(release), JSON.stringify(releaseCard(release))]),
    ...transitions.map(({ message }) => JSON.stringify(threadLine(message))),
    ...transitions.map((transition) => transitionLine({ namespace: 'default', rollout: 'my-app' }, transition)),
  ];
}

/** What somebody can make of a text: itself, and its base64. */
function readable(text: string): readonly string[] {
  const parts = text.match(/[\w+/=-]{12,}/g) ?? [];
  const shifted = parts.flatMap((part) =>
    [0, 1, 2, 3].map((from) => Buffer.from(part.slice(from), 'base64').toString('latin1')),
  );
  return [text, decodeURIComponent(text.replaceAll(/%(?![0-9A-Fa-f]{2})/g, '%25')), ...shifted];
}

describe.each(PARTS.map((part) => ({ part })))('given a provider that gives a credential back ($part)', ({ part }) => {
  it.each(Object.entries(WRITTEN).map(([how, written]) => ({ how, written })))(
    'when it writes it $how, then nothing that is stored, said or shown has it',
    async ({ written }) => {
      world = new World({ providers: () => ({ for: async () => echoing(part, written) }) });
      await world.apply(...MANIFESTS);
      await world.until('the first deployment', async () => (await world.phase()) === 'Healthy', HOUR);
      await world.setImage('my-app:v2');
      await world.passes(2 * MINUTE);
      const [run] = await world.analysisRuns();
      expect(run?.status?.metricResults?.[0]?.measurements?.length).toBeGreaterThan(0);
      const found = (await everything()).filter((text) =>
        readable(text).some((each) => KNOWN_BY.some((part_) => each.includes(part_))),
      );
      expect(found).toEqual([]);
    },
  );
});

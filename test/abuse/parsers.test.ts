/**
 * Everything that reads what somebody else has written, fed with broken, hostile and oversize text: it answers, or throws
 * the error that it documents, and nothing else. One row per parser.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseDuration } from '#core/duration.ts';
import { InvalidSpecError } from '#core/errors.ts';
import { resolveText } from '#core/analysis/substitute.ts';
import { isFrozenAt } from '#core/commands/freeze.ts';
import { parseWords } from '#core/commands/parse.ts';
import { judgeUrl } from '#core/egress/judge.ts';
import { parseIp, parseRange } from '#core/egress/ip-address.ts';
import { compileCondition } from '#core/expr/compile.ts';
import { tokensIn } from '#core/lint/tokens.ts';
import { parseEphemeralMetadata, swapped } from '#core/rollout/injected-metadata.ts';
import { canonicalQuantity } from '#core/rollout/quantity.ts';
import { parseTimestamp } from '#core/time.ts';
import { parseAlertGroup } from '#shared/alertmanager/payload.ts';
import { parseConfig } from '#shared/config-file.ts';
import { readKubeConfig } from '#shared/kubernetes/kube-config-file.ts';
import { decodeForm } from '#shared/metric-providers/form.ts';
import { parseCsv } from '#shared/metric-providers/influxdb/csv.ts';
import { parseTemplate } from '#shared/metric-providers/json-path/parse.ts';
import { parseJson } from '#shared/metric-providers/json-text.ts';
import { parseFloatText } from '#shared/metric-providers/number-text.ts';
import { ReadingError } from '#shared/metric-providers/provider.ts';
import { readDocuments } from '../../cli/lint/documents.ts';
import { readQuery } from '../../cli/lint/read-query.ts';
import { parseReview } from '../../functions/admission/schema.ts';
import { parseOrderRequest } from '../../functions/api/schema.ts';
import { parseClick } from '../../functions/slack/interaction.ts';
import { originOf, parseSlashCommand } from '../../functions/slack/schema.ts';

interface Parser {
  readonly parser: string;
  readonly read: (text: string) => unknown;
  /** Well-formed, to be spoilt. */
  readonly samples: readonly string[];
  /** Documented; absent: it never throws. */
  readonly throws?: abstract new (...args: never) => Error;
}

const json = JSON.stringify;
const ALERT = {
  status: 'firing',
  labels: { a: 'b' },
  annotations: {},
  startsAt: '2026-01-01T00:00:00Z',
  fingerprint: 'f',
};
const BUTTON = { cluster: 'a', namespace: 'b', name: 'c', binding: { uid: 'u', podHash: 'h', stepIndex: 1 } };
const CLICK = {
  type: 'block_actions',
  team: { id: 'T' },
  user: { id: 'U' },
  response_url: 'https://hooks.slack.com/x',
  actions: [{ action_id: 'weir-promote', value: json(BUTTON) }],
};
const REVIEW = { uid: 'u', operation: 'CREATE', object: { apiVersion: 'a/v1', kind: 'B', metadata: { name: 'x' } } };
const KUBE_CONFIG = `current-context: a
clusters: [{name: c, cluster: {server: "https://x", certificate-authority-data: AA==}}]
contexts: [{name: a, context: {cluster: c, user: u}}]
users: [{name: u, user: {token: t}}]
`;
const asPayload = (text: string) => new URLSearchParams({ payload: text }).toString();

const PARSERS: readonly Parser[] = [
  {
    parser: 'conditions',
    read: compileCondition,
    samples: ['result[0] >= 0.95', 'all(result, {# < 1}) and len(result) > 0', '"a" matches "b+" ? {a: [1..3]} : nil'],
    throws: InvalidSpecError,
  },
  { parser: 'durations', read: parseDuration, samples: ['1m30s', '-1.5h', '.5s'] },
  { parser: 'quantities', read: canonicalQuantity, samples: ['100m', '1.5Gi', '1e3', '-0.5E'] },
  {
    parser: 'JSONPath templates',
    read: parseTemplate,
    samples: ['{$.data.result[0].value[1]}', '{range .items[*]}{.a}{end}', '{.a[?(@.b==1)].c}', '{..x[1:3:2]}'],
    throws: Error,
  },
  {
    parser: 'manifests',
    read: (text) => readDocuments('f.yaml', text),
    samples: [
      'apiVersion: v1\nkind: A\nmetadata: {name: x}\nspec: &a {b: *a}\n---\n- 1\n',
      'a: !!binary x\n<<: [*x]\n',
    ],
  },
  {
    parser: 'weir.yaml',
    read: (text) => parseConfig(text, 'weir.yaml'),
    samples: ['clusters:\n- name: prod\nfreezes: [{from: "Fri 16:00", to: "Mon 08:00", reason: x}]\n'],
    throws: InvalidSpecError,
  },
  {
    parser: 'kubeconfigs',
    read: (text) => readKubeConfig({ text }, {}),
    samples: [KUBE_CONFIG, 'clusters: null\ncontexts: [null]\ncurrent-context: 1'],
    throws: InvalidSpecError,
  },
  {
    parser: 'queries, as lint reads them',
    read: readQuery,
    samples: ['sum(rate(a{b="c"}[5m])) by (x) / on() group_left b offset 5m', 'x[{{args.w}}]'],
  },
  {
    parser: 'arguments in texts',
    read: (text) => resolveText(text, [{ name: 'x', value: 'y$&' }]),
    samples: ['{{args.x}} and {{args.x}}', '{{args.x}} {{ args.y }}', '{{args.x', '{{{{args.x}}}}'],
    throws: InvalidSpecError,
  },
  { parser: 'tokens, as lint reads them', read: tokensIn, samples: ['{{args.x}} {{weir.sinceUpdate}}'] },
  {
    parser: 'words of a slash command',
    read: parseWords,
    samples: [
      'promote shop --full',
      'set image shop app=x:1 --cluster a',
      'freeze prod/* --until 2026-01-01T00:00:00Z',
    ],
  },
  {
    parser: 'slash commands',
    read: (text) => [parseSlashCommand(text), originOf(text)],
    samples: ['command=%2Fweir&text=promote+shop&team_id=T1&user_id=U1&response_url=https%3A%2F%2Fx'],
  },
  {
    parser: 'clicks on cards',
    read: (text) => [parseClick(text), parseClick(asPayload(text)), originOf(asPayload(text))],
    samples: [json(CLICK)],
  },
  {
    parser: 'Alertmanager’s payloads',
    read: parseAlertGroup,
    samples: [json({ version: '4', truncatedAlerts: 1, alerts: [ALERT] })],
  },
  {
    parser: 'admission reviews',
    read: parseReview,
    samples: [json({ apiVersion: 'admission.k8s.io/v1', request: REVIEW })],
  },
  { parser: 'orders of the API', read: parseOrderRequest, samples: ['{"id":"a","words":"promote x"}'] },
  { parser: 'timestamps', read: parseTimestamp, samples: ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.123456+02:00'] },
  {
    parser: 'times of freezes',
    read: (text) => isFrozenAt({ reason: '', from: text, to: text }, 0),
    samples: ['Fri 16:00', '22:00', '2026-01-01T00:00:00Z'],
    throws: InvalidSpecError,
  },
  {
    parser: 'time zones of freezes',
    read: (text) => isFrozenAt({ reason: '', from: '22:00', to: '06:00', timezone: text }, 0),
    samples: ['Europe/Berlin', 'UTC', '+02:00'],
    throws: InvalidSpecError,
  },
  { parser: 'CSV of InfluxDB', read: parseCsv, samples: ['#a,b\n,"x ""y""",1\r\n\r\n,z'], throws: ReadingError },
  { parser: 'forms', read: decodeForm, samples: ['a=b&c=%20%zz&=&d'] },
  { parser: 'JSON of providers', read: parseJson, samples: ['{"a":[1e309,-0,"\\ud800"]}'] },
  { parser: 'numbers of providers', read: parseFloatText, samples: ['1e309', '0x1p-2', 'NaN', '+Inf', '1_000'] },
  {
    parser: 'addresses',
    read: (text) => [parseIp(text), parseRange(text), judgeUrl(text, {})],
    samples: [
      '::ffff:1.2.3.4',
      'fe80::1%eth0',
      '10.0.0.0/8',
      'http://user@169.254.169.254:80/?a#b',
      'http://[::1]:9001',
    ],
  },
  {
    parser: 'notes of injected metadata',
    read: (text) => swapped({ labels: { a: 'b' } }, parseEphemeralMetadata(text), { annotations: { c: 'd' } }),
    samples: ['{"labels":{"a":"b"},"annotations":null}', '[]'],
  },
];

const MARKS = '{}[]()<>&#*!%$"\'`\\:,./|?@+='.match(/./g) ?? [];
const SPECIAL: readonly string[] = [
  '\0',
  '\u202e',
  '\u200b',
  '\ud800',
  '\ufeff',
  '\x1b[2J',
  '\r\n',
  '\n',
  '\t',
  'é',
  '𝒳',
  ' ',
  '__proto__',
  'constructor',
  'toString',
  'NaN',
  'null',
  'true',
  '1e999',
  '99999999999999999999',
  '-',
  '0',
  '{{',
  '}}',
  ...MARKS,
];
const piece = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...SPECIAL) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 5 }) },
);

/** Something put in, taken out, replaced or doubled at some places. */
function spoilt(samples: readonly string[]): fc.Arbitrary<string> {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const change = fc.record({ share, put: fc.option(piece, { nil: '' }), drop: fc.nat(12), keeps: fc.boolean() });
  return fc
    .tuple(fc.constantFrom(...samples), fc.array(change, { minLength: 1, maxLength: 6 }))
    .map(([sample, changes]) =>
      changes.reduce((text, { share: at, put, drop, keeps }) => {
        const place = Math.floor(at * text.length);
        return text.slice(0, place) + put + text.slice(keeps ? place : place + drop);
      }, sample),
    );
}

const LARGE = [
  ...['[', '{"a":', '(', '{{', '!', '-', '"', '\n', '1', 'a.', '*', '%'].map((text) => text.repeat(2_000)),
  ...[
    ['[', ']'],
    ['(', ')'],
    ['{"a":', '}'],
  ].map(([open = '', close = '']) => `${open.repeat(2_000)}1${close.repeat(2_000)}`),
  'x'.repeat(200_000),
];

/** @returns what it throws that it does not document */
function surprise({ read, throws }: Parser, text: string): string | undefined {
  try {
    read(text);
    return undefined;
  } catch (error) {
    const isBug = error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
    return throws !== undefined && error instanceof throws && !isBug ? undefined : String(error);
  }
}

describe.each(PARSERS)('given what reads $parser', (parser) => {
  it('when it is given anything, then it answers, or throws what it documents', () => {
    const anything = fc.oneof(
      spoilt(parser.samples),
      fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(anything, (text) => {
        expect(surprise(parser, text)).toBeUndefined();
      }),
      { numRuns: 150 },
    );
  });

  it.each(LARGE.map((text) => ({ text, shown: `${text.slice(0, 5)}… (${text.length})` })))(
    'when it is given $shown, then it does too',
    ({ text }) => {
      expect(surprise(parser, text)).toBeUndefined();
    },
  );

  it('when it is given what it is for, then it answers', () => {
    expect(parser.samples.some((text) => surprise({ ...parser, throws: undefined as never }, text) === undefined)).toBe(
      true,
    );
  });
});

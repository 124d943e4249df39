import { describe, expect, it } from '@jest/globals';
import type { RecordedTransition, ReleaseSummary, TransitionType } from '#core/history/record.ts';
import type { JsonObject } from '#core/json.ts';
import type { Block } from '#core/messages/card/block.ts';
import { releaseCard } from '#core/messages/card/card.ts';
import type { Told } from '#core/messages/story.ts';

const RELEASE: ReleaseSummary = {
  id: 'uid-1.2.bbb',
  cluster: 'eu',
  namespace: 'shop',
  rollout: 'cart',
  revision: 2,
  podHash: 'bbb',
  strategy: 'canary',
  startedAt: Date.UTC(2026, 0, 1),
  outcome: 'running',
  reason: '',
  weights: [20],
  images: [{ container: 'app', from: 'cart:v1', to: 'cart:v2' }],
};

function transition(type: TransitionType, details: JsonObject = {}, message = ''): RecordedTransition {
  return { type, at: 0, message, details, release: RELEASE.id, object: 'o', version: 1, index: 0 };
}

const PAUSED = transition('paused', {
  stepIndex: 1,
  steps: 8,
  pausedAt: '2026-01-01T00:01:00Z',
  people: true,
  approvals: 2,
});
const measured = (phase: string, value: string) =>
  transition('measured', {
    metric: 'success-rate',
    phase,
    value,
    rule: 'result[0] >= 0.95',
    stable: { value: '[0.99]' },
  });

function told(more: Partial<Told> = {}): Told {
  return { release: RELEASE, transitions: [], orders: [], ...more };
}

const textOf = (blocks: readonly Block[]) => JSON.stringify(blocks);
function buttonsOf(blocks: readonly Block[]) {
  const actions = blocks.find(({ type }) => type === 'actions') as
    | { elements: { action_id: string; value: string }[] }
    | undefined;
  return actions?.elements ?? [];
}

describe('given a release', () => {
  it('when one of two has approved, then the card counts, and says who', () => {
    const approvals = { needed: 2, given: ['slack:T1/LI'] };
    const order = { receivedAt: 1, person: 'slack:T1/LI', state: 'applied', order: {}, effect: { approvals } };
    const earlier = { ...order, receivedAt: -1, effect: { approvals: { needed: 2, given: ['a', 'b'] } } };
    const { text } = releaseCard(told({ transitions: [PAUSED], orders: [order, earlier] }));
    expect(text).toContain('(1 of 2 approved, by slack:T1/LI)');
  });

  it('when it waits for people, then the card says for whom, and has a button bound to that very pause', () => {
    const { text, blocks } = releaseCard(told({ transitions: [PAUSED] }));
    expect(text).toBe("eu/shop/cart: Paused at step 2/8, 20 %; it waits for 2 approval(s), the author's not counted");
    expect(textOf(blocks)).toContain('Approve: cart (eu/shop)');
    expect(textOf(blocks)).toContain('`cart:v1` → `cart:v2`');
    const [promote, abort] = buttonsOf(blocks);
    expect(promote?.action_id).toBe('weir_promote');
    expect(JSON.parse(promote?.value ?? '')).toEqual({
      cluster: 'eu',
      namespace: 'shop',
      name: 'cart',
      binding: { uid: 'uid-1', podHash: 'bbb', stepIndex: 1, pausedAt: '2026-01-01T00:01:00Z' },
    });
    expect(abort?.action_id).toBe('weir_abort');
  });

  it.each([
    { given: 'a timed pause', transitions: [transition('paused', { until: '2026-01-01T00:06:00Z' })] },
    { given: 'a pause that is over', transitions: [PAUSED, transition('resumed')] },
    { given: 'no pause', transitions: [] },
  ])('when there is $given, then it can only be aborted', ({ transitions }) => {
    expect(buttonsOf(releaseCard(told({ transitions })).blocks).map(({ action_id }) => action_id)).toEqual([
      'weir_abort',
    ]);
  });

  it.each(['promoted', 'aborted', 'superseded'] as const)('when it is %s, then there is no button', (outcome) => {
    const release = { ...RELEASE, outcome, reason: 'why', finishedAt: RELEASE.startedAt + 41_000 };
    const { blocks } = releaseCard(told({ release, transitions: [PAUSED] }));
    expect(buttonsOf(blocks)).toEqual([]);
    expect(textOf(blocks)).toContain('took 41 s');
  });

  it('when it was measured, then each metric stands in the table: canary, stable, limit, verdict, n', () => {
    const { blocks } = releaseCard(
      told({ transitions: [measured('Successful', '[0.97]'), measured('Failed', '[0.91]')] }),
    );
    const table = textOf(blocks);
    expect(table).toMatch(/success-rate {2}\[0\.91\] {2}\[0\.99\] {2}result\[0\] &gt;= 0\.95 {2}Failed {3}2/);
  });

  it('when it is aborted, then it says at which weight, why and by whom', () => {
    const release = { ...RELEASE, outcome: 'aborted' as const, reason: 'Rollout aborted', finishedAt: 9e15 };
    const order = { command: { verb: 'abort', reason: 'too slow' } };
    const orders = [{ receivedAt: 1, person: 'slack:T1/U1', state: 'applied', verdict: 'aborted', order }];
    expect(releaseCard(told({ release, orders })).text).toContain(
      'Aborted at 20 %: Rollout aborted, by slack:T1/U1 (too slow)',
    );
  });

  it.each([
    { given: 'a command', order: { command: { verb: 'abort', binding: { podHash: 'of-another' } } } },
    { given: 'an alert', order: { action: 'abort' }, effect: { before: { podHash: 'of-another' } } },
  ])(
    'when $given aborted the next release before this one ended by a clock that is ahead, then it is not its cause',
    (one) => {
      const release = { ...RELEASE, outcome: 'aborted' as const, reason: 'Metric failed', finishedAt: 9e15 };
      const orders = [{ receivedAt: 1, person: 'slack:T1/U1', state: 'applied', ...one }];
      expect(releaseCard(told({ release, orders })).text).toMatch(/Aborted at 20 %: Metric failed$/);
    },
  );

  it('when Slack refuses the whole card, then a shorter one and a single line are there', () => {
    const transitions = [PAUSED, measured('Successful', '[0.97]')];
    expect(textOf(releaseCard(told({ transitions }), 'short').blocks)).not.toContain('success-rate');
    expect(releaseCard(told({ transitions }), 'line').blocks).toHaveLength(1);
  });
});

describe('given names and messages that want to do something', () => {
  const EVIL = '<!channel> `code` *bold* <https://evil|here> \u202Espoof \u001B[31m & :boom:';

  it('then nothing pings, links, formats or spoofs', () => {
    const release = {
      ...RELEASE,
      images: [{ container: EVIL, from: EVIL, to: EVIL }],
      rollout: EVIL,
      outcome: 'aborted' as const,
      reason: EVIL,
    };
    const orders = [{ receivedAt: 1, person: EVIL, state: 'applied', verdict: EVIL, order: { alertname: EVIL } }];
    const transitions = [transition('measured', { metric: EVIL, value: EVIL, phase: EVIL, rule: EVIL })];
    const { text, blocks } = releaseCard({ release, transitions, orders });
    for (const mrkdwn of [text, ...mrkdwnOf(blocks)]) {
      expect(mrkdwn).not.toMatch(/<!(?!date)|<https/);
      expect(mrkdwn.replaceAll('```', '').split('`').length % 2).toBe(1);
    }
    // oxlint-disable-next-line no-control-regex -- these must not be there
    expect(textOf(blocks)).not.toMatch(/\\u001b|\u202E|\u001B/);
  });

  it('then even very long ones stay within the limits of Slack', () => {
    const long = '<&>'.repeat(5_000);
    const release = {
      ...RELEASE,
      rollout: long,
      images: Array.from({ length: 60 }, () => ({ container: long, to: long })),
    };
    const transitions = Array.from({ length: 40 }, (_, index) =>
      transition('measured', { metric: `${long}${index}`, value: long, phase: long }),
    );
    const { text, blocks } = releaseCard({ release, transitions, orders: [] });
    expect(text.length).toBeLessThanOrEqual(300);
    expect(blocks.length).toBeLessThanOrEqual(50);
    for (const block of blocks.filter(({ type }) => type === 'section' || type === 'header')) {
      const { text: inner } = block as unknown as { text: { text: string } };
      expect(inner.text.length).toBeLessThanOrEqual(block.type === 'header' ? 150 : 3_000);
    }
  });
});

function mrkdwnOf(blocks: readonly Block[]): string[] {
  const found: string[] = [];
  JSON.stringify(blocks, (_key, value: unknown) => {
    const one = value as { type?: string; text?: string } | null;
    if (one?.type === 'mrkdwn' && typeof one.text === 'string') found.push(one.text);
    return value;
  });
  return found;
}

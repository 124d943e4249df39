/** Texts that want to act where they are shown: in Slack, at a terminal. Each of them in each place that shows others' words. */
import { describe, expect, it } from '@jest/globals';
import type { RecordedTransition, TransitionType } from '#core/history/record.ts';
import { auditTrail } from '#core/messages/audit.ts';
import { releaseCard, threadLine } from '#core/messages/card/card.ts';
import type { SlackMessage } from '#core/messages/card/block.ts';
import { explanation } from '#core/messages/explain.ts';
import { evidenceLines, transitionLine } from '#core/messages/line.ts';
import { releaseStory } from '#core/messages/story.ts';

const HOSTILE: Readonly<Record<string, string>> = {
  'a ping of everybody': '<!channel> <!here> <!everyone> <!subteam^S1>',
  'a ping of a person': '<@U012AB3CD>',
  'a link that shows another': '<https://evil.example|https://good.example>',
  'a date of Slack': '<!date^0^{date}|x>',
  'marks of emphasis': '*bold* _italic_ ~struck~ `code` ```block``` > quote',
  'an entity': '&lt;!channel&gt; &amp;',
  'colours of a terminal': '\u001b[31mred\u001b[0m',
  'a cleared screen': '\u001b[2J\u001b[H',
  'a link of a terminal': '\u001b]8;;https://evil.example\u0007here\u001b]8;;\u0007',
  'a title of a terminal': '\u001b]0;owned\u0007',
  'the eight-bit commands': '\u009b31m \u009d0;owned\u009c',
  'a backspace': 'refused\b\b\b\b\b\b\bapplied',
  'a carriage return': 'failed\rpassed',
  'a line of its own': 'x\r\n10:00:00  shop/cart  promoted  by ana\nX-Header: y',
  'line separators': 'x\u2028y\u2029z',
  'a turned direction': 'cart\u202egpj.exe \u2066x\u2069',
  'marks of direction': 'a\u200eb\u200fc\u061cd',
  'what nobody sees': 'pay\u200bments \u2060x \ufeff y \u00ad z \u{e0041}',
  'a script': '<script>alert(1)</script><img src=x onerror=alert(1)>',
  'a null': 'a\0b',
};

// oxlint-disable-next-line no-control-regex -- these must not be there
const ACTS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u00ad]/u;

function transitionsOf(text: string): readonly RecordedTransition[] {
  const types: readonly TransitionType[] = ['release-started', 'measured', 'alerted', 'ordered', 'paused', 'aborted'];
  const details = {
    metric: text,
    value: text,
    phase: text,
    rule: text,
    query: text,
    message: text,
    successCondition: text,
    alertname: text,
    stable: { value: text },
  };
  return types.map((type, index) => ({
    type,
    at: index,
    message: text,
    details,
    release: 'r',
    object: 'o',
    version: 1,
    index,
  }));
}

function releaseOf(text: string, outcome: 'running' | 'aborted') {
  return {
    release: {
      id: text,
      cluster: text,
      namespace: text,
      rollout: text,
      revision: 2,
      podHash: text,
      strategy: 'canary' as const,
      startedAt: 0,
      outcome,
      reason: text,
      weights: [20],
      stableHash: text,
      images: [{ container: text, from: text, to: text }],
    },
    transitions: transitionsOf(text),
    orders: [ordered(text)],
  };
}

function ordered(text: string) {
  return {
    id: text,
    receivedAt: 1,
    person: text,
    rollout: { cluster: text, namespace: text, name: text },
    state: 'applied' as const,
    verdict: text,
    order: { kind: 'command', command: { verb: 'abort', reason: text }, actor: { name: text }, alertname: text },
  };
}

/** What a terminal prints, line by line. */
const PRINTED: Readonly<Record<string, (text: string) => string>> = {
  'the line of a transition': (text) =>
    transitionsOf(text)
      .map((one) => transitionLine({ namespace: text, rollout: text }, one))
      .join('\n'),
  'the lines of evidence': (text) => evidenceLines(transitionsOf(text)).join('\n'),
  'the story of a release': (text) => releaseStory(releaseOf(text, 'aborted')),
  'an explanation': (text) => explanation([releaseOf(text, 'aborted')]),
  'the audit trail': (text) => auditTrail([ordered(text)]),
};

const POSTED: Readonly<Record<string, (text: string) => SlackMessage>> = {
  'the card of a release': (text) => releaseCard(releaseOf(text, 'running')),
  'the card of an abort': (text) => releaseCard(releaseOf(text, 'aborted')),
  'a short card': (text) => releaseCard(releaseOf(text, 'aborted'), 'short'),
  'a card of one line': (text) => releaseCard(releaseOf(text, 'aborted'), 'line'),
  'a line of the thread': threadLine,
};

const vectors = Object.entries(HOSTILE).map(([given, text]) => ({ given, text }));

describe.each(Object.entries(PRINTED).map(([place, print]) => ({ place, print })))('given $place', ({ print }) => {
  it.each(vectors)('when a name or message is $given, then nothing reaches the terminal as a command', ({ text }) => {
    const printed = print(text);
    expect(printed).not.toMatch(ACTS);
    expect(printed.split('\n').length).toBe(print('x').split('\n').length);
  });
});

describe.each(Object.entries(POSTED).map(([place, post]) => ({ place, post })))('given $place', ({ post }) => {
  it.each(vectors)('when a name or message is $given, then it does nothing in Slack', ({ text }) => {
    const message = post(text);
    for (const mrkdwn of [message.text, ...textsOf(message, 'mrkdwn')]) {
      expect(mrkdwn.replaceAll(/<!date\^\d+\^\{date_short_pretty\} \{time\}\|then>/g, '')).not.toMatch(/[<>]/);
      expect(mrkdwn).not.toMatch(ACTS);
    }
    for (const plain of textsOf(message, 'plain_text')) expect(plain).not.toMatch(ACTS);
  });
});

/** The texts of a message that Slack reads in this way. */
function textsOf({ blocks }: SlackMessage, type: 'mrkdwn' | 'plain_text'): string[] {
  const found: string[] = [];
  JSON.stringify(blocks, (_key, value: unknown) => {
    const part = value as { readonly type?: unknown; readonly text?: unknown } | null;
    if (part?.type === type && typeof part.text === 'string') found.push(part.text);
    return value;
  });
  return found;
}

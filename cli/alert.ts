/** `weir alert list`, `weir alert test FILE`: what Alertmanager delivered, and what a payload would do and why. */
import { readFileSync } from 'node:fs';
import { InvalidSpecError, messageOf } from '#core/errors.ts';
import { fullName } from '#core/commands/resolve-name.ts';
import { formatTimestamp } from '#core/time.ts';
import type { DeliveredAlert, ExplainedAlert } from '../functions/api/alerts.ts';
import { parseFlags } from './arguments.ts';
import { Client, connectionFrom } from './client.ts';
import { EXIT } from './exit-codes.ts';
import { formatted } from './io.ts';
import { reporting } from './reporting.ts';
import type { Verb } from './verb.ts';

const USAGE = [
  'weir alert list [--limit 50] [-o json|yaml]',
  'weir alert test FILE [-o json|yaml]',
  '',
  'FILE is a payload as Alertmanager sends it (version 4), or - for standard input. Nothing is stored and nothing is done.',
].join('\n');

export const alert: Verb = {
  summary: 'what alerts were delivered; what a payload would do, and why',
  usage: USAGE,
  async run(args, io) {
    const { values, positionals } = parseFlags(args, { limit: { type: 'string' } }, USAGE);
    const [verb, file] = positionals;
    if (verb !== 'list' && (verb !== 'test' || file === undefined)) throw new InvalidSpecError(USAGE);
    const payload = verb === 'test' ? payloadFrom(file ?? '') : '';
    const client = new Client(connectionFrom(values, io));
    return reporting(io, async () => {
      if (verb === 'list') {
        const delivered = await client.alerts(Number(values.limit ?? 50));
        io.print(formatted(values.output, delivered) ?? told(delivered.map(deliveredText), 'no alert was delivered'));
      } else {
        const explained = await client.testAlerts(payload);
        io.print(formatted(values.output, explained) ?? told(explained.map(explainedText), 'the payload has no alert'));
      }
      return EXIT.ok;
    });
  },
};

/** @throws InvalidSpecError when the file cannot be read */
function payloadFrom(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new InvalidSpecError(`${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function told(lines: readonly string[], none: string): string {
  return lines.length === 0 ? none : lines.join('\n');
}

function deliveredText({ alert: name, status, receivedAt, state, verdict }: DeliveredAlert): string {
  return `${formatTimestamp(receivedAt)}  ${name} (${status})  ${verdict ?? state}`;
}

function explainedText({ alert: name, status, missing, rollouts }: ExplainedAlert): string {
  const head = `${name} (${status})`;
  if (missing !== undefined) return `${head}: nothing: ${missing}`;
  return rollouts
    .map(({ rollout, action, because }) => `${head}: ${fullName(rollout)}: ${action}: ${because}`)
    .join('\n');
}

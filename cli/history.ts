/** `weir history NAME`: each release in sentences, with its measurements, alerts and orders; `--orders`: the audit trail. */
import { fullName } from '#core/commands/resolve-name.ts';
import { auditTrail } from '#core/messages/audit.ts';
import { chainReports } from '#core/messages/chain-report.ts';
import { releaseStory } from '#core/messages/story.ts';
import { InvalidSpecError } from '#core/errors.ts';
import { countFrom, noMoreThan, onlyNameFrom, parseFlags } from './arguments.ts';
import { Client, connectionFrom } from './client.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { formatted, type Io } from './io.ts';
import { reporting } from './reporting.ts';
import type { Verb } from './verb.ts';

/** As many as the API tells at once. */
const MOST = 100;
const MOST_ORDERS = 500;
const USAGE = [
  'weir history NAME [--limit 5] [-o json|yaml]',
  'weir history NAME --orders [--limit 50] [-o json|yaml]',
  'weir history --orders --person ID [--limit 50] [-o json|yaml]',
  'weir history --verify [NAME | --person ID] [-o json|yaml]',
  '',
  'ID is an account: slack:T1/U1, cli:ana, weir:approval-timeout, alertmanager:<fingerprint>.',
  '--verify: were orders edited, added or removed since? Exit code 2 where they were.',
].join('\n');
const FLAGS = {
  limit: { type: 'string' },
  orders: { type: 'boolean' },
  verify: { type: 'boolean' },
  person: { type: 'string' },
} as const;

export const history: Verb = {
  summary: 'tell the releases of a rollout, newest first; its orders, or those of a person',
  usage: USAGE,
  run(args, io) {
    const { values, positionals } = parseFlags(args, FLAGS, USAGE);
    if (values.verify === true) return verify(values, positionals, io);
    if (values.orders === true) return orders(values, positionals, io);
    if (values.person !== undefined) throw new InvalidSpecError(`--person is for --orders and --verify\n\n${USAGE}`);
    const limit = countFrom(values.limit ?? '5', '--limit', MOST);
    const client = new Client(connectionFrom(values, io));
    return reporting(io, async () => {
      const name = await client.find(onlyNameFrom(positionals, values.namespace, USAGE));
      const releases = await client.history(name, limit);
      const none = `no release of ${name.namespace}/${name.name} is recorded`;
      const told = releases.length === 0 ? none : releases.map((release) => releaseStory(release)).join('\n\n');
      io.print(formatted(values.output, releases) ?? told);
      return EXIT.ok;
    });
  },
};

type Values = ReturnType<typeof parseFlags<typeof FLAGS>>['values'];

function orders(values: Values, positionals: readonly string[], io: Io): Promise<ExitCode> {
  const { person } = values;
  const limit = countFrom(values.limit ?? '50', '--limit', MOST_ORDERS);
  if (person !== undefined) noMoreThan(0, positionals, USAGE);
  const typed = person === undefined ? onlyNameFrom(positionals, values.namespace, USAGE) : '';
  const client = new Client(connectionFrom(values, io));
  return reporting(io, async () => {
    const found = await client.orders(person === undefined ? await client.find(typed) : { person }, limit);
    io.print(formatted(values.output, found) ?? auditTrail(found));
    return EXIT.ok;
  });
}

function verify(values: Values, positionals: readonly string[], io: Io): Promise<ExitCode> {
  const { person } = values;
  noMoreThan(person === undefined ? 1 : 0, positionals, USAGE);
  const [typed] = positionals;
  const client = new Client(connectionFrom(values, io));
  return reporting(io, async () => {
    const chains = await client.audit(person === undefined ? await rolloutNamed(typed, client) : { person });
    io.print(formatted(values.output, chains) ?? chainReports(chains));
    return chains.some(({ problems }) => problems.length > 0) ? EXIT.failed : EXIT.ok;
  });
}

/** A full name is taken as it is: the rollout may be gone. */
async function rolloutNamed(typed: string | undefined, client: Client): Promise<{ rollout: string } | undefined> {
  if (typed === undefined) return undefined;
  return { rollout: typed.split('/').length === 3 ? typed : fullName(await client.find(typed)) };
}

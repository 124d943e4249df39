/** `weir list`: every rollout of every cluster in a line. */
import { rolloutStatus } from '#core/messages/tree/status.ts';
import { signOf } from '#core/messages/tree/signs.ts';
import { noMoreThan, parseFlags } from './arguments.ts';
import { Client, connectionFrom, type ListedRollout } from './client.ts';
import { EXIT } from './exit-codes.ts';
import { formatted, type Io } from './io.ts';
import { reporting } from './reporting.ts';
import type { Verb } from './verb.ts';

const USAGE = 'weir list [-n NAMESPACE] [-o json|yaml]';
const HEAD = ['NAME', 'STRATEGY', 'STATUS', 'STEP', 'READY', 'DESIRED'];

export const list: Verb = {
  summary: 'list the rollouts of all clusters',
  usage: USAGE,
  run(args, io) {
    const { values, positionals } = parseFlags(args, {}, USAGE);
    noMoreThan(0, positionals, USAGE);
    const client = new Client(connectionFrom(values, io));
    return reporting(io, async () => {
      const all = await client.rollouts();
      const shown = all.filter(({ name }) => values.namespace === undefined || name.namespace === values.namespace);
      io.print(
        formatted(
          values.output,
          shown.map(({ rollout }) => rollout),
        ) ?? table(shown, io),
      );
      return EXIT.ok;
    });
  },
};

function table(rollouts: readonly ListedRollout[], { paint }: Io): string {
  const rows = [HEAD, ...rollouts.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row, index) => {
      const line = row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd();
      const sign = signOf(row[2]?.slice(2) ?? '');
      return index === 0 ? line : line.replace(sign.icon, paint(sign.colour, sign.icon));
    })
    .join('\n');
}

function cells({ name, rollout }: ListedRollout): readonly string[] {
  const { spec, status } = rollout;
  const phase = rolloutStatus(rollout);
  const steps = spec.strategy?.canary?.steps?.length ?? 0;
  return [
    `${name.cluster}/${name.namespace}/${name.name}`,
    spec.strategy?.blueGreen === undefined ? 'Canary' : 'BlueGreen',
    `${signOf(phase).icon} ${phase}`,
    steps === 0 ? '-' : `${status?.currentStepIndex ?? 0}/${steps}`,
    `${status?.readyReplicas ?? 0}/${status?.replicas ?? 0}`,
    String(spec.replicas ?? 1),
  ];
}

/** `npm run bench [-- --json]`: what the core does per second on one core of this machine. Further benches: docs/benchmarks.md. */
import { benchOnCluster } from './cluster/main.ts';
import { benchConditions } from './conditions.ts';
import { benchDecisions } from './decide-rollout.ts';
import { benchPasses } from './passes.ts';
import { benchTick } from './tick.ts';
import { benchWebhooks } from './webhooks.ts';

interface Figure {
  readonly what: string;
  readonly perSecond: number;
  readonly microseconds: number;
}

function figures(): readonly Figure[] {
  const conditions = benchConditions().map(({ condition, evaluationsPerSecond }) =>
    figure(`condition ${condition}`, 1e6 / evaluationsPerSecond),
  );
  const decisions = benchDecisions().map(({ situation, objects, median }) =>
    figure(`decideRollout, ${objects} objects, ${situation}`, median),
  );
  return [...conditions, ...decisions];
}

function figure(what: string, microseconds: number): Figure {
  return { what, perSecond: Math.round(1e6 / microseconds), microseconds };
}

function benchCore(words: readonly string[]): void {
  const measured = figures();
  if (words.includes('--json')) {
    console.log(JSON.stringify(measured));
    return;
  }
  for (const { what, perSecond, microseconds } of measured) {
    console.log(
      `${perSecond.toLocaleString('en').padStart(12)} /s  ${microseconds.toFixed(2).padStart(8)} µs  ${what}`,
    );
  }
}

const [which, ...words] = process.argv.slice(2);
if (which === 'cluster') await benchOnCluster(words);
else if (which === 'passes') await benchPasses(words);
else if (which === 'tick') await benchTick(words);
else if (which === 'webhooks') await benchWebhooks(words);
else benchCore(process.argv.slice(2));

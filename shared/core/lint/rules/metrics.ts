/** Intervals, limits and arguments of metrics. */
import { providerOf } from '../../analysis/provider-of.ts';
import { effectiveCount, integerOf, isGiven } from '../../analysis/metric-limits.ts';
import { durationOrUndefined } from '../../duration.ts';
import { formatLength } from '../format-length.ts';
import { analysisSpecOf, settledMetric } from '../metrics-of.ts';
import { inMetrics, type Rule } from '../rule.ts';
import { textsIn } from '../texts-in.ts';
import { argumentOf, tokensIn, type Token } from '../tokens.ts';
import { fillVariables } from '../../analysis/query-variables.ts';
import type { Path } from '../finding.ts';
import { nearestName } from '../nearest.ts';

export const NO_FAILURE_LIMIT: Rule = {
  id: 'no-failure-limit',
  severity: 'warning',
  tells: 'a metric that is measured more than once and has no failureLimit',
  because: 'The limit is 0 then: the first bad measurement aborts the release.',
  find: inMetrics((use) => {
    const { metric, path } = use;
    const settled = settledMetric(use);
    if (metric.failureLimit !== undefined || effectiveCount(settled) === 1) return [];
    const wantsStreak = metric.consecutiveSuccessLimit !== undefined;
    return [
      {
        path,
        message: `metric ${metric.name} has no failureLimit: one bad measurement aborts the release`,
        fix: wantsStreak
          ? 'add failureLimit: -1 if a bad measurement should only begin the streak of successes again; or 0 to say so'
          : 'add failureLimit, the number of bad measurements that are forgiven, such as 3; or 0 to say so',
      },
    ];
  }),
};

export const CANNOT_FAIL: Rule = {
  id: 'cannot-fail',
  severity: 'warning',
  tells: 'a failureLimit that count never reaches, or none at all (-1)',
  because: 'A metric fails with more failures than its limit: this one never does.',
  find: inMetrics((use) => {
    const settled = settledMetric(use);
    const count = effectiveCount(settled);
    const limit = integerOf(settled.failureLimit);
    if (integerOf(settled.consecutiveSuccessLimit) > 0) return [];
    if (limit !== -1 && (count === undefined || limit < count || limit === 0)) return [];
    return [
      {
        path: [...use.path, 'failureLimit'],
        message: `metric ${use.metric.name} never fails: ${limit === -1 ? 'its failureLimit is disabled' : `it is measured ${count} times and forgives ${limit} failures`}`,
        fix: limit === -1 ? 'write a failureLimit of 0 or more' : 'lower failureLimit below count',
      },
    ];
  }),
};

export const SHORT_INTERVAL: Rule = {
  id: 'short-interval',
  severity: 'warning',
  tells: 'an interval below the scrape interval of Prometheus (`--scrape-interval`, 30s by default)',
  because: 'The same samples are judged again: failures count double and limits are reached too early.',
  find: inMetrics((use, { readers: { scrapeInterval } }) => {
    const { interval } = settledMetric(use);
    const length = durationOrUndefined(interval);
    if (providerOf(use.metric) !== 'prometheus' || length === undefined || length >= scrapeInterval) return [];
    if (!isGiven(interval) || effectiveCount(settledMetric(use)) === 1) return [];
    return [
      {
        path: [...use.path, 'interval'],
        message: `an interval of ${interval} is below the scrape interval of ${formatLength(scrapeInterval)}: it judges the same samples again`,
        fix: `measure no more often than Prometheus does: ${formatLength(scrapeInterval)} or more (weir lint --scrape-interval names another)`,
      },
    ];
  }),
};

export const UNDEFINED_ARG: Rule = {
  id: 'undefined-arg',
  severity: 'error',
  tells: 'a `{{…}}` in a metric that no declared argument stands behind',
  because: 'The analysis ends as Error before the first measurement, and the release aborts.',
  find: inMetrics(({ metric, path, args }) => {
    const declared = args.map(({ name }) => name);
    return textsIn(metric, path).flatMap(({ text, path }) =>
      tokensIn(text)
        .filter((token) => !declared.includes(argumentOf(token) ?? '') && !isVariable(token, path))
        .map((token) => {
          const name = argumentOf(token);
          const meant = name === undefined ? undefined : nearestName(name, declared);
          const declare =
            name === undefined ? 'write {{args.NAME}}; nothing else is filled in here' : `add ${name} to spec.args`;
          return {
            path,
            within: token.at,
            message: name === undefined ? `${token.written} is no argument` : `argument ${name} is not declared`,
            fix: meant === undefined ? declare : `${declare}, or did you mean ${meant}?`,
          };
        }),
    );
  }),
};

/** What Weir fills in by itself, in what a provider is asked. */
function isVariable({ written }: Token, path: Path): boolean {
  return path.includes('provider') && fillVariables(written, { step: 0, update: 0 }, 0) !== written;
}

export const ONLY_IN_WEIR: Rule = {
  id: 'only-in-weir',
  severity: 'info',
  tells: 'a `{{weir.…}}` in what a provider is asked',
  because: "Only Weir fills it in: where Argo's controller runs the analysis, it ends as Error.",
  find: inMetrics(({ metric, path }) =>
    textsIn(metric, path).flatMap(({ text, path }) =>
      tokensIn(text)
        .filter((token) => isVariable(token, path))
        .map(({ at, written }) => ({
          path,
          within: at,
          message: `only Weir fills in ${written}`,
          fix: 'keep it where Weir runs the analyses; elsewhere write a fixed length such as 5m',
        })),
    ),
  ),
};

export const UNUSED_ARG: Rule = {
  id: 'unused-arg',
  severity: 'info',
  tells: 'an argument that no metric uses',
  because: 'Whoever uses the template must still pass it.',
  find: ({ manifest: { object } }) => {
    const spec = analysisSpecOf(object);
    // Templates that are named use the arguments too.
    if (spec === undefined || ('templates' in spec && (spec.templates ?? []).length > 0)) return [];
    const texts = textsIn(spec.metrics ?? [], []);
    const used = new Set(texts.flatMap(({ text }) => tokensIn(text).map(argumentOf)));
    return (spec.args ?? []).flatMap(({ name }, index) =>
      used.has(name)
        ? []
        : [{ path: ['spec', 'args', index], message: `no metric uses the argument ${name}`, fix: 'remove it' }],
    );
  },
};

/** Prometheus queries. */
import { formatLength } from '../format-length.ts';
import { mixesVersions } from '../pod-hash.ts';
import { queryOf } from '../queries.ts';
import { inMetrics, type Rule } from '../rule.ts';

export const BROKEN_QUERY: Rule = {
  id: 'broken-query',
  severity: 'error',
  tells: 'a Prometheus query that does not parse',
  because: 'Every measurement is an Error; after five of them the analysis ends as Error and the release aborts.',
  find: inMetrics((use, { readers }) => {
    const query = queryOf(use, readers);
    if (query?.facts.state !== 'broken') return [];
    const { problem, at } = query.facts;
    return [{ path: query.path, within: at, message: `query: ${problem}`, fix: 'correct the PromQL at this place' }];
  }),
};

export const HISTOGRAM_WITHOUT_LE: Rule = {
  id: 'histogram-without-le',
  severity: 'warning',
  tells: 'a `histogram_quantile` of buckets that are not summed by `le`',
  because:
    'Without a sum there is one quantile per series, of which `result[0]` is any one; without `le` there are no buckets left and no result at all.',
  find: inMetrics((use, { readers }) => {
    const query = queryOf(use, readers);
    if (query?.facts.state !== 'read') return [];
    const { path } = query;
    const unfit = query.facts.quantiles.filter(({ buckets }) => buckets !== 'summed');
    return unfit.map(({ at, buckets }) => ({
      path,
      within: at,
      message:
        buckets === 'not summed'
          ? 'histogram_quantile without sum by (le): one quantile per series, of which result[0] is any one'
          : 'histogram_quantile of buckets that have lost their label le: it never has a result',
      fix: 'sum the buckets of all pods first: histogram_quantile(0.95, sum by (le) (rate(…_bucket[5m])))',
    }));
  }),
};

export const NO_POD_HASH: Rule = {
  id: 'no-pod-hash',
  severity: 'warning',
  tells: 'a query that cannot tell canary from stable, whose pods share their labels',
  because: 'It measures both together: with 20 % of the traffic on the canary, four fifths of the answer is stable.',
  find: inMetrics((use, subject) => {
    const query = queryOf(use, subject.readers);
    if (query?.facts.state !== 'read') return [];
    const [selector] = query.facts.selectors;
    if (selector === undefined || !mixesVersions(query.facts.selectors, subject)) return [];
    return [
      {
        path: query.path,
        within: selector.at,
        message: `${selector.metric === '' ? 'the query' : selector.metric} is measured on canary and stable together`,
        fix: 'pass valueFrom: {podTemplateHashValue: Latest} as an argument and match it: rollouts_pod_template_hash="{{args.canary-hash}}"',
      },
    ];
  }),
};

export const SHORT_RANGE: Rule = {
  id: 'short-range',
  severity: 'warning',
  tells: 'a range of fewer than two scrapes (`--scrape-interval`, 30s by default)',
  because: '`rate` and its kind need two samples: with fewer there is no data.',
  find: inMetrics((use, { readers }) => {
    const query = queryOf(use, readers);
    if (query?.facts.state !== 'read') return [];
    const { path } = query;
    const shortest = 2 * readers.scrapeInterval;
    return query.facts.selectors.flatMap(({ at, range }) =>
      range === undefined || range >= shortest
        ? []
        : [
            {
              path,
              within: at,
              message: `a range of ${formatLength(range)} holds fewer than two scrapes, one every ${formatLength(readers.scrapeInterval)}`,
              fix: `use a range of at least [${formatLength(2 * shortest)}], four scrapes, so that one that is missed does no harm`,
            },
          ],
    );
  }),
};

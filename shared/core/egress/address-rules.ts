/**
 * Where a metric address leads. Manifests name cluster DNS, which nothing outside the cluster can resolve; a rule of
 * `clusters[].metrics` maps the address as written to where it is asked (design §9).
 */

export type AddressRule =
  /** Ask there instead. */
  | { readonly match: string; readonly url: string }
  /** Ask through the API server's service proxy: `namespace/name:port`. */
  | { readonly match: string; readonly service: string };

export type Route =
  /** No rule speaks of this address: ask it as it is. */
  | { readonly kind: 'direct'; readonly url: string }
  | { readonly kind: 'mapped'; readonly url: string }
  /** `path` with its query, as the service sees it. */
  | { readonly kind: 'service'; readonly service: string; readonly path: string };

/** The route of a request URL by the most specific rule: the same origin and the longest leading path. */
export function routeAddress(url: string, rules: readonly AddressRule[]): Route {
  const asked = URL.parse(url);
  if (asked === null) return { kind: 'direct', url };
  const fitting = rules.flatMap((rule) => {
    const rest = restBehind(rule.match, asked);
    return rest === undefined ? [] : [{ rule, rest }];
  });
  const best = fitting.toSorted((a, b) => b.rule.match.length - a.rule.match.length).at(0);
  if (best === undefined) return { kind: 'direct', url };
  const { rule, rest } = best;
  if ('url' in rule) return { kind: 'mapped', url: joined(rule.url, rest, asked.search) };
  return { kind: 'service', service: rule.service, path: (rest || '/') + asked.search };
}

/** What follows the matched address: `/api/v1/query` behind `http://prometheus:9090`; undefined when it does not match. */
function restBehind(match: string, asked: URL): string | undefined {
  const wanted = URL.parse(match);
  if (wanted === null || wanted.origin !== asked.origin || wanted.host !== asked.host) return undefined;
  const base = wanted.pathname.replace(/\/+$/, '');
  if (asked.pathname !== base && !asked.pathname.startsWith(`${base}/`)) return undefined;
  return asked.pathname.slice(base.length);
}

function joined(target: string, rest: string, search: string): string {
  const [base = '', fixedSearch] = target.split('?');
  const query = [fixedSearch, search.slice(1)].filter((part) => part !== undefined && part !== '').join('&');
  return base.replace(/\/+$/, '') + rest + (query === '' ? '' : `?${query}`);
}

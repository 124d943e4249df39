/** The text that a metric asks its provider, arguments filled in. */
import type { Metric } from '../resources/argo.ts';
import type { ExpectedQuery } from './test-case.ts';

/** `query`, or the address of a web metric, or all settings as JSON where the question has several parts. */
export function askedQuery({ provider }: Metric): string {
  const [settings] = Object.values(provider ?? {}) as readonly ({ query?: unknown; url?: unknown } | undefined)[];
  const text = settings?.query ?? settings?.url;
  return typeof text === 'string' ? text : JSON.stringify(settings ?? {});
}

export function isQuery(asked: string, { text, whole }: ExpectedQuery): boolean {
  const wanted = dense(text);
  return whole ? dense(asked) === wanted : dense(asked).includes(wanted);
}

/** On one line, as far as the query language lets spaces go; quoted texts keep theirs. */
function dense(query: string): string {
  return query
    .replaceAll(/("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|\s*([^\w\s"'])\s*|\s+/g, (_, quoted, sign) => {
      return (quoted as string | undefined) ?? (sign as string | undefined) ?? ' ';
    })
    .trim();
}

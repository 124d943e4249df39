/** `weir.yaml` as the stack reads it: checked as a whole, also for what only AWS asks for. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { InvalidSpecError } from '#core/errors.ts';
import type { DeployedConfig } from '#shared/aws/config.ts';
import { readConfig, wrongConfig } from '#shared/config.ts';
import { parseYaml } from '#shared/yaml.ts';

/** @throws InvalidSpecError that names every problem */
export function loadStackConfig(file: string): DeployedConfig {
  if (existsSync(file)) return parseStackConfig(readFileSync(file, 'utf8'), file);
  throw new InvalidSpecError(
    `${file} is not there: begin with examples/weir.yaml, or name another with --context config=FILE`,
  );
}

/** @throws InvalidSpecError that names every problem */
export function parseStackConfig(text: string, file: string): DeployedConfig {
  const content = parseYaml(text, file);
  const read = readConfig(content);
  const problems = [...('problems' in read ? read.problems : []), ...awsProblems(content)];
  if (!('config' in read) || problems.length > 0) throw wrongConfig(problems, file);
  const version = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return { version, config: read.config };
}

const WAYS_IN = ['eks', 'serviceAccount', 'kubeconfigSecret'];

/** Asked of the content as written, so that it is told together with whatever else is wrong. */
function awsProblems(content: unknown): readonly string[] {
  const { clusters } = (content ?? {}) as { readonly clusters?: unknown };
  if (!Array.isArray(clusters)) return [];
  return clusters.flatMap((cluster: unknown, index) => {
    const given = Object.keys(cluster ?? {});
    if (given.some((key) => WAYS_IN.includes(key))) return [];
    return [`clusters[${index}]: has no way in from AWS: give it one of ${WAYS_IN.join(', ')}`];
  });
}

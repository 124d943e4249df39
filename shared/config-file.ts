/** The text of `weir.yaml`. Apart from its validation: functions get the content as JSON and need no YAML. */
import { checkConfig, type WeirConfig } from './config.ts';
import { parseYaml } from './yaml.ts';

/**
 * @param file the name that messages show
 * @throws InvalidSpecError with one line per problem: where, what
 */
export function parseConfig(text: string, file: string): WeirConfig {
  return checkConfig(parseYaml(text, file), file);
}

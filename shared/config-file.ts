/** The text of `weir.yaml`. Apart from its validation: functions get the content as JSON and need no YAML. */
import { parse } from 'yaml';
import { InvalidSpecError, messageOf } from '#core/errors.ts';
import { checkConfig, type WeirConfig } from './config.ts';

/**
 * @param file the name that messages show
 * @throws InvalidSpecError with one line per problem: where, what
 */
export function parseConfig(text: string, file: string): WeirConfig {
  return checkConfig(parseYaml(text, file), file);
}

/** @throws InvalidSpecError when it is not YAML */
export function parseYaml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new InvalidSpecError(`${file} is not YAML: ${messageOf(error)}`, { cause: error });
  }
}

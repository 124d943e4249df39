/** The configuration as it was deployed with the function: what `weir.yaml` said, checked when the stack was made. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkConfig, type WeirConfig } from '../config.ts';

/** Beside the code of each function. */
export const CONFIG_FILE = 'weir.json';

/** What is in that file. */
export interface DeployedConfig {
  /** Hash of the `weir.yaml` that it came from. */
  readonly version: string;
  readonly config: unknown;
}

/** @throws InvalidSpecError that names every problem */
export function loadConfig(folder: string): { readonly version: string; readonly config: WeirConfig } {
  const { version, config } = JSON.parse(readFileSync(join(folder, CONFIG_FILE), 'utf8')) as DeployedConfig;
  return { version, config: checkConfig(config, `weir.yaml (${version})`) };
}

/** The configuration as it was deployed with the function: `weir.yaml`, validated when the stack was made. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WeirConfig } from '../config.ts';

/** Beside the code of each function. */
export const CONFIG_FILE = 'weir.json';

/** What is in that file. Code and configuration are deployed together: nothing can have become wrong meanwhile. */
export interface DeployedConfig {
  /** Hash of the `weir.yaml` that it came from. */
  readonly version: string;
  readonly config: WeirConfig;
}

export function loadConfig(folder: string): DeployedConfig {
  return JSON.parse(readFileSync(join(folder, CONFIG_FILE), 'utf8')) as DeployedConfig;
}

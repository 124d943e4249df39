/** One function as it is deployed: its code, its configuration beside it. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OutputChunk } from 'rolldown';
import { CONFIG_FILE, type DeployedConfig } from '#shared/aws/config.ts';
import type { FunctionName } from '#shared/aws/environment.ts';
import { writeSplitBundle } from '../split-bundle.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Bundle {
  readonly folder: string;
  readonly chunks: readonly OutputChunk[];
}

/** @param parent where a folder of its own is made */
export async function bundle(name: FunctionName, deployed: DeployedConfig, parent: string): Promise<Bundle> {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, `${name}-`));
  const input = { index: join(ROOT, 'functions', name, 'main.ts') };
  const chunks = await writeSplitBundle({ root: ROOT, input, folder, minify: true });
  writeFileSync(join(folder, CONFIG_FILE), JSON.stringify(deployed));
  return { folder, chunks };
}

/** `npm run docs:compatibility`: writes docs/compatibility.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compatibilityPage, readCompatibility } from './compatibility.ts';

const folder = join(import.meta.dirname, '../../docs');
const table = readCompatibility(readFileSync(join(folder, 'compatibility.yaml'), 'utf8'));
writeFileSync(join(folder, 'compatibility.md'), compatibilityPage(table));

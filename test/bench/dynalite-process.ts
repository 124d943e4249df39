/** `fork`ed with a folder: dynalite until its parent lets go of it. */
import { startDynalite } from '../../infra/local/dynalite.ts';
import type { Place } from './kept.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('which folder?');
const local = await startDynalite({ folder });
process.once('disconnect', async () => {
  await local.stop();
  process.exit(0);
});
process.send?.({ endpoint: local.endpoint, tableName: local.tableName } satisfies Place);

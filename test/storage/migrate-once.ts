/** A process of its own that opens a store, and so migrates it: `node migrate-once.ts <records|keys> <url>`. */
import { openStore } from '../../src/storage/opening/open-store.ts';
import { atOnce } from '../support/together.ts';

const [name, url] = process.argv.slice(2) as ['records' | 'keys', string];
await atOnce();
await (await openStore(name, url)).close();
process.exit();

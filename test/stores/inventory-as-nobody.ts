/** Looks at an inventory and writes it anew as a user who may do neither. Prints what came of it as JSON. */
import {inventoryStore} from '../../src/stores/inventory.ts';
import {writeInventory} from '../../src/stores/inventory-write.ts';
import {becomeNobody} from '../support/nobody.ts';

const [path = ''] = process.argv.slice(2);
becomeNobody();
const check = await (await inventoryStore(path)).check();
const outcome: unknown = await writeInventory(path, (async function* () {})()).catch(
  (error: unknown) => error,
);
process.stdout.write(JSON.stringify({check, said: String(outcome)}));

/** Lists a folder and reads what is in it as a user who may not read everything. Prints what came of it as JSON. */
import {directoryStore} from '../../src/stores/directory.ts';
import {listed, never} from '../support/listing.ts';
import {becomeNobody} from '../support/nobody.ts';

const [folder = ''] = process.argv.slice(2);
becomeNobody();
const store = await directoryStore(folder);
const objects = await listed(store).catch((error: unknown) => [{fault: error}]);
const reads = [];
for (const object of objects) {
  if (!('key' in object) || object.fault !== undefined) continue;
  const outcome = await store.sha256(object, {signal: never}).catch((error: unknown) => error);
  reads.push(
    outcome instanceof Error
      ? {...outcome, key: object.key, message: outcome.message}
      : {key: object.key, hash: outcome},
  );
}
process.stdout.write(JSON.stringify({check: await store.check(), objects, reads}));

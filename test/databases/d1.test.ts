import {databaseConformance, large} from '../conformance/database.ts';
import {sqliteForms} from '../conformance/sql-forms.ts';
import {sharedSimulator} from '../support/cloudflare.ts';
import {targetOn} from '../support/d1.ts';

const simulator = sharedSimulator();

databaseConformance({
  name: 'a D1 database',
  sql: sqliteForms,
  make: () => targetOn(simulator()),
  lock: null,
  unbindable: {bytes: Uint8Array.of(1), largeInteger: large, notANumber: Number.NaN},
});

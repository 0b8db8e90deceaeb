import {databaseConformance} from '../conformance/database.ts';
import {postgresMigrationsConformance} from '../conformance/postgres-migrations.ts';
import {postgresSchemaConformance} from '../conformance/postgres-schema.ts';
import {postgresConformance} from '../conformance/postgres-values.ts';
import {postgresForms} from '../conformance/sql-forms.ts';
import {copiedPglite, freshPglite} from '../support/pglite.ts';

const copy = copiedPglite();
const make = () => freshPglite(copy);

databaseConformance({
  name: 'a PGlite folder',
  sql: postgresForms,
  make,
  lock: null,
  unbindable: {nul: 'a\0b', halfACharacter: 'a\ud800'},
});
postgresConformance('a PGlite folder', make);
postgresMigrationsConformance('a PGlite folder', make);
postgresSchemaConformance('a PGlite folder', make);

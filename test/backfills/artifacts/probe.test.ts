import {describe, expect, it} from 'vitest';
import {ArtifactsWorld, type BackfillId, type WorldOptions} from '../../support/artifacts.ts';
import {artifactsSchema} from '../../support/artifacts-schema.ts';
import {targetHosts} from '../../support/target-host.ts';
import {all, errors, fine, plain, warnings} from './probe-cases.ts';

describe.each(targetHosts)('on $host', ({begin}) => {
  const hosted = begin();
  const make = (schema: string, options: WorldOptions = {}) =>
    ArtifactsWorld.make(hosted, {schema, ...options});
  const ofTarget = async (world: ArtifactsWorld, id: BackfillId) =>
    (await world.probe(id)).filter(({subject}) => subject === 'target');

  it.each(Object.entries(errors))(
    '%s is an error to those that mind it',
    async (_, {schema, errors: by, message, remedy}) => {
      const world = await make(schema);
      for (const id of all) {
        const found = (await ofTarget(world, id)).filter(({level}) => level === 'error');
        if (!by.includes(id)) expect(found).toEqual([]);
        else
          expect(found).toContainEqual(
            expect.objectContaining({
              message: expect.stringMatching(message),
              remedy: expect.stringMatching(remedy),
            }),
          );
      }
      const [first] = by;
      if (first !== undefined) await expect(world.rehearse(first)).rejects.toThrow(message);
    },
  );

  it.each(Object.entries(fine))('%s is fine', async (_, schema) => {
    const world = await make(schema);
    for (const id of all) {
      const levels = (await ofTarget(world, id)).map(({level}) => level);
      expect(levels).toEqual(['ok']);
    }
  });

  it.each(Object.entries(warnings))('%s is a warning', async (_, [schema, message, remedy]) => {
    const world = await make(schema);
    const found = await ofTarget(world, 'artifacts-cleanup');
    expect(found.map(({level}) => level)).not.toContain('error');
    expect(found).toContainEqual(
      expect.objectContaining({
        level: 'warning',
        message: expect.stringMatching(message),
        ...(remedy === undefined ? {} : {remedy: expect.stringMatching(remedy)}),
      }),
    );
  });

  it('tells what there is', async () => {
    const world = await make(artifactsSchema);
    await world.insert({id: 1, key: 'a'}, {id: 2, key: 'b', type: null}, {id: 3, key: 'c', type: 'unknown'});
    const summary = async () =>
      (await ofTarget(world, 'artifacts-cleanup')).find(({level}) => level === 'ok')?.message;
    expect(await summary()).toBe(
      'artifacts, told apart by artifact_id: 3 rows, 2 of unknown type; no unique index on bucket and key; named by citations.artifact_id, datapoints.artifact_id',
    );
    await world.sql('CREATE UNIQUE INDEX theirs ON artifacts (r2_key, r2_bucket)');
    expect(await summary()).toContain('unique by theirs');
  });

  it.each([
    ['repoint', [2, 2]],
    ['leave', [1, 2]],
  ] as const)('a column that says nothing is worked as the config says: %s', async (choice, named) => {
    const schema = `${plain}; CREATE TABLE Log (id INTEGER PRIMARY KEY, Artifact_Id INTEGER);
      CREATE TABLE datapoints (id INTEGER PRIMARY KEY, artifact_id INTEGER);
      INSERT INTO artifacts (artifact_id, source_type, r2_bucket, r2_key) VALUES (1, 'sec', 'd', 'a'), (2, 'sec', 'd', 'a');
      INSERT INTO Log VALUES (1, 1), (2, 2)`;
    const world = await make(schema, {
      options: {references: {'Log.artifact_id': choice}},
      tables: ['artifacts', 'Log'],
    });
    const before = await world.digest();
    const live = await world.run('artifacts-cleanup');
    expect(live.record).toMatchObject({status: 'completed', tally: {deleted: 1}});
    const rows = await world.sql('SELECT Artifact_Id AS artifact FROM Log ORDER BY id');
    expect(rows.map(row => row['artifact'])).toEqual(named);
    await world.undo(live.record);
    expect(await world.digest()).toBe(before);
  });

  it('a column of the config that is not there is an error', async () => {
    const world = await make(plain, {options: {references: {'log.artifact': 'repoint'}}});
    expect(await ofTarget(world, 'artifacts-cleanup')).toContainEqual(
      expect.objectContaining({level: 'error', message: expect.stringContaining('log.artifact')}),
    );
  });
});

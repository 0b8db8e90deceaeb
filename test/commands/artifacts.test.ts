import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {describe, expect, it} from 'vitest';
import {artifactsContent} from '../../src/sandbox/artifacts-content.ts';
import {writeObjects} from '../../src/sandbox/world.ts';
import {type Ended, runProgram} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';

interface World {
  readonly cwd: string;
  headgate(...args: readonly string[]): Promise<Ended>;
  sql(statement: string): readonly Readonly<Record<string, unknown>>[];
}

const target = ['--target', 'docs.sqlite'] as const;

/** The sandbox's table of artifacts as an operator's file, and its bucket as a folder. */
async function makeWorld(): Promise<World> {
  const cwd = tempFolder();
  const {statements, objects} = artifactsContent();
  const path = join(cwd, 'docs.sqlite');
  using db = new DatabaseSync(path);
  for (const {sql, params} of statements) db.prepare(sql).run(...params);
  await writeObjects(join(cwd, 'archive'), objects);
  return {
    cwd,
    headgate: (...args) => runProgram([...args, '--ledger', 'ledger.sqlite'], {cwd}),
    sql: statement => {
      using own = new DatabaseSync(path);
      return own.prepare(statement).all();
    },
  };
}

const doubles =
  'SELECT count(*) AS count FROM (SELECT 1 FROM artifacts WHERE r2_key IS NOT NULL GROUP BY r2_bucket, r2_key HAVING count(*) > 1)';

describe('artifacts from the command line', {timeout: 120_000}, () => {
  it('are cleaned up by what the dry run says, and told before and after', async () => {
    const {headgate, sql} = await makeWorld();
    const dry = await headgate('run', 'artifacts-cleanup', ...target);
    expect(dry.code).toBe(5);
    expect(dry.out).toMatch(/130 listed = 127 to delete \+ 3 to skip/);
    expect(dry.err).not.toMatch(/^ {2}source/m);
    expect(sql(doubles)).toEqual([{count: 130}]);
    const failures = await headgate('failures', 'last');
    expect(failures.out).toMatch(
      /two rows of datapoints would be the same .*same metric.* and .*same metric/,
    );
    expect(failures.out).toMatch(/10k\/0002\.html[\s\S]*the type would be lost/);
    const live = await headgate('live', 'last', '--confirm', 'docs.sqlite');
    expect(live.code).toBe(5);
    expect(live.out).toMatch(/Artifacts Summary +before +now\n +rows +693 +498/);
    expect(live.out).toMatch(/objects with several rows +130 +3/);
    expect(sql(doubles)).toEqual([{count: 3}]);
    const index = await headgate('run', 'artifacts-index', ...target);
    expect(index.code).toBe(5);
    expect(index.out).toMatch(/4 listed = 4 to skip/);
    expect((await headgate('failures', 'last')).out).toMatch(/artifacts-cleanup leaves one/);
  });

  it('take no source where there is none to take, and want one where there is', async () => {
    const {headgate} = await makeWorld();
    const cleanup = await headgate('run', 'artifacts-cleanup', ...target, '--source', 'archive');
    expect(cleanup).toMatchObject({code: 2, err: expect.stringContaining('Leave --source out')});
    const inventory = await headgate('run', 'artifacts-inventory', ...target);
    expect(inventory).toMatchObject({code: 2, err: expect.stringContaining('no source is named')});
    const index = await headgate('run', 'artifacts-index', ...target, '--prefix', 'sec/');
    expect(index).toMatchObject({code: 2, err: expect.stringContaining('it takes no prefix')});
  });

  it('go live for a whole bucket only where its name was typed', async () => {
    const {headgate, sql} = await makeWorld();
    const ends = ['--source', 'archive', ...target];
    await headgate('run', 'artifacts-inventory', ...ends);
    const refused = await headgate('live', 'last', '--confirm', 'docs.sqlite');
    expect(refused).toMatchObject({
      code: 6,
      err: expect.stringMatching(/all of archive[\s\S]*--whole archive/),
    });
    expect(sql("SELECT count(*) AS count FROM artifacts WHERE r2_key = 'readme.pdf'")).toEqual([{count: 0}]);
    const live = await headgate('live', 'last', '--confirm', 'docs.sqlite', '--whole', 'archive');
    expect(live.out).toMatch(/528 listed = 43 inserted \+ 107 updated \+ 378 unchanged/);
    expect(sql("SELECT source_type FROM artifacts WHERE r2_key = 'readme.pdf'")).toEqual([
      {source_type: 'manual'},
    ]);
    const narrowed = await headgate('run', 'artifacts-inventory', ...ends, '--prefix', 'sec/');
    expect(narrowed.code).toBe(0);
  });

  it('are listed up to a cap, and from there on', async () => {
    const {headgate} = await makeWorld();
    const ends = ['--source', 'archive', ...target, '--prefix', 'sec/'];
    const first = await headgate('run', 'artifacts-inventory', ...ends, '--max-objects', '7');
    const command = /headgate (run artifacts-inventory .*--start-after (\S+) --max-objects 7) --ledger/.exec(
      first.out,
    );
    expect(first.out).toMatch(/7 listed/);
    const next = await headgate(...(command?.[1] ?? '').split(' '));
    expect(next.out).toMatch(/7 listed/);
    const plan = await headgate('plan', 'last', '--json');
    const keys = plan.lines.map(line => String(line['key']));
    expect(keys.every(key => key.startsWith('sec/') && key > (command?.[2] ?? ''))).toBe(true);
  });

  it('have invariants that are measured one by one, and by the name of the system', async () => {
    const {headgate} = await makeWorld();
    const one = await headgate('verify', 'artifacts', ...target, '--check', 'uniqueness', '--json');
    expect(one.code).toBe(3);
    expect(one.lines.filter(({type}) => type === 'check')).toEqual([
      expect.objectContaining({id: 'uniqueness', severity: 'blocking', count: 130}),
    ]);
    const all = await headgate('verify', 'artifacts', ...target, '--source', 'archive', '--json');
    const counts = Object.fromEntries(
      all.lines.filter(({type}) => type === 'check').map(({id, count}) => [id, count]),
    );
    expect(counts).toEqual({
      uniqueness: 130,
      'no-unknown': 166,
      'no-orphans': 2,
      'unique-index': 1,
      'types-kept': 0,
      'citations-specific': 20,
      'objects-without-row': 43,
      'rows-without-object': 2,
    });
    const nothing = await headgate('verify', 'artifacts', ...target, '--check', 'objects-without-row');
    expect(nothing).toMatchObject({code: 2, err: expect.stringContaining('Name it with --source')});
  });

  it('pass a ratchet until something gets worse', async () => {
    const {headgate, sql, cwd} = await makeWorld();
    const verify = () => headgate('verify', 'artifacts', ...target, '--ratchet', 'ratchet.json');
    const file = join(cwd, 'ratchet.json');
    expect((await verify()).code).toBe(0);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      allowed: {uniqueness: 130, 'no-orphans': 2},
    });
    sql("DELETE FROM datapoints WHERE metric = 'lost' AND artifact_id % 2 = 0 RETURNING 1");
    expect((await verify()).code).toBe(0);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({allowed: {'no-orphans': 1}});
    sql(
      "INSERT INTO datapoints (artifact_id, metric) VALUES (99998, 'lost again'), (99999, 'and again') RETURNING 1",
    );
    const worse = await verify();
    expect(worse.code).toBe(3);
    expect(worse.out).toMatch(/✖ no-orphans: 3, and 1 may be/);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({allowed: {'no-orphans': 1}});
    writeFileSync(file, '{"target": "other.sqlite", "allowed": {}}');
    expect(await verify()).toMatchObject({
      code: 2,
      err: expect.stringContaining('it is of the target other.sqlite'),
    });
    writeFileSync(file, 'nonsense');
    expect(await verify()).toMatchObject({code: 2, err: expect.stringContaining('this is no ratchet')});
    expect(readFileSync(file, 'utf8')).toBe('nonsense');
  });

  it('are recovered by rules of the config, and without the name nothing is written', async () => {
    const {headgate, sql, cwd} = await makeWorld();
    const recover = (...more: readonly string[]) =>
      headgate('recover', 'artifacts', ...target, '--watch', '0', ...more);
    const looked = await recover();
    expect(looked.code).toBe(3);
    expect(looked.out).toMatch(/artifacts-cleanup: 127 changes to make, 3 left alone/);
    expect(looked.out).toMatch(/Nothing was written[\s\S]*--confirm docs\.sqlite/);
    expect(sql(doubles)).toEqual([{count: 130}]);
    const rules = {conflicts: {lostType: 'take-known', collision: 'keep-winners'}};
    writeFileSync(join(cwd, 'headgate.config.json'), JSON.stringify({options: {artifacts: rules}}));
    const recovered = await recover('--confirm', 'docs.sqlite');
    expect(recovered.code).toBe(3);
    expect(recovered.out).toMatch(/uniqueness +130 +0\n/);
    expect(recovered.out).toMatch(/unique-index +1 +0\n/);
    expect(recovered.out).toMatch(/no-unknown\n(?: {4}.*\n)+/);
    expect(sql(doubles)).toEqual([{count: 0}]);
    expect(existsSync(join(cwd, 'docs.sqlite'))).toBe(true);
    const undos = [...recovered.out.matchAll(/headgate (undo \d\S+)/g)].map(
      ([, command]) => command?.split(' ') ?? [],
    );
    expect(undos).toHaveLength(2);
    for (const undo of undos)
      expect((await headgate(...undo, '--confirm', 'docs.sqlite')).out).toMatch(/Undo .* completed/);
    expect(sql(doubles)).toEqual([{count: 130}]);
  });

  it('a clean-up is undone only after the index that a run made', async () => {
    const {headgate, cwd} = await makeWorld();
    const rules = {conflicts: {lostType: 'take-known', collision: 'keep-winners'}};
    writeFileSync(join(cwd, 'headgate.config.json'), JSON.stringify({options: {artifacts: rules}}));
    for (const backfill of ['artifacts-cleanup', 'artifacts-index'])
      await headgate(
        'run',
        backfill,
        ...target,
        '--unattended',
        '--confirm',
        'docs.sqlite',
        '--max-deletes',
        '500',
      );
    const runs = (await headgate('status', '--json')).lines.filter(({mode}) => mode === 'live');
    const [index, cleanup] = runs.map(({run}) => String(run));
    const refused = await headgate('undo', cleanup ?? '', '--confirm', 'docs.sqlite');
    expect(refused.code).toBe(6);
    expect(refused.err).toContain(`headgate undo ${index} --confirm docs.sqlite`);
    expect((await headgate('undo', index ?? '', '--confirm', 'docs.sqlite')).code).toBe(0);
    expect((await headgate('undo', cleanup ?? '', '--confirm', 'docs.sqlite')).code).toBe(0);
  });
});

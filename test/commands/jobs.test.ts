import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {findBackfill} from '../../src/backfills/registry.ts';
import {postgresTarget} from '../../src/databases/postgres.ts';
import {applyMigrations} from '../../src/engine/migrate-target.ts';
import type {NetworkSpec} from '../../src/sandbox/network/spec.ts';
import {lexicons} from '../../src/sandbox/network/world-lexicons.ts';
import {networkUnderTest} from '../simulators/network-under-test.ts';
import {asAdmin, freshDatabase, postgresServer} from '../support/postgres.ts';
import {type Ended, type JsonLine, runProgram, startProgram} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';

const post = 'app.bsky.feed.post';
const say = (text: string) => ({[post]: {a: {$type: post, text}, b: {$type: post, text: `${text} again`}}});

/** Forty-two accounts: one is deactivated, and two are at a host that is down. */
const spec: NetworkSpec = {
  hosts: {one: {}, dead: {isDown: true}},
  crowds: [{name: 'many', accounts: 39, hosts: ['one'], records: {[post]: 1}, isUnsigned: true}],
  accounts: [
    {name: 'off', host: 'one', status: 'deactivated', records: say('off')},
    {name: 'ada', host: 'dead', records: say('ada')},
    {name: 'ben', host: 'dead', records: say('ben')},
  ],
};

const three: NetworkSpec = {
  hosts: {one: {}, other: {}},
  accounts: ['ada', 'ben', 'eve'].map(name => ({
    name,
    host: name === 'eve' ? 'other' : 'one',
    records: say(name),
  })),
};

async function world(network: NetworkSpec) {
  const cwd = tempFolder();
  const url = new URL(await freshDatabase());
  const env = {PGPASSWORD: decodeURIComponent(url.password)};
  const {href} = url;
  url.password = '';
  const target = ['--target', url.href];
  const simulator = await networkUnderTest(network);
  const ends = [
    ...target,
    ...simulator.relays.flatMap(relay => ['--relay', relay]),
    '--plc',
    simulator.plc,
    '--allow-private-hosts',
  ];
  writeFileSync(
    join(cwd, 'headgate.config.json'),
    JSON.stringify({settings: {attempts: 2, patienceSeconds: 0}, options: {records: {fetch: 'pages'}}}),
  );
  const headgate = (...args: readonly string[]) => runProgram(args, {cwd, env});
  await applyMigrations(findBackfill('records'), postgresTarget({url: href}));
  return {
    cwd,
    env,
    target,
    ends,
    simulator,
    headgate,
    start: (...args: readonly string[]) => startProgram(args, {cwd, env}),
    rows: (sql: string) => asAdmin(sql, href),
    write: (name: string, content: unknown) =>
      writeFileSync(join(cwd, name), typeof content === 'string' ? content : JSON.stringify(content)),
  };
}

const [match] = lexicons;

function told({out, err}: Ended): string {
  return `${out}\n${err}`;
}

/** Resolves when the program has said a line of which it is true. */
function saying({child, ended}: ReturnType<typeof startProgram>, isSo: (line: JsonLine) => boolean) {
  return new Promise<void>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      if (lines.some(line => isSo(JSON.parse(line)))) resolve();
    });
    ended.then(after => reject(new Error(`it ended first: ${told(after)}`)), reject);
  });
}

const read =
  (count: number) =>
  ({event, processed_repos: processed}: JsonLine) =>
    event === 'progress' && processed === count;

describe.skipIf(postgresServer() === null)('headgate jobs', () => {
  it('goes from a lexicon to an index with its holes counted, and from there to a whole one', async () => {
    const {target, ends, headgate, write, simulator, rows} = await world(spec);
    write('post.json', {...match, id: post});
    const added = await headgate('lexicon', 'add', 'post.json', ...ends);
    expect(added.code, told(added)).toBe(0);
    expect(added.out).toContain(`lexicon ${post} was added\n`);
    const id = /job (\S+) is pending: app\.bsky\.feed\.post\n/.exec(added.out)?.[1] ?? '';
    expect(added.out).toContain(`headgate jobs work ${ends.join(' ')}`);

    const worked = await headgate('jobs', 'work', '--once', ...ends);
    expect(worked.code, told(worked)).toBe(5);
    expect(worked.out).toMatch(new RegExp(`^job ${id.slice(0, 8)} ${post}: run \\S+ begins$`, 'm'));
    const holes = '3 of 42 repositories could not be read: 1 deactivated, 2 connection';
    expect(worked.out).toContain(
      `job ${id.slice(0, 8)} incomplete: 39 of 42 repositories, 39 records: ${holes}\n`,
    );
    expect(await rows('SELECT count(*)::int AS n FROM records')).toEqual([{n: 39}]);

    const {lines} = await headgate('jobs', '--json', ...target);
    expect(lines).toHaveLength(1);
    const {type, run, ...job} = lines[0] ?? {};
    expect(type).toBe('job');
    expect(run).toMatch(/^\d{8}-\d{4}-\w+$/);
    expect(job).toEqual({
      id,
      collection: post,
      did: null,
      status: 'failed',
      total_repos: 42,
      processed_repos: 39,
      total_records: 39,
      error: holes,
      started_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      completed_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      incomplete: true,
      stage: null,
    });

    const shown = await headgate('jobs', 'show', id.slice(0, 6), ...target);
    expect(shown.out).toContain(`  repository ${simulator.didOf('off')}  (deactivated): `);
    expect(shown.out.match(/^ {2}repository /gm)).toHaveLength(3);
    expect(shown.err).toContain('deactivated: Its owner has deactivated the account');
    expect(shown.out).toContain(`headgate jobs retry-failed ${id.slice(0, 8)} ${target.join(' ')}`);

    await simulator.hosts['dead']?.up();
    simulator.setStatus('off', 'active');
    const retried = await headgate('jobs', 'retry-failed', id, ...target);
    expect(retried.out).toContain(`job ${id} is pending`);
    const whole = await headgate('jobs', 'work', '--once', ...ends);
    expect(whole.code, told(whole)).toBe(0);
    expect(whole.out).toContain('completed: 42 of 42 repositories, 45 records\n');
  });

  it('lists jobs in a table of 80 columns, whatever is in it', async () => {
    const {target, headgate, rows, ends, simulator} = await world(three);
    const long = `games.${'very.'.repeat(20)}long.collection`;
    await headgate('jobs', 'add', '--collection', long, ...target);
    const dids = ['ada', 'ben'].map(name => simulator.didOf(name));
    await headgate('jobs', 'add', '--collection', post, '--did', ...dids, ...ends);
    await rows(`UPDATE backfill_jobs SET status = 'running', stage = 'discovering', total_repos = 120000,
      processed_repos = 50000, total_records = 12345678, error = '${'no luck, '.repeat(30)}' WHERE did IS NULL AND dids IS NULL`);
    const listed = await headgate('jobs', ...target);
    expect(listed.code, told(listed)).toBe(0);
    const lines = listed.out.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^JOB +STATUS +REPOSITORIES +RECORDS +WHAT$/);
    expect(lines[1]).toMatch(/ app\.bsky\.\w*….*accounts$/);
    expect(lines[2]).toContain('50,000 of 120,000+  12,345,678  games.very.');
    expect(lines[3]).toMatch(/^ {10}no luck, .*…$/);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('refuses what is no record lexicon, and says what is wrong with it', async () => {
    const {target, headgate, write, rows} = await world(three);
    const record = {type: 'object', properties: {of: {type: 'ref', ref: '#gone'}}};
    const bad: readonly (readonly [file: string, content: unknown, expected: string])[] = [
      ['no.json', null, "it can't be read (ENOENT"],
      ['text.json', '{"lexicon": 1,', 'it is not JSON'],
      [
        'query.json',
        {lexicon: 1, id: post, defs: {main: {type: 'query'}}},
        `${post} defines a query, and only a record has a collection`,
      ],
      ['shape.json', {lexicon: 1, id: 'no nsid', defs: {}}, 'id: '],
      [
        'ref.json',
        {lexicon: 1, id: post, defs: {main: {type: 'record', key: 'tid', record}}},
        `${post} refers to #gone, which it does not define`,
      ],
    ];
    const refused = await Promise.all(
      bad.map(([file, content]) => {
        if (content !== null) write(file, content);
        return headgate('lexicon', 'add', file, ...target);
      }),
    );
    for (const [at, [file, , expected]] of bad.entries()) {
      expect(refused[at]?.code, file).toBe(2);
      expect(refused[at]?.err).toContain(`lexicon ${file}: ${expected}`);
    }
    expect(await rows('SELECT id FROM lexicons')).toEqual([]);
    expect(await rows('SELECT id FROM backfill_jobs')).toEqual([]);
  });

  it('replaces a lexicon only where it differs, and says so', async () => {
    const {target, headgate, write, rows} = await world(three);
    const add = (...more: readonly string[]) => headgate('lexicon', 'add', 'post.json', ...target, ...more);
    write('post.json', {...match, id: post});
    const quiet = await add('--no-backfill');
    expect(quiet.out).toBe(`lexicon ${post} was added, without a backfill\n`);
    expect(await rows('SELECT backfill FROM lexicons')).toEqual([{backfill: false}]);
    expect((await add('--no-backfill')).out).toBe(
      `lexicon ${post} was there already, and nothing was changed\n`,
    );
    const marked = await add();
    expect(marked.out).toContain(`lexicon ${post} was another, and was replaced\n`);
    const [job] = await rows('SELECT id FROM backfill_jobs');
    write('post.json', {...match, id: post, description: 'What somebody says.'});
    const replaced = await add();
    expect(replaced.out).toContain(`lexicon ${post} was another, and was replaced\n`);
    expect(replaced.out).toContain(`there is a job that asks the same, and it is pending: ${job?.['id']}\n`);
    expect(await rows('SELECT count(*)::int AS n FROM backfill_jobs')).toEqual([{n: 1}]);
    expect(await rows(`SELECT json->>'description' AS said FROM lexicons`)).toEqual([
      {said: 'What somebody says.'},
    ]);
    expect((await headgate('lexicon', 'list', ...target)).out).toBe(`${post}  backfill\n`);
  });

  it('takes over what a killed worker has begun: the same run goes on, and nothing is done twice', async () => {
    const {ends, target, headgate, start, simulator, rows} = await world(three);
    const hold = simulator.inject({type: 'held', account: 'eve', method: 'com.atproto.repo.listRecords'});
    await headgate('jobs', 'add', '--collection', post, ...target);
    const killed = start('jobs', 'work', '--json', ...ends);
    await saying(killed, read(2));
    killed.child.kill('SIGKILL');
    expect((await killed.ended).signal).toBe('SIGKILL');
    const [left] = await rows('SELECT status, worker, run FROM backfill_jobs');
    expect(left).toMatchObject({
      status: 'running',
      worker: expect.stringMatching(/@/),
      run: expect.any(String),
    });
    expect((await headgate('jobs', 'work', '--once', ...ends)).out).toBe('');
    await rows(`UPDATE backfill_jobs SET beat_at = beat_at - interval '1 minute'`);
    hold.end();

    const taken = await headgate('jobs', 'work', '--once', '--json', ...ends);
    expect(taken.code, told(taken)).toBe(0);
    expect(taken.lines).toContainEqual(expect.objectContaining({event: 'resumed', run: left?.['run']}));
    expect(await rows('SELECT status, run, processed_repos::int AS n, error FROM backfill_jobs')).toEqual([
      {status: 'completed', run: left?.['run'], n: 3, error: null},
    ]);
    const {lines} = await headgate('status', String(left?.['run']), '--json');
    expect(lines[0]).toMatchObject({status: 'completed', inserted: 6, unchanged: 0, failed: 0});
    expect(await rows('SELECT uri, cid FROM records ORDER BY uri')).toEqual(
      [...simulator.records()].map(({uri, cid}) => ({uri, cid})).sort((a, b) => (a.uri < b.uri ? -1 : 1)),
    );
  });

  it('gives its job back on ctrl-c, and is paused and cancelled from another terminal', async () => {
    const {ends, target, headgate, start, simulator, rows} = await world(three);
    simulator.inject({type: 'held', account: 'eve', method: 'com.atproto.repo.listRecords'});
    const added = await headgate('jobs', 'add', '--json', '--collection', post, ...target);
    const id = String(added.lines[0]?.['id']);
    const interrupted = start('jobs', 'work', '--json', ...ends);
    await saying(interrupted, read(2));
    interrupted.child.kill('SIGINT');
    const left = await interrupted.ended;
    expect(left.code, told(left)).toBe(130);
    expect(left.lines.at(-1)).toMatchObject({id, event: 'rests', status: 'pending', processed_repos: 2});
    expect(await rows('SELECT worker FROM backfill_jobs')).toEqual([{worker: null}]);

    const second = start('jobs', 'work', '--json', ...ends);
    await saying(second, read(2));
    const paused = await headgate('jobs', 'pause', id, ...target);
    expect(paused.out).toContain(`job ${id} is paused: ${post}\n`);
    await headgate('jobs', 'resume', id, ...target);
    const cancelled = await headgate('jobs', 'cancel', id, ...target);
    expect(cancelled.out).toContain(`job ${id} is cancelled: ${post}\n`);
    second.child.kill('SIGINT');
    await second.ended;
    expect(await rows('SELECT count(*)::int AS n FROM records')).toEqual([{n: 4}]);
  });

  it('says what is missing: tables, a target, a way to write', async () => {
    const {target, ends, headgate, rows} = await world(three);
    expect((await headgate('jobs')).err).toContain('no target is named');
    const empty = new URL(target[1] ?? '');
    await rows('DROP TABLE backfill_jobs');
    const missing = await headgate('jobs', ...target);
    expect(missing.code).toBe(2);
    expect(missing.err).toContain(
      `the tables of records are missing there\nheadgate migrate records --target ${empty.href} makes them.`,
    );
    const wrong = await headgate('jobs', '--target', 'index.sqlite');
    expect(wrong.code).toBe(2);
    expect(wrong.err).toMatch(/records works on/);
    const dry = await runProgram(['jobs', 'work', ...ends], {cwd: tempFolder(), env: {DRY_RUN: '1'}});
    expect(dry.code).toBe(6);
    expect(dry.err).toContain('DRY_RUN is set');
  });

  it('can be looked at while DRY_RUN is set, and not changed', async () => {
    const {cwd, target, headgate, rows, write, env} = await world(three);
    write('post.json', {...match, id: post});
    await headgate('lexicon', 'add', 'post.json', ...target);
    const [row] = await rows('SELECT id FROM backfill_jobs');
    const id = String(row?.['id']);
    const dry = (...args: readonly string[]) =>
      runProgram([...args, ...target], {cwd, env: {...env, DRY_RUN: '1'}});
    for (const [args, said] of [
      [['jobs', 'list'], `${id.slice(0, 8)}  pending`],
      [['jobs', 'show', id], id],
      [['lexicon', 'list'], `${post}  backfill\n`],
    ] as const) {
      const looked = await dry(...args);
      expect([looked.code, looked.err]).toEqual([0, expect.not.stringContaining('DRY_RUN')]);
      expect(looked.out).toContain(said);
    }
    for (const args of [
      ['jobs', 'add', '--collection', post],
      ['jobs', 'pause', id],
      ['jobs', 'cancel', id],
      ['lexicon', 'add', 'post.json', '--no-backfill'],
    ]) {
      const refused = await dry(...args);
      expect([args.join(' '), refused.code, refused.err]).toEqual([
        args.join(' '),
        6,
        expect.stringContaining('DRY_RUN is set'),
      ]);
    }
    expect(await rows('SELECT id, status, request FROM backfill_jobs')).toEqual([
      {id, status: 'pending', request: null},
    ]);
    expect(await rows('SELECT id, backfill FROM lexicons')).toEqual([{id: post, backfill: true}]);
  });
});

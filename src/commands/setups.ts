import {basename} from 'node:path';
import {
  type AnyBackfill,
  backfills,
  backfillsBetween,
  findBackfill,
  readsTarget,
} from '../backfills/registry.ts';
import {sourceKind, targetKind} from '../config/end-kinds.ts';
import {endsWithEnvironment, hasEnvironmentEnds} from '../config/environment-ends.ts';
import type {Setup} from '../console/setup.ts';
import {withoutPassword} from '../databases/postgres-address.ts';
import {bucketFlags, type Ends, plainEnds, requireSource, requireTarget, sourceOf} from './ends.ts';
import {type ScopeOptions, scopeOf} from './scope-options.ts';
import type {Session} from './session.ts';

/** Pairs of ends that are remembered from the ledger. */
const remembered = 20;

interface Named extends Ends, Pick<ScopeOptions, 'prefix' | 'user' | 'provider'> {
  readonly name: string;
  readonly backfill: AnyBackfill;
  readonly target: string;
}

/** What the console offers: what was named, else what the config names, and what was run before. */
export async function setupsOf(
  session: Session,
  options: Ends & Pick<ScopeOptions, 'prefix' | 'user' | 'provider'> & {readonly backfill?: string},
): Promise<readonly Setup[]> {
  const {target, backfill, prefix} = options;
  const source = sourceOf(options);
  if (source !== undefined || target !== undefined) {
    const named = {...options, source, folder: undefined, target: requireTarget(options)};
    const fitting = backfill === undefined ? await between(session, named) : [findBackfill(backfill)];
    // Says what is missing before the console opens.
    const chosen = fitting.filter(each => readsTarget(each) || plainEnds(each, named).source !== undefined);
    if (chosen.length === 0) requireSource(named, fitting[0]?.uploads);
    return unique(chosen.map(each => ofBackfill(each, named))).map(each => setupOf(session, each));
  }
  const configured = await configuredOf(session);
  const known = [...configured, ...inEnvironment(session), ...(await recentOf(session))]
    .filter(named => backfill === undefined || named.backfill === findBackfill(backfill))
    .map(named => (prefix === undefined ? named : {...named, prefix}));
  return unique(withoutDoubles(session, known)).map(named => setupOf(session, named));
}

/** Those that fit the ends: which of them is meant, the operator chooses. */
async function between(
  session: Session,
  {source, target, user, provider}: Pick<Named, 'source' | 'target' | 'user' | 'provider'>,
): Promise<readonly AnyBackfill[]> {
  const {config} = session;
  // Where files go to, and for whom, is said for uploads, and for nothing else.
  const isUpload = user !== undefined || provider !== undefined;
  const isMeant = (backfill: AnyBackfill) => (backfill.uploads !== undefined) === isUpload;
  const kind = source === undefined ? null : sourceKind(config, source);
  const at = targetKind(config, target);
  const fitting = backfillsBetween(kind, at, backfills).filter(isMeant);
  const there = at === 'sqlite' ? await withTables(session, target) : [];
  return there.length > 0 ? fitting.filter(backfill => there.includes(backfill)) : fitting;
}

/** A file tells at once whose tables it has; where it can't be opened, the probe says so. A service is not asked. */
async function withTables({connections}: Session, target: string): Promise<readonly AnyBackfill[]> {
  const possible = backfills.filter(({takes}) => takes.targets.includes('sqlite'));
  try {
    const reader = await (await connections.target(target)).openReader();
    try {
      const missing = await Promise.all(possible.map(backfill => backfill.needsMigration(reader)));
      return possible.filter((_, index) => missing[index] === false);
    } finally {
      await reader.close();
    }
  } catch {
    return [];
  }
}

/** What reads its target alone has neither a source nor a prefix of one. */
function ofBackfill(backfill: AnyBackfill, named: Omit<Named, 'name' | 'backfill'>): Named {
  const {source, prefix, user, provider, endpoint, region, target} = named;
  const base = {name: backfill.id, backfill, target};
  if (readsTarget(backfill)) return base;
  return {
    ...base,
    source: plainEnds(backfill, {source, provider}).source,
    endpoint,
    region,
    ...(prefix === undefined ? {} : {prefix}),
    ...(user === undefined || backfill.uploads === undefined ? {} : {user}),
    ...(provider === undefined || backfill.uploads === undefined ? {} : {provider}),
  };
}

async function configuredOf(session: Session): Promise<readonly Named[]> {
  const {config} = session;
  const named = Object.entries(config.backfills).map(([name, {backfill: id, ...ends}]): Named => {
    const backfill = findBackfill(id);
    return plainEnds(backfill, {...ends, name, backfill});
  });
  if (named.length > 0) return named;
  // A config of one source and one target leaves nothing to choose.
  const [[source] = [], ...otherSources] = Object.entries(config.sources);
  const [[target] = [], ...otherTargets] = Object.entries(config.targets);
  const isOne = otherSources.length === 0 && otherTargets.length === 0;
  if (!isOne || source === undefined || target === undefined) return [];
  return (await between(session, {source, target})).map(backfill => ofBackfill(backfill, {source, target}));
}

/** Ends that the environment names are offered where all of them are set. */
function inEnvironment({surroundings: {environment}}: Session): readonly Named[] {
  if (!hasEnvironmentEnds(environment)) return [];
  const {source, target} = endsWithEnvironment({}, environment);
  return backfills
    .filter(({endsInEnvironment}) => endsInEnvironment === true)
    .map(backfill => ofBackfill(backfill, {source, target}));
}

/** What was run before can be run again. */
async function recentOf({ledger}: Session): Promise<readonly Named[]> {
  const ends = await ledger.runs.recentEnds(remembered);
  return ends.flatMap(({backfill: id, sourceLabel, targetLabel, prefix, ...ends}): readonly Named[] => {
    const backfill = backfills.find(known => known.id === id);
    if (backfill === undefined || (sourceLabel === '' && !readsTarget(backfill))) return [];
    const named = {source: sourceLabel, target: targetLabel};
    return [{...ofBackfill(backfill, named), ...whoseOf(ends), prefix}];
  });
}

function whoseOf({user, provider}: {readonly user: string | null; readonly provider: string | null}) {
  return user === null || provider === null ? {} : {user, provider};
}

/** As runs have it: of a provider's objects, what the provider is called. */
function sourceLabelOf({connections}: Session, named: Named): string {
  const {backfill, source} = named;
  if (source === undefined) return '';
  return backfill.uploads === 'objects'
    ? connections.providerLabel(source, bucketFlags(named))
    : connections.sourceLabel(source, bucketFlags(named));
}

function withoutDoubles(session: Session, all: readonly Named[]): readonly Named[] {
  const {connections} = session;
  const seen = new Set<string>();
  return all.filter(named => {
    const {backfill, source, target} = named;
    const prefix = named.prefix ?? (source === undefined ? '' : connections.sourcePrefix(source));
    const key = JSON.stringify([
      backfill.id,
      sourceLabelOf(session, named),
      connections.targetLabel(target),
      prefix,
      named.user,
      named.provider,
    ]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** A name is said in headers, so no two are the same: where they would be, the target's is added. */
function unique(all: readonly Named[]): readonly Named[] {
  const taken = new Set<string>();
  return all.map(named => {
    const isShared = all.filter(({name}) => name === named.name).length > 1;
    const part = named.prefix === undefined || named.prefix === '' ? '' : ` ${named.prefix}`;
    const wanted = isShared ? `${named.name} ${basename(withoutPassword(named.target))}${part}` : named.name;
    let name = wanted;
    for (let time = 2; taken.has(name); time++) name = `${wanted} (${time})`;
    taken.add(name);
    return {...named, name};
  });
}

function setupOf(session: Session, named: Named): Setup {
  const {name, backfill, source, target, prefix, user} = named;
  const {connections, config} = session;
  const {provider} = session.withProvider(named);
  return {
    name,
    backfill,
    sourceLabel: sourceLabelOf(session, named),
    targetLabel: connections.targetLabel(target),
    environment: config.targets[target]?.environment ?? null,
    prefix: prefix ?? (source === undefined ? '' : connections.sourcePrefix(source)),
    ...(user === undefined || provider === undefined ? {} : {whose: {user, provider}}),
    open: () => session.connect(backfill, named),
    scope: connection =>
      scopeOf(connection, {
        ...(prefix === undefined ? {} : {prefix}),
        ...(user === undefined ? {} : {user}),
        ...(provider === undefined ? {} : {provider}),
      }),
  };
}

import type {AssetColumn, AssetFacts, RowIdentity} from './facts.ts';
import {isInteger, isText} from './types.ts';

/**
 * The few places in which the SQL of assets differs from one database to the other. Values come as one JSON object of
 * items, by the identity of their rows: a statement goes through it, and can look an item up for a row that it returns,
 * which neither database lets a statement take from what it read besides.
 */
export interface AssetSql {
  param(number: number): string;
  /** Rows `item` with `key` and `value`, of a parameter that is a JSON object of objects. */
  items(number: number): string;
  /** What a SELECT reads: of `items` by key or of `values`, each `item` with each `row` that may be its own. */
  pairs(number: number, by: RowIdentity, of?: 'key' | 'value'): string;
  /** What an UPDATE of assets AS row reads besides, and how it is joined: the items whose rows `isRow` tells. */
  joined(number: number, by: RowIdentity, isRow: string): {readonly from: string; readonly where: string};
  /** Rows `item` with `value`, of a parameter that is a JSON array of texts. */
  values(number: number): string;
  /** True of the rows of a user, the parameter, which are then told apart `by` something else. */
  isUser(number: number, by: RowIdentity): string;
  /** The id of `row`, in the order of bytes where it is text. */
  readonly orderedId: string;
  /** A text as the value of a column. */
  as(column: AssetColumn, text: string): string;
  /** Whatever a column holds, as text. */
  text(value: string): string;
  /** Also of two that are NULL. */
  same(one: string, other: string): string;
  /** A part of an item, or of the item of an identity. */
  field(name: string): string;
  fieldOf(number: number, identity: string, name: string): string;
  /** Of a hash that is there: 64 lower-case hex digits. */
  isHash(value: string): string;
  /** A random UUID. */
  readonly newId: string;
  readonly map: MapSql;
}

/** provider_uploads: `map` is an expression, providers and objects are expressions of text. */
export interface MapSql {
  /** Something can be added to it: it is an object, or nothing. */
  takes(map: string): string;
  has(map: string, provider: string): string;
  /** It says of the provider that it has just this object. */
  says(map: string, provider: string, object: string): string;
  /** It says this, and nothing else. */
  saysOnly(map: string, provider: string, object: string): string;
  /** The object that it names at the provider, as a text or as an id; NULL where there is none. */
  named(map: string, provider: string): string;
  /** It can't be read, and has the object's name in it somewhere. */
  mentions(map: string, object: string): string;
  /** Of one that is there: an object of texts and of objects with an id, or JSON's null. */
  isSound(map: string): string;
  /** It has at least one provider. */
  isSome(map: string): string;
  only(provider: string, object: string): string;
  with(map: string, provider: string, object: string): string;
  without(map: string, provider: string): string;
  /** It is a former one, given as text, with just this added. */
  isJust(map: string, former: string, provider: string, object: string): string;
  /** As it was written. */
  former(text: string): string;
}

export function sqlOf(facts: AssetFacts): AssetSql {
  return facts.dialect === 'postgres' ? postgresSql(facts) : sqliteSql(facts);
}

/** SQL that is true of a `row` that a provider, the parameter of that number, has the content of. */
export function isAtProvider(sql: AssetSql, number: number): string {
  const provider = sql.param(number);
  return `${sql.same('row.provider_id', provider)} OR ${sql.map.has('row.provider_uploads', provider)}`;
}

const sqliteMap: MapSql = {
  takes: map => `CASE
      WHEN ${map} IS NULL THEN true
      WHEN json_valid(${map}) THEN json_type(${map}) IN ('object', 'null')
      ELSE false
    END`,
  has: (map, provider) => entries(map, `entry.key = ${provider}`),
  says: (map, provider, object) =>
    entries(map, `entry.key = ${provider} AND entry.type = 'text' AND entry.value = ${object}`),
  saysOnly: (map, provider, object) =>
    `CASE WHEN json_valid(${map}) THEN json(${map}) = json_object(${provider}, ${object}) ELSE false END`,
  named: (map, provider) =>
    `(SELECT CASE entry.type WHEN 'object' THEN entry.value->>'id' ELSE entry.value END
      FROM json_each(${orNothing(map)}) AS entry WHERE entry.key = ${provider})`,
  mentions: (map, object) => `NOT json_valid(${map}) AND instr(${map}, ${object}) > 0`,
  isSound: map => `CASE
      WHEN NOT json_valid(${map}) THEN false
      WHEN json_type(${map}) = 'null' THEN true
      WHEN json_type(${map}) <> 'object' THEN false
      ELSE NOT ${entries(map, `entry.type <> 'text' AND (entry.type <> 'object' OR entry.value->>'id' IS NULL)`)}
    END`,
  isSome: map => entries(map, 'true'),
  only: (provider, object) => `json_object(${provider}, ${object})`,
  // A patch of RFC 7396: what it names is set, or taken out where it is null, and all else stays.
  with: (map, provider, object) => `json_patch(COALESCE(${map}, '{}'), json_object(${provider}, ${object}))`,
  without: (map, provider) => `json_patch(${map}, json_object(${provider}, NULL))`,
  isJust: (map, former, provider, object) =>
    `CASE WHEN json_valid(${map}) AND json_valid(COALESCE(${former}, '{}'))
      THEN json(${map}) = json_patch(COALESCE(${former}, '{}'), json_object(${provider}, ${object}))
      ELSE false
    END`,
  former: text => text,
};

function entries(map: string, where: string): string {
  return `EXISTS (SELECT 1 FROM json_each(${orNothing(map)}) AS entry WHERE ${where})`;
}

/** What is no JSON has no entries; json_each would end the statement. */
function orNothing(map: string): string {
  return `CASE WHEN json_valid(${map}) THEN ${map} ELSE '{}' END`;
}

/** A parameter is bound as text: SQLite makes of it what a column is of, and no index is lost by it. */
function sqliteSql({types, lookups}: AssetFacts): AssetSql {
  const items = (number: number) => `json_each(?${number}) AS item`;
  const pairs = (number: number, by: RowIdentity, of: 'key' | 'value' = 'key') =>
    lookups.includes(by)
      ? `${items(number)} CROSS JOIN assets AS row`
      : `assets AS row CROSS JOIN ${searched(items(number))}
         ON row.${by} IN (SELECT item.${of} FROM ${items(number)})`;
  return {
    param: number => `?${number}`,
    items,
    pairs,
    // Left to itself, SQLite goes through all rows of the user, and through the items for each of them: 47 s for a page.
    joined: (number, by, isRow) => ({
      from: `(SELECT row.id AS id, item.key AS key, item.value AS value
            FROM ${pairs(number, by)}
            WHERE ${isRow}
            LIMIT -1) AS item`,
      where: 'row.id = item.id',
    }),
    // Without statistics, SQLite takes a user to have 10 rows of a million: then an index on users looks no worse than one on objects.
    isUser: (number, by) => {
      const isUser = `row.user_id = ?${number}`;
      return lookups.includes(by) ? `likelihood(${isUser}, 0.0001)` : isUser;
    },
    orderedId: isInteger('sqlite', types.id ?? '') ? 'row.id' : 'row.id COLLATE BINARY',
    values: number => `json_each(?${number}) AS item`,
    as: (_, text) => text,
    text: value => `CAST(${value} AS TEXT)`,
    same: (one, other) => `${one} IS ${other}`,
    field: name => `item.value->>'${name}'`,
    fieldOf: (number, identity, name) => `?${number} -> ${identity} ->> '${name}'`,
    isHash: value =>
      `typeof(${value}) = 'text' AND length(${value}) = 64 AND NOT ${value} GLOB '*[^0-9a-f]*'`,
    newId: `lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2)
            || '-a' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))`,
    map: sqliteMap,
  };
}

/**
 * Items that are looked up for each row that has one of them, after the rows were read once. SQLite can make an index of
 * them meanwhile; it makes none of json_each itself, and none of what has no type.
 */
function searched(items: string): string {
  return `(SELECT CAST(item.key AS TEXT) AS key, CAST(item.value AS TEXT) AS value FROM ${items} LIMIT -1) AS item`;
}

function postgresSql({types}: AssetFacts): AssetSql {
  const mapType = castOf(types.provider_uploads ?? 'jsonb');
  const items = (number: number) => `jsonb_each($${number}::jsonb) AS item`;
  const values = (number: number) => `jsonb_array_elements_text($${number}::jsonb) AS item (value)`;
  const as = (column: AssetColumn, text: string) => `CAST(${text} AS ${castOf(types[column] ?? 'text')})`;
  const json = (map: string) => `${map}::jsonb`;
  const entry = (provider: string, object: string) => `jsonb_build_object(${provider}, ${object})`;
  const filled = (map: string) => `COALESCE(NULLIF(${json(map)}, 'null'), '{}')`;
  return {
    param: number => `$${number}::text`,
    items,
    pairs: (number, _, of = 'key') =>
      `${of === 'key' ? items(number) : values(number)} CROSS JOIN assets AS row`,
    // On the row itself: of one that somebody else is changing, Postgres looks at what becomes of it.
    joined: (number, _, isRow) => ({from: items(number), where: isRow}),
    values,
    isUser: number => `row.user_id = ${as('user_id', `$${number}::text`)}`,
    orderedId: isText('postgres', types.id ?? '') ? 'row.id COLLATE "C"' : 'row.id',
    as,
    text: value => `${value}::text`,
    same: (one, other) => `${one} IS NOT DISTINCT FROM ${other}`,
    field: name => `(item.value->>'${name}')`,
    fieldOf: (number, identity, name) => `($${number}::jsonb -> ${identity}::text ->> '${name}')`,
    isHash: value => `${value} ~ '^[0-9a-f]{64}$'`,
    newId: 'gen_random_uuid()',
    map: {
      takes: map => `COALESCE(jsonb_typeof(${json(map)}) IN ('object', 'null'), true)`,
      has: (map, provider) => `COALESCE(${json(map)} ? ${provider}, false)`,
      says: (map, provider, object) => `COALESCE(${json(map)} -> ${provider} = to_jsonb(${object}), false)`,
      saysOnly: (map, provider, object) => `COALESCE(${json(map)} = ${entry(provider, object)}, false)`,
      named: (map, provider) => `CASE jsonb_typeof(${json(map)} -> ${provider})
          WHEN 'object' THEN ${json(map)} -> ${provider} ->> 'id'
          ELSE ${json(map)} ->> ${provider}
        END`,
      // Its type lets nothing in that can't be read.
      mentions: () => 'false',
      isSound: map => `CASE jsonb_typeof(${json(map)})
          WHEN 'null' THEN true
          WHEN 'object' THEN NOT EXISTS (
            SELECT FROM jsonb_each(${json(map)}) AS entry
            WHERE jsonb_typeof(entry.value) <> 'string' AND entry.value ->> 'id' IS NULL)
          ELSE false
        END`,
      isSome: map => `COALESCE(${json(map)} NOT IN ('{}', 'null'), false)`,
      only: (provider, object) => `${entry(provider, object)}::${mapType}`,
      with: (map, provider, object) => `(${filled(map)} || ${entry(provider, object)})::${mapType}`,
      without: (map, provider) => `(${json(map)} - ${provider})::${mapType}`,
      isJust: (map, former, provider, object) =>
        `COALESCE(${json(map)} = ${filled(former)} || ${entry(provider, object)}, false)`,
      former: text => `${text}::${mapType}`,
    },
  };
}

/** A text without its length: a cast to one would cut what is longer, and take it for something else. */
function castOf(type: string): string {
  if (/^character\(\d+\)$/.test(type)) return 'bpchar';
  return type.replace(/^character varying\(\d+\)$/, 'character varying');
}

import {chmodSync, writeFileSync} from 'node:fs';
import {userInfo} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {passwordInFile} from '../../src/databases/pgpass.ts';
import {postgresTarget} from '../../src/databases/postgres.ts';
import {passwordIn, postgresAddress, withoutPassword} from '../../src/databases/postgres-address.ts';
import {tempFolder} from '../support/temp.ts';

describe('an address of a Postgres database', () => {
  it.each([
    [
      'postgres://me@db.example.com/shop',
      {user: 'me', host: 'db.example.com', port: 5_432, database: 'shop', tls: 'prefer'},
      'postgres://me@db.example.com/shop',
    ],
    [
      'postgresql://me:secret@DB.example.com:6543/shop?sslmode=verify-full&sslrootcert=/ca.pem',
      {host: 'db.example.com', port: 6_543, tls: 'verify-full', rootCertificate: '/ca.pem'},
      'postgres://me@db.example.com:6543/shop?sslmode=verify-full&sslrootcert=/ca.pem',
    ],
    [
      'postgres://m%40e:s%2Fe%40cret@[::1]/my%20shop',
      {user: 'm@e', host: '::1', database: 'my shop'},
      'postgres://m%40e@[::1]/my%20shop',
    ],
    [
      'postgres://me@%2Fvar%2Frun%2FPostgres/shop',
      {host: '/var/run/Postgres', tls: 'disable'},
      'postgres://me@%2Fvar%2Frun%2FPostgres/shop',
    ],
  ])('%s says it all', (named, address, label) => {
    expect(postgresAddress(named)).toMatchObject({...address, label});
    expect(withoutPassword(named)).not.toContain('secret');
    expect(postgresAddress(label)).toMatchObject({...address, label});
  });

  it('that leaves something out is as the variables of libpq say, and else as libpq has it', () => {
    const variables = {PGHOST: 'db', PGPORT: '6000', PGUSER: 'me', PGDATABASE: 'shop', PGSSLMODE: 'require'};
    const label = 'postgres://me@db:6000/shop';
    expect(postgresAddress('postgres://', variables)).toMatchObject({tls: 'require', label});
    expect(postgresAddress('postgres:///')).toMatchObject({
      host: 'localhost',
      port: 5_432,
      user: userInfo().username,
      database: userInfo().username,
    });
    expect(postgresAddress('postgres://you@here/', variables)).toMatchObject({user: 'you', host: 'here'});
  });

  it.each([
    ['postgres://me:se/cret@db/shop', /this is not an address/],
    ['postgres://me:12/cret@db/shop', /this is not an address/],
    ['postgres://me:12#cret@db/shop', /this is not an address/],
    ['postgres://me:12?cret@db/shop', /this is not an address/],
    ['postgres://me:secret@db:port/shop', /this is not an address/],
    ['postgres://me:secret@db/shop?sslmode=maybe', /sslmode is maybe/],
    ['postgres://me:secret@db/shop?connect_timeout=3', /connect_timeout/],
    ['postgres://me@db/shop?sslmode=require&password=secret', /it says password/],
    ['postgresql+asyncpg://me:secret@db/shop', /postgresql\+asyncpg:\/\/…@db\/shop: this is not an address/],
    [' postgres://me:secret@db/shop', /this is not an address/],
    ['host=db user=me password=secret', /host=db user=me password=…: this is not an address/],
  ])('that can not be one is refused, and shows no password: %s', (named, message) => {
    const refusal = expect.objectContaining({
      code: 'usage',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/percent-encoded/),
    });
    expect(() => postgresAddress(named)).toThrow(refusal);
    expect(() => postgresAddress(named)).not.toThrow(/cret|12/);
    expect(withoutPassword(named)).not.toMatch(/cret|12/);
  });

  it('gives its password to nobody but who connects', () => {
    expect(passwordIn('postgres://me:s%2Fe%40cret@db/shop')).toBe('s/e@cret');
    expect(passwordIn('postgres://me:100%@db/shop')).toBe('100%');
    expect(passwordIn('postgres://me@db/shop')).toBeNull();
    const target = postgresTarget({url: 'postgres://me:secret@db/shop', password: 'hidden'});
    expect(JSON.stringify(target)).not.toMatch(/secret|hidden/);
  });

  it('is the same target whoever connects to it, and is called by its database', () => {
    const ids = ['postgres://me:a@DB:5432/shop', 'postgresql://you@db/shop?sslmode=require'].map(
      url => postgresTarget({url}).id,
    );
    expect(ids).toEqual(['postgres:db:5432/shop', 'postgres:db:5432/shop']);
    expect(postgresTarget({url: 'postgres://db/shop'})).toMatchObject({name: 'shop', environment: null});
    expect(
      postgresTarget({url: 'postgres://db/shop', name: 'main', environment: 'production', marks: false}),
    ).toMatchObject({name: 'main', environment: 'production', marks: false});
  });
});

describe('the file of passwords', () => {
  function file(text: string, mode = 0o600): {PGPASSFILE: string} {
    const path = join(tempFolder(), 'pgpass');
    writeFileSync(path, text);
    chmodSync(path, mode);
    return {PGPASSFILE: path};
  }

  const address = postgresAddress('postgres://me@db/shop');

  it.each([
    ['db:5432:shop:me:secret', 'secret'],
    ['# of all:*\n*:*:*:*:secret\n', 'secret'],
    ['other:5432:shop:me:no\ndb:*:shop:me:first\ndb:5432:shop:me:second', 'first'],
    ['db:5432:shop:me:with\\:colon\\\\', 'with:colon\\'],
    ['db:5433:shop:me:secret', null],
    ['db:5432:shop:you:secret', null],
    ['db:5432:shop:me', null],
    ['', null],
  ])('%j has %s for me', async (text, password) => {
    expect(await passwordInFile(address, file(text))).toBe(password);
  });

  it('that others may read, or that is not there, has none', async () => {
    expect(await passwordInFile(address, file('*:*:*:*:secret', 0o640))).toBeNull();
    expect(await passwordInFile(address, {PGPASSFILE: '/nowhere/pgpass'})).toBeNull();
  });
});

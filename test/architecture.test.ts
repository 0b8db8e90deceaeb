import {readdirSync, readFileSync} from 'node:fs';
import {builtinModules} from 'node:module';
import {dirname, join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, it} from 'vitest';

/** The rules at the end of design.md §5, by what every source file imports and uses. */

const root = fileURLToPath(new URL('..', import.meta.url));
const builtins = new Set(builtinModules);

interface Source {
  /** From the top of the repository, with slashes: src/core/keys.ts. */
  readonly path: string;
  /** Imported files of the project, in the same form. */
  readonly files: readonly string[];
  /** Imported packages. */
  readonly packages: readonly string[];
  /** Imported from what Node has built in. */
  readonly builtins: readonly string[];
  /** Without comments and texts. */
  readonly code: string;
}

const sources = ['src', 'components'].flatMap(readSources);

function readSources(folder: string): readonly Source[] {
  return readdirSync(root)
    .filter(name => name === folder)
    .flatMap(name => readdirSync(join(root, name), {recursive: true, withFileTypes: true}))
    .filter(entry => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map(entry => readSource(relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/')));
}

function readSource(path: string): Source {
  const text = withoutComments(readFileSync(join(root, path), 'utf8'));
  const specifiers = importsOf(text);
  const isFile = (specifier: string) => specifier.startsWith('.');
  return {
    path,
    files: specifiers.filter(isFile).map(specifier => join(dirname(path), specifier).replaceAll('\\', '/')),
    packages: specifiers.filter(specifier => !isFile(specifier) && !isBuiltin(specifier)).map(packageOf),
    builtins: specifiers.filter(isBuiltin),
    code: text.replace(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, "''"),
  };
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
}

/** import … from, export … from, import '…', import('…'), new URL('./…', import.meta.url). */
function importsOf(text: string): readonly string[] {
  const forms = /(?:\bfrom\s*|\bimport\s*\(?\s*|\bnew URL\(\s*)['"`]([^'"`\n]+)['"`]/g;
  return [...text.matchAll(forms)].flatMap(
    ([, specifier]) => specifier?.replace(/\$\{[^}]*\}$/, '.ts') ?? [],
  );
}

function isBuiltin(specifier: string): boolean {
  return specifier.startsWith('node:') || builtins.has(specifier);
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function below(...folders: readonly string[]): readonly Source[] {
  return sources.filter(({path}) => folders.some(folder => path.startsWith(folder)));
}

function outside(...folders: readonly string[]): readonly Source[] {
  return sources.filter(({path}) => !folders.some(folder => path.startsWith(folder)));
}

/** "importer → imported" for what a rule forbids; a rule holds where this is empty. */
function forbidden(
  importers: readonly Source[],
  is: 'files' | 'packages' | 'builtins',
  isForbidden: (imported: string, importer: string) => boolean,
): readonly string[] {
  return importers.flatMap(source =>
    source[is]
      .filter(imported => isForbidden(imported, source.path))
      .map(imported => `${source.path} → ${imported}`),
  );
}

function uses(among: readonly Source[], what: RegExp): readonly string[] {
  return among.flatMap(({path, code}) => (code.match(what) ?? []).map(used => `${path}: ${used}`));
}

const interfaces = [
  'src/stores/object-store.ts',
  'src/stores/providers/provider.ts',
  'src/databases/database.ts',
  'src/databases/schema.ts',
  'src/databases/postgres-schema.ts',
  'src/atproto/network.ts',
];
const faces = ['src/commands/', 'src/console/', 'src/api/', 'src/fleet/', 'components/'];
const screens = ['react', 'ink', 'ink-table', 'zustand'];
/** Clients of services and servers of requests. */
const sdks =
  /^(@aws-sdk\/.+|@smithy\/.+|cloudflare|@atproto\/.+|pg|@electric-sql\/.+|bullmq|ioredis|hono|@hono\/.+|miniflare|prom-client)$/;

it('what is read here is the whole program', () => {
  expect(sources.map(({path}) => path)).toEqual(expect.arrayContaining(['src/cli.ts', 'src/core/keys.ts']));
  const program = sources.find(({path}) => path === 'src/commands/program.ts');
  expect(program?.packages).toContain('commander');
  expect(program?.files.length).toBeGreaterThan(10);
  expect(forbidden(below('src/ledger/'), 'files', file => file === 'src/core/keys.ts')).not.toEqual([]);
  expect(uses(below('src/cli.ts'), /\bprocess\.\w+/g)).not.toEqual([]);
  for (const {path, files} of sources)
    for (const file of files)
      expect(
        sources.map(source => source.path),
        path,
      ).toContain(file);
});

describe('core/', () => {
  it('imports nothing of the project', () => {
    expect(forbidden(below('src/core/'), 'files', file => !file.startsWith('src/core/'))).toEqual([]);
  });

  it('has no I/O and no clock of its own', () => {
    expect(
      uses(
        below('src/core/'),
        /\b(?:Date\.now|Math\.random|performance\.now|setTimeout|setInterval|fetch)\b/g,
      ),
    ).toEqual([]);
    expect(forbidden(below('src/core/'), 'builtins', () => true)).toEqual([]);
  });
});

describe('backfills/', () => {
  it('import core/, the interfaces of what they read and write, and each other', () => {
    const allowed = (file: string) =>
      file.startsWith('src/core/') || file.startsWith('src/backfills/') || interfaces.includes(file);
    expect(forbidden(below('src/backfills/'), 'files', file => !allowed(file))).toEqual([]);
  });

  it('are named one by one nowhere but in the registry', () => {
    const inOne = /^src\/backfills\/[^/]+\//;
    const others = outside('src/backfills/', 'src/sandbox/');
    expect(forbidden(others, 'files', file => inOne.test(file))).toEqual([]);
  });
});

describe('core/ and backfills/', () => {
  const both = below('src/core/', 'src/backfills/');

  it('import no React, no Ink and no SDK', () => {
    expect(forbidden(both, 'packages', name => screens.includes(name) || sdks.test(name))).toEqual([]);
  });

  it('use neither process nor console', () => {
    expect(uses(both, /\b(?:process|console)\s*(?:\.|\[)\w*/g)).toEqual([]);
    expect(uses(both, /\bglobalThis\b/g)).toEqual([]);
    expect(forbidden(both, 'builtins', name => /^(node:)?(process|console)$/.test(name))).toEqual([]);
  });
});

describe('SDKs', () => {
  it('appear only where services are spoken to', () => {
    const adapters = [
      'src/stores/',
      'src/databases/',
      'src/atproto/',
      'src/fleet/',
      'src/api/',
      'src/sandbox/',
    ];
    expect(forbidden(outside(...adapters), 'packages', name => sdks.test(name))).toEqual([]);
  });
});

describe('components/', () => {
  it('import the console and pure helpers, and start no work', () => {
    const allowed = (file: string) => /^(components|src\/console|src\/core)\//.test(file);
    expect(forbidden(below('components/'), 'files', file => !allowed(file))).toEqual([]);
  });

  it('alone, with cli.ts, know of React and Ink', () => {
    const others = outside('components/', 'src/cli.ts');
    expect(forbidden(others, 'packages', name => ['react', 'ink', 'ink-table'].includes(name))).toEqual([]);
  });
});

describe('the faces of the engine', () => {
  it('are imported by nothing beneath them', () => {
    const beneath = outside(...faces, 'src/cli.ts', 'src/bin.ts', 'src/sandbox/');
    const isFace = (file: string) => faces.some(face => file.startsWith(face)) || file === 'src/cli.ts';
    expect(forbidden(beneath, 'files', isFace)).toEqual([]);
  });

  it('do not import the commands: those are a face of their own', () => {
    const others = outside('src/commands/', 'src/cli.ts');
    expect(forbidden(others, 'files', file => file.startsWith('src/commands/'))).toEqual([]);
  });
});

describe('the layers', () => {
  const order: Readonly<Record<string, readonly string[]>> = {
    'src/stores/': ['core', 'stores'],
    'src/databases/': ['core', 'databases'],
    'src/atproto/': ['core', 'atproto'],
    'src/ledger/': ['core', 'databases', 'ledger'],
    'src/runbook/': ['core', 'ledger', 'runbook'],
    'src/engine/': ['core', 'backfills', 'stores', 'databases', 'atproto', 'ledger', 'runbook', 'engine'],
    'src/jobs/': ['core', 'backfills', 'databases', 'atproto', 'ledger', 'engine', 'jobs'],
  };

  it.each(Object.entries(order))('%s imports only what is below it', (folder, allowed) => {
    const isAllowed = (file: string) => allowed.some(name => file.startsWith(`src/${name}/`));
    expect(forbidden(below(folder), 'files', file => !isAllowed(file))).toEqual([]);
  });
});

describe('the process', () => {
  it('has its arguments, environment and exit code read and set in cli.ts alone', () => {
    // bin.ts says that Node is too old, where cli.ts could not even be read.
    const launcher = uses(below('src/bin.ts'), /\bprocess\.(?:argv|env|exit)\b/g);
    const others = uses(outside('src/cli.ts', 'src/bin.ts'), /\bprocess\.(?:argv|env|exit|exitCode)\b/g);
    expect([...launcher, ...others]).toEqual([]);
  });

  it('is written to by cli.ts and bin.ts alone; nothing uses the console', () => {
    expect(uses(outside('src/cli.ts', 'src/bin.ts'), /\bprocess\.(?:stdout|stderr|stdin)\b/g)).toEqual([]);
    expect(uses(sources, /\bconsole\s*\.\w+/g)).toEqual([]);
  });
});

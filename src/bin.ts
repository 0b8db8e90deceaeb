#!/usr/bin/env node
/** The program's first lines, which any Node can read: one that is too old is told so, and nothing else is loaded. */
const needed = 24;
const major = Number(process.versions.node.split('.')[0]);

if (major < needed) {
  process.stderr.write(
    `headgate needs Node ${needed} or newer, and this is Node ${process.versions.node}.\n` +
      `Install Node ${needed} (https://nodejs.org), then run headgate again.\n`,
  );
  process.exitCode = 2;
} else {
  import('./cli.ts').then(({main}) => main());
}

import {views} from '../../src/console/keys/places.ts';
import {type Key, keys, type Place} from '../../src/console/keys.ts';

/** docs/keys.md: the key table of the console, for people who read before they press. A test holds it to the table. */
export function keyPage(): string {
  return [
    '# Keys of the console',
    '',
    'Made from the key table in `src/console/keys/` by `npm run pictures`. In the console `?` shows those of the present screen, and `:` finds one by its name.',
    '',
    '| key | does | on |',
    '|---|---|---|',
    ...keys.map(rowOf),
    '',
  ].join('\n');
}

function rowOf({shown, help, on}: Key): string {
  return `| \`${shown}\` | ${help} | ${on === 'anywhere' ? 'anywhere' : placesText(on)} |`;
}

function placesText(on: readonly Place[]): string {
  const isEvery = views.every(view => on.includes(view));
  const others = on.filter(place => !views.some(view => view === place));
  return isEvery ? ['every screen', ...others].join(', ') : on.join(', ');
}

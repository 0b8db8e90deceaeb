import type {Invariant} from '../invariant.ts';
import type {AssetFacts} from './facts.ts';
import {lostAmong} from './probe-objects.ts';
import type {Uploads} from './uploads.ts';

const lookedFor = 100;
const shown = 20;

/** Rows are believed by every run, so that a provider which was emptied, or is another place, would go unnoticed. */
export function objectsAreThere(facts: AssetFacts): Invariant<Uploads> {
  return {
    id: 'objects-are-there',
    title: 'the provider has the objects that rows name, in a sample',
    severity: 'blocking',
    reads: 'listing',
    counts: ['object', 'objects'],
    why: 'Whoever asks for the content of such a row finds nothing, and no usual run uploads it again: rows are believed.',
    recovery:
      'If the provider was moved, bring its objects along, or name the old place. What is lost, a fresh dry run (--fresh) plans to be uploaded again, while its file is here.',
    recovers: {as: 'fresh dry-run'},
    measure: async io => {
      const {source, scope} = io;
      if (source === null || scope.provider === null) return {count: 0, sample: []};
      const provider = await source.provider(scope.provider);
      const {looked, lost} = await lostAmong(io, facts, {user: scope.user, provider}, lookedFor);
      const sample = lost.slice(0, shown).map(key => ({key, detail: `${provider.label} does not have it`}));
      return {count: lost.length, sample, note: `${looked} looked for`};
    },
  };
}

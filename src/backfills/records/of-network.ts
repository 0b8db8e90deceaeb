import type {Network} from '../../atproto/network.ts';
import type {Shape} from '../shape.ts';
import type {RecordsFacts} from './facts.ts';
import type {RecordsOptions} from './options.ts';
import type {RecordsScope} from './scope.ts';

/** What the system's backfills have in common. */
export interface OfNetwork extends Shape {
  readonly scope: RecordsScope;
  readonly options: RecordsOptions;
  readonly source: Network;
  readonly facts: RecordsFacts;
}

import {tallyNames} from '../core/accounting.ts';
import {countedSql} from './counted.ts';

/** What is read of a run: its row, with the counts of its partitions that are not finished yet. */
export const runColumns = `r.*,
  ${tallyNames.map(name => `r.${name} + COALESCE((SELECT sum(p.${name}) FROM partitions p WHERE p.run = r.id AND p.status <> 'done'), 0) AS ${name}`).join(',\n  ')},
  (SELECT count(*) FROM partitions p WHERE p.run = r.id AND p.status = 'failed' AND ${countedSql('p')}) AS partitions_failed,
  (SELECT count(*) FROM partitions p WHERE p.run = r.id AND p.status IN ('pending', 'running') AND ${countedSql('p')}) AS partitions_pending`;

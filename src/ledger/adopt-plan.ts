import {tallyNames} from '../core/accounting.ts';
import type {Statement} from '../core/sql.ts';

/** Copies the counts, open items and failures of a dry run, and how far it came, into the live run that has nothing to do. */
export function adoptPlan(plan: string, run: string): readonly Statement[] {
  return [
    {
      sql: `UPDATE runs SET discovered = 1,
                partitions_done = (SELECT partitions_done FROM runs WHERE id = ?1),
                ${tallyNames.map(name => `${name} = ${name === 'bytes' || name === 'rows' ? '0' : `(SELECT ${name} FROM runs WHERE id = ?1) + COALESCE((SELECT sum(${name}) FROM partitions WHERE run = ?1 AND status <> 'done'), 0)`}`).join(', ')}
              WHERE id = ?2`,
      params: [plan, run],
    },
    {
      sql: `INSERT INTO open_items (run, key, partition, outcome, kind, message, attempts, at)
              SELECT ?2, key, partition, outcome, kind, message, attempts, at FROM open_items WHERE run = ?1`,
      params: [plan, run],
    },
    {
      sql: `INSERT INTO partitions (run, id, kind, lo, hi, of, cursor, status, host)
              SELECT ?2, id, kind, lo, hi, of, cursor, status, host FROM partitions WHERE run = ?1 AND status = 'failed'`,
      params: [plan, run],
    },
    {
      sql: `INSERT INTO partition_failures (run, partition, kind, message, at, attempts, host)
              SELECT ?2, partition, kind, message, at, attempts, host FROM partition_failures WHERE run = ?1`,
      params: [plan, run],
    },
    // A listing that broke off is one of this run as well: it is incomplete, and a retry reads on.
    {
      sql: `INSERT INTO streams (run, id, group_name, status, cursor, pages, kind, message)
              SELECT ?2, id, group_name, status, cursor, pages, kind, message FROM streams WHERE run = ?1`,
      params: [plan, run],
    },
    {
      sql: `INSERT INTO found_in (run, partition, group_name)
              SELECT ?2, partition, group_name FROM found_in WHERE run = ?1`,
      params: [plan, run],
    },
    {
      sql: `INSERT INTO hosts_done (run, host, partitions, items, ms)
              SELECT ?2, host, partitions, items, ms FROM hosts_done WHERE run = ?1`,
      params: [plan, run],
    },
    {
      sql: `INSERT INTO groups_settled (run, group_name, settled, done)
              SELECT ?2, group_name, settled, done FROM groups_settled WHERE run = ?1`,
      params: [plan, run],
    },
  ];
}

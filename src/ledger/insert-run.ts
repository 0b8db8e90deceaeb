import type {Statement} from '../core/sql.ts';
import type {RunOrder} from './records.ts';

/** A run that is asked for: it waits, and nobody holds it yet. */
export function insertRun(order: RunOrder): Statement {
  return {
    sql: `INSERT INTO runs (id, backfill, mode, status, source, target, source_label, target_label, target_name, scope,
            settings, schema, config_digest, program, rehearsed_by, undoes, label, created_at)
          VALUES (?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    params: [
      order.id,
      order.backfill,
      order.mode,
      order.source,
      order.target,
      order.sourceLabel,
      order.targetLabel,
      order.targetName,
      JSON.stringify(order.scope),
      JSON.stringify(order.settings),
      order.schema,
      order.configDigest,
      order.program,
      order.rehearsedBy,
      order.undoes,
      order.label,
      order.createdAt,
    ],
  };
}

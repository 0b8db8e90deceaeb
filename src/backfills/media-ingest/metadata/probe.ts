import type {Finding, Probe} from '../../../core/probe.ts';
import {describeTable} from '../../../databases/schema.ts';
import type {TargetIo} from '../../shape.ts';
import type {MediaFacts} from '../facts.ts';
import {probeMedia} from '../probe.ts';
import {metadataColumns} from './change.ts';
import type {MediaMetadata} from './metadata.ts';

/** The same as for an ingest, and whether there is a table to write to, and a source that keeps metadata. */
export async function probeMetadata(io: TargetIo<MediaMetadata>): Promise<Probe<MediaFacts>> {
  const {source, target} = io;
  const [probe, table] = await Promise.all([probeMedia(io, 'read'), describeTable(target, 'media_metadata')]);
  const present = new Set(table?.columns.map(({name}) => name));
  const missing = ['media_uid', ...metadataColumns].filter(name => !present.has(name));
  const findings: readonly Finding[] = [
    ...(source === null || source.metadata !== undefined
      ? []
      : [
          {
            level: 'error',
            subject: 'source',
            message: `${source.label} keeps no metadata of objects`,
          } as const,
        ]),
    ...(table === null ? [noTable] : missing.map(noColumn)),
    ...(table === null || table.uniques.some(set => set.length === 1 && set[0] === 'media_uid')
      ? []
      : [notUnique]),
    ...(table?.triggers ?? []).map(
      ({name}): Finding => ({
        level: 'warning',
        subject: 'target',
        message: `media_metadata has a trigger ${name}: an undo does not undo what it does`,
      }),
    ),
  ];
  const schema = [probe.schema, table?.sql ?? '', ...(table?.triggers ?? []).map(({name}) => name)];
  return {...probe, findings: [...probe.findings, ...findings], schema: schema.join('\n')};
}

const noTable: Finding = {
  level: 'error',
  subject: 'target',
  message: 'there is no table media_metadata',
  remedy: 'headgate migrate media-metadata --target TARGET makes it; nothing else is changed.',
};

const notUnique: Finding = {
  level: 'error',
  subject: 'target',
  message: 'media_metadata.media_uid is not unique',
  remedy:
    'Remove doubles, then: CREATE UNIQUE INDEX idx_media_metadata_media_uid ON media_metadata (media_uid);',
};

function noColumn(name: string): Finding {
  return {
    level: 'error',
    subject: 'target',
    message: `media_metadata has no column ${name}`,
    remedy: `Add it: ALTER TABLE media_metadata ADD COLUMN ${name} TEXT;`,
  };
}

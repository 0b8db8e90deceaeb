/** Columns that both layouts have, and those that only one has. */
export const sharedColumns = [
  'key',
  'size',
  'content_type',
  'content_hash',
  'uploaded_at',
  'created_at',
  'uploader_id',
  'finder_tag',
  'metadata',
];
export const documentedColumns = ['id', ...sharedColumns];
/** The columns that an insert names. */
export const filled = new Set(['key', 'size', 'content_type', 'content_hash', 'uploaded_at', 'uploader_id']);

import {z} from 'zod';

/** What the config says of artifacts: how keys are classified, and what is done about groups that clean-up leaves alone. */

const rule = z.strictObject({
  /** What a key begins with: `sec/xbrl` holds for `sec/xbrl/…` and for nothing else. */
  under: z.string().min(1).exactOptional(),
  /** A regular expression that the first segment of a key matches as a whole. */
  segment: z.string().refine(isPattern, 'this is not a regular expression').exactOptional(),
  /** A key without any folder. */
  atRoot: z.literal(true).exactOptional(),
  type: z
    .string()
    .min(1)
    .refine(type => type !== 'unknown', 'unknown is what no rule says: leave the rule out'),
});
export type Rule = z.infer<typeof rule>;

const forms = ['10k', '10ka', '10q', '8k', '6k', '20f', '424b', 'proxy14a', 'proxy14c', 's-3', 'f-3'];

/** By the first path segment; the first rule that fits holds. */
export const defaultRules: readonly Rule[] = [
  {under: 'sec/xbrl', type: 'sec_xbrl'},
  {under: 'sec/companyfacts', type: 'sec_companyfacts'},
  {under: 'sec', type: 'sec'},
  {under: 'sedar', type: 'sedar'},
  {under: 'hkex', type: 'hkex_pdf'},
  {under: 'dashboard', type: 'dashboard'},
  {under: 'manual', type: 'manual'},
  {under: 'new-uploads', type: 'manual'},
  {segment: 'batch\\d+', type: 'sec_filing'},
  ...forms.map(form => ({under: form, type: 'sec_filing'})),
  {atRoot: true, type: 'manual'},
];

const lostType = z.enum(['leave', 'take-known']);
const collision = z.enum(['leave', 'keep-winners']);

export const artifactsOptions = z
  .strictObject({
    rules: z
      .array(
        rule.refine(
          ({under, segment, atRoot}) =>
            [under, segment, atRoot].filter(condition => condition !== undefined).length === 1,
          'a rule has one of under, segment and atRoot',
        ),
      )
      .default([...defaultRules]),
    /** Columns that name artifacts without a foreign key, as `table.column`: re-point them too, or leave them as they are. */
    references: z
      .record(z.string().regex(/^[^.]+\.[^.]+$/, 'written as table.column'), z.enum(['repoint', 'leave']))
      .default({}),
    conflicts: z
      .strictObject({
        /** The newest row says nothing of its type, an older one does: leave the group, or give the newest the type. */
        lostType: lostType.default('leave'),
        /** Rows that would be the same once re-pointed: leave the group, or keep those of the newest and delete the others. */
        collision: collision.default('leave'),
        /** A choice for a single group, by its key. */
        groups: z
          .record(
            z.string(),
            z.strictObject({lostType: lostType.exactOptional(), collision: collision.exactOptional()}),
          )
          .default({}),
      })
      .prefault({}),
  })
  .prefault({});
export type ArtifactsOptions = z.infer<typeof artifactsOptions>;

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u') !== null;
  } catch {
    return false;
  }
}

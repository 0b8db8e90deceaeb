import {Text} from 'ink';
import {type TextField as Field, viewField} from '../../src/console/text-field.ts';
import {drawn, useTheme} from '../theme.tsx';

export interface TextFieldProps {
  readonly field: Field;
  readonly width: number;
  /** Whether keys go to it: only then the cursor is seen. */
  readonly isActive?: boolean;
}

/**
 * One row, exactly `width` cells; a text that is longer is shown around the cursor, which is an inverse cell.
 *
 *     dev_kc_asset█
 */
export function TextField({field, width, isActive = true}: TextFieldProps) {
  const theme = useTheme();
  const {before, at, after} = viewField(field, width);
  return (
    <Text wrap="truncate">
      {drawn(before, theme)}
      <Text inverse={isActive}>{drawn(at, theme)}</Text>
      {drawn(after, theme)}
    </Text>
  );
}

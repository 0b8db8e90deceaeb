/** A variable of the environment that switches something on: DRY_RUN=1, VERBOSE=1, CI=true. */
export function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}

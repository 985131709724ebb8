/** Something the person in front of the screen can answer; printed without a stack. */
export class LauncherError extends Error {
  name = 'LauncherError';
}

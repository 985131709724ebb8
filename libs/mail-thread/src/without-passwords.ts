/** The text with passwords blotted out, so that it may travel in events and be shown to people. */
export function withoutPasswords(text: string): string {
  return text.replace(
    /((?:密码|口令|password|passwd|pwd)[ \t]*(?:为|是|is)?[ \t]*[:：=][ \t]*)[\x21-\x7e]{4,}/gi,
    '$1••••',
  );
}

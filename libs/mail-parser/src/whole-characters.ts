/** The text with a replacement character for each half of one, which UTF-16 and UTF-7 can bring and no database keeps. */
export function withWholeCharacters(text: string): string {
  return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}

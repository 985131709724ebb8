/** The first match that is neither negated nor asked nor supposed, by what stands before and behind it in its sentence. */
export function firstMatchThat(
  pattern: RegExp,
  text: string,
  fits: (before: string, after: string) => boolean,
): RegExpExecArray | null {
  for (const found of text.matchAll(pattern)) {
    const before = (/[^。！!？?；;\n]{0,200}$/.exec(text.slice(Math.max(0, found.index - 200), found.index)) ?? [
      '',
    ])[0];
    const end = found.index + found[0].length;
    const after = text.slice(end, end + 200).split(/(?<=[。！!？?；;\n])/)[0] ?? '';
    if (fits(before, after)) return found;
  }
  return null;
}

export function isMeant(before: string, after: string): boolean {
  const isDenied =
    /(?:不要|先不|不能|不可|不应|不会|不需要|不用|无需|别|勿|暂不|尚未|还没|没有|等[^，,]{0,20}再|是否|能否|可否|要不要)[^，,]{0,8}$|[不无没未]$/.test(
      before,
    ) || /\b(?:not|no need to|don't|do not|never|cannot|can't|before|should|shall|can|may)\b[^,]{0,24}$/i.test(before);
  const isSupposed = /如果|若|要是|假如|一旦|除非|\b(?:if|unless|once|when|whether)\b/i.test(before);
  return !isDenied && !isSupposed && !/^[^。！!；;\n]{0,8}(?:吗|么|？|\?)/.test(after);
}

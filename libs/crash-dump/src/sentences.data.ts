/**
 * Sentences that results are made of, each once for making it (`en`) and for saying it to Chinese readers (`zh`). Values
 * stand between braces. Two sentences must differ in more than their values, or one could be taken for the other.
 */
export const sentences = {
  // Completeness
  'ends-in-header': {
    en: 'the file ends inside its header of {size} bytes',
    zh: '文件在 {size} 字节的文件头之内就结束了',
  },
  'some-bytes-are-there': {
    en: '{found} of {expected} bytes are there ({because})',
    zh: '应有 {expected} 字节，实有 {found} 字节（{because}）',
  },
  'all-bytes-are-there': {
    en: 'all {expected} bytes are there ({because})',
    zh: '{expected} 字节全部在文件中（{because}）',
  },
  'all-bytes-and-mark-are-there': {
    en: 'all {expected} bytes are there ({because}; closed by TRGD)',
    zh: '{expected} 字节全部在文件中（{because}；以 TRGD 标记结尾）',
  },
  'no-room-to-write': {
    en: 'Windows noted that it had no room to write the whole dump',
    zh: 'Windows 记录了空间不足，未能写完整个转储',
  },
  'header-is-all': { en: 'the header is all of it', zh: '此类转储只有文件头' },
  'size-untold': {
    en: 'dumps of this type do not tell how large they should be',
    zh: '此类转储不说明自身应有的大小',
  },
  'memory-untold': {
    en: 'the header does not tell how much memory was dumped',
    zh: '文件头没有说明转储了多少内存',
  },
  'too-many-pages': {
    en: 'the header tells of {pages} pages, more than any machine has',
    zh: '文件头声称有 {pages} 页，超过任何机器的内存',
  },
  'runs-disagree': {
    en: 'the header tells of {pages} pages, but its {runs} runs of memory hold another number',
    zh: '文件头声称有 {pages} 页，但其 {runs} 段内存的页数之和与此不符',
  },
  'header-and-pages': { en: 'a header and {pages} pages of memory', zh: '文件头和 {pages} 页内存' },
  'headers-and-pages': { en: 'headers and {pages} pages of memory', zh: '两个文件头和 {pages} 页内存' },
  'map-missing': {
    en: 'the map of its pages (SDMP or FDMP) is not where it should be',
    zh: '页面位图（SDMP 或 FDMP）不在应在的位置',
  },
  'map-cut': { en: 'the map of its pages is cut short or damaged', zh: '页面位图被截断或已损坏' },
  'map-senseless': {
    en: 'the map of its pages makes no sense: {pages} of {bits} pages from byte {first}',
    zh: '页面位图不合理：从第 {first} 字节起，{bits} 页中有 {pages} 页',
  },
  'triage-header-cut': { en: 'its triage header is cut short or damaged', zh: '其小转储头被截断或已损坏' },
  'triage-size': { en: 'the size in its triage header', zh: '其小转储头中的大小' },
  'mark-out-of-reach': { en: 'its closing mark cannot be reached', zh: '无法读到其结尾标记' },
  'mark-missing': {
    en: 'its closing mark TRGD is not where it should be',
    zh: '其结尾标记 TRGD 不在应在的位置',
  },
  'too-many-streams': {
    en: 'its header claims {claimed} streams, more than {most} are not believed',
    zh: '文件头声称有 {claimed} 个流，超过 {most} 个即不可信',
  },
  'bytes-missing': { en: '{found} of {expected} bytes are there', zh: '应有 {expected} 字节，实有 {found} 字节' },
  'memory-list-damaged': {
    en: 'its list of memory is damaged or cannot be reached',
    zh: '其内存列表已损坏或无法读到',
  },
  'no-streams': { en: 'it holds no streams', zh: '文件中没有任何流' },
  'streams-and-memory-are-there': {
    en: 'all {expected} bytes of its {streams} streams and their memory are there',
    zh: '{streams} 个流及其内存共 {expected} 字节全部在文件中',
  },
  // Flaws
  'fields-unwritten': {
    en: 'Windows never wrote these fields of its header: {fields}',
    zh: 'Windows 从未写入其文件头中的这些字段：{fields}',
  },
  'writer-status': {
    en: 'Windows noted the status {status} while it wrote the dump',
    zh: 'Windows 写转储时记录了状态 {status}',
  },
  'memory-encrypted': {
    en: 'its memory is encrypted; only its header can be read',
    zh: '其内存已加密，只能读取文件头',
  },
  'pages-disagree': {
    en: 'its header counts {counted} pages, its list holds {listed}',
    zh: '其文件头计数 {counted} 页，页面列表中有 {listed} 页',
  },
  'listed-pages': { en: 'headers and the {pages} pages of its list', zh: '文件头和列表中的 {pages} 页' },
  'bytes-after-blobs': {
    en: '{bytes} bytes follow the last of {entries} entries of the data after the dump',
    zh: '转储之后的附加数据共 {entries} 项，最后一项之后还有 {bytes} 字节',
  },
} as const satisfies Record<string, { en: string; zh: string }>;

/** The name of a sentence. */
export type SentenceId = keyof typeof sentences;

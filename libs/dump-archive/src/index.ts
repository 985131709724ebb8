export type { Limits } from './allowance.js';
export type { ArchiveMember, ArchivePart, LimitReached, ReadOptions } from './archive-part.js';
export { archiveName, containerKind, type Container } from './container-kind.js';
export { openArchive } from './open-archive.js';
export { fileSource } from './file-source.js';
export { judgeWhole, type JudgeOptions } from './judge-whole.js';
export type { Wholeness } from './wholeness.js';

export type { ArchiveMember, ArchivePart, ReadOptions } from './archive-part.js';
export { openArchive } from './open-archive.js';

export { DamagedEvidence } from './damaged-evidence.js';
export { evidenceConfig, folderSettings, openEvidenceStore, type EvidenceSettings } from './evidence-config.js';
export type { Draft, EvidenceFile } from './evidence-file.js';
export { openByTicket, PlainEvidence, type EvidenceStore, type ReadingTicket } from './evidence-store.js';
export { OutsideStore } from './location.js';
export { UnknownKey } from './master-keys.js';
export { streamOf } from './stream-of.js';

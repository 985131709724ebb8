export { DamagedEvidence } from './damaged-evidence.js';
export { evidenceConfig, openEvidenceStore, type EvidenceSettings } from './evidence-config.js';
export { PlainEvidence, type Draft, type EvidenceFile, type EvidenceStore } from './evidence-store.js';
export { OutsideStore } from './location.js';
export { UnknownKey } from './master-keys.js';

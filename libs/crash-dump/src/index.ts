export { ArrivingDump, followDump, type ArrivingLimits } from './arriving/arriving-dump.js';
export type { ArrivingFacts, ArrivingReport, Container, DumpNews } from './arriving/dump-news.js';
export { DamagedStream, Inflate } from './arriving/inflate.js';
export { adviseOn, instructionsOf, type Advice, type Advised, type AdvisedOn, type Instructions } from './advise-on.js';
export { explainBugcheck, type Language } from './bugcheck.js';
export { explainException } from './explain-exception.js';
export { fromBytes, type ByteSource } from './byte-source.js';
export { fromUrl, type Fetch } from './from-url.js';
export { analyseDump, type AnalyseOptions } from './analyse-dump.js';
export {
  documentOf,
  schemaVersion,
  type DocumentCrash,
  type DocumentModule,
  type DumpDocument,
} from './document-of.js';
export type {
  BugcheckFacts,
  BugcheckParameter,
  Completeness,
  Crash,
  CodeObject,
  Culprit,
  DeviceObject,
  DriverObject,
  DumpFacts,
  DumpKind,
  DumpReport,
  ExceptionFacts,
  Frame,
  FrameTrust,
  Hardware,
  MemoryHeld,
  IrpLocation,
  IrpObject,
  KernelObject,
  Module,
  ModuleSource,
  NameObject,
  PoolObject,
  ProcessObject,
  Thread,
  ThreadObject,
  UnloadedModule,
  Verifier,
} from './dump-facts.js';
export { isThirdParty } from './find-culprit.js';
export { describeDump, type Telling } from './describe-dump.js';
export { judgeFor, verdictName, type Fitness, type WantedDump } from './judge-for.js';
export { versionsIn, type ImageIdentity, type KnownVersion, type LookUpVersions } from './known-versions.js';
export { readDump } from './read-dump.js';
export { reportHtml, reportsHtml } from './html-report/report-html.js';
export { inLanguage, say } from './sentences.js';
export { crashSignatureOf, signatureOf, signaturesOf, type Signatures } from './signature-of.js';
export { printed, type Paint, type Role } from './terminal-text.js';
export { beginsAsDump } from './sniff.js';
export { UnreadableDump, type Unreadable } from './unreadable-dump.js';
export { editionsOf } from './windows-builds.js';

export { sftpProvisioning } from './app.module.js';
export { BadPacket, RequestReader, type Request } from './adapters/sftp-server/sftp-codec.js';
export {
  SftpSession,
  type RemoteEntry,
  type RemoteFile,
  type RemoteFiles,
} from './adapters/sftp-server/sftp-session.js';
export { AuditLog, type AuditEntry } from './adapters/audit-log/audit-log.js';
export { AuditReader } from './adapters/audit-log/audit-reader.js';
export { BanStore } from './adapters/ban-store/ban-store.js';

export { sftpProvisioning } from './app.module.js';
export { BadPacket, RequestReader, type Request } from './adapters/sftp-server/sftp-codec.js';
export {
  SftpSession,
  type RemoteEntry,
  type RemoteFile,
  type RemoteFiles,
} from './adapters/sftp-server/sftp-session.js';

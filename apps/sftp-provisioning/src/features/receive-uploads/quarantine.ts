import { FileRefusal } from './file-refusal.js';
import { pathOf, type Upload } from './receive-uploads.js';

/** Nobody reads what is in quarantine; nor goes on with it, for that begins with a copy. */
export function refuseQuarantined(upload: Upload): void {
  if (!upload.isInQuarantine) return;
  throw new FileRefusal('EACCES', `malware was found in ${pathOf(upload)}; it is in quarantine and cannot be read`);
}

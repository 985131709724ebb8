/** Why something cannot be done with a file, in words for the customer. The code is that of the operating system. */
export class FileRefusal extends Error {
  override readonly name = 'FileRefusal';
  constructor(
    readonly code: 'ENOENT' | 'EACCES' | 'EEXIST' | 'EINVAL' | 'EBUSY' | 'EIO' | 'EDQUOT' | 'ENOSPC',
    message: string,
  ) {
    super(message);
  }
}

export function spaceClosed(): FileRefusal {
  return new FileRefusal('EACCES', 'this account is closed, or can only be read from because its case is archived');
}

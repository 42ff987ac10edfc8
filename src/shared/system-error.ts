/** Why the system says no, in words: its codes are the same on every platform, its messages are not. */
const reasons: Record<string, string | { read: string; write: string }> = {
  ENOENT: 'there is no such file or folder',
  EACCES: { read: 'permission to read it is denied', write: 'permission to write it is denied' },
  EPERM: { read: 'permission to read it is denied', write: 'permission to write it is denied' },
  ELOOP: 'its symbolic links go round in a circle',
  ENAMETOOLONG: 'its name is too long for this system',
  EISDIR: 'it is a folder, but a file was expected',
  ENOTDIR: 'a part of its path is a file, but a folder was expected',
  EEXIST: { read: 'there is something else of that name', write: 'a part of its path is a file, but a folder was expected' },
};

/** Null for an error that is not among them. */
export function systemReason(error: unknown, doing: 'read' | 'write'): string | null {
  const reason = reasons[(error as { code?: unknown } | null)?.code as string];
  return reason === undefined ? null : typeof reason === 'string' ? reason : reason[doing];
}

/** The same, or else what the error says. */
export const reasonOf = (error: unknown, doing: 'read' | 'write'): string => systemReason(error, doing) ?? (error as Error).message;

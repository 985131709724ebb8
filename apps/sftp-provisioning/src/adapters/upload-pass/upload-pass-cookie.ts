const name = 'upload-pass';

/**
 * The cookie that carries a pass. It is sent to the page of its link alone, no script reads it, and no request that
 * begins on another site carries it, but for following the link.
 */
export function passCookie(publicUrl: string, token: string, pass: string, hours: number): string {
  const { pathname, protocol } = new URL(publicUrl);
  const path = `${pathname.replace(/\/+$/, '')}/spaces/${token}`;
  const secure = protocol === 'https:' ? '; Secure' : '';
  return `${name}=${pass}; Path=${path}; Max-Age=${Math.round(hours * 3600)}; HttpOnly; SameSite=Lax${secure}`;
}

/** The pass among the cookies of a request. */
export function passIn(cookies: string | undefined): string | null {
  return new RegExp(`(?:^|;\\s*)${name}=([\\w-]{43})(?:;|$)`).exec(cookies ?? '')?.[1] ?? null;
}

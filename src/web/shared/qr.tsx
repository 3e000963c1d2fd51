// SPDX-License-Identifier: Apache-2.0
// qr.tsx: an address as a QR code, for a phone beside the screen. What draws it is loaded when one is shown.
import { useEffect, useState } from 'preact/hooks';

interface Props { url: string; alt: string }

/** Black on white whatever the page looks like, with the quiet zone of four modules that readers want. `alt` says
 * what it is for; who has no phone at hand needs a link beside it. */
export function QrCode({ url, alt }: Props) {
  const [code, setCode] = useState<{ size: number; path: string } | null>(null);
  useEffect(() => {
    let isWanted = true;
    void import('uqr').then(({ encode }) => {
      const { data, size } = encode(url, { ecc: 'M', border: 4 });
      const path = data.map((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')).join('')).join('');
      if (isWanted) setCode({ size, path });
    });
    return () => { isWanted = false; };
  }, [url]);
  return (
    <div class="qr">
      {code && (
        <svg viewBox={`0 0 ${code.size} ${code.size}`} role="img" aria-label={alt} shape-rendering="crispEdges">
          <rect width={code.size} height={code.size} fill="#fff" />
          <path d={code.path} fill="#000" />
        </svg>
      )}
    </div>
  );
}

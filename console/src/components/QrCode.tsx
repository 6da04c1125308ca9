// A QR code, drawn as one path: black on white in both colour schemes, since cameras read it so.

import { encode } from "uqr";

export function QrCode({ text, label, size = 176 }: { text: string; label: string; size?: number }) {
  const code = encode(text, { border: 2 });
  const path = code.data.flatMap((row, y) => row.map((black, x) => (black ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  return (
    <svg
      role="img"
      aria-label={label}
      width={size}
      height={size}
      viewBox={`0 0 ${code.size} ${code.size}`}
      shapeRendering="crispEdges"
      style={{ borderRadius: 8, flex: "none" }}
    >
      <rect width={code.size} height={code.size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

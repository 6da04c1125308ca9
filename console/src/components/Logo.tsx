// The mark: a sound that somebody listens to.

export function Logo({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden style={{ flex: "none" }}>
      <rect width="32" height="32" rx="8" fill="#12756b" />
      <path d="M9 20.5v-9M14 24V8M19 19.5v-7M24 17.5v-3" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" />
    </svg>
  );
}

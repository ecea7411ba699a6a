/** Curbe's sign. */
export function Mark({ size = 32 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="#0b7a4f" />
      <path
        d="M21.6 11.3A7.2 7.2 0 1 0 21.6 20.7"
        fill="none"
        stroke="#fff"
        strokeWidth="3.4"
        strokeLinecap="round"
      />
      <circle cx="22.4" cy="16" r="2.1" fill="#a7e8c7" />
    </svg>
  );
}

export function RefusedPage() {
  return null;
}

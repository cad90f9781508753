let check: (() => void) | null = null;

/**
 * Let long computations of this library be interrupted: they call the hook now and then, and end with the
 * error that it throws. Null takes the hook away. The notebook sets it to its kernel's own check.
 */
export function interruptWith(hook: (() => void) | null): void {
  check = hook;
}

/** Called now and then by whatever may take long. Throws if somebody asked for the end of it. */
export function checkInterrupt(): void {
  check?.();
}

export function requirePackages(): Promise<void>;
export function whyInstall(folder?: string): string | null;

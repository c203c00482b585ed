export function camelCase(name: string): string;
export function generatorFaults(document: unknown): string[];

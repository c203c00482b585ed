/** Looks after files when nobody asks: uploads that were given up, rows and objects that lost each other. */
import type { Scope } from "../../platform/runtime.ts";

/** Every minute: takes uploads away that were not finished within the hour. */
export declare function purgePendingFiles(scope: Scope): Promise<void>;

/** Nightly: deletes objects without a row, names finished rows without an object. */
export declare function checkFiles(scope: Scope): Promise<{ orphans: number; missing: number[] }>;

/** The Russian name of a city of Russia, for its Latin one of GeoNames. */
export function russianName(name: string): string;

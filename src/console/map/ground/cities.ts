/** City names for the plain map, from the database. */
import { useQuery } from "@tanstack/react-query";
import { useDeclared } from "../../declaration.tsx";
import { readCities } from "../board/reading.ts";
import { NOTHING, type Shape } from "../canvas/shapes.ts";

/** Cities as points with names; empty for staff who may not read cities. */
export function useCities(): Shape {
  const { data = NOTHING } = useQuery({
    queryKey: ["map-cities"],
    enabled: Boolean(useDeclared("cities")),
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => readCities(signal),
  });
  return data;
}

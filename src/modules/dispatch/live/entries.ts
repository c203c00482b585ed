/** Bodies of what only operators are told. Import them for their types only. */
import * as v from "valibot";

export const TicketChangeBody = v.object({ id: v.pipe(v.string(), v.description("The ticket's uuid.")) });
export type TicketChangeBody = v.InferOutput<typeof TicketChangeBody>;

export const PositionsBody = v.object({
  trucks: v.pipe(
    v.array(v.tuple([v.number(), v.number(), v.number(), v.number()])),
    v.description(
      "`[the truck's number, latitude, longitude, when in epoch ms]` of each truck that has moved. With many trucks each comes less often, at least every ten seconds.",
    ),
  ),
});
export type PositionsBody = v.InferOutput<typeof PositionsBody>;

/** The routes by which a truck's position and a driver's duty arrive. */
import { patch, post } from "../../../harness/api.ts";
import type { Scene } from "../../scene.ts";

/** Sets the driver's duty by their route; returns the answer. */
export const duty = ({ driver }: Pick<Scene, "driver">, on_duty: unknown) =>
  post("/api/v1/driver/duty/", { on_duty }, { token: driver.token });

/** Changes the truck as an operator by REST; returns the answer. */
export const inRest = ({ operator, truck }: Scene, body: object) =>
  patch(`/api/v1/tow-trucks/${truck}/`, body, { token: operator.token });

/** The two columns that say when a row was written. */
import { integer } from "drizzle-orm/sqlite-core";

export const timestamps = () => ({
  /** Epoch ms. */
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

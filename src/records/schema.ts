/** Records as the API speaks of them. */
import { CreatedAtSchema, LabelSchema, TypeNameSchema, UpdatedAtSchema, VersionSchema } from '../schema.ts';

/** The shape of `factsOf`: what may be told of a record wherever one is described. */
export const RECORD_FACTS = {
  type: TypeNameSchema,
  label: LabelSchema.optional(),
  version: VersionSchema,
  createdAt: CreatedAtSchema,
  updatedAt: UpdatedAtSchema,
};

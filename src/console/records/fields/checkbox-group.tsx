/** Chooses several records of a small resource by checkboxes. */
import { useGetList } from "ra-core";
import { titleOf } from "./titles.ts";

interface CheckboxGroupProps {
  readonly id: string;
  readonly resource: string;
  /** Ids. */
  readonly value: unknown;
  readonly onChange: (value: readonly (string | number)[]) => void;
}

export function CheckboxGroup({ id, resource, value, onChange }: CheckboxGroupProps) {
  const chosen: readonly (string | number)[] = Array.isArray(value) ? value : [];
  const { data = [] } = useGetList(resource, {
    pagination: { page: 1, perPage: 100 },
    sort: { field: "id", order: "ASC" },
  });
  return (
    <fieldset className="several" id={id}>
      {data.map((record) => (
        <label key={record.id}>
          <input
            type="checkbox"
            checked={chosen.includes(record.id)}
            onChange={(event) =>
              onChange(
                event.target.checked ? [...chosen, record.id] : chosen.filter((each) => each !== record.id),
              )
            }
          />
          {titleOf(record)}
        </label>
      ))}
    </fieldset>
  );
}

/** Chooses several by checkboxes: records of a small resource, or options. */
import { useGetList } from "ra-core";
import { useCode } from "../../codes.ts";
import { titleOf } from "./titles.ts";

type Choice = string | number;

interface GroupProps {
  readonly id: string;
  /** The chosen ones. */
  readonly value: unknown;
  readonly onChange: (value: readonly Choice[]) => void;
}

/** Records by their ids. */
export function CheckboxGroup({ resource, ...group }: GroupProps & { readonly resource: string }) {
  const { data = [] } = useGetList(resource, {
    pagination: { page: 1, perPage: 100 },
    sort: { field: "id", order: "ASC" },
  });
  return <Checkboxes {...group} choices={data.map((record) => [record.id, titleOf(record)])} />;
}

/** Codes that the resource declares. */
export function OptionGroup({ options, ...group }: GroupProps & { readonly options: readonly string[] }) {
  const code = useCode();
  return <Checkboxes {...group} choices={options.map((option) => [option, code(option)])} />;
}

function Checkboxes({
  id,
  value,
  onChange,
  choices,
}: GroupProps & { readonly choices: readonly (readonly [Choice, string])[] }) {
  const chosen: readonly Choice[] = Array.isArray(value) ? value : [];
  return (
    <fieldset className="several" id={id}>
      {choices.map(([choice, title]) => (
        <label key={choice}>
          <input
            type="checkbox"
            checked={chosen.includes(choice)}
            onChange={(event) =>
              onChange(event.target.checked ? [...chosen, choice] : chosen.filter((each) => each !== choice))
            }
          />
          {title}
        </label>
      ))}
    </fieldset>
  );
}
